"""The token oracle: nothing differs but strings and dates at planned places."""

import re

import pytest

from redaction.errors import NotFaithfulError
from redaction.fidelity.tokens import Grammar, compared
from redaction.model import Edit, patched

GRAMMAR = Grammar(
    coarse=re.compile(rb"(?P<literal>'[^']*+')|(?P<comment>\{[^}]*+\})|(?P<run>[^'{]++|['{])"),
    fine=re.compile(rb"(?P<blank>\s++)|(?P<number>\d++)|(?P<keyword>[a-zA-Z]++)|(?P<mark>\S)"),
    changeable=frozenset(),
    dated=frozenset({"number"}),
    dates=frozenset({b"DAY"}),
    last=b"END",
    droppable=re.compile(rb"SIGNED"),
)
TEXT = b"point 1 2 {note} 'jane' day 17 SIGNED abc. 'x' 5 END tail 'y'"


def edit(before: bytes, after: bytes, text: bytes = TEXT) -> Edit:
    at = text.index(before)
    return Edit(at, at + len(before), after)


def check(*edits: Edit) -> int:
    planned = sorted(edits)
    return compared(TEXT, patched(TEXT, planned), planned, GRAMMAR)


def test_the_same_text_is_the_same() -> None:
    assert check() == 6


def test_planned_strings_dates_comments_and_signatures_may_differ() -> None:
    assert check(
        edit(b"{note}", b" "),
        edit(b"'jane'", b"''"),
        edit(b"17", b"1"),
        edit(b"SIGNED abc.", b""),
        edit(b" tail 'y'", b""),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"1 2", b"1 3"),
        (b"1 2", b"1"),
        (b"1 2", b"1 2 3"),
        (b"17", b"x"),
        (b"point", b"line"),
        (b"day 17", b"'day' 17"),
        (b"'jane'", b""),
        (b" 5 ", b" 6 "),
        (b"abc.", b""),
        (b"'x' 5", b"'x' 5 'z'"),
    ],
)
def test_nothing_else_may_even_if_it_was_planned(before: bytes, after: bytes) -> None:
    with pytest.raises(NotFaithfulError):
        check(edit(before, after))


@pytest.mark.parametrize(("before", "after"), [(b"jane", b"joan"), (b"17", b"18")])
def test_what_was_not_planned_may_not_differ(before: bytes, after: bytes) -> None:
    with pytest.raises(NotFaithfulError):
        compared(TEXT, TEXT.replace(before, after), [edit(b"'x'", b"''")], GRAMMAR)


def test_blanks_are_no_tokens() -> None:
    assert compared(TEXT, TEXT.replace(b" ", b"\r\n "), [], GRAMMAR) == 6
