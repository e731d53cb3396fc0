"""WebP pictures: chunks that a viewer needs stay, all others go.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Chunks are
cut out and never coded anew; the flags that announce them and the length of the file follow.
Specification: RFC 9649 (WebP) §2.3–§2.7; docs/reference/formats/webp.md lists every chunk.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.carriers import exif, icc, xmp
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

HEADER_BYTES: Final = 12
FRAME_HEADER_BYTES: Final = 16
EXTENDED: Final = b"VP8X"
EXTENDED_BYTES: Final = 10
PROFILE: Final = b"ICCP"
FRAME: Final = b"ANMF"
EXIF: Final = b"EXIF"
XMP: Final = b"XMP "
CODED: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
KEPT: Final = CODED | {EXTENDED, PROFILE, FRAME, b"ANIM"}
# Flags of VP8X (§2.7.1).
HAS_PROFILE: Final = 0x20
HAS_EXIF: Final = 0x08
HAS_PICTURE: Final = 0x10 | 0x02


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk: its type, where it starts, where its content lies, where its padding ends."""

    type: bytes
    start: int
    body: int
    size: int
    end: int

    def content(self, data: bytes) -> bytes:
        """Return the content of this chunk of ``data``."""
        return data[self.body : self.body + self.size]


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a picture has no words to choose from
    """Return the chunks to cut; the orientation a viewer applies is kept.

    Raises:
        UnreadableError: no WebP, or cut off.
        TooLargeError: more frames or pixels than can be compared.
    """
    known = chunks(data)
    turned = pixels.orientation(pixels.opened(data, "WEBP"))
    extended = any(chunk.type == EXTENDED for chunk in known)
    waiting = exif.minimal(turned) if turned != exif.UPRIGHT and extended else None
    keeps_exif = waiting is not None
    edits: list[Edit] = []
    findings: list[Finding] = []
    for chunk in known:
        before = data[chunk.start : chunk.end]
        after: bytes | None
        if chunk.type in (EXIF, XMP) and waiting is not None:
            after, waiting = _chunk(EXIF, waiting), None
        elif chunk.type in KEPT:
            after, told = _kept(chunk, data, known, keeps_exif=keeps_exif)
            findings += told
        else:
            after = b""
        if after != before:
            edits.append(Edit(chunk.start, chunk.end, after))
            if chunk.type not in KEPT:
                findings += _told(chunk.type, chunk.content(data))
    end = known[-1].end
    if end < len(data):
        edits.append(Edit(end, len(data), b""))
        findings.append(_hidden("after the end of the picture"))
    return Plan(tuple(findings), _sized(data, edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned chunks."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the coded pictures are the same bytes and decode to the same pixels.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: the picture does not decode.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = list(_pictured(original)), list(_pictured(cleaned))
    if before != after:
        raise NotFaithfulError("coded pictures differ")
    return (
        Proof("bytes", len(before), "every coded picture is the same bytes"),
        pixels.images(original, cleaned, "WEBP"),
    )


def chunks(data: bytes) -> list[Chunk]:
    """Return every chunk of the file.

    Raises:
        UnreadableError: no WebP, or cut off.
    """
    if data[:4] != b"RIFF" or data[8:HEADER_BYTES] != b"WEBP":
        raise UnreadableError("no WebP")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise UnreadableError("cut off")
    found = list(_chunks(data, HEADER_BYTES, end))
    if not found or found[0].type not in (EXTENDED, b"VP8 ", b"VP8L"):
        raise UnreadableError("no picture")
    return found


def _chunks(data: bytes, position: int, end: int) -> Iterator[Chunk]:
    while position + 8 <= end:
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        stop = position + 8 + size
        if stop > end:
            raise UnreadableError("cut off")
        # Some writers forget the padding of the last chunk.
        padded = min(stop + size % 2, end)
        yield Chunk(data[position : position + 4], position, position + 8, size, padded)
        position = padded


def _pictured(data: bytes) -> Iterator[bytes]:
    for chunk in chunks(data):
        if chunk.type in CODED or chunk.type == b"ANIM":
            yield chunk.type + chunk.content(data)
        elif chunk.type == EXTENDED:
            body = chunk.content(data)
            yield bytes((body[0] & HAS_PICTURE,)) + body[4:]
        elif chunk.type == FRAME:
            yield data[chunk.body : chunk.body + FRAME_HEADER_BYTES]
            inner = _chunks(data, chunk.body + FRAME_HEADER_BYTES, chunk.body + chunk.size)
            yield from (one.type + one.content(data) for one in inner if one.type in CODED)


def _kept(
    chunk: Chunk, data: bytes, known: Sequence[Chunk], *, keeps_exif: bool
) -> tuple[bytes, list[Finding]]:
    """Return a chunk that stays as it will be, and what was blanked in it."""
    body = chunk.content(data)
    if chunk.type == EXTENDED:
        if len(body) < EXTENDED_BYTES:
            raise UnreadableError("cut off")
        flags = body[0] & HAS_PICTURE | (HAS_EXIF if keeps_exif else 0)
        flags |= HAS_PROFILE if any(one.type == PROFILE for one in known) else 0
        return _chunk(EXTENDED, bytes((flags, 0, 0, 0)) + body[4:EXTENDED_BYTES]), []
    if chunk.type == PROFILE:
        blanked, findings = icc.cleaned(body)
        return _chunk(PROFILE, blanked), findings
    if chunk.type == FRAME:
        return _frame(chunk, data)
    return _chunk(chunk.type, body), []


def _frame(chunk: Chunk, data: bytes) -> tuple[bytes, list[Finding]]:
    """Return a frame of an animation with nothing but its picture, and what was cut from it."""
    stays = [data[chunk.body : chunk.body + FRAME_HEADER_BYTES]]
    findings: list[Finding] = []
    for one in _chunks(data, chunk.body + FRAME_HEADER_BYTES, chunk.body + chunk.size):
        if one.type in CODED:
            stays.append(_chunk(one.type, one.content(data)))
        else:
            findings += _told(one.type, one.content(data))
    return _chunk(FRAME, b"".join(stays)), findings


def _sized(data: bytes, edits: list[Edit]) -> tuple[Edit, ...]:
    """Return ``edits`` with the one that tells the new length of the file."""
    size = len(patched(data, edits)) - 8
    told = size.to_bytes(4, "little")
    return tuple(edits) if told == data[4:8] else (Edit(4, 8, told), *edits)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def _told(kind: bytes, body: bytes) -> list[Finding]:
    if kind == EXIF:
        return exif.findings(body.removeprefix(exif.SIGNATURE))
    if kind == XMP:
        return xmp.findings(body)
    return [_hidden(f"chunk {kind.decode('latin-1').strip()}")]


def _hidden(what: str) -> Finding:
    return Finding("WebP", Category.HISTORY, Action.REMOVED, what, seed=False)


def warm() -> None:
    """Load the decoders, so that no file is opened afterwards."""
    people.warm()
    pixels.warm()
