"""A file as it may be read: as it stands, with its escapes undone, without its zeros.

Room: redaction/sweep. Pure. A file is read a piece at a time, so that no reading of it is ever
whole in memory; each piece is given out behind the end of the one before, so that nothing is
missed where they meet.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from redaction.sweep.escapes import unescaped

PIECE_BYTES: Final = 1024 * 1024
# No escape holds such a byte, so behind it a piece may end.
APART: Final = re.compile(rb"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Haystack:
    """Text in lower case, ``begin`` and ``end`` of what can be judged by what is around it.

    What begins before ``begin`` could be judged earlier; what ends behind ``end`` will be.
    """

    text: bytes
    begin: int
    end: int


def haystacks(data: bytes, longest_bytes: int, context_bytes: int) -> Iterator[Haystack]:
    """Yield ``data`` in each way of reading it.

    Every place up to ``longest_bytes`` long is in one haystack at least between its ``begin``
    and ``end``, with ``context_bytes`` on either side unless there the reading itself ends.
    """
    readings = tuple(
        _Reading(read, longest_bytes, context_bytes) for read in (bytes, _plain, _narrow)
    )
    for piece, is_last in _pieces(data):
        lower = piece.lower()
        given: list[Haystack] = []
        for reading in readings:
            haystack = reading.follow(lower, is_last)
            # What has no escapes and no zeros reads the same in every way.
            if haystack not in given:
                given.append(haystack)
                yield haystack


def _pieces(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces that end in no escape, and whether each is the last."""
    start = 0
    while start < len(data):
        apart = APART.search(data, start + PIECE_BYTES - 1)
        end = apart.end() if apart else len(data)
        yield data[start:end], end == len(data)
        start = end


class _Reading:
    """One way of reading, piece by piece."""

    def __init__(self, read: Callable[[bytes], bytes], longest: int, context: int) -> None:
        self._read = read
        self._context = context
        self._kept = longest + 2 * context
        self._left = b""
        self._is_cut = False

    def follow(self, lower: bytes, is_last: bool) -> Haystack:
        """Return the next piece, read, behind what was left of those before."""
        text = self._left + self._read(lower)
        begin = self._context if self._is_cut else 0
        self._is_cut = self._is_cut or len(text) > self._kept
        self._left = text[-self._kept :]
        return Haystack(text, begin, len(text) - (0 if is_last else self._context))


def _plain(lower: bytes) -> bytes:
    plain = unescaped(lower)
    return lower if plain is None else plain


def _narrow(lower: bytes) -> bytes:
    # Without its zeros, UTF-16 in either byte order reads as ASCII does.
    return lower.replace(b"\x00", b"")
