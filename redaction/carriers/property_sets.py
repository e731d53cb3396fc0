"""Property sets ([MS-OLEPS]) of compound files: who made a file, for whom, when and from what.

Room: redaction/carriers. Pure; linear in the stream. Values are overwritten in place: a text by
blanks of the same length, a time by the first of 1970, a preview by zeros; so every length and
offset stays true. Which fields tell of people, a table says for the sets that are known; in the
others their names do, and if they have none, their values. Sources: [MS-OLEPS] §2, §3.1 (summary),
Inventor's API reference (designs), Solid Edge's "File Properties" reference.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from redaction.carriers import labelled_fields
from redaction.errors import UnreadableError
from redaction.model import Category

MARK: Final = b"\xfe\xff"
HEADER_BYTES: Final = 28
MAX_PROPERTIES: Final = 4_096
LPSTR, LPWSTR, BSTR, FILETIME, DATE, CLIP, BLOB = 0x1E, 0x1F, 0x08, 0x40, 0x07, 0x47, 0x41
CODE_PAGE, DICTIONARY = 1, 0
# 1970-01-01 as FILETIME and as a day count; no time is told of the gateway, nor "never".
NO_FILETIME: Final = (116_444_736_000_000_000).to_bytes(8, "little")
NO_DATE: Final = struct.pack("<d", 25569.0)
CODE_PAGES: Final = {65001: "utf-8", 1200: "utf-16-le", 10000: "mac_roman", 936: "gbk", 950: "big5"}
KNOWN_PAGES: Final = frozenset({*range(1250, 1259), 437, 850, 866, 874, 932, 949})

SUMMARY: Final = UUID("f29f85e0-4ff9-1068-ab91-08002b27b3d9")
DOCUMENT: Final = UUID("d5cdd502-2e9c-101b-9397-08002b2cf9ae")
INVENTOR_SUMMARY: Final = UUID("3d38de39-0588-4c14-bb37-18f4d5dd31c7")
INVENTOR_DOCUMENT: Final = UUID("8cf58000-da66-4ae6-8ff0-7b58406fb049")
INVENTOR_TRACKING: Final = UUID("32853f0f-3444-11d1-9e93-0060b03c1ca6")
INVENTOR_CONTROL: Final = UUID("d861fb30-3136-11d1-9e92-0060b03c1ca6")
SOLID_EDGE_SUMMARY: Final = UUID("cc024fa2-6eb5-11ce-8aa2-08003601e988")
SOLID_EDGE_PROJECT: Final = UUID("f0d6d0b1-a0d8-11ce-8aa2-08003601e988")

_OVERVIEW: Final = {
    **dict.fromkeys((2, 3, 5, 6), Category.COMMENT),
    **dict.fromkeys((4, 8), Category.PERSON),
    7: Category.PATH,
    17: Category.PREVIEW,
}
_COMPANY: Final = {14: Category.PERSON, 15: Category.ORGANISATION, 2: Category.COMMENT}
FIELDS: Final = {
    SUMMARY: _OVERVIEW,
    INVENTOR_SUMMARY: _OVERVIEW,
    DOCUMENT: _COMPANY,
    INVENTOR_DOCUMENT: _COMPANY,
    INVENTOR_TRACKING: {
        **dict.fromkeys((10, 12, 34, 41, 42, 43), Category.PERSON),
        28: Category.PREVIEW,
    },
    INVENTOR_CONTROL: {16: Category.PERSON},
    # The user, and previews in two sizes; number, revision and project of the document.
    SOLID_EDGE_SUMMARY: {8: Category.PERSON, **dict.fromkeys((10, 11), Category.PREVIEW)},
    SOLID_EDGE_PROJECT: {},
}


@dataclass(frozen=True, slots=True)
class Value:
    """A property: whose it is, what it is called, and where its text or number lies.

    ``category`` is None for a field that tells of nobody by itself.
    """

    set: UUID
    number: int
    kind: int
    start: int
    end: int
    encoding: str
    name: str
    category: Category | None
    text: str = field(repr=False)

    def blank(self, stream: bytes) -> bytes:
        """Return what stands in place of this value, of the same length."""
        if self.kind == FILETIME:
            return NO_FILETIME
        if self.kind == DATE:
            return NO_DATE
        held = stream[self.start : self.end]
        if self.kind in (CLIP, BLOB):
            return bytes(len(held))
        if self.encoding == "utf-16-le":
            chars = len(held) // 2
            ends = next((n for n in range(chars) if held[2 * n : 2 * n + 2] == b"\0\0"), chars)
            return b" \0" * ends + bytes(len(held) - 2 * ends)
        ends = held.find(b"\0")
        ends = len(held) if ends < 0 else ends
        return b" " * ends + bytes(len(held) - ends)


def is_set(stream: bytes) -> bool:
    """Return whether ``stream`` begins as a property set does."""
    if len(stream) < HEADER_BYTES + 20 or not stream.startswith(MARK):
        return False
    version, count = stream[2:4], struct.unpack_from("<I", stream, 24)[0]
    return version in (b"\0\0", b"\1\0") and 1 <= count <= 2


def values(stream: bytes) -> Iterator[Value]:
    """Yield every text, time and preview in the property sets of ``stream``.

    Raises:
        UnreadableError: an offset or length leads outside the stream.
    """
    try:
        count = struct.unpack_from("<I", stream, 24)[0]
        for number in range(min(count, 2)):
            name, start = struct.unpack_from("<16sI", stream, HEADER_BYTES + 20 * number)
            yield from _section(stream, UUID(bytes_le=name), start)
    except struct.error as error:
        raise UnreadableError("a damaged property set") from error


def _section(stream: bytes, which: UUID, start: int) -> Iterator[Value]:
    _, count = struct.unpack_from("<II", stream, start)
    if count > MAX_PROPERTIES:
        raise UnreadableError("a damaged property set")
    places = [struct.unpack_from("<II", stream, start + 8 + 8 * n) for n in range(count)]
    page = 1252
    for number, offset in places:
        if number == CODE_PAGE:
            page = struct.unpack_from("<IH", stream, start + offset)[1]
    encoding = CODE_PAGES.get(page, f"cp{page}" if page in KNOWN_PAGES else "latin-1")
    names: dict[int, str] = {}
    for number, offset in places:
        if number == DICTIONARY:
            names = _dictionary(stream, start + offset, encoding)
    for number, offset in places:
        if number not in (DICTIONARY, CODE_PAGE):
            value = _value(stream, start + offset, encoding, which, number)
            if value is not None:
                yield _named(value, names.get(number, ""))


def _named(value: Value, name: str) -> Value:
    """Return ``value`` with its name, if it has one, and what it tells of."""
    known = FIELDS.get(value.set, {}).get(value.number)
    category: Category | None
    if value.kind in (FILETIME, DATE):
        category = Category.TIME
    elif value.kind in (CLIP, BLOB):
        previewed = value.kind == CLIP or known is Category.PREVIEW
        category = Category.PREVIEW if previewed else None
    else:
        told = bool(name) or value.set not in FIELDS
        category = known or (labelled_fields.category(name, value.text) if told else None)
    return replace(value, name=name, category=category)


def _value(stream: bytes, at: int, encoding: str, which: UUID, number: int) -> Value | None:
    """Return the value at ``at``; None for a number."""
    kind, size = struct.unpack_from("<II", stream, at)
    start = at + 8
    if kind in (FILETIME, DATE):
        start, end = at + 4, at + 12
    elif kind == LPWSTR:
        end, encoding = start + 2 * size, "utf-16-le"
    elif kind in (LPSTR, BSTR, CLIP, BLOB):
        end = start + size
    else:
        return None
    if end > len(stream):
        raise UnreadableError("a damaged property set")
    text = ""
    if kind in (LPSTR, LPWSTR, BSTR):
        text = stream[start:end].decode(encoding, "replace").partition("\0")[0]
    return Value(which, number, kind, start, end, encoding, "", None, text)


def _dictionary(stream: bytes, at: int, encoding: str) -> dict[int, str]:
    """Return the names of properties by number ([MS-OLEPS] §2.17)."""
    names: dict[int, str] = {}
    (count,) = struct.unpack_from("<I", stream, at)
    at += 4
    for _ in range(min(count, MAX_PROPERTIES)):
        number, size = struct.unpack_from("<II", stream, at)
        wide = encoding == "utf-16-le"
        stop = at + 8 + (2 * size if wide else size)
        if stop > len(stream):
            raise UnreadableError("a damaged property set")
        names[number] = stream[at + 8 : stop].decode(encoding, "replace").rstrip("\0")
        at = stop + (-stop % 4 if wide else 0)
    return names
