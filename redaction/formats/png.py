"""PNG pictures and screenshots: chunks that a viewer needs stay, all others go.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Chunks are
cut out and never written anew, but for the name of the colour profile and the orientation.
Layout: W3C PNG (third edition) §5 and §11; docs/reference/formats/png.md lists every chunk.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.carriers import exif, icc, xmp
from redaction.carriers.naming import removed
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Length, type and checksum of a chunk.
FRAME_BYTES: Final = 12
KEPT: Final = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND"),
        *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD", b"cICP", b"mDCV", b"cLLI"),
        *(b"acTL", b"fcTL", b"fdAT"),
    }
)
TEXTS: Final = (b"tEXt", b"zTXt", b"iTXt")
XMP_KEYWORD: Final = "XML:com.adobe.xmp"
# Programs name the profile after a display, a scanner or its owner; readers ignore the name.
PROFILE_NAME: Final = b"ICC"
MAX_TEXT_BYTES: Final = 8 * 1024 * 1024
MAX_PROFILE_BYTES: Final = 16 * 1024 * 1024
TYPE: Final = re.compile(rb"[A-Za-z]{4}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk: its type, where it starts and ends, and where its content lies."""

    type: bytes
    start: int
    end: int

    def body(self, data: bytes) -> bytes:
        """Return the content of this chunk of ``data``."""
        return data[self.start + 8 : self.end - 4]

    @property
    def critical(self) -> bool:
        """Whether no picture can be shown without it (§5.4: the first letter is a capital)."""
        return self.type[:1].isupper()


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a picture has no words to choose from
    """Return the chunks to cut; the orientation a viewer applies is kept.

    Raises:
        UnreadableError: no PNG, cut off, a wrong checksum, or a critical chunk nobody knows.
        TooLargeError: more pixels than can be compared.
    """
    known = chunks(data)
    turned = pixels.orientation(pixels.opened(data, "PNG"))
    waiting = _chunk(b"eXIf", exif.minimal(turned)) if turned != exif.UPRIGHT else None
    edits: list[Edit] = []
    findings: list[Finding] = []
    for chunk in known:
        before = data[chunk.start : chunk.end]
        if chunk.type in KEPT:
            continue
        if chunk.type == b"iCCP":
            after, told = _profile(chunk.body(data))
        elif chunk.critical:
            raise UnreadableError("an unknown critical chunk")
        else:
            after, told = b"", _told(chunk.type, chunk.body(data))
            if waiting is not None and chunk.type in (b"eXIf", *TEXTS):
                after, waiting = waiting, None
        if after != before:
            edits.append(Edit(chunk.start, chunk.end, after))
            findings += told
    end = known[-1].end
    if end < len(data):
        edits.append(Edit(end, len(data), b""))
        findings.append(_hidden("after the end of the picture"))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned chunks."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the kept chunks are the same bytes and decode to the same pixels.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: the picture does not decode.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = list(_pictured(original)), list(_pictured(cleaned))
    if before != after:
        raise NotFaithfulError("picture chunks differ")
    return (
        Proof("bytes", len(before), "every chunk of the picture is the same bytes"),
        pixels.images(original, cleaned, "PNG"),
    )


def chunks(data: bytes) -> list[Chunk]:
    """Return every chunk up to and including the end chunk.

    Raises:
        UnreadableError: no PNG, cut off, or a wrong checksum.
    """
    if not data.startswith(SIGNATURE):
        raise UnreadableError("no signature")
    found: list[Chunk] = []
    position = len(SIGNATURE)
    while not found or found[-1].type != b"IEND":
        end = position + FRAME_BYTES + int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        if end > len(data) or not TYPE.fullmatch(kind):
            raise UnreadableError("cut off")
        if zlib.crc32(data[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise UnreadableError("a wrong checksum")
        found.append(Chunk(kind, position, end))
        position = end
    if found[0].type != b"IHDR":
        raise UnreadableError("no header")
    return found


def _pictured(data: bytes) -> Iterator[bytes]:
    return (data[chunk.start : chunk.end] for chunk in chunks(data) if chunk.type in KEPT)


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + checksum


def _profile(body: bytes) -> tuple[bytes, list[Finding]]:
    """Return the colour profile under a name that tells nothing, its words blanked if needed."""
    name, _, packed = body.partition(b"\x00")
    plain = _inflated(packed[1:], MAX_PROFILE_BYTES)
    blanked, findings = icc.cleaned(plain)
    if blanked != plain:
        packed = packed[:1] + zlib.compress(blanked, 9)
    if name != PROFILE_NAME:
        text = name.decode("latin-1")
        findings.append(
            Finding("iCCP.name", Category.IDENTIFIER, Action.REPLACED, text, seed=False)
        )
    return _chunk(b"iCCP", PROFILE_NAME + b"\x00" + packed), findings


def _told(kind: bytes, body: bytes) -> list[Finding]:
    if kind in TEXTS:
        keyword, value = _text(kind, body)
        if keyword == XMP_KEYWORD:
            return xmp.findings(value.encode())
        told = removed("PNG", keyword or "text", value)
        return told or [_hidden(kind.decode())]
    if kind == b"eXIf":
        return exif.findings(body)
    if kind == b"tIME":
        return [Finding("PNG.tIME", Category.TIME, Action.REMOVED, "time of the last change")]
    return [_hidden(f"chunk {kind.decode()}")]


def _text(kind: bytes, body: bytes) -> tuple[str, str]:
    """Return keyword and value of a text chunk (§11.3.3)."""
    keyword, _, value = body.partition(b"\x00")
    encoding = "latin-1"
    if kind == b"zTXt":
        value = _inflated(value[1:], MAX_TEXT_BYTES)
    elif kind == b"iTXt":
        packed, encoding = value[:1] == b"\x01", "utf-8"
        value = value[2:].partition(b"\x00")[2].partition(b"\x00")[2]
        value = _inflated(value, MAX_TEXT_BYTES) if packed else value
    return keyword.decode("latin-1"), value[:MAX_TEXT_BYTES].decode(encoding, "replace")


def _inflated(packed: bytes, max_bytes: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, max_bytes)
    except zlib.error:
        return b""


def _hidden(what: str) -> Finding:
    return Finding("PNG", Category.HISTORY, Action.REMOVED, what, seed=False)


def warm() -> None:
    """Load the decoders, so that no file is opened afterwards."""
    people.warm()
    pixels.warm()
