"""A range of plaintext is answered by exactly the segments it touches."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.sealed import format as fmt
from storage.sealed.seek import spans
from storage.sealed.unseal import Opener
from tests.unit.storage.sealed.objects import (
    BOUND,
    EDGES,
    FIRST,
    KEY,
    SECOND,
    THIRD,
    plain_of,
    sealed_of,
)

ANY_LENGTH = st.one_of(st.sampled_from(EDGES), st.integers(0, THIRD + 1))


def answer(start: int, end: int, length: int) -> bytes:
    sealed = sealed_of(length)
    opener = Opener(KEY, BOUND, sealed[: fmt.HEADER_BYTES], length)
    return b"".join(
        opener.open(span, sealed[span.sealed_start : span.sealed_end])
        for span in spans(start, end, length)
    )


@example(length=SECOND, ends=(FIRST, FIRST))
@example(length=SECOND, ends=(FIRST - 1, FIRST + 1))
@example(length=SECOND + 1, ends=(SECOND, SECOND + 1))
@example(length=THIRD, ends=(0, THIRD))
@example(length=THIRD, ends=(FIRST, SECOND))
@example(length=0, ends=(0, 0))
@settings(max_examples=60, deadline=None)
@given(length=st.sampled_from(EDGES), ends=st.tuples(st.integers(0), st.integers(0)))
def test_any_range_is_what_slicing_gives(length: int, ends: tuple[int, int]) -> None:
    start, end = sorted(place % (length + 1) if place > length else place for place in ends)
    assert answer(start, end, length) == plain_of(length)[start:end]


@given(length=ANY_LENGTH)
def test_the_spans_of_a_whole_object_lie_side_by_side(length: int) -> None:
    found = list(spans(0, length, length))
    assert len(found) == fmt.segments(length)
    assert found[0].sealed_start == fmt.HEADER_BYTES
    assert found[-1].sealed_end == fmt.sealed_bytes(length)
    assert all(a.sealed_end == b.sealed_start for a, b in itertools.pairwise(found))
    assert sum(span.take for span in found) == length


def test_a_short_range_reads_one_segment() -> None:
    (span,) = spans(SECOND, SECOND + 1, THIRD)
    assert (span.segment, span.skip, span.take) == (2, 0, 1)


def test_nothing_is_asked_for_nothing() -> None:
    assert not list(spans(5, 5, 10))


def test_an_empty_object_is_opened_to_know_that_it_is_empty() -> None:
    assert len(list(spans(0, 0, 0))) == 1


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (0, 11), (11, 11)])
def test_a_range_beyond_the_object_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="range"):
        list(spans(start, end, 10))
