"""Whatever is done to a sealed object, it does not open."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.sealed import format as fmt
from storage.sealed.errors import SealedError, TamperedError, TruncatedError
from storage.sealed.keys import DataKey, segment_key
from storage.sealed.seek import spans
from storage.sealed.unseal import Opener, unseal
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

LENGTH = SECOND + 1000  # three segments
WHOLE = sealed_of(LENGTH)
SEGMENTS = [WHOLE[at : at + fmt.SEGMENT_BYTES] for at in range(0, len(WHOLE), fmt.SEGMENT_BYTES)]


def opens(sealed: bytes, length: int = LENGTH) -> bytes:
    return unseal(KEY, BOUND, sealed, length)


def test_it_opens_when_nothing_was_done() -> None:
    assert opens(WHOLE) == plain_of(LENGTH)


# Chance would not meet a segment's edge, the only place where truncation could work.
@example(0)
@example(fmt.HEADER_BYTES)
@example(fmt.HEADER_BYTES + fmt.TAG_BYTES)
@example(fmt.SEGMENT_BYTES)
@example(2 * fmt.SEGMENT_BYTES)
@example(2 * fmt.SEGMENT_BYTES + fmt.TAG_BYTES)
@example(len(WHOLE) - 1)
@settings(max_examples=30, deadline=None)
@given(end=st.integers(0, len(WHOLE) - 1))
def test_no_beginning_of_an_object_passes_for_the_object(end: int) -> None:
    with pytest.raises(TruncatedError):
        opens(WHOLE[:end])


# Even a liar who also changes the length that the manifest gives gets nothing.
@pytest.mark.parametrize("length", [0, 1, FIRST - 1, FIRST, SECOND - 1, SECOND, LENGTH - 1])
def test_a_beginning_does_not_open_under_a_shorter_length(length: int) -> None:
    with pytest.raises(TamperedError):
        opens(WHOLE[: fmt.sealed_bytes(length)], length)


@example(0)
@example(1)
@example(fmt.HEADER_BYTES - 1)
@example(fmt.HEADER_BYTES)
@example(fmt.SEGMENT_BYTES - 1)
@example(fmt.SEGMENT_BYTES)
@example(2 * fmt.SEGMENT_BYTES - 1)
@example(2 * fmt.SEGMENT_BYTES)
@example(len(WHOLE) - 1)
@settings(max_examples=30, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1))
def test_one_flipped_bit_anywhere_is_noticed(at: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= 1
    with pytest.raises(TamperedError):
        opens(bytes(changed))


@pytest.mark.parametrize(
    "order", [[1, 0, 2], [0, 2, 1], [0, 0, 2], [0, 1, 1], [2, 1, 0], [1, 1, 2]]
)
def test_segments_cannot_be_swapped_or_repeated(order: list[int]) -> None:
    moved = b"".join(SEGMENTS[number] for number in order)
    with pytest.raises(SealedError):
        opens(moved)
    with pytest.raises(SealedError):
        opens((moved + WHOLE)[: len(WHOLE)])


@pytest.mark.parametrize("tail", [b"\0", b"x" * fmt.TAG_BYTES, SEGMENTS[-1]])
def test_nothing_can_be_hung_on(tail: bytes) -> None:
    with pytest.raises(TamperedError):
        opens(WHOLE + tail)


def test_segments_of_another_object_do_not_fit() -> None:
    other = sealed_of(THIRD)
    grafted = WHOLE[: fmt.SEGMENT_BYTES] + other[fmt.SEGMENT_BYTES : 2 * fmt.SEGMENT_BYTES]
    with pytest.raises(TamperedError):
        opens(grafted + SEGMENTS[2])


@pytest.mark.parametrize("length", EDGES)
def test_another_key_or_another_binding_does_not_open(length: int) -> None:
    with pytest.raises(TamperedError):
        unseal(DataKey(bytes(32)), BOUND, sealed_of(length), length)
    with pytest.raises(TamperedError):
        unseal(KEY, BOUND + b"!", sealed_of(length), length)


@pytest.mark.parametrize("header", [b"", b"\x28", bytes(40), b"\x27" + bytes(39), b"\x28" * 41])
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(TamperedError):
        Opener(KEY, BOUND, header, 0)


def test_a_middle_segment_opens_alone_and_only_as_itself() -> None:
    opener = Opener(KEY, BOUND, WHOLE[: fmt.HEADER_BYTES], LENGTH)
    first, middle, last = spans(0, LENGTH, LENGTH)
    assert opener.open(middle, SEGMENTS[1]) == plain_of(LENGTH)[FIRST:SECOND]
    for span, sealed in ((middle, SEGMENTS[2]), (last, SEGMENTS[1]), (first, SEGMENTS[1])):
        with pytest.raises(TamperedError):
            opener.open(span, sealed)


def test_salt_and_binding_each_change_the_segment_key() -> None:
    salts, bindings = (bytes(32), b"s" * 32), (b"", b"a")
    assert len({segment_key(KEY, salt, bound) for salt in salts for bound in bindings}) == 4
