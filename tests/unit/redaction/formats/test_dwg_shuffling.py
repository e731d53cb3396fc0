"""Packing of DWG 2007: undone by unpacking, read as the specification says, bounded."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.errors import RedactionError, UnreadableError
from redaction.formats.dwg_shuffling import packed, unpacked


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.binary(max_size=60), max_size=20), st.integers(0, 40), st.integers(1, 700))
@example([], 0, 1)
@example([], 0, 300)
@example([b"abcdefg"], 5, 260)
@example([bytes(range(31))], 6, 1)
def test_packing_is_undone_by_unpacking(pieces: list[bytes], repeats: int, zeros: int) -> None:
    data = b"a" + b"".join(piece * (1 + repeats % 7) for piece in pieces) + bytes(zeros)
    data += b"".join(pieces[::-1])
    assert unpacked(packed(data), len(data)) == data


@pytest.mark.parametrize("size", [0xFF + 0x17, 0xFF + 0x16, 70_000, 0x10000 + 0xFF + 0x16])
def test_long_literals_and_far_matches_are_packed_and_unpacked(size: int) -> None:
    noise = bytes((at * at * 31 + at // 7 + (at * 2654435761 >> 13)) & 0xFF for at in range(size))
    for data in (
        noise,
        b"again and again" + noise + b"again and again" + noise[:900] + bytes(70_000),
    ):
        assert unpacked(packed(data), len(data)) == data


@pytest.mark.parametrize("length", [3, 14, 15, 18, 19, 34, 35, 50, 51, 255, 256, 2303, 2304, 4000])
@pytest.mark.parametrize("distance", [20, 512, 513, 4096, 4097, 8192, 8193, 0xFFFF])
def test_a_match_of_any_length_and_distance_is_found_again(length: int, distance: int) -> None:
    phrase = bytes((at * 7 + at // 256) & 0xFF for at in range(min(length, distance)))
    gap = bytes(at % 251 ^ 0x55 for at in range(distance - len(phrase)))
    data = phrase + gap + (phrase * (length // len(phrase) + 1))[:length] + b"!" + phrase[:6]
    again = packed(data)
    assert unpacked(again, len(data)) == data


def test_literals_are_stored_in_the_order_of_the_specification() -> None:
    run = bytes(range(18))
    # 17, then 1 to 16 with their halves swapped, then 0.
    stored = bytes((18 - 8,)) + run
    shown = bytes((17, *range(9, 17), *range(1, 9), 0))
    assert unpacked(stored, 18) == shown
    assert unpacked(b"\x20\x00\x00\x03abc", 3) == b"cba"
    halves = [bytes(range(at, at + 8)) for at in (24, 16, 8, 0)]
    assert unpacked(b"\x0f\x09" + bytes(range(32)), 32) == b"".join(halves)


def test_every_form_of_a_match_is_read() -> None:
    start = b"\x00abcdefgh"
    forms = {
        b"\x37\x00": (3, 8),  # a short one
        b"\x10\x07\x00": (3, 8),
        b"\x00\x07\x00": (0x13, 8),
        b"\x23\x08\x00\x08": (11, 8),
        b"\x2a\x07\x00\x01\x00": (0x100 + 2 + 8, 8),
    }
    for form, (length, distance) in forms.items():
        expected = (b"abcdefgh" * 40)[: 8 + length]
        assert unpacked(start + form, 8 + length) == expected, (form, distance)


@pytest.mark.parametrize(
    ("stored", "size"),
    [
        (b"", 1),
        (b"\x00abc", 8),
        (b"\x00abcdefgh", 7),
        (b"\x00abcdefgh", 9),
        (b"\x00abcdefgh\x3f\x00", 11),
        (b"\x00abcdefgh\x23\x00\x00\x08", 19),
        (b"\x00abcdefgh\x37", 11),
        (b"\x00abcdefgh\x37\x00", 10),
    ],
)
def test_damage_is_refused(stored: bytes, size: int) -> None:
    with pytest.raises(UnreadableError):
        unpacked(stored, size)


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None, derandomize=True)
@example(b"\x0f" + b"\xff" * 60)
def test_unpacking_anything_ends_within_its_size(data: bytes) -> None:
    with suppress(RedactionError):
        assert len(unpacked(data, 1000)) == 1000
