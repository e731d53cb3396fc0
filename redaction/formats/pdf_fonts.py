"""How a font counts: into which codes a shown string falls, and how far each moves the pen.

Room: redaction/formats. Pure. Only what is needed to know where each character of a page stands;
outlines and meanings are not read. Widths are whole thousandths of the type size, as pdfium takes
them, which draws the proof; what cannot be known is not a number, and so stands nowhere.
Layout: ISO 32000-2 §9.6 (simple fonts), §9.7 (composite fonts, CMaps).
"""

import ctypes
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Name

from redaction.formats.pdf_document import BROKEN

UNKNOWN: Final = math.nan
SPACE: Final = 32
PER_EM: Final = 1000
MAX_CMAP_BYTES: Final = 4 * 1024 * 1024
MAX_RANGE: Final = 0x10000
STANDARD: Final = frozenset(
    {
        *("/Helvetica", "/Helvetica-Bold", "/Helvetica-Oblique", "/Helvetica-BoldOblique"),
        *("/Times-Roman", "/Times-Bold", "/Times-Italic", "/Times-BoldItalic"),
        *("/Courier", "/Courier-Bold", "/Courier-Oblique", "/Courier-BoldOblique"),
    }
)
CODE_PAGES: Final = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}
# Encodings of Adobe's for Chinese, Japanese and Korean (§9.7.5.2): which codes have two bytes.
# The tables from codes to CIDs are not here, but an ideograph is as wide as the default says.
EASTERN: Final = re.compile(
    r"/(?:(?P<unicode>Uni[A-Za-z0-9]++-(?:UCS2|UTF16)-H)|(?P<shifted>(?:90|83)[a-z]++-RKSJ-H)"
    r"|(?P<extended>(?:GB|GBpc|GBK|GBKp|KSC|KSCpc)-EUC-H|KSCms-UHC-H|(?:B5pc|ETen-B5|EUC)-H))"
)
_Spaces = tuple[tuple[bytes, bytes], ...]
UNICODES: Final[_Spaces] = ((b"\x00\x00", b"\xff\xff"),)
EXTENDED: Final[_Spaces] = ((b"\x00", b"\x80"), (b"\x81\x40", b"\xfe\xfe"))
SHIFTED: Final[_Spaces] = (
    *((b"\x00", b"\x80"), (b"\xa0", b"\xdf")),
    *((b"\x81\x40", b"\x9f\xfc"), (b"\xe0\x40", b"\xfc\xfc")),
)
FIRST_WIDE: Final = 0x2E80
_HEX: Final = rb"<\s*+([0-9A-Fa-f]++)\s*+>\s*+"
_BLOCK: Final = re.compile(rb"begin(codespacerange|cidrange|cidchar)\b(.*?)end\1", re.DOTALL)
_SPACES: Final = re.compile(_HEX + _HEX)
_RANGES: Final = re.compile(_HEX + _HEX + rb"([0-9]++)")
_CHARS: Final = re.compile(_HEX + rb"([0-9]++)")


class Code(NamedTuple):
    """One character of a shown string: how many bytes it is, and how far it moves the pen."""

    size_bytes: int
    width: float  # thousandths of the type size
    is_space: bool  # whether the space between words is added (§9.3.3)


@dataclass(frozen=True, slots=True)
class Font:
    """Widths by code; strings fall into codes of ``code_bytes``, or as ``cids`` say.

    With ``wide_only`` the width of anything but an ideograph is unknown.
    """

    widths: Mapping[int, float] = field(default_factory=dict)
    default: float = UNKNOWN
    code_bytes: int = 1
    cids: "CMap | None" = None
    wide_only: bool = False

    def codes(self, raw: bytes) -> Iterator[Code]:
        """Yield the codes of ``raw`` in order; together they are as long as it is."""
        at = 0
        while at < len(raw):
            size = self.cids.size_at(raw, at) if self.cids else self.code_bytes
            code = int.from_bytes(raw[at : at + size], "big")
            cid = self.cids.cids.get((size, code), 0) if self.cids else code
            width = self.widths.get(cid, self.default)
            if self.wide_only and not (size == 2 and _is_wide(code, self.cids)):
                width = UNKNOWN
            yield Code(min(size, len(raw) - at), width, size == 1 and code == SPACE)
            at += size


@dataclass(frozen=True, slots=True)
class CMap:
    """An embedded CMap: which codes there are, by their bytes, and what they select."""

    spaces: tuple[tuple[bytes, bytes], ...]
    cids: Mapping[tuple[int, int], int]

    def size_at(self, raw: bytes, at: int) -> int:
        """Return of how many bytes the code at ``at`` is."""
        for low, high in self.spaces:
            code = raw[at : at + len(low)]
            fits = zip(low, code, high, strict=False)
            if len(code) == len(low) and all(least <= byte <= most for least, byte, most in fits):
                return len(low)
        return 1


def _is_wide(code: int, cids: CMap | None) -> bool:
    return cids is None or cids.spaces is not UNICODES or code >= FIRST_WIDE


def font(held: pikepdf.Object | None) -> Font:
    """Return how the font ``held`` counts; what is unknown of it is not a number."""
    try:
        kind = held.get(Name.Subtype) if isinstance(held, pikepdf.Dictionary) else None
        if held is None or kind is None:
            return Font()
        if kind == Name.Type0:
            return _composite(held)
        return _type3(held) if kind == Name.Type3 else _simple(held)
    except BROKEN:
        return Font()


