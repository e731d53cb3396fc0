"""The directories of a TIFF: which fields there are, where their values lie, where the picture is.

Room: redaction/formats. Pure; bounded in number and depth. Reads TIFF and BigTIFF in both byte
orders; everything is an offset into the file, and every offset is checked. Source: TIFF 6.0 §2,
§8 (strips), §15 (tiles), §22 and Adobe's technical note 2 (JPEG), technical note 1 (sub-images);
the BigTIFF proposal of libtiff.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import TooLargeError, UnreadableError

SIZES: Final = {
    **dict.fromkeys((1, 2, 6, 7), 1),
    **dict.fromkeys((3, 8), 2),
    **dict.fromkeys((4, 9, 11, 13), 4),
    **dict.fromkeys((5, 10, 12, 16, 17, 18), 8),
}
NUMBERS: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
SUB_IMAGES: Final = 330
# Where the coded picture lies: offsets, and how many bytes each.
CODED: Final = ((273, 279), (324, 325), (513, 514))
# Tables of the first kind of JPEG, each of a known size.
OLD_TABLES: Final = {519: 64, 520: 16, 521: 16}
MAX_DIRECTORIES: Final = 4_096
MAX_FIELDS: Final = 4_096
MAX_PIECES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """How numbers are written: byte order, and whether offsets have eight bytes."""

    mark: str
    big: bool

    def number(self, data: bytes, at: int, size: int) -> int:
        """Return the number of ``size`` bytes at ``at``."""
        if at < 0 or at + size > len(data):
            raise UnreadableError("a number outside the file")
        return int.from_bytes(data[at : at + size], "little" if self.mark == "<" else "big")

    @property
    def offset_bytes(self) -> int:
        """How long an offset is."""
        return 8 if self.big else 4

    @property
    def count_bytes(self) -> int:
        """How long the number of fields in a directory is."""
        return 8 if self.big else 2

    @property
    def header_bytes(self) -> int:
        """How long the header of the file is, its first offset included."""
        return 16 if self.big else 8


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its tag, its type, how many values, and where they lie in the file.

    ``at`` is where its entry stands; the values of an ``inline`` field lie in the entry.
    """

    tag: int
    kind: int
    count: int
    at: int
    start: int
    end: int
    inline: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory: where it begins, its fields, and where the next one begins (0: it is last)."""

    start: int
    end: int
    fields: tuple[Field, ...]
    following: int

    def field(self, tag: int) -> Field | None:
        """Return the field with this tag."""
        return next((known for known in self.fields if known.tag == tag), None)


def order_of(data: bytes) -> Order:
    """Return how numbers are written.

    Raises:
        UnreadableError: no TIFF.
    """
    known = {
        b"II*\x00": Order("<", big=False),
        b"MM\x00*": Order(">", big=False),
        b"II+\x00\x08\x00\x00\x00": Order("<", big=True),
        b"MM\x00+\x00\x08\x00\x00": Order(">", big=True),
    }
    found = known.get(data[:4]) or known.get(data[:8])
    if found is None:
        raise UnreadableError("no TIFF")
    return found


def directories(data: bytes, order: Order) -> list[Directory]:
    """Return every directory with a picture: the chain of pages, and images below them.

    Raises:
        UnreadableError: an offset leads nowhere, or in circles.
        TooLargeError: more than any file has.
    """
    first = order.number(data, order.header_bytes - order.offset_bytes, order.offset_bytes)
    waiting, seen, found = [first], set[int](), list[Directory]()
    while waiting:
        start = waiting.pop(0)
        if not start:
            continue
        if start in seen:
            raise UnreadableError("directories in a circle")
        if len(seen) >= MAX_DIRECTORIES:
            raise TooLargeError
        seen.add(start)
        known = directory(data, start, order)
        found.append(known)
        waiting.append(known.following)
        below = known.field(SUB_IMAGES)
        if below is not None:
            waiting += numbers(data, below, order)
    if not found:
        raise UnreadableError("no picture")
    return found


def directory(data: bytes, start: int, order: Order) -> Directory:
    """Return the directory at ``start``.

    Raises:
        UnreadableError: it lies outside the file.
        TooLargeError: more fields than any picture has.
    """
    count = order.number(data, start, order.count_bytes)
    entry_bytes = 4 + 2 * order.offset_bytes
    at = start + order.count_bytes
    end = at + count * entry_bytes + order.offset_bytes
    if end > len(data) or not count:
        raise UnreadableError("a directory outside the file")
    if count > MAX_FIELDS:
        raise TooLargeError
    fields = tuple(_field(data, at + n * entry_bytes, order) for n in range(count))
    following = order.number(data, end - order.offset_bytes, order.offset_bytes)
    return Directory(start, end, fields, following)


def _field(data: bytes, at: int, order: Order) -> Field:
    tag, kind = order.number(data, at, 2), order.number(data, at + 2, 2)
    count = order.number(data, at + 4, order.offset_bytes)
    size = SIZES.get(kind, 1) * count
    where = at + 4 + order.offset_bytes
    inline = size <= order.offset_bytes
    start = where if inline else order.number(data, where, order.offset_bytes)
    if start + size > len(data):
        # A field that goes anyway may lie; one that stays is refused where it is used.
        start, size = len(data), 0
    return Field(tag, kind, count, at, start, start + size, inline)


def numbers(data: bytes, field: Field, order: Order) -> list[int]:
    """Return the whole numbers that ``field`` holds.

    Raises:
        UnreadableError: they are no whole numbers, or lie outside the file.
        TooLargeError: more than any picture has pieces.
    """
    letter = NUMBERS.get(field.kind)
    if letter is None or field.end - field.start != SIZES[field.kind] * field.count:
        raise UnreadableError("no numbers")
    if field.count > MAX_PIECES:
        raise TooLargeError
    return list(struct.unpack_from(f"{order.mark}{field.count}{letter}", data, field.start))


def first(data: bytes, field: Field | None, order: Order) -> int | None:
    """Return the first number that ``field`` holds, if there is one.

    Raises:
        UnreadableError: it holds no whole numbers.
    """
    return next(iter(numbers(data, field, order)), None) if field is not None else None


def coded(data: bytes, known: Directory, order: Order) -> Iterator[tuple[int, int]]:
    """Yield from where to where each piece of the coded picture lies.

    Raises:
        UnreadableError: a piece lies outside the file, or its length is not told.
    """
    for offsets_tag, sizes_tag in CODED:
        offsets, sizes = known.field(offsets_tag), known.field(sizes_tag)
        if offsets is None:
            continue
        if sizes is None:
            raise UnreadableError("a picture of unknown length")
        starts, lengths = numbers(data, offsets, order), numbers(data, sizes, order)
        if len(starts) != len(lengths):
            raise UnreadableError("pieces without a length")
        for start, length in zip(starts, lengths, strict=True):
            if start + length > len(data):
                raise UnreadableError("cut off")
            if length:
                yield start, start + length
    yield from _old_tables(data, known, order)


def _old_tables(data: bytes, known: Directory, order: Order) -> Iterator[tuple[int, int]]:
    for tag, size in OLD_TABLES.items():
        tables = known.field(tag)
        for start in numbers(data, tables, order) if tables is not None else ():
            # A table of Huffman codes is as long as its counts say.
            more = sum(data[start : start + size]) if size == 16 else 0
            if start + size + more > len(data):
                raise UnreadableError("cut off")
            yield start, start + size + more
