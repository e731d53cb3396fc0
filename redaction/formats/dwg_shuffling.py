"""How pages of a DWG are packed from release 2007 to 2009: LZ77 with shuffled literals.

Room: redaction/formats. Pure. Bytes that follow as they are are stored in another order, for each
length another one. Packing is greedy with one look ahead: what AutoCAD packed fits into its old
place again after a change of a few letters. Source: Open Design Specification for .dwg files
5.4.1, §5.10.
"""

from collections import deque
from typing import Final

from redaction.errors import UnreadableError

RUN: Final = 32
# For each length the (length, start) of the runs that it is taken apart into, in turn.
_PARTS: Final = """
    2=1.1,1.0 3=1.2,1.1,1.0 4=1.0,1.1,1.2,1.3 5=1.4,4.0 6=1.5,4.1,1.0 7=2.5,4.1,1.0 8=4.0,4.4
    9=1.8,8.0 10=1.9,8.1,1.0 11=2.9,8.1,1.0 12=4.8,8.0 13=1.12,4.8,8.0 14=1.13,4.9,8.1,1.0
    15=2.13,4.9,8.1,1.0 16=8.8,8.0 17=8.9,1.8,8.0 18=1.17,16.1,1.0 19=3.16,16.0 20=4.16,16.0
    21=1.20,4.16,16.0 22=2.20,4.16,16.0 23=3.20,4.16,16.0 24=8.16,16.0 25=8.17,1.16,16.0
    26=1.25,8.17,1.16,16.0 27=2.25,8.17,1.16,16.0 28=4.24,8.16,16.0 29=1.28,4.24,8.16,16.0
    30=2.28,4.24,8.16,16.0 31=1.30,4.26,8.18,16.2,2.0 32=16.16,16.0
"""


def _orders() -> tuple[tuple[int, ...], ...]:
    orders: list[tuple[int, ...]] = [(), (0,)]
    for row in _PARTS.split():
        parts = [part.split(".") for part in row.partition("=")[2].split(",")]
        orders.append(tuple(int(at) + one for n, at in parts for one in orders[int(n)]))
    return tuple(orders)


# Where in a run each byte comes from.
ORDERS: Final = _orders()
BACK: Final = tuple(tuple(sorted(range(len(one)), key=one.__getitem__)) for one in ORDERS)
FIRST_SHORT: Final = 0x20
LITERALS: Final = 8  # as many or more are counted in a byte of their own
LONG_LITERALS: Final = 0x17
MIN_MATCH: Final = 3
SHORT_LENGTH: Final = 14
SHORT_OFFSET: Final = 0x200
NEAR_LENGTH: Final = 18
NEAR_OFFSET: Final = 0x2000
LONG_LENGTH: Final = 50
LONG_OFFSET: Final = 0x1000
FAR_LENGTH: Final = 0xFF
FAR_OFFSET: Final = 0xFFFF
MAX_LENGTH: Final = 0x8000
CANDIDATES: Final = 64
LAZY_BELOW: Final = 40


class _Reader:
    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def is_done(self) -> bool:
        return self.at >= len(self.data)

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise UnreadableError("packed data is cut off")
        self.at += 1
        return self.data[self.at - 1]

    def word(self) -> int:
        return self.byte() | self.byte() << 8

    def literals(self, opcode: int) -> int:
        """Return how many bytes follow as they are."""
        count = opcode + LITERALS
        if count == LONG_LITERALS:
            more = self.byte()
            count += more
            if more == 0xFF:
                more = 0xFFFF
                while more == 0xFFFF:
                    more = self.word()
                    count += more
        return count

    def match(self, opcode: int) -> tuple[int, int, int]:
        """Return length, distance, and the byte that tells how many literals follow."""
        form = opcode >> 4
        if form == 0:
            low, last = self.byte(), self.byte()
            return (opcode & 15) + 0x13 + (last >> 3 & 16), low + ((last & 0x78) << 5) + 1, last
        if form == 1:
            low, last = self.byte(), self.byte()
            return (opcode & 15) + 3, low + ((last & 0xF8) << 5) + 1, last
        if form == 2 and opcode & 8:
            distance, middle, last = self.word() + 1, self.byte(), self.byte()
            return (opcode & 7) + (middle << 3) + ((last & 0xF8) << 8) + 0x100, distance, last
        if form == 2:
            distance, last = self.word(), self.byte()
            return (opcode & 7) + (last & 0xF8), distance, last
        last = self.byte()
        return form, (opcode & 15) + ((last & 0xF8) << 1) + 1, last


def unpacked(data: bytes, size: int) -> bytes:
    """Return the ``size`` bytes that ``data`` unpacks to.

    Raises:
        UnreadableError: it is damaged, or unpacks to more or less.
    """
    reader, out = _Reader(data), bytearray()
    opcode = reader.byte()
    count = 0
    if opcode >> 4 == FIRST_SHORT >> 4:
        reader.at += 2
        count = reader.byte() & 7
    while not reader.is_done:
        count = count or reader.literals(opcode)
        taken = data[reader.at : reader.at + count]
        if len(taken) < count or len(out) + count > size:
            raise UnreadableError("packed data is longer than its page")
        out += _sorted_out(taken, ORDERS)
        reader.at += count
        if reader.is_done:
            break
        count, opcode = _matches(reader, out, size)
    if len(out) != size:
        raise UnreadableError("packed data is shorter than its page")
    return bytes(out)


