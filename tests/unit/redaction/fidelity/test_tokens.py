"""The token oracle: nothing differs but strings and dates at planned places."""

import random
import re
from collections import Counter

import pytest

from redaction.errors import NotFaithfulError
from redaction.fidelity.course import Signs
from redaction.fidelity.tokens import Grammar, _Planned, compared
from redaction.model import Edit, patched

GRAMMAR = Grammar(
    signs=Signs(
        coarse=re.compile(
            rb"(?P<literal>'(?:[^']++|'')*+')|(?P<comment>\{[^}]*+\})|(?P<opaque>\[[^]]*+\])"
            rb"|(?P<run>[^'{[]++|['{[])"
        ),
        quote=b"'",
        stop=b";",
        openings=(b"{", b"["),
        last=b"END",
    ),
    fine=re.compile(
        rb"(?P<blank>\s++)|(?P<comment>\{[^}]*+\})|(?P<opaque>\[[^]]*+\])|(?P<number>\d++)"
        rb"|(?P<keyword>[a-zA-Z]++)|(?P<mark>\S)"
    ),
    changeable=frozenset(),
    dated=frozenset({"number"}),
    dates=frozenset({b"DAY"}),
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
    assert check() == 5


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
    blanks = [Edit(found.start(), found.end(), b"\r\n ") for found in re.finditer(b" ", TEXT)]
    assert check(*blanks[:-2]) == 5


def test_a_blank_that_was_not_planned_is_noticed() -> None:
    with pytest.raises(NotFaithfulError):
        compared(TEXT, TEXT.replace(b" ", b"\r\n "), [], GRAMMAR)


STATEMENTS = b"point 'a;b' 1;" * 50 + b"day 'jane' 17;" + b"point 'c' 2;" * 50 + b"END;"


def test_what_was_compared_is_counted_whether_it_was_taken_apart_or_not() -> None:
    assert compared(STATEMENTS, STATEMENTS, [], GRAMMAR) == 203
    jane = [edit(b"'jane'", b"''", STATEMENTS)]
    assert compared(STATEMENTS, patched(STATEMENTS, jane), jane, GRAMMAR) == 203


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"'jane'", b"'"),
        (b"'jane'", b"''\x27"),
        (b"'jane'", b"'' {"),
        (b"'jane'", b"'' ["),
        (b"'jane'", b"'';"),
        (b"'jane'", b"'' END "),
        (b"'jane'", b"'' 'x'"),
        (b" 17;", b" 17"),
        (b"day 'jane' 17;", b""),
        (b"day 'jane' 17;", b"END"),
    ],
)
def test_an_edit_that_swallows_what_follows_is_noticed(before: bytes, after: bytes) -> None:
    planned = [edit(before, after, STATEMENTS)]
    with pytest.raises(NotFaithfulError):
        compared(STATEMENTS, patched(STATEMENTS, planned), planned, GRAMMAR)


def test_what_opens_in_one_statement_may_not_close_in_another_by_an_edit() -> None:
    text = b"7 ['x';7;'y';"
    planned = [edit(b"'x'", b"''", text), edit(b"'y'", b"']'", text)]
    with pytest.raises(NotFaithfulError):
        compared(text, patched(text, planned), planned, GRAMMAR)


@pytest.mark.parametrize("more", [b" more", b"\n"])
def test_nothing_may_follow_that_was_not_planned(more: bytes) -> None:
    with pytest.raises(NotFaithfulError, match="outside"):
        compared(TEXT, TEXT + more, [], GRAMMAR)


@pytest.mark.parametrize("edits", [[Edit(3, 2, b"")], [Edit(4, 6, b""), Edit(5, 7, b"")]])
def test_edits_out_of_order_are_no_plan(edits: list[Edit]) -> None:
    with pytest.raises(NotFaithfulError, match="overlap"):
        compared(TEXT, TEXT, edits, GRAMMAR)


SIGNS = [
    *("'", "''", "{", "}", "[", "]", ";", ";;", "'a;b'", "{;}", "[;']", "END", "SIGNED x;"),
    *(" ", "day 3;", "7", "x", "point 1;", "'jane';", "day 'x' 5;", "{note}"),
]


def is_the_same(text: bytes, edits: list[Edit], *, whole: bool) -> bool:
    # Ask the oracle, or have both texts taken apart from their beginning to their end.
    cleaned = patched(text, edits)
    try:
        if whole:
            _Planned(text, edits, GRAMMAR).check(cleaned, (0, len(text)), (0, len(cleaned)))
        else:
            compared(text, cleaned, edits, GRAMMAR)
    except NotFaithfulError:
        return False
    return True


def plan_of(chance: random.Random, text: bytes) -> list[Edit]:
    """Return edits, most of them of whole strings and numbers, some of them astray."""
    places = [found.span() for found in re.finditer(rb"'[^']*'|\d+|\{[^}]*\}", text)]
    chosen = [place for place in places if chance.random() < 0.4]
    if chance.random() < 0.3:
        at = chance.randint(0, len(text))
        chosen.append((at, min(at + chance.randint(0, 8), len(text))))
    edits: list[Edit] = []
    for start, end in sorted(chosen):
        if not edits or edits[-1].end <= start:
            good = b"''" if text[start : start + 1] == b"'" else b"1"
            astray = chance.choice([*SIGNS, "", ";'", "'';"]).encode()
            edits.append(Edit(start, end, good if chance.random() < 0.8 else astray))
    return edits


@pytest.mark.parametrize("seed", range(8))
def test_taking_little_apart_tells_the_same_as_taking_all_apart(seed: int) -> None:
    chance = random.Random(seed)
    verdicts: Counter[bool] = Counter()
    for _ in range(500):
        text = "".join(chance.choices(SIGNS, k=chance.randint(1, 24))).encode()
        edits = plan_of(chance, text)
        told = is_the_same(text, edits, whole=False)
        assert told == is_the_same(text, edits, whole=True), (text, edits)
        verdicts[told] += 1
    assert min(verdicts.values()) > 50
