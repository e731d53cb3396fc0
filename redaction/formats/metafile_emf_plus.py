"""Pictures and texts in the records of EMF+ ([MS-EMFPLUS]), which stand in comments of an EMF.

Room: redaction/formats. Pure; linear in the record. A picture may be cut into many records; it is
told by where its pieces lie. Sources: §2.3.4.14 (strings), §2.3.5.1 (objects), §2.2.2.2 (bitmaps).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.slots import Extent, gathered, within
from redaction.errors import UnreadableError
from redaction.formats.metafile_emf_records import PlusRecord

COMMENT, OBJECT, STRING, DRIVER_STRING = 0x4003, 0x4008, 0x401C, 0x4036
IMAGE: Final = 5
CONTINUED: Final = 0x8000
BITMAP, METAFILE = 1, 2
COMPRESSED: Final = 1
CHARACTERS: Final = 1
BITMAP_HEADER_BYTES: Final = 28
METAFILE_HEADER_BYTES: Final = 16


@dataclass(slots=True)
class Pictures:
    """Pictures found so far, and the pieces of the one that goes on."""

    found: list[tuple[Extent, ...]] = field(default_factory=list)
    pieces: list[Extent] = field(default_factory=list)
    number: int = -1


def read(data: bytes, record: PlusRecord, pictures: Pictures) -> None:
    """Note the picture in ``record``, if there is one, or the next piece of one.

    Raises:
        UnreadableError: it leads outside.
    """
    if record.kind != OBJECT or record.flags >> 8 & 0x7F != IMAGE:
        return
    start = record.start
    total = record.end - start
    if record.flags & CONTINUED:
        (total,) = struct.unpack_from("<I", data, start)
        start += 4
    if pictures.number != record.flags & 0xFF:
        pictures.pieces.clear()
        pictures.number = record.flags & 0xFF
    pictures.pieces.append((start, record.end))
    if sum(end - begin for begin, end in pictures.pieces) >= total:
        pictures.found += _files(data, tuple(pictures.pieces))
        pictures.pieces.clear()


def _files(data: bytes, pieces: tuple[Extent, ...]) -> Iterator[tuple[Extent, ...]]:
    """Yield where the file in an image object lies, if it is one."""
    head = gathered(data, pieces)[:BITMAP_HEADER_BYTES]
    size = sum(end - begin for begin, end in pieces)
    if len(head) < METAFILE_HEADER_BYTES:
        raise UnreadableError("a damaged picture")
    (kind,) = struct.unpack_from("<I", head, 4)
    if kind == METAFILE:
        (inner,) = struct.unpack_from("<I", head, 12)
        if METAFILE_HEADER_BYTES + inner > size:
            raise UnreadableError("a damaged picture")
        yield within(pieces, METAFILE_HEADER_BYTES, METAFILE_HEADER_BYTES + inner)
    elif kind == BITMAP:
        if len(head) < BITMAP_HEADER_BYTES:
            raise UnreadableError("a damaged picture")
        if struct.unpack_from("<I", head, 24)[0] == COMPRESSED:
            yield within(pieces, BITMAP_HEADER_BYTES, size)


def drawn(data: bytes, record: PlusRecord) -> str:
    """Return the text that ``record`` draws; '' if it draws none, or by numbers of glyphs."""
    if record.kind == STRING:
        at, chars = record.start + 28, struct.unpack_from("<I", data, record.start + 8)[0]
    elif record.kind == DRIVER_STRING:
        _, options, _, chars = struct.unpack_from("<4I", data, record.start)
        at = record.start + 16
        if not options & CHARACTERS:
            return ""
    else:
        return ""
    if at + 2 * chars > record.end:
        raise UnreadableError("a text leads outside")
    return data[at : at + 2 * chars].decode("utf-16-le", "replace")
