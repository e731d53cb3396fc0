"""Property sets of Office documents: all they say goes, but for the program and for numbers.

Room: redaction/formats. Pure; linear in the stream. As for DOCX, a title, a company or a property
somebody added helps nobody to make a part. Lists of titles are vectors, which other programs'
property sets have not. Sources: [MS-OLEPS] §2.15 (typed values), [MS-OSHARED] §2.3.3 (Office).
"""

import struct
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from redaction.carriers import property_sets
from redaction.carriers.property_sets import DOCUMENT, LPSTR, LPWSTR, SUMMARY
from redaction.errors import UnreadableError
from redaction.formats.office_paper import Paper
from redaction.model import Category

VECTOR, VARIANT = 0x1000, 0x0C
MAX_ITEMS: Final = 10_000
# The program, how a presentation is shown, and what the numbers in the list of titles count.
KEPT: Final = frozenset({(SUMMARY, 18), (DOCUMENT, 3), (DOCUMENT, 12)})
NAMES: Final = {
    **{(SUMMARY, n): name for n, name in ((2, "title"), (4, "author"), (8, "last author"))},
    **{(DOCUMENT, n): name for n, name in ((14, "manager"), (15, "company"), (13, "titles"))},
}


def read(paper: Paper, name: str) -> None:
    """Blank what the property sets in the stream called ``name`` say.

    Raises:
        UnreadableError: an offset or length leads outside the stream.
    """
    stream = bytes(paper.contents[name])
    for value in property_sets.values(stream):
        if (value.set, value.number) in KEPT:
            continue
        category = value.category or Category.COMMENT
        carrier = f"properties.{_called(value.set, value.number, value.name)}"
        if paper.write(name, value.start, value.blank(stream)):
            paper.tell(carrier, category, value.text or category.value, name)
    try:
        for which, number, start, end, wide in _vectors(stream):
            if (which, number) not in KEPT:
                carrier = f"properties.{_called(which, number, '')}"
                paper.blank(name, (start, end), carrier, Category.COMMENT, wide=wide)
    except struct.error as error:
        raise UnreadableError("a damaged property set") from error


def _called(which: UUID, number: int, name: str) -> str:
    return name or NAMES.get((which, number), str(number))


def _vectors(stream: bytes) -> Iterator[tuple[UUID, int, int, int, bool]]:
    """Yield set, number, start and end of every text in a list, and whether it is in UTF-16."""
    (count,) = struct.unpack_from("<I", stream, 24)
    for section in range(min(count, 2)):
        found, at = struct.unpack_from("<16sI", stream, property_sets.HEADER_BYTES + 20 * section)
        _, properties = struct.unpack_from("<II", stream, at)
        for position in range(min(properties, property_sets.MAX_PROPERTIES)):
            number, offset = struct.unpack_from("<II", stream, at + 8 + 8 * position)
            for start, end, wide in _items(stream, at + offset):
                yield UUID(bytes_le=found), number, start, end, wide


def _items(stream: bytes, at: int) -> Iterator[tuple[int, int, bool]]:
    kind, count = struct.unpack_from("<II", stream, at)
    at += 8
    if kind not in (VECTOR | VARIANT, VECTOR | LPSTR, VECTOR | LPWSTR):
        return
    for _ in range(min(count, MAX_ITEMS)):
        item = kind & ~VECTOR
        if item == VARIANT:
            (item,) = struct.unpack_from("<I", stream, at)
            at += 4
        if item not in (LPSTR, LPWSTR):
            at += 4  # a number
            continue
        (size,) = struct.unpack_from("<I", stream, at)
        start, end = at + 4, at + 4 + (2 * size if item == LPWSTR else size)
        if end > len(stream):
            raise UnreadableError("a damaged property set")
        yield start, end, item == LPWSTR
        # Office lets texts of a code page follow one another without a gap.
        at = end if item == LPSTR else end + -(end - start) % 4
