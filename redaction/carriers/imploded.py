"""PKWARE's "implode" (its Data Compression Library of 1989): opened. ``imploding`` packs again.

Room: redaction/carriers. Pure; linear in what is unpacked, which is bounded. SOLIDWORKS packed
streams this way until 2009. Layout as the library's makers and readers of it describe: one byte
says whether bytes stand as they are (0) or coded (1), one how far back a copy reaches (4, 5, 6:
1, 2, 4 KiB); then bits, the lowest first: 0 and a byte, or 1, a length and a distance. A length
of 519 ends it. Codes are canonical, their bits inverted, the highest first.

    01 06 | 0 code(byte) | 1 code(length) extra  code(distance >> 6) low 6 bits | … | 1 code(519)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from redaction.errors import TooLargeError, UnreadableError

CODED: Final = 1
WINDOWS: Final = (4, 5, 6)
HEAD_BYTES: Final = 2
END_LENGTH: Final = 519
# A copy of two bytes reaches 256 bytes back at most, whatever the window.
MIN_COPY: Final = 2
SHORT_BITS: Final = 2
NEED_BITS: Final = 64
# How many bits the code of each byte, length and distance has: a hexadecimal digit for each.
_BYTES: Final = (
    "bcccccccc87cc7ccccccccccccdccccc4a8caca87789767876777787788cb79b"
    "c676657886b967667b66679899b8b9c8c566656665b756556a55558788abbccc"
    "ddddddddddddddddddddddddddddddddddddddddddddddddcccccccccccccccc"
    "ccccccccccccccccccccccccccccccccdcdddcdddcddddcdddcccddddddddddd"
)
_LENGTHS: Final = "2333444555566677"
_DISTANCES: Final = "2445555666666666666666777777777777777777777777778888888888888888"
# The shortest length each code stands for; from the ninth on, 1, 2, 3 … more bits are added to it.
SHORTEST: Final = (3, 2, 4, 5, 6, 7, 8, 9, 10, 12, 16, 24, 40, 72, 136, 264)
PLAIN_LENGTHS: Final = 7


@dataclass(frozen=True, slots=True)
class Codes:
    """A canonical code: what to write for each symbol, and what each pattern of bits begins with.

    ``written`` holds bits and their number; ``read`` the symbol and how many bits it took.
    """

    written: tuple[tuple[int, int], ...]
    read: tuple[tuple[int, int], ...]

    @property
    def mask(self) -> int:
        """Return which bits are looked at to read one symbol."""
        return len(self.read) - 1


def _codes(bits_of: Sequence[int]) -> Codes:
    longest = max(bits_of)
    written = [(0, 0)] * len(bits_of)
    read = [(0, 0)] * (1 << longest)
    code = 0
    for bits in range(1, longest + 1):
        for symbol in (each for each, own in enumerate(bits_of) if own == bits):
            inverted = int(f"{~code & (1 << bits) - 1:0{bits}b}"[::-1], 2)
            written[symbol] = inverted, bits
            for rest in range(1 << longest - bits):
                read[inverted | rest << bits] = symbol, bits
            code += 1
        code <<= 1
    return Codes(tuple(written), tuple(read))


BYTE_CODES: Final = _codes([int(digit, 16) for digit in _BYTES])
PLAIN_CODES: Final = Codes(
    tuple((byte, 8) for byte in range(256)), tuple((byte, 8) for byte in range(256))
)
LENGTH_CODES: Final = _codes([int(digit, 16) for digit in _LENGTHS])
DISTANCE_CODES: Final = _codes([int(digit, 16) for digit in _DISTANCES])


def starts(data: bytes, at: int = 0) -> bool:
    """Return whether what stands at ``at`` begins as imploded data does."""
    return at + HEAD_BYTES < len(data) and data[at] <= CODED and data[at + 1] in WINDOWS


def exploded(packed: bytes, most_bytes: int) -> tuple[bytes, int]:
    """Return what ``packed`` holds, and how many of its bytes that took.

    Raises:
        UnreadableError: it is no imploded data, or cut off.
        TooLargeError: it holds more than ``most_bytes``.
    """
    if not starts(packed):
        raise UnreadableError("not imploded")
    codes = BYTE_CODES if packed[0] == CODED else PLAIN_CODES
    out = bytearray()
    bits = _Bits(packed, HEAD_BYTES)
    while True:
        if not bits.take(1):
            out.append(bits.symbol(codes))
        else:
            length = _length(bits)
            if length == END_LENGTH:
                return bytes(out), bits.end()
            _copy(out, length, _distance(bits, length, packed[1]))
        if len(out) > most_bytes:
            raise TooLargeError


class _Bits:
    """The bits of packed data, the lowest of each byte first."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._next = start
        self._held = 0
        self._count = 0

    def take(self, count: int) -> int:
        """Return the next ``count`` bits."""
        if self._count < count:
            self._fill(count)
        taken = self._held & (1 << count) - 1
        self._held >>= count
        self._count -= count
        return taken

    def symbol(self, codes: Codes) -> int:
        """Return the next symbol of a code."""
        if self._count < NEED_BITS:
            self._fill(0)
        symbol, bits = codes.read[self._held & codes.mask]
        self.take(bits)
        return symbol

    def end(self) -> int:
        """Return where the byte ends that holds the last bit taken."""
        return self._next - self._count // 8

    def _fill(self, least: int) -> None:
        piece = self._data[self._next : self._next + NEED_BITS // 4]
        self._held |= int.from_bytes(piece, "little") << self._count
        self._count += 8 * len(piece)
        self._next += len(piece)
        if self._count < least:
            raise UnreadableError("imploded data is cut off")


def _length(bits: _Bits) -> int:
    symbol = bits.symbol(LENGTH_CODES)
    return SHORTEST[symbol] + bits.take(max(0, symbol - PLAIN_LENGTHS))


def _distance(bits: _Bits, length: int, window: int) -> int:
    low = SHORT_BITS if length == MIN_COPY else window
    return (bits.symbol(DISTANCE_CODES) << low) + bits.take(low) + 1


def _copy(out: bytearray, length: int, distance: int) -> None:
    start = len(out) - distance
    if start < 0:
        raise UnreadableError("a copy of what lies before the beginning")
    if distance >= length:
        out += out[start : start + length]
    else:
        # What is copied may reach into the copy itself, which repeats it.
        unit = out[start:]
        out += (unit * (length // distance + 1))[:length]
