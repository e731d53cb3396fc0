"""Streams inside a PDF: photographs lose their Exif, packed data its hidden tail.

Room: redaction/formats. Pure; works on one node of the walk at a time. Pictures are never decoded:
their segments or boxes are cut as in files of their own. Layout: ISO 32000-2 §7.4 (filters),
ISO/IEC 15444-1 annex I (JP2 boxes) and annex A (codestream).
"""

import base64
import binascii
import re
import zlib
from contextlib import suppress
from typing import Final, cast

import pikepdf
from pikepdf import Name, StreamDecodeLevel

from redaction.carriers import icc, jpeg_segments, xmp
from redaction.errors import TooLargeError, UnreadableError
from redaction.formats.pdf_document import BROKEN, MAX_STREAM_BYTES, Node
from redaction.formats.pdf_words import stated
from redaction.model import Category, Finding, patched

MAX_RATIO: Final = 200
MIN_BUDGET_BYTES: Final = 64 * 1024 * 1024
MAX_BUDGET_BYTES: Final = 1024 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024
LEVEL: Final = 6
BLANKS: Final = b"\x00\t\n\x0c\r "

ALIASES: Final = {
    "/Fl": "/FlateDecode",
    "/DCT": "/DCTDecode",
    "/A85": "/ASCII85Decode",
    "/AHx": "/ASCIIHexDecode",
    "/LZW": "/LZWDecode",
    "/RL": "/RunLengthDecode",
}
PLAIN: Final = frozenset(
    {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
)
# A JPEG that cannot be read segment by segment passes only without any of these.
TELLTALES: Final = re.compile(rb"Exif\x00|http://ns\.adobe\.com|Photoshop 3\.0|JUMB|<\?xpacket")

BOXES_KEPT: Final = frozenset(
    {
        *(b"jP  ", b"ftyp", b"rreq", b"jp2h", b"jp2c", b"jpch", b"jplh", b"cgrp", b"opct"),
        *(b"creg", b"comp", b"copt"),
    }
)
CODESTREAM: Final = b"\xff\x4f\xff\x51"
TILE: Final = 0xFF90
COMMENT: Final = 0xFF64


class Budget:
    """How many bytes a document may still unpack; a bomb runs it dry."""

    def __init__(self, packed_bytes: int) -> None:
        allowed = max(MIN_BUDGET_BYTES, MAX_RATIO * packed_bytes)
        self._left_bytes = min(allowed, MAX_BUDGET_BYTES)

    def spend(self, unpacked_bytes: int) -> None:
        """Take ``unpacked_bytes`` off.

        Raises:
            TooLargeError: nothing is left.
        """
        self._left_bytes -= unpacked_bytes
        if self._left_bytes < 0:
            raise TooLargeError


def scrubbed(node: Node, budget: Budget) -> list[Finding]:
    """Cut from a stream what its decoder does not need, and return what that was.

    Raises:
        TooLargeError: the document unpacks to too much.
        UnreadableError: a picture carries metadata in a way that cannot be cut out.
    """
    held = node.held
    if not isinstance(held, pikepdf.Stream):
        return []
    filters = _filters(held)
    if len(filters) == 1:
        _unlisted(held, filters[0])
    if "/DCTDecode" in filters:
        return _picture(held, filters, "/DCTDecode", budget)
    if "/JPXDecode" in filters:
        return _picture(held, filters, "/JPXDecode", budget)
    if filters[:1] == ["/FlateDecode"]:
        found = _tail(held, budget)
        return found + (_profile(held) if "/N" in held and "/Subtype" not in held else [])
    data = held.read_raw_bytes()
    budget.spend(len(data))
    found = _profile(held) if "/N" in held and not filters else []
    if not filters:
        # The writer would pack it, too, but a second writing would then differ from the first.
        packed = zlib.compress(held.read_raw_bytes(), LEVEL)
        _rewritten(held, packed, Name.FlateDecode, None)
    return found


def coded(held: pikepdf.Stream) -> bytes:
    """Return what a decoder makes the picture, the font or the page of: metadata is not in it.

    Raises:
        UnreadableError: a picture that is damaged or packed in an unknown way.
    """
    filters = _filters(held)
    budget = Budget(MAX_BUDGET_BYTES)
    for last, cut in (("/DCTDecode", _jpeg), ("/JPXDecode", _jpeg2000)):
        if last in filters:
            return cut(_raw_picture(held, filters, last, budget))[0]
    data = held.read_raw_bytes()
    # Fax and JBIG2 stay as they are: reading the latter would start another program.
    if PLAIN.issuperset(filters):
        with suppress(*BROKEN):
            data = held.read_bytes(StreamDecodeLevel.specialized)
    return icc.cleaned(data)[0] if "/N" in held else data


def _filters(held: pikepdf.Stream) -> list[str]:
    value = held.get(Name.Filter)
    if value is None:
        return []
    several = list(value) if isinstance(value, pikepdf.Array) else [value]
    return [ALIASES.get(str(one), str(one)) for one in several]


def _unlisted(held: pikepdf.Stream, only: str) -> None:
    """Name the only filter of a stream without a list: the writer packs a list of one anew."""
    if isinstance(held.get(Name.Filter), pikepdf.Array):
        held[Name.Filter] = Name(only)
    parameters = held.get(Name.DecodeParms)
    if isinstance(parameters, pikepdf.Array) and len(parameters) == 1:
        if isinstance(parameters[0], pikepdf.Dictionary):
            held[Name.DecodeParms] = parameters[0]
        else:
            del held[Name.DecodeParms]


def _tail(held: pikepdf.Stream, budget: Budget) -> list[Finding]:
    """Cut what follows the end of the packed data and no reader shows."""
    raw = held.read_raw_bytes()
    _, end = _inflated(raw, budget)
    if end is None or not raw[end:].strip(BLANKS):
        return []
    _rewritten(held, raw[:end], held[Name.Filter], held.get(Name.DecodeParms))
    return [stated("PDF/Stream", Category.HISTORY, "bytes after the end of packed data")]


def _inflated(raw: bytes, budget: Budget, *, keep: bool = False) -> tuple[bytes, int | None]:
    """Return what unpacks (if kept), and where the packed data ends, or None if damaged."""
    engine = zlib.decompressobj()
    out: list[bytes] = []
    waiting = raw
    try:
        while waiting and not engine.eof:
            piece = engine.decompress(waiting, PIECE_BYTES)
            waiting = engine.unconsumed_tail
            budget.spend(len(piece))
            if keep:
                out.append(piece)
    except zlib.error:
        return b"".join(out), None
    return b"".join(out), len(raw) - len(engine.unused_data) if engine.eof else None


def _picture(held: pikepdf.Stream, filters: list[str], last: str, budget: Budget) -> list[Finding]:
    data = _raw_picture(held, filters, last, budget)
    budget.spend(len(data))
    cut, found = (_jpeg if last == "/DCTDecode" else _jpeg2000)(data)
    if cut != data:
        parameters = held.get(Name.DecodeParms)
        if isinstance(parameters, pikepdf.Array):
            parameters = parameters[len(filters) - 1]
        _rewritten(held, cut, Name(last), parameters)
    return found


def _raw_picture(held: pikepdf.Stream, filters: list[str], last: str, budget: Budget) -> bytes:
    """Return the picture's own file, taken out of the filters around it."""
    data = held.read_raw_bytes()
    for outer in filters[: filters.index(last)]:
        data = _unpacked(data, outer, budget)
    return data


def _rewritten(
    held: pikepdf.Stream, raw: bytes, filters: pikepdf.Object, parameters: pikepdf.Object | None
) -> None:
    # Only a name, a dictionary or an array of them can have come out of a stream's dictionary.
    held.write(
        raw,
        filter=cast("Name | pikepdf.Array", filters),
        decode_parms=cast("pikepdf.Dictionary | pikepdf.Array | None", parameters),
    )


def _unpacked(data: bytes, outer: str, budget: Budget) -> bytes:
    try:
        if outer == "/FlateDecode":
            return _inflated(data, budget, keep=True)[0]
        if outer == "/ASCII85Decode":
            return base64.a85decode(data.strip(BLANKS).removesuffix(b"~>"))
        if outer == "/ASCIIHexDecode":
            return binascii.unhexlify(re.sub(rb"[\s>]++", b"", data))
    except (ValueError, binascii.Error) as error:
        raise UnreadableError from error
    raise UnreadableError("a picture packed in a way that pictures are not")


def _jpeg(data: bytes) -> tuple[bytes, list[Finding]]:
    data = data.lstrip(BLANKS)
    try:
        edits, found = jpeg_segments.planned(data, strict=False, where="picture in the PDF")
    except UnreadableError:
        if TELLTALES.search(data):
            raise
        return data, []
    return patched(data, edits), list(found)


def _jpeg2000(data: bytes) -> tuple[bytes, list[Finding]]:
    if data.startswith(CODESTREAM):
        return _commentless(data)
    out: list[bytes] = []
    found: list[Finding] = []
    position = 0
    while position + 8 <= len(data):
        kind = data[position + 4 : position + 8]
        head, size = _box(data, position)
        if size < head or position + size > len(data):
            raise UnreadableError("a damaged JPEG 2000 picture")
        body = data[position + head : position + size]
        if kind == b"jp2c":
            body, told = _commentless(body)
            found += told
        if kind in BOXES_KEPT:
            out.append((len(body) + 8).to_bytes(4, "big") + kind + body)
        else:
            told = xmp.findings(body) if b"<x:xmpmeta" in body else []
            found += [stated("JP2", Category.HISTORY, "box of metadata"), *told]
        position += size
    return b"".join(out), found


def _box(data: bytes, position: int) -> tuple[int, int]:
    size = int.from_bytes(data[position : position + 4], "big")
    if size == 1:
        return 16, int.from_bytes(data[position + 8 : position + 16], "big")
    return 8, size or len(data) - position


def _commentless(codestream: bytes) -> tuple[bytes, list[Finding]]:
    """Return the codestream without the comments of its main header (A.9.2)."""
    out = [codestream[:2]]
    position = 2
    while position + 4 <= len(codestream):
        marker = int.from_bytes(codestream[position : position + 2], "big")
        if marker == TILE:
            cut = b"".join([*out, codestream[position:]])
            comment = stated("JP2", Category.COMMENT, "comment in the codestream")
            return cut, [comment] if cut != codestream else []
        end = position + 2 + int.from_bytes(codestream[position + 2 : position + 4], "big")
        if marker < 0xFF00 or end > len(codestream):
            break
        if marker != COMMENT:
            out.append(codestream[position:end])
        position = end
    raise UnreadableError("a damaged JPEG 2000 picture")


def _profile(held: pikepdf.Stream) -> list[Finding]:
    """Blank telling words in a colour profile (a stream with a number of components)."""
    try:
        profile = held.read_bytes()
    except BROKEN:
        return []
    if len(profile) > MAX_STREAM_BYTES:
        raise TooLargeError
    blanked, found = icc.cleaned(profile, "colour profile in the PDF")
    if blanked != profile:
        held.write(blanked)
    return found