def _simple(held: pikepdf.Object) -> Font:
    described = held.get(Name.FontDescriptor)
    missing = described.get("/MissingWidth") if isinstance(described, pikepdf.Dictionary) else None
    default = float(int(missing)) if missing is not None else UNKNOWN
    widths = held.get(Name.Widths)
    if not isinstance(widths, pikepdf.Array):
        base = str(held.get(Name.BaseFont))
        if base in STANDARD and described is None:
            return Font(_standard_codes(base, held.get(Name.Encoding)))
        return Font()
    first = int(held.get(Name.FirstChar, 0))
    return Font({first + at: float(int(width)) for at, width in enumerate(widths)}, default)


def _type3(held: pikepdf.Object) -> Font:
    first = int(held.get(Name.FirstChar, 0))
    scale = float(held[Name.FontMatrix][0]) * PER_EM
    return Font({first + at: _rounded(float(w) * scale) for at, w in enumerate(held[Name.Widths])})


def _rounded(width: float) -> float:
    return math.floor(width + 0.5)


def _composite(held: pikepdf.Object) -> Font:
    below = held[Name.DescendantFonts][0]
    default = float(int(below.get("/DW", PER_EM)))
    widths = _cid_widths(below.get("/W"))
    encoding = held[Name.Encoding]
    if encoding == Name("/Identity-H"):
        return Font(widths, default, code_bytes=2)
    if isinstance(encoding, pikepdf.Stream) and not int(encoding.get("/WMode", 0)):
        cids = _cmap(encoding.read_bytes()[:MAX_CMAP_BYTES])
        if cids is not None and "/UseCMap" not in encoding:
            return Font(widths, default, cids=cids)
    found = EASTERN.fullmatch(str(encoding))
    if found is None:
        # Written downwards, or leaning on another table.
        return Font(code_bytes=2)
    spaces = UNICODES if found["unicode"] else SHIFTED if found["shifted"] else EXTENDED
    return Font(default=default, cids=CMap(spaces, {}), wide_only=True)


def _cid_widths(held: object) -> dict[int, float]:
    widths: dict[int, float] = {}
    items = list(held) if isinstance(held, pikepdf.Array) else []
    at = 0
    while at + 1 < len(items):
        first, then = int(items[at]), items[at + 1]
        if isinstance(then, pikepdf.Array):
            widths |= {first + n: float(int(width)) for n, width in enumerate(then)}
            at += 2
        elif at + 2 < len(items):
            last, width = min(int(then), first + MAX_RANGE), float(int(items[at + 2]))
            widths |= dict.fromkeys(range(first, last + 1), width)
            at += 3
        else:
            break
    return widths


def _cmap(said: bytes) -> CMap | None:
    """Return an embedded CMap, or None if it leans on another one."""
    if b"usecmap" in said:
        return None
    spaces: list[tuple[bytes, bytes]] = []
    cids: dict[tuple[int, int], int] = {}
    for kind, block in _BLOCK.findall(said):
        if kind == b"codespacerange":
            spaces += [(_bytes(low), _bytes(high)) for low, high in _SPACES.findall(block)]
        elif kind == b"cidchar":
            cids |= {_key(code): int(cid) for code, cid in _CHARS.findall(block)}
        else:
            for low, high, cid in _RANGES.findall(block):
                size, first = _key(low)
                last = min(_key(high)[1], first + MAX_RANGE)
                cids |= {(size, code): int(cid) + code - first for code in range(first, last + 1)}
    return CMap(tuple(spaces), cids) if spaces else None


def _bytes(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode("ascii").rjust(len(digits) + len(digits) % 2, "0"))


def _key(digits: bytes) -> tuple[int, int]:
    raw = _bytes(digits)
    return len(raw), int.from_bytes(raw, "big")


def _standard_codes(base: str, encoding: object) -> Mapping[int, float]:
    if isinstance(encoding, pikepdf.Dictionary):
        encoding = encoding.get("/BaseEncoding") if "/Differences" not in encoding else None
    page = CODE_PAGES.get(str(encoding), "latin-1")
    widths = _standard(base)
    return {
        code: widths[character]
        for code in range(SPACE, 256)
        if (character := bytes([code]).decode(page, "replace")) in widths
        and (code < 0x7F or encoding is not None)
    }


@cache
def _standard(base: str) -> Mapping[str, float]:
    """Return the widths of one of the fonts that every reader has (§9.6.2.2), by character."""
    text = bytes(range(SPACE, 256)).decode("cp1252", "ignore")
    width = ctypes.c_float()
    widths: dict[str, float] = {}
    with closing(pypdfium2.PdfDocument.new()) as document:
        held = pdfium.FPDFText_LoadStandardFont(document, base.lstrip("/").encode("ascii"))
        for character in text:
            if pdfium.FPDFFont_GetGlyphWidth(held, ord(character), PER_EM, ctypes.byref(width)):
                widths[character] = width.value
        pdfium.FPDFFont_Close(held)
    return widths


def warm() -> None:
    """Load what pdfium reads of the fonts it brings."""
    for base in STANDARD:
        _standard(base)
