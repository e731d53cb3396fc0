"""The token oracle: two texts say the same, token by token, but for strings at planned places.

Room: redaction/fidelity. Pure; linear in the files, a few tokens in memory. It takes both files
apart again with the caller's expressions and trusts no plan further than where it may look away:
a token that differs must be planned, of the same kind, and of a kind that may differ at all.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, NamedTuple

from redaction.errors import NotFaithfulError
from redaction.model import Edit

BLANKS: Final = b" \t\r\n\f\v"


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a text is taken apart.

    ``coarse`` matches one of the groups ``literal`` (a string), ``comment`` or ``run``; ``fine``
    takes a run apart into named groups, of which ``blank`` and ``comment`` do not count.
    Where it was planned, literals may differ, tokens of a kind in ``changeable``, and those of a
    kind in ``dated`` behind a ``keyword`` in ``dates``. What stands behind ``last`` is not part of
    the text, and a planned cut may only begin with ``droppable``.
    """

    coarse: re.Pattern[bytes]
    fine: re.Pattern[bytes]
    changeable: frozenset[str]
    dated: frozenset[str]
    dates: frozenset[bytes]
    last: bytes
    droppable: re.Pattern[bytes]


class _Piece(NamedTuple):
    """A run, comments left out, and the literal that ends it."""

    run: bytes
    literal: bytes
    start: int
    literal_start: int
    literal_end: int


def compared(original: bytes, cleaned: bytes, edits: Sequence[Edit], grammar: Grammar) -> int:
    """Return how many runs and strings were compared.

    Raises:
        NotFaithfulError: a token differs that was not planned to, or one is missing or too many.
    """
    count = 0
    pairs = zip_longest(_pieces(original, grammar), _pieces(cleaned, grammar))
    planned = _Planned(original, edits, grammar)
    for one, other in pairs:
        if one is None or other is None:
            raise NotFaithfulError("another number of strings")
        count += 2
        if one.run == other.run and one.literal == other.literal:
            continue
        if _dense(one.run) != _dense(other.run):
            planned.check_run(one, cleaned[other.start : other.literal_start])
        if one.literal != other.literal:
            planned.check_literal(one, other)
    return count


class _Planned:
    """What the plan allows to differ."""

    def __init__(self, original: bytes, edits: Sequence[Edit], grammar: Grammar) -> None:
        self._original = original
        self._edits = edits
        self._starts = [edit.start for edit in edits]
        self._grammar = grammar

    def check_literal(self, one: _Piece, other: _Piece) -> None:
        """Raise unless both are strings and an edit lies in the first."""
        if not (one.literal and other.literal):
            raise NotFaithfulError("a string is missing or too many")
        if not self._edited(one.literal_start, one.literal_end):
            raise NotFaithfulError("a string differs that was not planned to")

    def check_run(self, one: _Piece, cleaned: bytes) -> None:
        """Raise unless the runs have the same tokens but for planned ones of the same kind."""
        after = _fine(cleaned, self._grammar)
        keyword = b""
        for token, other in zip_longest(self._tokens(one.start, one.literal_start), after):
            if token is None or other is None:
                raise NotFaithfulError("a token is missing or too many")
            kind, text, start = token
            keyword = text.upper() if kind == "keyword" else keyword
            if text == other[1]:
                continue
            if kind != other[0] or not self._changeable(kind, keyword):
                raise NotFaithfulError("a token differs that may not")
            if not self._edited(start, start + len(text)):
                raise NotFaithfulError("a token differs that was not planned to")

    def _changeable(self, kind: str, keyword: bytes) -> bool:
        grammar = self._grammar
        dated = kind in grammar.dated and keyword in grammar.dates
        return dated or kind in grammar.changeable

    def _tokens(self, start: int, end: int) -> Iterator[tuple[str, bytes, int]]:
        for kind, text, offset in _fine(self._original[start:end], self._grammar):
            if not self._dropped(start + offset, start + offset + len(text)):
                yield kind, text, start + offset

    def _edited(self, start: int, end: int) -> bool:
        at = bisect_left(self._starts, start)
        return at < len(self._edits) and self._edits[at].end <= end

    def _dropped(self, start: int, end: int) -> bool:
        at = bisect_left(self._starts, start + 1) - 1
        if at < 0:
            return False
        edit = self._edits[at]
        cut = end <= edit.end and not edit.replacement.strip()
        return cut and self._grammar.droppable.match(self._original, edit.start) is not None


def _pieces(data: bytes, grammar: Grammar) -> Iterator[_Piece]:
    runs: list[bytes] = []
    start, end = 0, len(data)
    for found in grammar.coarse.finditer(data):
        kind = found.lastgroup
        if kind == "run":
            runs.append(found.group())
            if grammar.last in runs[-1]:
                runs[-1] = runs[-1].partition(grammar.last)[0]
                end = found.start() + len(runs[-1])
                break
        elif kind == "literal":
            yield _Piece(b"".join(runs), found.group(), start, found.start(), found.end())
            runs, start = [], found.end()
    yield _Piece(b"".join(runs), b"", start, end, end)


def _dense(run: bytes) -> bytes:
    return run.translate(None, BLANKS)


def _fine(run: bytes, grammar: Grammar) -> Iterator[tuple[str, bytes, int]]:
    for token in grammar.fine.finditer(run):
        if token.lastgroup not in ("blank", "comment"):
            yield token.lastgroup or "", token.group(), token.start()
