"""The objects of a DWG: where each lies, what type it is of, and the checksum behind it.

Room: redaction/formats. Pure. Objects are found by the handle map and closed by a CRC; from release
2007 on all strings of an object stand together at its end. Source: Open Design Specification for
.dwg files 5.4.1, §20, §23.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import UnreadableError
from redaction.formats.dwg_bits import bits, crc16, little

MAX_OBJECTS: Final = 20_000_000
# From release 2010 on a type may be written as a byte above this one.
LATER_TYPES: Final = 0x1F0
LONG_COUNT: Final = 0x8000


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """An object in its stream: where it begins and where its checksum stands."""

    start: int
    end: int


class Objects:
    """The objects of a stream by the handle map; ``wide_sizes`` from release 2010 on."""

    def __init__(self, stream: bytes, handles: bytes, wide_sizes: bool) -> None:
        self.stream = stream
        self._wide_sizes = wide_sizes
        self._sound: dict[Stretch, bool] = {}
        self._handles = {at: handle for handle, at in _locations(handles)}
        found = (at for at in self._handles if 0 <= at < len(stream) - 2)
        stretches = (self._stretch(at) for at in found)
        self.stretches = sorted(stretch for stretch in stretches if stretch is not None)

    def _stretch(self, at: int) -> Stretch | None:
        size, position, _ = _body(self.stream, at, self._wide_sizes)
        end = position + size
        return Stretch(at, end) if end + 2 <= len(self.stream) else None

    def handle(self, stretch: Stretch) -> int:
        """Return the number by which the drawing refers to an object."""
        return self._handles[stretch.start]

    def holding(self, start_bit: int, end_bit: int) -> Stretch | None:
        """Return the object that holds the bits, if its checksum is right."""
        at = bisect_right(self.stretches, Stretch(start_bit // 8, len(self.stream))) - 1
        if at < 0 or end_bit > self.stretches[at].end * 8:
            return None
        return self.stretches[at] if self.sound(self.stretches[at]) else None

    def kind(self, stretch: Stretch) -> int:
        """Return the number of an object's type; 500 and more are counted out by the file."""
        return self._kind(stretch)[0]

    def strings(self, stretch: Stretch) -> tuple[int, int] | None:
        """Return the bits in which all strings of an object stand, from release 2007 on.

        None if it has none.
        """
        size, position, handle_bits = _body(self.stream, stretch.start, self._wide_sizes)
        first = 8 * position
        if self._wide_sizes:
            last = first + 8 * size - handle_bits - 1
        else:
            behind_type = self._kind(stretch)[1]
            last = first + little(bits(self.stream, behind_type, 32), 4) - 1
        if not first + 17 < last < 8 * stretch.end or not bits(self.stream, last, 1):
            return None
        end = last - 16
        count = little(bits(self.stream, end, 16), 2)
        if count & LONG_COUNT:
            end -= 16
            count = count & ~LONG_COUNT | little(bits(self.stream, end, 16), 2) << 15
        return (end - count, end) if first <= end - count else None

    def _kind(self, stretch: Stretch) -> tuple[int, int]:
        """Return an object's type and the bit behind it."""
        at = 8 * _body(self.stream, stretch.start, self._wide_sizes)[1]
        form = bits(self.stream, at, 2)
        is_byte = form < 2 if self._wide_sizes else form == 1
        if is_byte:
            later = LATER_TYPES if form == 1 and self._wide_sizes else 0
            return bits(self.stream, at + 2, 8) + later, at + 10
        return little(bits(self.stream, at + 2, 16), 2), at + 18

    def sound(self, stretch: Stretch) -> bool:
        """Return whether the checksum of an object is right."""
        if stretch not in self._sound:
            stored = int.from_bytes(self.stream[stretch.end : stretch.end + 2], "little")
            computed = crc16(self.stream[stretch.start : stretch.end])
            self._sound[stretch] = computed == stored
        return self._sound[stretch]


def _body(stream: bytes, at: int, wide_sizes: bool) -> tuple[int, int, int]:
    """Return an object's size in bytes, where they begin, and how many bits are handles."""
    size = shift = 0
    while at + 2 <= len(stream) and shift <= 30:
        word = int.from_bytes(stream[at : at + 2], "little")
        size |= (word & 0x7FFF) << shift
        at += 2
        shift += 15
        if not word & 0x8000:
            break
    handle_bits = shift = 0
    while wide_sizes and at < len(stream):
        handle_bits |= (stream[at] & 0x7F) << shift
        at += 1
        shift += 7
        if not stream[at - 1] & 0x80:
            break
    return size, at, handle_bits


def _locations(handles: bytes) -> Iterator[tuple[int, int]]:
    """Yield (handle, place) of every object, by the handle map.

    Raises:
        UnreadableError: the map is damaged.
    """
    at = count = 0
    while at + 2 <= len(handles):
        size = int.from_bytes(handles[at : at + 2], "big")
        if size <= 2:
            return
        end, position, handle, location = at + size, at + 2, 0, 0
        if end > len(handles):
            raise UnreadableError("the handle map is cut off")
        while position < end:
            after, position = _modular(handles, position, end, signed=False)
            step, position = _modular(handles, position, end)
            handle += after
            location += step
            count += 1
            if count > MAX_OBJECTS:
                raise UnreadableError("too many objects")
            yield handle, location
        at = end + 2


def _modular(data: bytes, at: int, end: int, *, signed: bool = True) -> tuple[int, int]:
    """Return a number, seven bits a byte, and where it ends."""
    value = shift = 0
    while at < end:
        byte = data[at]
        at += 1
        if byte & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
            continue
        if not signed:
            return value | byte << shift, at
        value |= (byte & 0x3F) << shift
        return (-value if byte & 0x40 else value), at
    raise UnreadableError("the handle map is damaged")
