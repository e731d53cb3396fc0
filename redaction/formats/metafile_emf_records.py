"""The records of enhanced metafiles ([MS-EMF] §2.3, [MS-EMFPLUS] §2.3), told apart.

Room: redaction/formats. Pure; linear in the file. A metafile is a list of records, each with its
kind and size; comments among them hold records of EMF+, private notes of programs, and pictures.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import UnreadableError

HEADER, END, COMMENT = 1, 14, 70
MIN_HEADER_BYTES: Final = 88
SIGNATURE_AT: Final = 40
SIGNATURE: Final = b" EMF"
# Identifiers of comments that are no program's own ([MS-EMF] §2.3.3).
PLUS: Final = b"EMF+"
PUBLIC: Final = b"GDIC"
SPOOL: Final = bytes(4)
BEGIN_GROUP, WINDOWS_METAFILE, MULTIPLE_FORMATS = 2, 0x80000001, 0x40000004
PLUS_HEADER: Final = struct.Struct("<HHII")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind and where it lies in the file, its own head included."""

    kind: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlusRecord:
    """One record of EMF+: kind, flags, and where its data lie in the file."""

    kind: int
    flags: int
    start: int
    end: int


def records(data: bytes) -> list[Record]:
    """Return the records of ``data``, from the header to the end.

    Raises:
        UnreadableError: no metafile, damaged, or cut off.
    """
    found: list[Record] = []
    position = 0
    while not found or found[-1].kind != END:
        if position + 8 > len(data):
            raise UnreadableError("cut off")
        kind, size = struct.unpack_from("<II", data, position)
        if size < 8 or size % 4 or position + size > len(data):
            raise UnreadableError("a damaged record")
        found.append(Record(kind, position, position + size))
        position += size
    first = found[0]
    if first.kind != HEADER or first.end < MIN_HEADER_BYTES:
        raise UnreadableError("no header")
    if data[SIGNATURE_AT : SIGNATURE_AT + 4] != SIGNATURE:
        raise UnreadableError("no metafile")
    return found


def text_of(data: bytes, record: Record) -> tuple[int, int]:
    """Return where the payload of a comment lies; its size may be less than the record's.

    Raises:
        UnreadableError: it leads outside the record.
    """
    start = record.start + 12
    if start > record.end:
        raise UnreadableError("a damaged comment")
    end = start + int.from_bytes(data[start - 4 : start], "little")
    if end > record.end:
        raise UnreadableError("a damaged comment")
    return start, end


def plus_records(data: bytes, start: int, end: int) -> Iterator[PlusRecord]:
    """Yield the records of EMF+ between ``start`` and ``end``.

    Raises:
        UnreadableError: one leads outside.
    """
    while start + PLUS_HEADER.size <= end:
        kind, flags, size, data_size = PLUS_HEADER.unpack_from(data, start)
        body = start + PLUS_HEADER.size
        if size < PLUS_HEADER.size or start + size > end or body + data_size > start + size:
            raise UnreadableError("a damaged record of EMF+")
        yield PlusRecord(kind, flags, body, body + data_size)
        start += size
