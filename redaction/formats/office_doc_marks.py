"""When a Word document was revised, mark by mark: times among the formatting of its characters.

Room: redaction/formats. Pure; linear in the pages of formatting. Each page lists runs and what is
done to them; an order (sprm) says by its number how long it is. Sources: [MS-DOC] §2.2.5 (sprm),
§2.6.1 (characters), §2.6.2 (paragraphs), §2.9.32 and §2.9.175 (pages), §2.9.66 (times).
"""

import struct
from collections.abc import Iterator
from typing import Final

from redaction.formats import office_doc_fib
from redaction.formats.office_doc_fib import FKP_BYTES, Fib
from redaction.formats.office_paper import Paper, Place
from redaction.model import Category

# Orders that hold a time: where it stands in what follows their number.
TIMES: Final = {
    0x6805: 0,  # inserted
    0x6864: 0,  # deleted
    0xCA57: 4,  # formatted, before 2002
    0xCA89: 4,  # formatted
    0xCA62: 4,  # a field's result changed
    0xC63F: 4,  # a paragraph formatted, before 2002
    0xC66F: 4,  # a paragraph formatted
    0xC645: 5,  # a number changed
}
TIME_BYTES: Final = 4
OPERAND_BYTES: Final = (1, 1, 2, 4, 2, 2, 0, 3)
TABLE_DEFINITION, TABS = 0xD608, 0xC615
PARAGRAPH_ENTRY_BYTES: Final = 13


def read(paper: Paper, name: str, fib: Fib, table: bytes) -> None:
    """Wipe the times of tracked changes in the document's stream."""
    document = bytes(paper.contents[name])
    for number in (office_doc_fib.CHARACTERS, office_doc_fib.PARAGRAPHS):
        for page in sorted(set(office_doc_fib.pages(fib, table, number))):
            if page + FKP_BYTES > len(document):
                continue
            held = document[page : page + FKP_BYTES]
            for start, end in _orders(held, characters=number == office_doc_fib.CHARACTERS):
                for at in _times(held, start, end):
                    place = page + at, page + at + TIME_BYTES
                    paper.wipe(name, place, "DOC.revision time", Category.TIME)


def _orders(page: bytes, *, characters: bool) -> Iterator[Place]:
    """Yield where the lists of orders of a page lie in it, each once."""
    runs = page[-1]
    places: set[Place] = set()
    for number in range(runs):
        at = 4 * (runs + 1) + number * (1 if characters else PARAGRAPH_ENTRY_BYTES)
        start = 2 * page[at] if at < FKP_BYTES else 0
        if not start or start >= FKP_BYTES - 2:
            continue
        if characters:
            first, size = start + 1, page[start]
        elif page[start]:
            first, size = start + 3, 2 * page[start] - 3
        else:
            first, size = start + 4, 2 * page[start + 1] - 2
        places.add((first, min(first + size, FKP_BYTES - 1)))
    yield from sorted(places)


def _times(page: bytes, at: int, end: int) -> Iterator[int]:
    while at + 3 <= end:
        (order,) = struct.unpack_from("<H", page, at)
        at += 2
        size = OPERAND_BYTES[order >> 13]
        if not size:
            size = 1 + page[at]
            if order == TABLE_DEFINITION:
                size = 1 + struct.unpack_from("<H", page, at)[0]
            elif order == TABS and page[at] == 0xFF:
                return  # as long as what is in it says; nothing follows that holds a time
        where = TIMES.get(order)
        if where is not None and at + where + TIME_BYTES <= end and where + TIME_BYTES <= size:
            yield at + where
        at += size
