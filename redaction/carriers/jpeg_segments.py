"""The segments of a JPEG: which a decoder needs, and which only tell about people.

Room: redaction/carriers. Pure; linear in the file. Used for JPEG files and for the JPEG streams
inside PDFs. Nothing is decoded or encoded again: segments are cut out or replaced, and the coded
picture stays byte for byte. Layout: ITU-T T.81 annex B; JFIF 1.02; ICC.1:2022 annex B.4.

    FFD8 | FFE0 JFIF | FFE1 Exif, XMP | FFE2 ICC | … | FFDB … FFC0 … FFDA <coded> | FFD9 | trailer
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.carriers import exif, icc, iptc, xmp
from redaction.errors import UnreadableError
from redaction.model import Action, Category, Edit, Finding

START: Final = b"\xff\xd8"
SOS: Final = 0xDA
EOI: Final = 0xD9
COMMENT: Final = 0xFE
APPLICATIONS: Final = range(0xE0, 0xF0)
# Frames, tables, restart interval, number of lines: what T.81 table B.1 gives a decoder.
CODING: Final = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xE0)})
# Restart markers and stuffed bytes belong to the coded data.
NEXT_MARKER: Final = re.compile(rb"\xff++(?![\x00\xd0-\xd7])", re.DOTALL)

JFIF: Final = b"JFIF\x00"
# Version, units and densities; what follows is a thumbnail, and its size is told as 0 by 0.
JFIF_BYTES: Final = 12
ADOBE: Final = b"Adobe"
ADOBE_BYTES: Final = 12
XMP: Final = (b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00")
EXTENDED_HEADER_BYTES: Final = 40
ICC: Final = b"ICC_PROFILE\x00"
ICC_HEADER_BYTES: Final = 14
PHOTOSHOP: Final = b"Photoshop 3.0\x00"


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker segment: its code, where it starts, where its content starts, where it ends.

    The coded data that follows a start of scan belongs to its segment.
    """

    marker: int
    start: int
    body: int
    end: int


def segments(data: bytes, *, strict: bool = True) -> list[Segment]:
    """Return every segment after the start marker; the last is the end of image.

    Without ``strict`` a missing end marker is forgiven, as readers of PDF do.

    Raises:
        UnreadableError: no JPEG, cut off, or something between two segments.
    """
    if not data.startswith(START):
        raise UnreadableError("no start of image")
    found: list[Segment] = []
    position = len(START)
    while True:
        segment = _segment(data, position)
        if segment is None:
            if strict or not any(known.marker == SOS for known in found):
                raise UnreadableError("cut off")
            return [*found, Segment(EOI, len(data), len(data), len(data))]
        found.append(segment)
        if segment.marker == EOI:
            return found
        position = segment.end


def _segment(data: bytes, position: int) -> Segment | None:
    """Return the segment at ``position``, or None where the data ends before it does."""
    if position >= len(data):
        return None
    at = NEXT_MARKER.match(data, position)
    if at is None:
        raise UnreadableError("something between two segments")
    if at.end() >= len(data):
        return None
    marker = data[at.end()]
    if marker == EOI:
        return Segment(EOI, position, at.end() + 1, at.end() + 1)
    if marker not in CODING and marker not in APPLICATIONS and marker != COMMENT:
        raise UnreadableError("a marker that no JPEG has")
    body = at.end() + 3
    end = at.end() + 1 + int.from_bytes(data[at.end() + 1 : body], "big")
    if end < body or end > len(data):
        return None
    if marker == SOS:
        following = NEXT_MARKER.search(data, end)
        end = following.start() if following else len(data)
    return Segment(marker, position, body, end)


