"""Text at any bit of a DWG object, and the checksum behind the object.

Room: redaction/formats. Pure. Objects are streams of bits, so a string may begin at any of them;
eight shifted copies of a stream hold every string byte by byte. Objects are found by the handle map
and closed by a CRC. Source: Open Design Specification for .dwg files 5.4.1, §2, §20, §23.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import UnreadableError

CRC_SEED: Final = 0xC0C1
MIN_CHARS: Final = 4
MAX_OBJECTS: Final = 20_000_000
# From release 2010 on a type may be written as a byte above this one.
LATER_TYPES: Final = 0x1F0
_START: Final = r"[A-Za-z]:[\\/]|\\\\[\w]|/(?:[Uu]sers|home|mnt|media|Volumes|private|export)/"


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
        table.append(value)
    return tuple(table)


CRC: Final = _crc_table()


def crc16(data: bytes, seed: int = CRC_SEED) -> int:
    """Return the CRC of ``data``."""
    crc = seed
    for byte in data:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xFF]
    return crc


def shifted(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (shift, copy) for the eight ways to cut ``data`` into bytes."""
    yield 0, data
    whole = int.from_bytes(data, "big")
    mask = (1 << (8 * len(data))) - 1
    for shift in range(1, 8):
        yield shift, (whole << shift & mask).to_bytes(len(data), "big")


def bits(data: bytes, at: int, count: int) -> int:
    """Return ``count`` bits from bit ``at``, the first one highest; zero before the start."""
    if at < 0:
        return 0
    first, last = at // 8, (at + count + 7) // 8
    window = int.from_bytes(data[first:last].ljust(last - first, b"\x00"), "big")
    return window >> (last * 8 - at - count) & ((1 << count) - 1)


def written(data: bytearray, at: int, value: bytes) -> None:
    """Write ``value`` from bit ``at``."""
    written_bits(data, at, 8 * len(value), int.from_bytes(value, "big"))


def written_bits(data: bytearray, at: int, count: int, value: int) -> None:
    """Write ``value`` into the ``count`` bits from bit ``at``."""
    first, last = at // 8, (at + count + 7) // 8
    behind = last * 8 - at - count
    mask = ((1 << count) - 1) << behind
    window = int.from_bytes(data[first:last], "big") & ~mask
    data[first:last] = (window | value << behind).to_bytes(last - first, "big")


def little(value: int, size: int) -> int:
    """Return ``value`` of ``size`` bytes with its bytes in the other order."""
    return int.from_bytes(value.to_bytes(size, "big"), "little")


@dataclass(frozen=True, slots=True)
class Text:
    """How a release writes text in objects."""

    wide: bool
    codec: str

    @property
    def shape(self) -> str:
        """Return a codec that keeps one character a byte, or two, whatever they mean."""
        return "utf-16-le" if self.wide else "latin-1"

    @property
    def size(self) -> int:
        """Return how many bytes a character takes."""
        return 2 if self.wide else 1

    def paths(self) -> re.Pattern[bytes]:
        """Return what finds the beginning of a path and everything printable after it."""
        if not self.wide:
            return re.compile(b"(?:" + _START.encode() + rb")[^\x00-\x1f]{1,400}+")
        starts = "|".join(
            "".join(re.escape(one) + r"\x00" for one in start)
            for start in ("\\\\", "/Users/", "/users/", "/home/", "/mnt/", "/media/", "/Volumes/")
        )
        wide = rf"(?:[A-Za-z]\x00:\x00[\\/]\x00|{starts})"
        return re.compile(
            wide.encode() + rb"(?:[^\x00-\x1f]\x00|[\x00-\xff][\x01-\xd7]){1,400}+", re.DOTALL
        )

    def announced(self, data: bytes, at: int) -> Iterator[int]:
        """Yield how many characters the string at bit ``at`` may have, by what stands before it."""
        if bits(data, at - 10, 2) == 1:
            yield bits(data, at - 8, 8)
        if bits(data, at - 18, 2) == 0:
            yield little(bits(data, at - 16, 16), 2)
        yield little(bits(data, at - (16 if self.wide else 24), 16), 2)

    def length(self, data: bytes, at: int, run: int) -> int | None:
        """Return how many characters the string has that begins at bit ``at``, of ``run`` at most.

        A string is announced by its length; None if no length fits.
        """
        counts = self.announced(data, at)
        return next((count for count in counts if MIN_CHARS <= count <= run + 1), None)


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
        found = {at for at in _locations(handles) if 0 <= at < len(stream) - 2}
        stretches = (self._stretch(at) for at in found)
        self.stretches = sorted(stretch for stretch in stretches if stretch is not None)

    def _stretch(self, at: int) -> Stretch | None:
        size, position = _body(self.stream, at, self._wide_sizes)
        end = position + size
        return Stretch(at, end) if end + 2 <= len(self.stream) else None

    def holding(self, start_bit: int, end_bit: int) -> Stretch | None:
        """Return the object that holds the bits, if its checksum is right."""
        at = bisect_right(self.stretches, Stretch(start_bit // 8, len(self.stream))) - 1
        if at < 0 or end_bit > self.stretches[at].end * 8:
            return None
        return self.stretches[at] if self.sound(self.stretches[at]) else None

    def kind(self, stretch: Stretch) -> int:
        """Return the number of an object's type; 500 and more are counted out by the file."""
        at = 8 * _body(self.stream, stretch.start, self._wide_sizes)[1]
        form = bits(self.stream, at, 2)
        if not self._wide_sizes:
            return (
                little(bits(self.stream, at + 2, 16), 2)
                if form == 0
                else bits(self.stream, at + 2, 8)
            )
        if form < 2:
            return bits(self.stream, at + 2, 8) + form * LATER_TYPES
        return little(bits(self.stream, at + 2, 16), 2)

    def sound(self, stretch: Stretch) -> bool:
        """Return whether the checksum of an object is right."""
        stored = int.from_bytes(self.stream[stretch.end : stretch.end + 2], "little")
        return crc16(self.stream[stretch.start : stretch.end]) == stored


def _body(stream: bytes, at: int, wide_sizes: bool) -> tuple[int, int]:
    """Return how many bytes the object at ``at`` holds, and where they begin."""
    size = shift = 0
    while at + 2 <= len(stream) and shift <= 30:
        word = int.from_bytes(stream[at : at + 2], "little")
        size |= (word & 0x7FFF) << shift
        at += 2
        shift += 15
        if not word & 0x8000:
            break
    while wide_sizes and at < len(stream):
        at += 1
        if not stream[at - 1] & 0x80:
            break
    return size, at


def _locations(handles: bytes) -> Iterator[int]:
    """Yield where objects begin, by the handle map.

    Raises:
        UnreadableError: the map is damaged.
    """
    at = count = 0
    while at + 2 <= len(handles):
        size = int.from_bytes(handles[at : at + 2], "big")
        if size <= 2:
            return
        end, position, location = at + size, at + 2, 0
        if end > len(handles):
            raise UnreadableError("the handle map is cut off")
        while position < end:
            _, position = _modular(handles, position, end)
            step, position = _modular(handles, position, end)
            location += step
            count += 1
            if count > MAX_OBJECTS:
                raise UnreadableError("too many objects")
            yield location
        at = end + 2


def _modular(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number with a sign, seven bits a byte, and where it ends."""
    value = shift = 0
    while at < end:
        byte = data[at]
        at += 1
        if byte & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
            continue
        value |= (byte & 0x3F) << shift
        return (-value if byte & 0x40 else value), at
    raise UnreadableError("the handle map is damaged")
