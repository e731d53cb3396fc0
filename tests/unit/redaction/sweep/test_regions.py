"""Whatever is packed in a file is unpacked, wherever it lies and whatever surrounds it."""

import base64
import gzip
import io
import zipfile
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.errors import TooLargeError
from redaction.sweep.regions import MARKS, regions

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
        assert bool(MARKS.match(bytes((method, flags)))) is allowed


def test_a_bomb_is_too_large() -> None:
    bomb = zlib.compress(bytes(80 * 1024 * 1024), 9)
    with pytest.raises(TooLargeError):
        list(regions(zlib.compress(bomb * 4, 9)))
