"""Packed streams of native files: opened if they can be searched, refused if they cannot."""

import struct
import zlib

import pytest

from redaction.carriers import packed_streams
from redaction.errors import OpaqueStreamError, TooLargeError, UnreadableError

MARK = bytes(range(16))


def packed(content: bytes, *, size: int | None = None, missing: int = 0) -> bytes:
    body = zlib.compress(content)
    said = len(content) if size is None else size
    return MARK + struct.pack("<II", said, len(body)) + body[: len(body) - missing]


def test_a_packed_stream_is_told_by_its_name() -> None:
    stream = packed(b"geometry" * 9)
    opened = packed_streams.opened("swXml/Features__ZLB", stream)
    assert opened is not None
    assert (opened.start, opened.end, opened.content) == (24, len(stream), b"geometry" * 9)
    assert packed_streams.opened("swXml/Features", stream) is None
    assert packed_streams.opened("Empty__ZLB", MARK + bytes(8)) is None
    assert packed_streams.opened("Empty__Zip", b"") is None


@pytest.mark.parametrize(
    ("name", "stream", "error"),
    [
        ("A__Zip", b"\x01\x06imploded", OpaqueStreamError),
        ("A__ZLB", packed(b"geometry", missing=3), UnreadableError),
        ("A__ZLB", packed(b"geometry", size=0), UnreadableError),
        ("A__ZLB", packed(b"geometry", size=9), UnreadableError),
        ("A__ZLB", packed(b"geometry", size=packed_streams.MAX_UNPACKED_BYTES + 1), TooLargeError),
        ("A__ZLB", MARK + struct.pack("<II", 8, 8) + b"no deflate", UnreadableError),
    ],
)
def test_what_cannot_be_opened_is_refused(name: str, stream: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        packed_streams.opened(name, stream)


def test_parts_that_only_look_packed_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    packed_streams.check(b"\x78\x9cno deflate" + zlib.compress(b"few") + b"\x78\x01")
    monkeypatch.setattr(packed_streams, "MAX_UNPACKED_BYTES", 1000)
    packed_streams.check(zlib.compress(bytes(999)))
    with pytest.raises(TooLargeError):
        packed_streams.check(zlib.compress(bytes(600)) * 2)