def _matches(reader: _Reader, out: bytearray, size: int) -> tuple[int, int]:
    """Copy matches; return how many literals follow, and the opcode to count them by if none."""
    opcode = reader.byte()
    while True:
        length, distance, last = reader.match(opcode)
        start = len(out) - distance
        if start < 0 or not distance or len(out) + length > size:
            raise UnreadableError("packed data points outside")
        piece = out[start : start + length]
        out += (piece * (length // len(piece) + 1))[:length] if length else b""
        if last & 7 or reader.is_done:
            return last & 7, 0
        opcode = reader.byte()
        if opcode >> 4 == 0:
            return 0, opcode
        if opcode >> 4 == 15:
            opcode &= 15


def _sorted_out(data: bytes, orders: tuple[tuple[int, ...], ...]) -> bytes:
    """Return literals in their own order, or in the order they are stored in."""
    out = bytearray()
    for at in range(0, len(data), RUN):
        run = data[at : at + RUN]
        out += bytes(map(run.__getitem__, orders[len(run)]))
    return bytes(out)


def packed(data: bytes) -> bytes:
    """Return ``data``, at least one byte, packed so that ``unpacked`` gives it back."""
    writer = _Writer(data)
    finder = _Finder(data)
    start, at = 0, 1
    while at < len(data):
        length, distance = finder.longest(at)
        if length and length < LAZY_BELOW and finder.longest(at + 1)[0] > length + 1:
            length = 0
        if not length:
            at += 1
            continue
        writer.literals(start, at)
        writer.match(length, distance)
        at = start = at + length
    writer.literals(start, len(data))
    return bytes(writer.out)


class _Finder:
    """Finds what was there before."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._seen: dict[bytes, deque[int]] = {}
        self._noted = 0

    def longest(self, at: int) -> tuple[int, int]:
        """Return length and distance of the match that saves most, or zeros."""
        data = self._data
        for noted in range(self._noted, at):
            key = data[noted : noted + MIN_MATCH]
            self._seen.setdefault(key, deque(maxlen=CANDIDATES)).append(noted)
        self._noted = max(self._noted, at)
        best, found, limit = 0, (0, 0), min(len(data) - at, MAX_LENGTH)
        for known in reversed(self._seen.get(data[at : at + MIN_MATCH], ())):
            distance = at - known
            if distance > FAR_OFFSET or known >= at or limit < MIN_MATCH:
                continue
            longest = found[0]
            if longest and data[known : known + longest + 1] != data[at : at + longest + 1]:
                continue
            length = max(longest, MIN_MATCH)
            while length < limit and data[known + length] == data[at + length]:
                length += 1
            saved = length - _cost(length, distance)
            if saved > best:
                best, found = saved, (length, distance)
        return found


def _cost(length: int, distance: int) -> int:
    """Return how many bytes a match takes."""
    if length <= SHORT_LENGTH and distance <= SHORT_OFFSET:
        return 2
    if length <= NEAR_LENGTH and distance <= NEAR_OFFSET:
        return 3
    if NEAR_LENGTH < length <= LONG_LENGTH and distance <= LONG_OFFSET:
        return 3
    return 4 if length <= FAR_LENGTH else 5


class _Writer:
    """Writes literals and matches in turn."""

    def __init__(self, data: bytes) -> None:
        self.out = bytearray()
        self._data = data
        self._after_match = False

    def literals(self, start: int, end: int) -> None:
        count = end - start
        if not count:
            return
        if count < LITERALS and self.out:
            self.out[-1] |= count
        elif count < LITERALS:
            self.out += bytes((FIRST_SHORT, 0, 0, count))
        elif count < LONG_LITERALS:
            self.out.append(count - LITERALS)
        else:
            self._long(count - LONG_LITERALS)
        self.out += _sorted_out(self._data[start:end], BACK)
        self._after_match = False

    def _long(self, rest: int) -> None:
        self.out.append(LONG_LITERALS - LITERALS)
        if rest < 0xFF:
            self.out.append(rest)
            return
        self.out.append(0xFF)
        rest -= 0xFF
        while rest >= 0xFFFF:
            self.out += b"\xff\xff"
            rest -= 0xFFFF
        self.out += rest.to_bytes(2, "little")

    def match(self, length: int, distance: int) -> None:
        near = distance - 1
        cost = _cost(length, distance)
        if cost == 2:
            self.out += bytes((length << 4 | near & 15, near >> 1 & 0xF8))
        elif cost == 3 and length <= NEAR_LENGTH:
            self.out += bytes((0x10 | length - 3, near & 0xFF, near >> 5 & 0xF8))
        elif cost == 3:
            rest = length - 0x13
            # Behind another match a first digit of zero would count literals.
            first = (0xF0 if self._after_match else 0) | rest & 15
            self.out += bytes((first, near & 0xFF, near >> 5 & 0x78 | (rest & 16) << 3))
        elif cost == 4:
            self.out += bytes((0x20 | length & 7, distance & 0xFF, distance >> 8, length & 0xF8))
        else:
            rest = length - 0x100
            middle = (near & 0xFF, near >> 8, rest >> 3 & 0xFF)
            self.out += bytes((0x28 | rest & 7, *middle, rest >> 8 & 0xF8))
        self._after_match = True