def planned(
    data: bytes, orientation: int = exif.UPRIGHT, *, strict: bool = True, where: str = ""
) -> tuple[tuple[Edit, ...], tuple[Finding, ...]]:
    """Return the edits that leave only the picture and how to show it, and what they remove.

    ``orientation`` other than upright is kept, in an Exif block that holds nothing else.

    Raises:
        UnreadableError: as ``segments``.
    """
    parts = segments(data, strict=strict)
    turned = exif.minimal(orientation) if orientation in exif.ORIENTATIONS else None
    edits: list[Edit] = []
    findings: list[Finding] = []
    for part in parts:
        body = data[part.body : part.end]
        if part.marker in CODING or part.marker == EOI or body.startswith(ICC):
            continue
        kept = _kept(part.marker, body)
        if kept is None and turned is not None and part.marker == 0xE1:
            kept, turned = exif.SIGNATURE + turned, None
        if kept != body:
            findings += told(part.marker, body, where)
            edits.append(Edit(part.start, part.end, _written(part.marker, kept)))
    profile_edits, profile_findings = _profile(data, parts, where)
    end = parts[-1].end
    if end < len(data):
        findings.append(_hidden("after the end of the image", where))
        edits.append(Edit(end, len(data), b""))
    return tuple(sorted([*edits, *profile_edits])), (*findings, *profile_findings)


def coded(data: bytes, *, strict: bool = True) -> Iterator[bytes]:
    """Yield the segments a decoder works on, in order: two pictures are equal if these are."""
    for part in segments(data, strict=strict):
        if part.marker in CODING:
            yield data[part.start : part.end]


def silenced(data: bytes, where: str = "") -> tuple[bytes, list[Finding]]:
    """Return a picture of the same length, its telling segments made of zeros, and what they told.

    For pictures inside other files, of which no byte may move. Colour profiles go, too.

    Raises:
        UnreadableError: as ``segments``, which is not strict here.
    """
    silent = bytearray(data)
    findings: list[Finding] = []
    for part in segments(data, strict=False):
        needed = part.marker in CODING or part.marker in (EOI, 0xE0, 0xEE)
        if not needed and any(data[part.body : part.end]):
            findings += told(part.marker, data[part.body : part.end], where)
            silent[part.body : part.end] = bytes(part.end - part.body)
    return bytes(silent), findings


def _kept(marker: int, body: bytes) -> bytes | None:
    """Return what stays of an application segment or comment, or None if nothing does."""
    if marker == 0xE0 and body.startswith(JFIF) and len(body) >= JFIF_BYTES:
        return body[:JFIF_BYTES] + bytes(2)
    if marker == 0xEE and body.startswith(ADOBE) and len(body) >= ADOBE_BYTES:
        return body[:ADOBE_BYTES]
    return None


def _written(marker: int, body: bytes | None) -> bytes:
    if body is None:
        return b""
    return b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2, "big") + body


def told(marker: int, body: bytes, where: str) -> list[Finding]:
    """Return what an application segment or comment tells that goes."""
    if body.startswith(exif.SIGNATURE):
        return exif.findings(body[len(exif.SIGNATURE) :], where)
    for signature in XMP:
        if body.startswith(signature):
            skipped = EXTENDED_HEADER_BYTES if signature is XMP[1] else 0
            return xmp.findings(body[len(signature) + skipped :], where)
    if body.startswith(PHOTOSHOP):
        return iptc.findings(body, where)
    if marker == COMMENT:
        text = body.decode("utf-8", "replace").strip("\x00 \r\n")
        return [Finding("COM", Category.COMMENT, Action.REMOVED, text or "comment", where)]
    if marker in (0xE0, 0xEE):
        return [Finding("APP0", Category.PREVIEW, Action.REMOVED, "thumbnail", where, seed=False)]
    return [_hidden(f"segment APP{marker - 0xE0}", where)]


def _hidden(what: str, where: str) -> Finding:
    return Finding("JPEG", Category.HISTORY, Action.REMOVED, what, where, seed=False)


def _profile(data: bytes, parts: list[Segment], where: str) -> tuple[list[Edit], list[Finding]]:
    """Return the edits that blank telling words in the colour profile, chunk by chunk."""
    chunks = [part for part in parts if part.marker == 0xE2 and data.startswith(ICC, part.body)]
    spans = [(part.body + ICC_HEADER_BYTES, part.end) for part in chunks]
    profile = b"".join(data[start:end] for start, end in spans)
    blanked, findings = icc.cleaned(profile, where)
    edits: list[Edit] = []
    position = 0
    for start, end in spans:
        piece = blanked[position : position + end - start]
        position += end - start
        if piece != data[start:end]:
            edits.append(Edit(start, end, piece))
    return edits, findings
