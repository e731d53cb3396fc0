"""Codes and checksums of DWG 2007: compared with plain arithmetic, bit by bit."""

from functools import reduce

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.formats import dwg_coding
from redaction.formats.dwg_coding import DATA, SYSTEM, Code

FIELDS = {DATA: 0x11D, SYSTEM: 0x169}
CODES = pytest.mark.parametrize("code", [DATA, SYSTEM], ids=["data", "system"])


def times(a: int, b: int, polynomial: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a <<= 1
        a ^= polynomial if a > 0xFF else 0
        b >>= 1
    return product


def value_at(block: bytes, point: int, polynomial: int) -> int:
    """Return the block as a polynomial at ``point``; its first byte is the lowest power."""
    return reduce(lambda sum_, byte: times(sum_, point, polynomial) ^ byte, reversed(block), 0)


@CODES
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.binary(min_size=1, max_size=251))
@example(data=b"\x00")
@example(data=b"\xff" * 251)
def test_a_closed_block_is_zero_at_every_root(code: Code, data: bytes) -> None:
    data = data.ljust(code.data, b"\x5a")[: code.data]
    block = data + code.closing(data)
    assert len(block) == 255
    root = 1
    for _ in range(code.parity):
        root = times(root, 2, FIELDS[code])
        assert value_at(block, root, FIELDS[code]) == 0


@CODES
@pytest.mark.parametrize("count", [1, 2, 7])
def test_interleaved_blocks_come_apart_again(code: Code, count: int) -> None:
    data = bytes(at * 31 & 0xFF for at in range(count * code.data))
    coded = code.interleaved(data)
    assert len(coded) == count * 255
    assert code.apart(coded, count) == data
    assert code.behind(data) == b"".join(coded[at::count][code.data :] for at in range(count))


def test_tables_and_seeds_are_those_of_the_specification() -> None:
    assert dwg_coding.NORMAL_TABLE[1] == 0x42F0E1EBA9EA3693
    assert dwg_coding.NORMAL_TABLE[255] == 0x9AFCE626CE85B507
    assert dwg_coding.MIRRORED_TABLE[1] == 0x7AD870C830358979
    assert dwg_coding.MIRRORED_TABLE[255] == 0x29B7D047EFEC8728


def ordered(data: bytes) -> bytes:
    """Return what the specification's tables of orders make of ``data``."""
    tails = {4: (2, 3, 0, 1), 5: (2, 3, 0, 1, 4), 6: (2, 3, 0, 1, 4, 5), 7: (2, 3, 0, 1, 4, 5, 6)}
    out = b""
    for at in range(0, len(data), 8):
        word = data[at : at + 8]
        order = (6, 7, 4, 5, 2, 3, 0, 1) if len(word) == 8 else tails.get(len(word))
        out += bytes(word[one] for one in order or range(len(word)))
    return out


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=70))
@example(b"")
@example(bytes(range(15)))
@example(bytes(range(12)))
def test_checksums_are_what_slow_arithmetic_makes_of_them(data: bytes) -> None:
    all_ones = (1 << 64) - 1
    stepped = (len(data) * 0x343FD + 0x269EC3) & all_ones
    page = ~(stepped | (stepped * (0x343FD << 32) + (0x269EC3 << 32))) & all_ones
    header = ~(stepped * 0x1000343FD + len(data) + 0x269EC3) & all_ones
    low, high = stepped & 0xFFFF, stepped >> 16 & 0xFFFF
    for byte in ordered(data):
        page ^= byte
        header ^= byte << 56
        for _ in range(8):
            page = page >> 1 ^ (0x95AC9329AC4BC9B5 if page & 1 else 0)
            header = (header << 1 ^ (0x42F0E1EBA9EA3693 if header >> 63 else 0)) & all_ones
        low = (low + byte) % 65521
        high = (high + low) % 65521
    assert dwg_coding.page_crc(data) == page
    assert dwg_coding.header_crc(data) == ~header & all_ones
    if data:
        assert dwg_coding.page_sum(data) == high << 16 | low
