"""How pages of a DWG are packed (releases 2004 to 2006 and 2010 on): LZ77 with short codes.

Room: redaction/formats. Pure. Source: Open Design Specification for .dwg files 5.4.1, §4.7. Packing
is greedy: what AutoCAD packed fits into its old place again after a change of a few letters.
"""

from collections import deque
from typing import Final

from redaction.errors import UnreadableError

END: Final = 0x11
LONG_OFFSET: Final = 0x3FFF
MIN_MATCH: Final = 3
MIN_FAR_MATCH: Final = 4
MAX_MATCH: Final = 0x4000
FAR_OFFSET: Final = 2 * LONG_OFFSET
CANDIDATES: Final = 48
SHORT_OFFSET: Final = 0x400
SHORT_MATCH: Final = 14
MIN_LITERALS: Final = 4


class _Reader:
    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise UnreadableError("packed data is cut off")
        value = self.data[self.at]
        self.at += 1
        return value

    def run(self) -> int:
        """Return a number written as zeros, 255 each, and a last byte."""
        total = 0
        while (value := self.byte()) == 0:
            total += 0xFF
        return total + value

    def literals(self) -> tuple[int, int]:
        """Return how many bytes follow as they are, and the opcode read instead if none do."""
        value = self.byte()
        if value & 0xF0:
            return 0, value
        return (self.run() + 0x0F if value == 0 else value) + 3, 0

    def offset(self) -> tuple[int, int]:
        """Return a distance back and how many bytes follow as they are."""
        first = self.byte()
        return first >> 2 | self.byte() << 6, first & 3


def unpacked(data: bytes, size: int) -> bytes:
    """Return at most ``size`` bytes that ``data`` unpacks to.

    Raises:
        UnreadableError: it is damaged, or unpacks to more.
    """
    reader, out = _Reader(data), bytearray()
    count, opcode = reader.literals()
    while True:
        if count:
            out += data[reader.at : reader.at + count]
            reader.at += count
            opcode = 0
        if not opcode:
            opcode = reader.byte()
        if opcode == END:
            return bytes(out)
        length, distance, count = _match(reader, opcode)
        start = len(out) - distance - 1
        if start < 0 or len(out) + length > size:
            raise UnreadableError("packed data points outside")
        for at in range(start, start + length):
            out.append(out[at])
        opcode = 0
        if not count:
            count, opcode = reader.literals()


def _match(reader: _Reader, opcode: int) -> tuple[int, int, int]:
    """Return length, distance, and how many bytes follow as they are."""
    if opcode >= 0x40:
        second = reader.byte()
        return (opcode >> 4) - 1, second << 2 | (opcode & 0x0C) >> 2, opcode & 3
    if opcode >= 0x20:
        length = reader.run() + 0x21 if opcode == 0x20 else opcode - 0x1E
        return length, *reader.offset()
    if opcode >= 0x10:
        length = reader.run() + 9 if opcode == 0x10 else (opcode & 0x0F) + 2
        distance, count = reader.offset()
        return length, distance + LONG_OFFSET, count
    raise UnreadableError("an impossible code in packed data")


def packed(data: bytes) -> bytes:
    """Return ``data`` packed, so that ``unpacked`` gives it back."""
    out = bytearray()
    seen: dict[bytes, deque[int]] = {}
    at = start = noted = 0
    low = -1  # where the last match keeps how many literals follow it
    while at < len(data):
        while noted < at:
            key = data[noted : noted + MIN_MATCH]
            seen.setdefault(key, deque(maxlen=CANDIDATES)).append(noted)
            noted += 1
        length, distance = _longest(data, at, seen)
        literals = at - start
        if not length or (low < 0 and literals < MIN_LITERALS):
            at += 1
            continue
        _put_literals(out, data[start:at], low)
        low = _put_match(out, length, distance)
        at = start = at + length
    _put_literals(out, data[start:], low)
    return bytes(out) + bytes((END, 0, 0))


def _longest(data: bytes, at: int, seen: dict[bytes, deque[int]]) -> tuple[int, int]:
    """Return length and distance of the match that saves most, or zeros."""
    best, best_length, best_distance = 0, 0, 0
    limit = min(len(data) - at, MAX_MATCH)
    for known in reversed(seen.get(data[at : at + MIN_MATCH], ())):
        distance = at - known - 1
        if distance >= FAR_OFFSET or limit < MIN_MATCH:
            break
        if best_length and data[known : known + best_length] != data[at : at + best_length]:
            continue
        length = best_length or MIN_MATCH
        while length < limit and data[known + length] == data[at + length]:
            length += 1
        saved = length - _match_bytes(length, distance)
        if saved > best:
            best, best_length, best_distance = saved, length, distance
    return best_length, best_distance


def _match_bytes(length: int, distance: int) -> int:
    """Return about how many bytes a match takes."""
    if distance < SHORT_OFFSET and length <= SHORT_MATCH:
        return 2
    within = 0x21 if distance < LONG_OFFSET + 1 else 0x11
    return 3 if length <= within else 4


def _put_literals(out: bytearray, literals: bytes, low: int) -> None:
    count = len(literals)
    if low >= 0 and count < MIN_LITERALS:
        out[low] |= count
    elif count <= 0x0F + 3:
        out.append(count - 3)
    else:
        out.append(0)
        _put_run(out, count - 0x0F - 3)
    out += literals


def _put_run(out: bytearray, value: int) -> None:
    while value > 0xFF:
        out.append(0)
        value -= 0xFF
    out.append(value)


def _put_match(out: bytearray, length: int, distance: int) -> int:
    """Write a match; return where its count of literals is kept."""
    if length <= SHORT_MATCH and distance < SHORT_OFFSET:
        out += bytes(((length + 1) << 4 | (distance & 3) << 2, distance >> 2))
        return len(out) - 2
    near = distance <= LONG_OFFSET
    code, within, less = (0x20, 0x21, 0x1E) if near else (0x10, 0x11, -0x0E)
    if near and length <= within:
        out.append(length + less)
    elif not near and MIN_FAR_MATCH <= length <= within:
        out.append(code + length - 2)
    else:
        out.append(code)
        _put_run(out, length - (within if near else 9))
    rest = distance if near else distance - LONG_OFFSET
    out += bytes(((rest & 0x3F) << 2, rest >> 6))
    return len(out) - 2
