"""Packs by PKWARE's "implode" again what ``imploded`` opened, in no more room than it had.

Room: redaction/carriers. Pure. The copies are chosen for the fewest bits, so that a stream in
which words became blanks fits into its old place; only such streams come here.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from redaction.carriers.imploded import (
    BYTE_CODES,
    CODED,
    DISTANCE_CODES,
    END_LENGTH,
    HEAD_BYTES,
    LENGTH_CODES,
    MIN_COPY,
    PLAIN_CODES,
    PLAIN_LENGTHS,
    SHORT_BITS,
    SHORTEST,
)

MAX_COPY: Final = END_LENGTH - 1
MAX_TRIES: Final = 32
TRIED_LENGTHS: Final = 6
# What a distance of 6 bits and 2 more can say, as copies of two bytes have it.
SHORT_REACH: Final = 256


def imploded(content: bytes, head: bytes) -> bytes:
    """Return ``content`` packed, with bytes and window as ``head`` says, its first two bytes."""
    codes = BYTE_CODES if head[0] == CODED else PLAIN_CODES
    out = _Writer()
    for length, what in _parsed(content, head):
        if not length:
            out.put(0, 1)
            out.put(*codes.written[what])
            continue
        _put_length(out, length)
        low = SHORT_BITS if length == MIN_COPY else head[1]
        out.put(*DISTANCE_CODES.written[what - 1 >> low])
        out.put(what - 1 & (1 << low) - 1, low)
    _put_length(out, END_LENGTH)
    return head[:HEAD_BYTES] + out.finished()


class _Writer:
    def __init__(self) -> None:
        self._out = bytearray()
        self._held = 0
        self._count = 0

    def put(self, bits: int, count: int) -> None:
        self._held |= bits << self._count
        self._count += count
        while self._count >= 8:
            self._out.append(self._held & 0xFF)
            self._held >>= 8
            self._count -= 8

    def finished(self) -> bytes:
        return bytes(self._out) + (bytes((self._held,)) if self._count else b"")


def _symbol(length: int) -> int:
    """Return the symbol of a length: the one whose shortest length is nearest below it."""
    if length <= MIN_COPY + 1:
        return 1 if length == MIN_COPY else 0
    return bisect_right(SHORTEST, length, 2) - 1


def _put_length(out: _Writer, length: int) -> None:
    symbol = _symbol(length)
    out.put(1, 1)
    out.put(*LENGTH_CODES.written[symbol])
    out.put(length - SHORTEST[symbol], max(0, symbol - PLAIN_LENGTHS))


def _parsed(content: bytes, head: bytes) -> Iterator[tuple[int, int]]:
    """Yield a length and how far back it is copied from, or 0 and a byte: the fewest bits of all.

    Of the copies possible at a place, the longest ones and the shortest of the nearest are weighed.
    """
    codes = BYTE_CODES if head[0] == CODED else PLAIN_CODES
    copies = _copies(content, 64 << head[1])
    ahead = [0] * (len(content) + 1)
    taken = [0] * len(content)
    for at in range(len(content) - 1, -1, -1):
        ahead[at] = 1 + codes.written[content[at]][1] + ahead[at + 1]
        longest, distance = copies[at]
        for length in range(longest, max(MIN_COPY, longest - TRIED_LENGTHS) - 1, -1):
            if length == MIN_COPY and distance > SHORT_REACH:
                continue
            bits = _copy_bits(length, distance, head[1]) + ahead[at + length]
            if bits < ahead[at]:
                ahead[at], taken[at] = bits, length
    position = 0
    while position < len(content):
        length = taken[position]
        yield (length, copies[position][1]) if length else (0, content[position])
        position += length or 1


def _copy_bits(length: int, distance: int, window: int) -> int:
    low = SHORT_BITS if length == MIN_COPY else window
    symbol = _symbol(length)
    extra = max(0, symbol - PLAIN_LENGTHS)
    spent = 1 + LENGTH_CODES.written[symbol][1] + extra + low
    return spent + DISTANCE_CODES.written[distance - 1 >> low][1]


def _copies(content: bytes, window_bytes: int) -> list[tuple[int, int]]:
    """Return for each place the longest copy of what stands there: its length and distance."""
    known: dict[bytes, deque[int]] = {}
    copies = []
    for at in range(len(content)):
        places = known.setdefault(content[at : at + MIN_COPY], deque(maxlen=MAX_TRIES))
        copies.append(_longest(content, at, places, window_bytes))
        places.append(at)
    return copies


def _longest(content: bytes, at: int, places: Sequence[int], window_bytes: int) -> tuple[int, int]:
    """Return the longest copy of what stands at ``at``, the nearest of those; zeros if none."""
    best = distance = 0
    for start in reversed(places):
        if at - start > window_bytes:
            break
        if best == MAX_COPY:
            break
        if best and content[start + best : start + best + 1] != content[at + best : at + best + 1]:
            continue
        length = _alike(content, start, at)
        if length > max(best, MIN_COPY - 1):
            best, distance = length, at - start
    return best, distance


def _alike(content: bytes, one: int, other: int) -> int:
    """Return how many bytes are the same at both places, as many as a copy may have."""
    most = min(MAX_COPY, len(content) - other)
    if content[one : one + most] == content[other : other + most]:
        return most
    low = 0
    # Halved until the first difference is met: slices are compared at the speed of memory.
    while most > 1:
        half = most // 2
        if content[one + low : one + low + half] == content[other + low : other + low + half]:
            low += half
            most -= half
        else:
            most = half
    return low
