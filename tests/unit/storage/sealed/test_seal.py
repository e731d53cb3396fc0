"""Sealing as bytes arrive: it does not matter how, and it cannot be finished wrongly."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.sealed import format as fmt
from storage.sealed.keys import new_header
from storage.sealed.seal import Sealer
from storage.sealed.unseal import unseal
from tests.unit.storage.sealed.objects import (
    BOUND,
    EDGES,
    FIRST,
    KEY,
    SECOND,
    THIRD,
    plain_of,
    sealed_in,
    sealed_of,
)


@example([FIRST])
@example([FIRST, FIRST, SECOND])
@example([FIRST - 1, FIRST + 1, SECOND + 1])
@example([0, 1, 2, THIRD + 1])
@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, THIRD + 1), max_size=8))
def test_it_does_not_matter_how_the_bytes_were_cut_up(cuts: list[int]) -> None:
    plain = plain_of(THIRD + 1)
    edges = [0, *sorted(cuts), len(plain)]
    sealed = sealed_in([plain[a:b] for a, b in pairwise(edges)])
    assert unseal(KEY, BOUND, sealed, len(plain)) == plain


@pytest.mark.parametrize("length", EDGES)
def test_a_sealed_object_is_as_long_as_announced(length: int) -> None:
    assert len(sealed_of(length)) == fmt.sealed_bytes(length)
    assert -(-len(sealed_of(length)) // fmt.SEGMENT_BYTES) == fmt.segments(length)


def test_a_full_segment_waits_until_something_follows_it() -> None:
    sealer = Sealer(KEY, BOUND, new_header())
    assert not sealer.feed(plain_of(FIRST))
    assert len(sealer.feed(b"x")) == fmt.SEGMENT_BYTES


def test_a_promise_of_more_lets_a_full_segment_go_at_once() -> None:
    header = new_header()
    patient, hasty = (Sealer(KEY, BOUND, header) for _ in range(2))
    early = bytes(hasty.feed(plain_of(FIRST), more=True))
    assert len(early) == fmt.SEGMENT_BYTES
    assert not patient.feed(plain_of(FIRST))
    rest = bytes(hasty.feed(b"x")) + bytes(hasty.finish())
    assert early + rest == bytes(patient.feed(b"x")) + bytes(patient.finish())


def test_a_held_segment_goes_when_more_is_promised_later() -> None:
    sealer = Sealer(KEY, BOUND, new_header())
    sealed = bytes(sealer.feed(plain_of(FIRST))) + bytes(sealer.feed(b"", more=True))
    sealed += bytes(sealer.feed(b"y")) + bytes(sealer.finish())
    assert unseal(KEY, BOUND, sealed, FIRST + 1) == plain_of(FIRST) + b"y"


@pytest.mark.parametrize("after", [[], [b""]])
def test_a_broken_promise_of_more_is_no_object(after: list[bytes]) -> None:
    """An empty segment at the end would be a second way to write the same object."""
    sealer = Sealer(KEY, BOUND, new_header())
    sealer.feed(plain_of(FIRST), more=True)
    for piece in after:
        sealer.feed(piece)
    with pytest.raises(RuntimeError):
        sealer.finish()


def test_an_object_is_finished_once() -> None:
    sealer = Sealer(KEY, BOUND, new_header())
    sealer.finish()
    with pytest.raises(RuntimeError):
        sealer.finish()
    with pytest.raises(RuntimeError):
        sealer.feed(b"too late")


def test_what_was_returned_before_is_not_resized_away() -> None:
    sealer = Sealer(KEY, BOUND, new_header())
    looked_at = sealer.feed(plain_of(FIRST + 1))
    assert len(sealer.feed(plain_of(2 * THIRD))) > len(looked_at) == fmt.SEGMENT_BYTES


def test_two_objects_of_the_same_words_share_no_block() -> None:
    one, two = sealed_in([bytes(4096)]), sealed_in([bytes(4096)])
    blocks = {one[at : at + 16] for at in range(len(one) - 16)}
    assert not any(two[at : at + 16] in blocks for at in range(1, len(two) - 16))


def test_there_are_only_so_many_segments() -> None:
    fmt.nonce(b"7 bytes", fmt.MAX_SEGMENTS - 1, last=True)
    with pytest.raises(OverflowError):
        fmt.nonce(b"7 bytes", fmt.MAX_SEGMENTS, last=False)
