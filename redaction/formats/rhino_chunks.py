"""The chunks of a 3DM file: a tree of lengths, each with a checksum of its own.

Room: redaction/formats. Pure; linear in the file. A chunk is a type, a length (4 bytes, or 8 since
version 5) and that many bytes; those whose type says so end in a CRC-32 of what they hold. Tables
hold records; records hold chunks at places only their class knows, which are found by their
checksums. Source: openNURBS ``opennurbs_3dm.h`` and "openNURBS archive" (public domain examples).
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.errors import (
    OpaqueStreamError,
    TooComplexError,
    UnreadableError,
    UnsupportedFormatError,
)

# The version stands right-aligned in eight columns.
HEADER: Final = re.compile(rb"3D Geometry File Format ([ 0-9]{8})")
HEADER_BYTES: Final = 32
LONG_SINCE: Final = 50
SHORT: Final = 0x80000000
CHECKED: Final = 0x00008000
TABLE: Final = 0x10000000
END_OF_FILE: Final = 0x00007FFF
MAX_CHUNKS: Final = 2_000_000
# Chunks that a record holds somewhere inside: anonymous ones, and those of a class.
INNER: Final = re.compile(
    rb"\x00\x80\x00\x40|[\xf9-\xfc]\xff\x02\x00|[\xfa-\xfd]\x7f\x02\x00|\xff\x7f\x02\x80"
    rb"|[\x00-\xff][\x80-\x83]\x00[\x20\x40]|[\x00-\xff]\x00\x00\x82",
    re.DOTALL,
)

Extent = tuple[int, int]  # where bytes lie: start and end


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk: its type, where it starts, where its content lies; the checksum belongs to it."""

    type: int
    start: int
    body: int
    end: int

    @property
    def is_checked(self) -> bool:
        """Whether its content ends in a checksum."""
        return not self.type & SHORT and bool(self.type & CHECKED) and self.end - self.body >= 4

    @property
    def is_table(self) -> bool:
        """Whether it holds records and nothing else."""
        return self.type & 0xF0000000 == TABLE and not self.type & CHECKED


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole file: how long its lengths are, its chunks, and the records of its tables."""

    number_bytes: int
    chunks: tuple[Chunk, ...]
    records: tuple[tuple[Chunk, Chunk], ...]  # a table and a record of it
    end: int


def read(data: bytes) -> Archive:
    """Return the chunks of ``data`` up to its end.

    Raises:
        UnreadableError: no such file, or cut off.
        UnsupportedFormatError: of the first version, whose checksums are others.
        TooComplexError: more chunks than any file has.
    """
    header = HEADER.match(data)
    if header is None or not header[1].strip().isdigit():
        raise UnreadableError("no header")
    version = int(header[1])
    if version < 2:
        raise UnsupportedFormatError("the first version")
    number_bytes = 8 if version >= LONG_SINCE else 4
    chunks: list[Chunk] = []
    records: list[tuple[Chunk, Chunk]] = []
    for chunk in _chunks(data, HEADER_BYTES, len(data), number_bytes):
        chunks.append(chunk)
        if chunk.is_table:
            inside = _chunks(data, chunk.body, chunk.end, number_bytes)
            records += [(chunk, record) for record in inside]
        if len(records) > MAX_CHUNKS:
            raise TooComplexError
        if chunk.type == END_OF_FILE:
            if chunk.end - chunk.body < number_bytes:
                raise UnreadableError("an end that cannot hold the size")
            return Archive(number_bytes, tuple(chunks), tuple(records), chunk.end)
    raise UnreadableError("no end")


def _chunks(data: bytes, start: int, end: int, number_bytes: int) -> Iterator[Chunk]:
    position = start
    while position < end:
        body = position + 4 + number_bytes
        if body > end:
            raise UnreadableError("cut off")
        (kind,) = struct.unpack_from("<I", data, position)
        length = int.from_bytes(data[position + 4 : body], "little")
        stop = body if kind & SHORT else body + length
        if stop > end:
            raise UnreadableError("cut off")
        yield Chunk(kind, position, body, stop)
        position = stop


def sealed(
    original: bytes, changed: bytearray, record: Chunk, places: Sequence[int], number_bytes: int
) -> None:
    """Write the checksums of the innermost chunks in ``record`` that hold the changed ``places``.

    A checksum counts the bytes of its own chunk and not those of chunks inside it, so no other
    one changes. A chunk is believed to be one when its checksum was true before.

    Raises:
        OpaqueStreamError: a place is counted in a way that cannot be told.
    """
    inner = _inner(original, record, number_bytes)
    written: list[Extent] = []
    for place in places:
        if not any(start <= place < end for start, end in written):
            written += _sealed(original, changed, record, place, (inner, number_bytes))


def _sealed(
    original: bytes,
    changed: bytearray,
    record: Chunk,
    place: int,
    known: tuple[Sequence[Extent], int],
) -> Sequence[Extent]:
    """Write the checksum that counts ``place``; return all the bytes that it counts."""
    inner, number_bytes = known
    around = [extent for extent in inner if extent[0] <= place < extent[1] - 4]
    if record.is_checked:
        around.append((record.body, record.end))
    for body, end in sorted(around, key=lambda extent: extent[1] - extent[0]):
        held = [extent for extent in inner if body <= extent[0] - 4 - number_bytes < end]
        for own in (_outside(body, end - 4, held, number_bytes), [(body, end - 4)]):
            counted = _crc(original, own) == int.from_bytes(original[end - 4 : end], "little")
            if counted and any(start <= place < stop for start, stop in own):
                changed[end - 4 : end] = _crc(changed, own).to_bytes(4, "little")
                return own
    if around:
        raise OpaqueStreamError
    return []


def _inner(data: bytes, record: Chunk, number_bytes: int) -> list[Extent]:
    """Return where what may be chunks inside ``record`` has its content."""
    extents: list[Extent] = []
    for found in INNER.finditer(data, record.body, record.end):
        body = found.start() + 4 + number_bytes
        (kind,) = struct.unpack_from("<I", data, found.start())
        size = 0 if kind & SHORT else int.from_bytes(data[found.start() + 4 : body], "little")
        if body + size <= record.end and (size >= 4 or kind & SHORT):
            extents.append((body, body + size))
    return extents


def _outside(body: int, end: int, held: Sequence[Extent], number_bytes: int) -> list[Extent]:
    """Return what is left of a chunk's content without the outermost chunks inside it."""
    own: list[Extent] = []
    position = body
    for start, stop in sorted(held, key=lambda extent: (extent[0], -extent[1])):
        head = start - 4 - number_bytes
        if head >= position and stop <= end:
            own.append((position, head))
            position = stop
    return [*own, (position, end)]


def _crc(data: bytes | bytearray, extents: Sequence[Extent]) -> int:
    checksum = 0
    for start, end in extents:
        checksum = zlib.crc32(data[start:end], checksum)
    return checksum
