"""Bitmaps (BMP): the path of a colour profile and what stands behind the dots go; every dot stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Sources:
BITMAPFILEHEADER, BITMAPINFOHEADER and BITMAPV5HEADER in the Windows SDK;
docs/reference/formats/bmp.md.
"""

import struct
from collections.abc import Sequence
from typing import Final

from redaction.carriers import icc
from redaction.carriers.naming import removed
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

FILE_BYTES: Final = 14
INFO_BYTES: Final = 40
V5_BYTES: Final = 124
COLOURS_AT, PROFILE_AT = FILE_BYTES + 56, FILE_BYTES + 112
LINKED, EMBEDDED = b"KNIL", b"DEBM"
PACKED: Final = (1, 2, 4, 5)


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a picture has no words to choose from
    """Return what is overwritten or cut.

    Raises:
        UnreadableError: no bitmap, or cut off.
        TooLargeError: more pixels than can be compared.
    """
    pixels.opened(data, "BMP")
    edits: list[Edit] = []
    findings: list[Finding] = []
    if any(data[6:10]):
        edits.append(Edit(6, 10, bytes(4)))
        findings.append(_history("reserved numbers"))
    ends = _dots(data)
    start, size = _profile(data)
    if size:
        held = data[start : start + size]
        after, told = icc.cleaned(held) if data[COLOURS_AT:][:4] == EMBEDDED else _linked(held)
        if after != held:
            edits.append(Edit(start, start + size, after))
            findings += told
        ends = max(ends, start + size)
    if ends < len(data):
        said = data[ends:].decode("latin-1").strip("\0")
        findings += removed("BMP", "comment", said, "behind the dots") or [_history("padding")]
        edits.append(Edit(ends, len(data), b""))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten or cut."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every pixel is the same, and nothing but planned bytes differs.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    return (pixels.images(original, cleaned, "BMP"),)


def _dots(data: bytes) -> int:
    """Return where the dots end.

    Raises:
        UnreadableError: they end behind the file.
    """
    (start, head) = struct.unpack_from("<II", data, 10)
    if head < INFO_BYTES:
        width, height, _, depth = struct.unpack_from("<HHHH", data, FILE_BYTES + 4)
        packing = size = 0
    else:
        width, height, _, depth, packing, size = struct.unpack_from("<iiHHII", data, FILE_BYTES + 4)
    if packing not in PACKED or not size:
        size = (width * depth + 31) // 32 * 4 * abs(height)
    if start + size > len(data):
        raise UnreadableError("cut off")
    return int(start + size)


def _profile(data: bytes) -> tuple[int, int]:
    """Return where a colour profile, or the path of one, lies and how long it is."""
    if int.from_bytes(data[FILE_BYTES:][:4], "little") < V5_BYTES:
        return 0, 0
    if data[COLOURS_AT:][:4] not in (LINKED, EMBEDDED):
        return 0, 0
    start, size = struct.unpack_from("<II", data, PROFILE_AT)
    if FILE_BYTES + start + size > len(data):
        raise UnreadableError("a profile outside the file")
    return FILE_BYTES + start, size


def _linked(held: bytes) -> tuple[bytes, list[Finding]]:
    path = held.decode("cp1252", "replace").rstrip("\0")
    found = Finding("BMP.profile", Category.PATH, Action.REMOVED, path) if path else None
    return bytes(len(held)), [found] if found else []


def _history(what: str) -> Finding:
    return Finding("BMP", Category.HISTORY, Action.REMOVED, what, seed=False)


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
    pixels.warm()
