"""Where in a text one is between two statements, without taking the text apart.

Room: redaction/fidelity. Pure. Quotes are counted: behind an even number of them one is outside
strings. Whatever else may hide a quote or a stop (a comment, a binary) is looked for by how it
opens, and passed over with the oracle's own expression.
"""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# So many stops are tried before everything since the last known one is taken apart.
MAX_STOPS: Final = 8


@dataclass(frozen=True, slots=True)
class Signs:
    """How a text is divided: by ``stop`` into statements, by ``quote`` into strings and the rest.

    ``coarse`` matches, at one of ``openings`` outside strings, all that it opens, or a single
    byte if that has no end. ``last`` ends the text.
    """

    coarse: re.Pattern[bytes]
    quote: bytes
    stop: bytes
    openings: tuple[bytes, ...]
    last: bytes

    def opens(self, data: bytes, at: int) -> bool:
        """Return whether something opens at ``at``."""
        return data.startswith((self.quote, *self.openings), at)


class LostError(Exception):
    """Something opens that has no end: what it means depends on what comes later."""


class Course:
    """Follows one text from its beginning. Places asked for may only move forward."""

    def __init__(self, data: bytes, signs: Signs) -> None:
        self._data = data
        self._signs = signs
        self._next = dict.fromkeys((*signs.openings, signs.last), -1)
        self.quotes = 0  # passed over by ``stop_before``, and meant
        self.is_over = False  # the end of the text was passed over

    def stop_before(self, start: int, end: int) -> int:
        """Return where the last statement before ``end`` begins, ``start`` being between two.

        It is ``start`` itself if none is found near ``end``.

        Raises:
            LostError: what opens before ``end`` may close behind it.
        """
        at = end
        for _ in range(MAX_STOPS):
            at = self._data.rfind(self._signs.stop, start, at)
            if at < 0:
                break
            quotes = self._quotes(start, at + 1)
            if quotes is not None:
                self.quotes += quotes
                return at + 1
        return start

    def to_end(self, start: int) -> None:
        """Pass over the rest from ``start``, which is between two statements.

        Raises:
            LostError: something in it has no end.
        """
        self.quotes += self._quotes(start, len(self._data)) or 0

    def _quotes(self, start: int, end: int) -> int | None:
        """Return how many quotes lie between, or None if ``end`` is inside something."""
        data, quote = self._data, self._signs.quote
        quotes, position = 0, start
        for at, sign in self._opened(start, end):
            if at < position:
                continue
            quotes += data.count(quote, position, at)
            position = at
            if quotes % 2:
                continue
            if sign == self._signs.last:
                self.is_over = True
                return quotes
            found = self._signs.coarse.match(data, at)
            position = found.end() if found else at
            if position <= at + 1:
                raise LostError
        if position > end:
            return None
        quotes += data.count(quote, position, end)
        return None if quotes % 2 else quotes

    def _opened(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        return heapq.merge(*(self._places(sign, start, end) for sign in self._next))

    def _places(self, sign: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        # One byte is found many times faster than two.
        sought = sign if sign == self._signs.last else sign[:1]
        at = self._next[sign]
        if at < start:
            # Looked for once and remembered: most texts open nothing but strings.
            found = self._data.find(sought, start)
            at = self._next[sign] = found if found >= 0 else len(self._data)
        while 0 <= at < end:
            if self._data.startswith(sign, at):
                yield at, sign
            at = self._data.find(sought, at + 1, end)
