"""The boxes of HEIF files: which items there are, of what kind, and where their bytes lie.

Room: redaction/formats. Pure; bounded in number and depth. Sources: ISO 14496-12 §4.2 (boxes),
§8.11 (meta, iloc, iinf, iref, idat), ISO 23008-12 §6 (images), §9.3 (properties).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.errors import TooLargeError, UnreadableError, UnsupportedFormatError

MAX_BOXES: Final = 100_000
MAX_EXTENTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its type, where it starts, where its content starts, where it ends."""

    type: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its number and type, where its name lies, and where its bytes lie, in order."""

    number: int
    type: bytes
    name: tuple[int, int]
    extents: tuple[tuple[int, int], ...]


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that fill the bytes from ``start`` to ``end``.

    Raises:
        UnreadableError: one is longer than what it lies in.
        TooLargeError: more than any picture has.
    """
    count = 0
    while start < end:
        size, body = int.from_bytes(data[start : start + 4], "big"), start + 8
        if size == 1:
            size, body = int.from_bytes(data[start + 8 : start + 16], "big"), start + 16
        stop = end if size == 0 else start + size
        if stop < body or stop > end:
            raise UnreadableError("cut off")
        count += 1
        if count > MAX_BOXES:
            raise TooLargeError
        yield Box(data[start + 4 : start + 8], start, body, stop)
        start = stop


class Numbers:
    """Reads numbers one after the other, never past ``end``."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        """Begin at ``at``."""
        self._data = data
        self.at = at
        self._end = end

    def read(self, size: int) -> int:
        """Return the next number of ``size`` bytes; nothing is nought.

        Raises:
            UnreadableError: there is none.
        """
        if self.at + size > self._end:
            raise UnreadableError("a number outside its box")
        self.at += size
        return int.from_bytes(self._data[self.at - size : self.at], "big")


def items(data: bytes, meta: list[Box]) -> list[Item]:
    """Return the items that the boxes of ``meta`` list.

    Raises:
        UnreadableError: damaged, or bytes of an item lie outside the file.
        UnsupportedFormatError: bytes lie in another file, or inside another item.
    """
    by_type = {box.type: box for box in meta}
    if b"iinf" not in by_type or b"iloc" not in by_type:
        raise UnreadableError("no items")
    idat = by_type.get(b"idat")
    places = dict(_places(data, by_type[b"iloc"], idat))
    return [
        Item(number, kind, name, places.get(number, ()))
        for number, kind, name in _listed(data, by_type[b"iinf"])
    ]


def _listed(data: bytes, iinf: Box) -> Iterator[tuple[int, bytes, tuple[int, int]]]:
    counted = 2 if data[iinf.body : iinf.body + 1] == b"\x00" else 4
    for box in boxes(data, iinf.body + 4 + counted, iinf.end):
        version = data[box.body]
        if box.type != b"infe" or version not in (2, 3):
            raise UnreadableError("an item of an old kind")
        numbers = Numbers(data, box.body + 4, box.end)
        number = numbers.read(2 if version == 2 else 4)
        numbers.read(2)
        kind = data[numbers.at : numbers.at + 4]
        numbers.read(4)
        stop = data.find(b"\x00", numbers.at, box.end)
        yield number, kind, (numbers.at, stop if stop >= 0 else box.end)


def _places(
    data: bytes, iloc: Box, idat: Box | None
) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    version = data[iloc.body] if iloc.body < iloc.end else 9
    if version > 2:
        raise UnreadableError("an unknown list of places")
    numbers = Numbers(data, iloc.body + 4, iloc.end)
    sizes = numbers.read(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    total = 0
    for _ in range(numbers.read(wide)):
        number = numbers.read(wide)
        method = numbers.read(2) & 15 if version else 0
        if numbers.read(2) or method > 1:
            raise UnsupportedFormatError
        start = numbers.read(base)
        extents: list[tuple[int, int]] = []
        for _ in range(numbers.read(2)):
            numbers.read(index if version else 0)
            first = start + numbers.read(offset)
            extents.append(_extent(data, first, numbers.read(length), idat if method else None))
            total += 1
            if total > MAX_EXTENTS:
                raise TooLargeError
        yield number, tuple(extents)


def _extent(data: bytes, start: int, length: int, idat: Box | None) -> tuple[int, int]:
    floor, end = (idat.body, idat.end) if idat is not None else (0, len(data))
    start += floor
    stop = start + length if length else end
    if stop > end:
        raise UnreadableError("cut off")
    return start, stop


def within(extent: tuple[int, int], rooms: Sequence[tuple[int, int]]) -> bool:
    """Return whether the bytes of ``extent`` lie in one of ``rooms``."""
    return any(start <= extent[0] <= extent[1] <= end for start, end in rooms)


def merged(extents: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same bytes as ranges that are apart; pictures may share theirs."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(extents):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def overlaps(one: tuple[int, int], apart: Sequence[tuple[int, int]]) -> bool:
    """Return whether ``one`` shares a byte with ranges that are ``apart``, in order."""
    at = bisect_left(apart, (one[1], 0)) - 1
    return at >= 0 and apart[at][1] > one[0]
