"""Whatever is packed in a file is unpacked, wherever it lies and whatever surrounds it."""

import base64
import gzip
import io
import random
import re
import zipfile
import zlib
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.errors import TooLargeError
from redaction.sweep import regions as looked
from redaction.sweep.regions import BASE64, HEXADECIMAL, KINDS, Digits, marks, regions, runs

SECRET = b"Jane Roe of Roe & Daughters drew this in her own hand. " * 3


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("notes.txt", content)
    return packed.getvalue()


PACKED = {
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zip": zipped,
    "base64": base64.b64encode,
    "hexadecimal": lambda content: content.hex().encode(),
}


@pytest.mark.parametrize("kind", PACKED)
@given(st.binary(max_size=40), st.binary(max_size=40))
@example(b"", b"")
@example(b"\x1f", b"\x78")
@example(b"P\x08", b"PK\x03")
def test_what_is_packed_is_found_anywhere(kind: str, before: bytes, after: bytes) -> None:
    apart = b"\n;" if kind in ("base64", "hexadecimal") else b""
    data = before + apart + PACKED[kind](SECRET) + apart + after
    assert any(SECRET in region.data for region in regions(data) if region.kind == kind)


def test_packed_in_packed_is_found_to_a_depth() -> None:
    data = zlib.compress(base64.b64encode(gzip.compress(SECRET)))
    assert SECRET in [region.data for region in regions(data)]


@pytest.mark.parametrize("method", range(256))
def test_every_header_of_a_zlib_stream_is_a_mark_and_no_other(method: int) -> None:
    for flags in range(256):
        allowed = (
            method & 0x0F == 8
            and method < 0x80
            and (method << 8 | flags) % 31 == 0
            and not flags & 0x20
        )
        header = bytes((method, flags))
        assert [kind for _, kind in marks(header)] == ["zlib"] * allowed


# Every byte that a run may begin, hold, break or end with, and pieces that nearly do.
BITS = [
    *(b"A", b"f", b"0", b"g", b"+", b"-", b"_", b"/", b"=", b"\r", b"\n", b" ", b"\t", b"\x00"),
    *(b"310", b"1004", b"\n", b"\r\n", b"deadbeef", b"0" * 15, b"0" * 16, b"z" * 23, b"z" * 24),
    *(b"Zz09" * 7, b"(8O", b"x\x9c", b"\x1f\x8b\x08", b"PK\x03\x04", b"xx\xdaHK"),
]
MIXED = st.lists(st.sampled_from(BITS), max_size=60).map(b"".join)
MARKED = re.compile(b"|".join(map(re.escape, KINDS)))
LENGTHS = st.sampled_from([1, 2, 7, 64, looked.WINDOW_BYTES])


@pytest.mark.parametrize("digits", [BASE64, HEXADECIMAL], ids=["base64", "hexadecimal"])
@given(MIXED, LENGTHS)
@example(b"0" * 16, 1)
@example(b"0" * 33 + b"\n 310\n" + b"0" * 9, 7)
@example(b"A" * 23 + b"\n" + b"A" * 24 + b"\r\n\tAAAA\nAAA", 24)
def test_digits_are_found_where_their_expression_finds_them(
    digits: Digits, data: bytes, window_bytes: int
) -> None:
    with mock.patch.object(looked, "WINDOW_BYTES", window_bytes):
        assert list(runs(data, digits)) == digits.run.findall(data)


@given(MIXED | st.binary(max_size=200), LENGTHS)
@example(b"xx\x9c\x9cxPK\x03\x04", 1)
@example(b"\x1f\x8b\x08\x1d", 64)
def test_marks_are_found_wherever_they_stand(data: bytes, window_bytes: int) -> None:
    expected = [
        (at, KINDS[found[0]]) for at in range(len(data)) if (found := MARKED.match(data, at))
    ]
    with mock.patch.object(looked, "WINDOW_BYTES", window_bytes):
        assert list(marks(data)) == expected


def test_a_long_file_is_looked_through_to_its_end() -> None:
    noise = random.Random(7).randbytes(3 * looked.WINDOW_BYTES)
    for data in (noise, noise.hex().encode(), base64.b64encode(noise), noise[:99] * 4000):
        assert list(runs(data, BASE64)) == BASE64.run.findall(data)
        assert list(runs(data, HEXADECIMAL)) == HEXADECIMAL.run.findall(data)
        found = MARKED.finditer(data)
        assert {at for at, _ in marks(data)} >= {mark.start() for mark in found}


def test_a_bomb_is_too_large() -> None:
    bomb = zlib.compress(bytes(80 * 1024 * 1024), 9)
    with pytest.raises(TooLargeError):
        list(regions(zlib.compress(bomb * 4, 9)))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"12.4142434445464748\n", False),  # a number
        (b"12.4142434445464748", False),
        (b"12.41424344454647484950\n", False),
        (b"12.4142434445464748495051\n", True),  # more digits than a number has
        (b"12.414243444546474A\n", True),
        (b"12.4142434445464748/a", True),
        (b".4142434445464748\n", True),
        (b"v.4142434445464748\n", True),
        (b"4142434445464748\n", True),
    ],
)
def test_what_stands_behind_the_point_of_a_number_is_not_packed(data: bytes, found: bool) -> None:
    assert bool(list(runs(data, HEXADECIMAL))) is found


def test_what_is_packed_behind_numbers_is_found() -> None:
    data = b"0.1234567890123456\n12.4142434445464748\n" + SECRET.hex().encode()
    assert SECRET in [region.data for region in regions(data)]
