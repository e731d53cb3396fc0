"""The records of a presentation (PPT): which of them are its slides, and which were left behind.

Room: redaction/formats. Pure; linear in the stream. Each time a presentation is saved, what changed
is written behind what was there; a table says which record is the valid one. What no table leads to
is an older slide, or a deleted one. Source: [MS-PPT] §2.1.2 (how to read), §2.3.3, §2.3.4.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import TooComplexError, UnreadableError

HEAD: Final = struct.Struct("<HHI")
CONTAINER: Final = 0x0F
EDIT, DIRECTORY = 0x0FF5, 0x1772
MAX_RECORDS: Final = 1_000_000
MAX_DEPTH: Final = 60
MAX_EDITS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record: kind, instance, what it stands in, where its bytes lie, what it holds."""

    kind: int
    instance: int
    above: tuple[int, ...]
    start: int
    end: int
    contains: bool

    @property
    def head(self) -> int:
        """Where the record begins."""
        return self.start - HEAD.size


def outer(stream: bytes) -> list[Record]:
    """Return the records that stand in no other.

    Raises:
        UnreadableError: one is cut off.
    """
    return list(_within(stream, 0, len(stream), ()))


def records(stream: bytes, roots: list[Record]) -> Iterator[Record]:
    """Yield ``roots`` and every record in them, the containing ones first.

    Raises:
        UnreadableError: one leads outside the one it stands in.
        TooComplexError: more of them, or deeper, than any presentation has.
    """
    waiting = list(reversed(roots))
    count = 0
    while waiting:
        record = waiting.pop()
        count += 1
        if count > MAX_RECORDS or len(record.above) > MAX_DEPTH:
            raise TooComplexError
        yield record
        if record.contains:
            above = (*record.above, record.kind)
            waiting += reversed(list(_within(stream, record.start, record.end, above)))


def _within(stream: bytes, at: int, end: int, above: tuple[int, ...]) -> Iterator[Record]:
    while at + HEAD.size <= end:
        mark, kind, size = HEAD.unpack_from(stream, at)
        start = at + HEAD.size
        if start + size > end:
            raise UnreadableError("a record leads outside")
        contains = mark & CONTAINER == CONTAINER
        yield Record(kind, mark >> 4, above, start, start + size, contains)
        at = start + size
    if any(stream[at:end]):
        raise UnreadableError("bytes between records")


def split(stream: bytes, last_edit: int) -> tuple[list[Record], list[Record]]:
    """Return the outer records that are valid and those that were left behind.

    ``last_edit`` is where the record of the last saving begins, as the current user's stream says.

    Raises:
        UnreadableError: a table leads nowhere, or in a circle.
    """
    found = {record.head: record for record in outer(stream)}
    valid: set[int] = set()
    objects: dict[int, int] = {}
    at = last_edit
    for _ in range(MAX_EDITS):
        edit = found.get(at)
        if edit is None or edit.kind != EDIT or at in valid:
            raise UnreadableError("the savings of a presentation do not lead to one another")
        before, directory = struct.unpack_from("<II", stream, edit.start + 8)
        table = found.get(directory)
        if table is None or table.kind != DIRECTORY:
            raise UnreadableError("no table of a presentation")
        valid |= {at, directory}
        for number, place in _places(stream, table):
            objects.setdefault(number, place)
        if not before:
            break
        at = before
    valid |= set(objects.values())
    if not valid <= found.keys():
        raise UnreadableError("a table of a presentation leads nowhere")
    kept = [record for head, record in found.items() if head in valid]
    return kept, [record for head, record in found.items() if head not in valid]


def _places(stream: bytes, table: Record) -> Iterator[tuple[int, int]]:
    """Yield the numbers of objects and where their records begin."""
    at = table.start
    while at + 4 <= table.end:
        (head,) = struct.unpack_from("<I", stream, at)
        first, count = head & 0xFFFFF, head >> 20
        at += 4
        if at + 4 * count > table.end:
            raise UnreadableError("a damaged table of a presentation")
        for number in range(count):
            yield first + number, struct.unpack_from("<I", stream, at + 4 * number)[0]
        at += 4 * count
