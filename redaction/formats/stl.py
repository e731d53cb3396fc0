"""STL meshes, binary and ASCII: facets stay byte for byte, whatever was written beside them goes.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. A binary
file says who made it in its first 80 bytes, an ASCII file in the names of its solids (see
``redaction.formats.stl_ascii``). Source: "Stereolithography Interface Specification" (3D Systems,
1989); the colours that Materialise Magics and VisCAM keep in headers and attribute bytes.
"""

import re
from collections.abc import Sequence
from typing import Final

from redaction.carriers.naming import removed
from redaction.errors import NotFaithfulError
from redaction.fidelity import mesh
from redaction.formats import stl_ascii
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

HEADER_BYTES: Final = 80
FACETS_AT: Final = 84
FACET_BYTES: Final = 50
# Blanks and not zeros: readers that look for a colour treat the header as a C string.
BLANK: Final = b" "
# Magics: a default colour (red, green, blue, alpha) and a material (diffuse, specular, ambient).
COLOUR: Final = re.compile(rb"COLOR=(.{4})", re.DOTALL)
MATERIAL: Final = re.compile(rb"MATERIAL=(.{12})", re.DOTALL)
PRINTABLE: Final = frozenset(range(0x20, 0x7F))


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a mesh has no words to choose from
    """Return what is to be blanked, renamed and cut.

    Raises:
        UnreadableError: cut off, or an ASCII file with something in it that is no facet.
    """
    if not is_binary(data):
        return stl_ascii.plan(data)
    edits: list[Edit] = []
    findings: list[Finding] = []
    header = data[:HEADER_BYTES]
    blanked = _blanked(header)
    if blanked != header:
        edits.append(Edit(0, HEADER_BYTES, blanked))
        findings += _told(header)
    end = _end(data)
    if end < len(data):
        edits.append(Edit(end, len(data), b""))
        told = f"{len(data) - end} bytes after the last facet"
        findings.append(Finding("STL", Category.HISTORY, Action.REMOVED, told, seed=False))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned places replaced."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that nothing but the planned places changed, and that every facet is the same bytes.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    if is_binary(original) != is_binary(cleaned):
        raise NotFaithfulError("read differently now")
    if is_binary(original):
        return (mesh.binary_facets(original, cleaned),)
    return (mesh.ascii_facets(original, cleaned),)


def is_binary(data: bytes) -> bool:
    """Return whether ``data`` holds as many binary facets as it says.

    The word "solid" at its beginning proves nothing. An ASCII file would need seven gigabytes
    before the number its letters make at this place could be true.
    """
    return len(data) >= FACETS_AT and _end(data) <= len(data)


def _end(data: bytes) -> int:
    return FACETS_AT + FACET_BYTES * int.from_bytes(data[HEADER_BYTES:FACETS_AT], "little")


def _blanked(header: bytes) -> bytes:
    """Return a header that says nothing but the colours of the mesh, where they stood."""
    blanked = bytearray(BLANK * HEADER_BYTES)
    for found in _appearance(header):
        blanked[found.start() : found.end()] = found.group()
    return bytes(blanked)


def _appearance(header: bytes) -> list[re.Match[bytes]]:
    found = (COLOUR.search(header), MATERIAL.search(header))
    # "MATERIAL=Steel by Jane" is a sentence; colours are numbers and hardly ever all printable.
    return [match for match in found if match and not PRINTABLE.issuperset(match[1])]


def _told(header: bytes) -> list[Finding]:
    words = bytearray(header)
    for match in _appearance(header):
        words[match.start() : match.end()] = BLANK * (match.end() - match.start())
    text = " ".join(words.decode("latin-1").replace("\x00", " ").split())
    told = removed("STL", "header", text, "first 80 bytes")
    return told or [Finding("STL.header", Category.SOFTWARE, Action.REMOVED, "zeros", seed=False)]


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
