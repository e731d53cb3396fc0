"""What was done to a sealed object at any of its edges, this code and Tink refuse alike.

But for one thing: Tink stops at a segment that is full and sealed as the last, and does not look
whether anything follows. What it gives is whole then; this code knows the length, and refuses."""

import io
from collections.abc import Iterator
from itertools import permutations

import pytest
import tink

from storage.sealed import format as fmt
from storage.sealed.errors import SealedError
from storage.sealed.keys import segment_cipher
from storage.sealed.unseal import unseal
from tests.unit.storage.sealed.objects import (
    BOUND,
    FIRST,
    KEY,
    SECOND,
    plain_of,
    sealed_of,
    tink_of,
    tink_opens,
)

LENGTH = SECOND + 1000  # three segments
WHOLE = sealed_of(LENGTH)
EDGES = [fmt.SEGMENT_BYTES, 2 * fmt.SEGMENT_BYTES, len(WHOLE)]
STARTS = [fmt.HEADER_BYTES, *EDGES[:-1]]
SEGMENTS = [WHOLE[start:end] for start, end in zip([0, *EDGES[:-1]], EDGES, strict=True)]
TINK = tink_of(KEY)


def refused(sealed: bytes, length: int = LENGTH, bound: bytes = BOUND) -> bool:
    """Return whether both refuse; raise if one of them opens."""
    with pytest.raises(SealedError):
        unseal(KEY, bound, sealed, length)
    with (
        pytest.raises(tink.TinkError),
        TINK.new_decrypting_stream(io.BytesIO(sealed), bound) as stream,
    ):
        stream.read()
    return True


def ended_early(sealed: bytes, whole: bytes, length: int) -> bool:
    """Return whether this code refuses, and Tink gives what ends with the first last segment."""
    with pytest.raises(SealedError):
        unseal(KEY, BOUND, sealed, length)
    return tink_opens(sealed) == whole


def bits_of(start: int, end: int) -> Iterator[bytes]:
    """Yield the object with each bit of a stretch of it flipped, one at a time."""
    changed = bytearray(WHOLE)
    for at in range(start, end):
        for bit in range(8):
            changed[at] ^= 1 << bit
            yield bytes(changed)
            changed[at] ^= 1 << bit


def test_both_open_it_when_nothing_was_done() -> None:
    assert unseal(KEY, BOUND, WHOLE, LENGTH) == tink_opens(WHOLE) == plain_of(LENGTH)


def test_every_bit_of_the_header() -> None:
    """Its length, the salt, the prefix of the nonces."""
    assert all(refused(changed) for changed in bits_of(0, fmt.HEADER_BYTES))


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_every_bit_of_a_tag_and_of_a_segments_first_and_last_bytes(segment: int) -> None:
    start, end = STARTS[segment], EDGES[segment]
    assert all(refused(changed) for changed in bits_of(start, start + 1))
    assert all(refused(changed) for changed in bits_of(end - fmt.TAG_BYTES - 1, end))


@pytest.mark.parametrize("edge", [0, 1, fmt.HEADER_BYTES, *EDGES])
def test_an_object_cut_at_an_edge_or_beside_it(edge: int) -> None:
    near = (0, 1, fmt.TAG_BYTES - 1, fmt.TAG_BYTES, fmt.TAG_BYTES + 1)
    ends = {edge + sign * by for by in near for sign in (-1, 1)}
    assert all(refused(WHOLE[:end]) for end in ends if 0 <= end < len(WHOLE))


@pytest.mark.parametrize("length", [0, 1, FIRST - 1, FIRST, FIRST + 1])
def test_short_objects_cut_or_lengthened(length: int) -> None:
    sealed = sealed_of(length)
    for changed in (sealed[:-1], sealed[: -fmt.TAG_BYTES], sealed[: fmt.HEADER_BYTES]):
        assert refused(changed, length)
    for tail in (b"\0", bytes(fmt.TAG_BYTES), sealed[-fmt.TAG_BYTES :], bytes(fmt.SEGMENT_BYTES)):
        if length == FIRST:
            assert ended_early(sealed + tail, plain_of(length), length)
        else:
            assert refused(sealed + tail, length)


def test_every_order_of_segments_but_the_right_one() -> None:
    header, first = SEGMENTS[0][: fmt.HEADER_BYTES], SEGMENTS[0][fmt.HEADER_BYTES :]
    parts = [first, *SEGMENTS[1:]]
    orders = [order for count in (1, 2, 3) for order in permutations(range(3), count)]
    orders += [(0, 0, 2), (0, 1, 1), (0, 1, 1, 2), (0, 1, 2, 2), (0, 0, 1, 2), (0, 1, 2, 0)]
    for order in orders:
        if order != (0, 1, 2):
            assert refused(header + b"".join(parts[number] for number in order))


def test_nothing_of_another_object_fits() -> None:
    other = sealed_of(LENGTH + 1)
    for start, end in zip(
        [0, fmt.HEADER_BYTES, *EDGES[:-1]], [fmt.HEADER_BYTES, *EDGES], strict=True
    ):
        assert refused(WHOLE[:start] + other[start:end] + WHOLE[end:])


@pytest.mark.parametrize("bound", [b"", BOUND[:-1], BOUND + b" ", BOUND.upper()])
def test_another_binding(bound: bytes) -> None:
    assert refused(WHOLE, bound=bound)


@pytest.mark.parametrize(
    ("numbers", "lasts"),
    [
        ((0, 1, 2), (False, False, False)),  # the last one sealed as if more came
        ((0, 1, 3), (False, False, True)),  # a number left out
        ((1, 2, 3), (False, False, True)),
        ((0, 2, 1), (False, False, True)),
    ],
)
def test_who_has_the_key_and_numbers_segments_wrongly(
    numbers: tuple[int, ...], lasts: tuple[bool, ...]
) -> None:
    """Not an attack: a writer with a fault. Neither reader may make up for it."""
    assert refused(_numbered(numbers, lasts))


@pytest.mark.parametrize(
    ("lasts", "end"), [((False, True, True), SECOND), ((True, False, True), FIRST)]
)
def test_who_has_the_key_and_says_last_too_early(lasts: tuple[bool, ...], end: int) -> None:
    assert ended_early(_numbered((0, 1, 2), lasts), plain_of(LENGTH)[:end], LENGTH)


def _numbered(numbers: tuple[int, ...], lasts: tuple[bool, ...]) -> bytes:
    header = fmt.Header.decode(WHOLE[: fmt.HEADER_BYTES])
    cipher = segment_cipher(KEY, header.salt, BOUND)
    plain = plain_of(LENGTH)
    parts = (plain[:FIRST], plain[FIRST:SECOND], plain[SECOND:])
    return header.encode() + b"".join(
        cipher.encrypt(fmt.nonce(header.prefix, number, last=last), part, None)
        for number, last, part in zip(numbers, lasts, parts, strict=True)
    )
