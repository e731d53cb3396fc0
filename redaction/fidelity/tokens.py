"""The token oracle: two texts say the same, token by token, but for strings at planned places.

Room: redaction/fidelity. Pure; linear in the files, a few tokens in memory. It trusts no plan
further than where it may look away: a token that differs must be planned, of the same kind, and
of a kind that may differ at all. Both files are taken apart again with the caller's expressions
from the statement that an edit stands in to the end of that statement. Between two such places
they are the same byte for byte, and begin between two statements in both: so they are the same
token for token.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, NamedTuple

from redaction.errors import NotFaithfulError
from redaction.fidelity.course import Course, LostError, Signs
from redaction.fidelity.patches import check_patched
from redaction.model import Edit

BLANKS: Final = b" \t\r\n\f\v"


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a text is taken apart.

    ``signs.coarse`` matches one of the groups ``literal`` (a string), ``comment``, ``opaque`` or
    ``run``; ``fine`` takes a run apart into named groups, of which ``blank`` and ``comment`` do not
    count. Where it was planned, literals may differ, tokens of a kind in ``changeable``, and those
    of a kind in ``dated`` behind a ``keyword`` in ``dates``. What stands behind ``signs.last`` is
    not part of the text, and a planned cut may only begin with ``droppable``.
    """

    signs: Signs
    fine: re.Pattern[bytes]
    changeable: frozenset[str]
    dated: frozenset[str]
    dates: frozenset[bytes]
    droppable: re.Pattern[bytes]


class _Piece(NamedTuple):
    """A run, comments left out, and the literal that ends it."""

    run: bytes
    literal: bytes
    start: int
    literal_start: int
    literal_end: int


def compared(original: bytes, cleaned: bytes, edits: Sequence[Edit], grammar: Grammar) -> int:
    """Return how many strings, and runs before, between and behind them, were compared.

    Raises:
        NotFaithfulError: a byte differs that was not planned to; or a token differs that may
            not, or one is missing or too many.
    """
    check_patched(original, cleaned, edits)
    planned = _Planned(original, edits, grammar)
    course = Course(original, grammar.signs)
    index = at = shift = count = 0
    try:
        while index < len(edits):
            start = at
            start = course.stop_before(at, edits[index].start)
            if course.is_over:
                break
            end, behind = _stop_behind(original, start, edits, index, grammar)
            grown = sum(map(_growth, edits[index:behind]))
            count += planned.check(cleaned, (start, end), (start + shift, end + shift + grown))
            index, at, shift = behind, end, shift + grown
        else:
            start = at
            course.to_end(at)
    except LostError:
        count += planned.check(cleaned, (start, len(original)), (start + shift, len(cleaned)))
    return 1 + count + course.quotes


def _growth(edit: Edit) -> int:
    return len(edit.replacement) - edit.end + edit.start


def _stop_behind(
    original: bytes, start: int, edits: Sequence[Edit], index: int, grammar: Grammar
) -> tuple[int, int]:
    """Return where a statement ends behind an edit and inside no other, and the first edit there.

    ``start`` is between two statements. The end of the text is such a place too.
    """
    signs = grammar.signs
    wanted = edits[index].end
    index += 1
    for found in signs.coarse.finditer(original, start):
        if found.lastgroup != "run":
            continue
        if original.find(signs.last, *found.span()) >= 0:
            break
        while (stop := original.find(signs.stop, max(found.start(), wanted), found.end())) >= 0:
            if index == len(edits) or edits[index].start > stop:
                return stop + 1, index
            wanted = max(wanted, edits[index].end)
            index += 1
    return len(original), len(edits)


class _Planned:
    """What the plan allows to differ."""

    def __init__(self, original: bytes, edits: Sequence[Edit], grammar: Grammar) -> None:
        self._original = original
        self._edits = edits
        self._starts = [edit.start for edit in edits]
        self._grammar = grammar

    def check(self, cleaned: bytes, before: tuple[int, int], after: tuple[int, int]) -> int:
        """Return how many strings and runs are the same in two stretches of both texts.

        Raises:
            NotFaithfulError: something differs that may not.
            LostError: something opens in them and does not end there.
        """
        count = 0
        pairs = zip_longest(
            _pieces(self._original, before, self._grammar.signs),
            _pieces(cleaned, after, self._grammar.signs),
        )
        for one, other in pairs:
            if one is None or other is None:
                raise NotFaithfulError("another number of strings")
            count += one.literal.count(self._grammar.signs.quote)
            if one.run == other.run and one.literal == other.literal:
                continue
            if _dense(one.run) != _dense(other.run):
                self.check_run(one, cleaned[other.start : other.literal_start])
            if one.literal != other.literal:
                self.check_literal(one, other)
        return count

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
            if kind == "keyword" or text == self._grammar.signs.stop:
                keyword = text.upper()
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


def _pieces(data: bytes, stretch: tuple[int, int], signs: Signs) -> Iterator[_Piece]:
    runs: list[bytes] = []
    start, end = stretch
    for found in signs.coarse.finditer(data, *stretch):
        kind = found.lastgroup
        if kind == "literal":
            yield _Piece(b"".join(runs), found.group(), start, found.start(), found.end())
            runs, start = [], found.end()
        elif kind != "comment":
            runs.append(found.group())
        if kind == "run":
            if (
                end < len(data)
                and found.end() == found.start() + 1
                and signs.opens(data, found.start())
            ):
                raise LostError
            if signs.last in runs[-1]:
                runs[-1] = runs[-1].partition(signs.last)[0]
                end = found.start() + len(runs[-1])
                break
    yield _Piece(b"".join(runs), b"", start, end, end)


def _dense(run: bytes) -> bytes:
    return run.translate(None, BLANKS)


def _fine(run: bytes, grammar: Grammar) -> Iterator[tuple[str, bytes, int]]:
    for token in grammar.fine.finditer(run):
        if token.lastgroup not in ("blank", "comment"):
            yield token.lastgroup or "", token.group(), token.start()
