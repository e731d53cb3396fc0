"""Ranges and conditions against RFC 9110, and the choices it leaves."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from gateway.transfer.coverage import covers, merged
from gateway.transfer.errors import PreconditionError, RangeUnsatisfiableError
from gateway.transfer.ranges import Span, wanted

SHA = "ab" * 32
TAG = f'"{SHA}"'
SIZE = 100


def asked(method: str = "GET", size: int = SIZE, **headers: str) -> Span | None:
    named = CIMultiDict({key.replace("_", "-"): value for key, value in headers.items()})
    return wanted(method, named, size, SHA)


@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=0-100", 0, 100),
        ("bytes=99-", 99, 100),
        ("bytes=10-19", 10, 20),
        ("BYTES=10-19", 10, 20),
        ("bytes= 10-19 ", 10, 20),
        ("bytes=-1", 99, 100),
        ("bytes=-1000", 0, 100),
    ],
)
def test_one_range_is_answered_with_it(value: str, start: int, stop: int) -> None:
    span = asked(Range=value)
    assert span == Span(start, stop, SIZE, partial=True)
    assert span.content_range == f"bytes {start}-{stop - 1}/100"


@pytest.mark.parametrize("value", ["bytes=100-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(value: str) -> None:
    with pytest.raises(RangeUnsatisfiableError) as caught:
        asked(Range=value)
    assert caught.value.facts == {"size": SIZE}


@pytest.mark.parametrize(
    "value",
    [
        "bytes=0-0,5-9",
        "bytes=5-4",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=0x1-2",
        "bytes=١-٢",
        "bytes=1-2-3",
        "items=0-5",
        "0-5",
        "",
        "bytes=" + "9" * 19 + "-",
        "bytes=-5,-6",
    ],
)
def test_what_is_not_understood_is_answered_whole(value: str) -> None:
    assert asked(Range=value) == Span(0, SIZE, SIZE)


def test_an_empty_file_has_no_ranges() -> None:
    assert asked(size=0, Range="bytes=-5") == Span(0, 0, 0)
    with pytest.raises(RangeUnsatisfiableError):
        asked(size=0, Range="bytes=0-")


@pytest.mark.parametrize(
    ("value", "partial"),
    [
        (TAG, True),
        (f"W/{TAG}", False),
        ('"other"', False),
        (SHA, False),
        ("Wed, 21 Oct 2015 07:28:00 GMT", False),
        ("*", False),
    ],
)
def test_if_range_continues_only_this_very_file(value: str, partial: bool) -> None:
    span = asked(Range="bytes=1-", If_Range=value)
    assert span is not None
    assert span.partial is partial


def test_head_ignores_ranges() -> None:
    assert asked("HEAD", Range="bytes=500-") == Span(0, SIZE, SIZE)


@pytest.mark.parametrize("value", [TAG, "*", f'"x", {TAG}', f"W/{TAG}"])
def test_who_has_it_already_is_told_so(value: str) -> None:
    assert asked(If_None_Match=value) is None
    assert asked("HEAD", If_None_Match=value) is None


def test_other_tags_do_not_match() -> None:
    assert asked(If_None_Match='"other"') == Span(0, SIZE, SIZE)
    assert asked(If_Match=f'"x", {TAG}') == Span(0, SIZE, SIZE)
    for other in ('"other"', f"W/{TAG}", "nonsense"):
        with pytest.raises(PreconditionError):
            asked(If_Match=other)


@given(st.text(max_size=40), st.integers(0, 300))
@example("bytes=0-", 1)
@example("bytes=-1", 0)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_whatever_is_asked_the_answer_lies_within_the_file(value: str, size: int) -> None:
    try:
        span = asked(size=size, Range=value)
    except RangeUnsatisfiableError:
        return
    assert span is not None
    assert 0 <= span.start <= span.stop <= size
    assert span.length > 0 or size == 0


RANGES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda p: tuple(sorted(p))))


@given(RANGES)
@example([(0, 5), (5, 9)])
@example([(0, 5), (6, 9)])
@settings(max_examples=300, derandomize=True, deadline=None)
def test_merging_keeps_every_byte_and_no_other(ranges: list[tuple[int, int]]) -> None:
    before = {byte for start, stop in ranges for byte in range(start, stop)}
    after = [byte for start, stop in merged(ranges) for byte in range(start, stop)]
    assert sorted(before) == after
    assert covers(ranges, 20) == (before == set(range(20)))


def test_an_empty_file_is_covered_once_it_was_handed_over() -> None:
    assert not covers([], 0)
    assert covers([(0, 0)], 0)
