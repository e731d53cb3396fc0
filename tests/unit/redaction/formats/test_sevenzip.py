"""7z archives: every file inside is cleaned as it would be alone; who packed it is gone."""

import base64
import lzma
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine, members, sniff
from redaction.carriers import sevenzip_archive
from redaction.carriers.tar_archive import Entry
from redaction.errors import NotFaithfulError, RedactionError
from redaction.formats import tar as handler
from redaction.model import Action, Plan, Profile
from redaction.report import Status
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, LOGIN

PROFILE = Profile()
DRAWING = b"Bracket, 4 holes M6\n"
# Written by py7zr 1.1.4, by the method that names each: two texts, an empty file, directories.
VECTORS = {
    "lzma": (
        "N3q8ryccAASVS6gkvwAAAAAAAAAWAAAAAAAAAIiDxKsAIRyIJk0Gg/Z9F+Z6zBa9HkrCx6VqY472FnlhdHbs"
        "3gZ5maGvk8mf//9eGAAA4ADQAIldAACBMweuD9Dij7yfP0dBWNb+AmolqOiAhY7UV0QXI9Vb+kDHIdrRZ7Dj"
        "HHB6zb1tfM4N1NA+MwPIuI+eTIJy2Q3BxDp7bAJwOMj6o1rUvoU9nZb/KgW+NR5m71ey/uuDTa/CwiDc6O8m"
        "+tQiPUWBs/kNFFZmH7jLJ2EZ721JddEHX81lEWAQAAAAABcGLgEJgJEABwsBAAEhIQEYDIDRAAA="
    ),
    "bcj": (
        "N3q8ryccAAQ0V1EowQAAAAAAAAAWAAAAAAAAAOCkYuDgAV0AJ10AIRyIJk0Gg/Z9F+Z6zBa9HkrCx6VqY472"
        "FnlhdHbs3gZ5maGuOtAAAOAA1ACKXQAAgTMHrg/Q8bH8nzkQnGzqVS5i7wakuivvxZOXiLq/mX7n1aFit7xK"
        "Dcj7tgolN3XmGwGfOSCW6lEaVQDklauKCWkB1afZwszOnZEfU/eezLCJzjvk70X2gLkcOYuqr8dP/tAL16o2"
        "vKyHeE0bxk8x7kClp1Yi0b3fla9rVwbVESb64DEBWCQAAAAAFwYvAQmAkgAHCwEAASEhARgMgNUAAA=="
    ),
    "bz": (
        "N3q8ryccAARq9Iql5AAAAAAAAAAWAAAAAAAAALZbjchCWmg5MUFZJlNZoBQ9SwAAId+AABBABAUAEAIEACpt"
        "3AAgAFCgaaGRkxBFU0yGhk009T4VpOVMCsb14loKxcVtgVuK+Cuc1gVnFRWKCsagB+LuSKcKEhQCh6lg4ADI"
        "AIFdAACBMweuD9NPX71AwJDO5ct29lOkpz32mg7PUWY0TETqD7+JhcfRppoiYQgMz858v9Yw4Hl4BqCVKZKk"
        "X/bGSzAbdUHAkUhri7ObeAsBKgNAlStiShlaf4vsfVJOfafaj61oqhFdkZmez8eqBODv/Vfh20jcHizXZ9Oh"
        "pmub0AAAAAAXBlsBCYCJAAcLAQABISEBGAyAyQAA"
    ),
    "defl": (
        "N3q8ryccAASzybosrQAAAAAAAAAWAAAAAAAAAK9w0HtzKkpMzk4t0VEwUcjIz0ktVvA14wpJzVMoyExNTi0e"
        "ZVLGBADgAMgAgV0AAIEzB64P0Es5PJ8/Rzvn0R6Cr3sbDe3lLuQFKutswkpRmKNe53OT7D/jTAfu6heW3lNF"
        "UCjnjUu7sUUJvzt2v1AB5O63K5UxX9mSb+JlpjpzKc3yTim/MFsiSvSYrl+JtyvWKEKBof7fvbhy+edMZKWh"
        "MRyR1bZsaDc/7XTQAAAAABcGJAEJgIkABwsBAAEhIQEYDIDJAAA="
    ),
    "delta": (
        "N3q8ryccAASa8Dz8wgAAAAAAAAAWAAAAAAAAANeEXDbgAV0AKl0AIQwZ4CBGFg0c85rdConJIZBsC07DsF94"
        "BsUduwB2rW11AVJTyMay1AAAAOAA0ACIXQAAgTMHrg/RHxk0oIppsLnhSdb+Ga6ofJNpONaRg7nllKUWc9AJ"
        "dDr8GVLoylJbkNQhx0zPtNKCsjrpl0LCodlNzUvGBQUb6zU/dBi1p0iZ5OGHHdf9Sh56jyk9nGCISyMbySdi"
        "rRxMfAtC3m9RPZELmj12aAz2Q6ZTJuxd+ulipFL1+/K0AAAAABcGMgEJgJAABwsBAAEhIQEYDIDRAAA="
    ),
    "aes": (
        "N3q8ryccAAQ01faa2wAAAAAAAAAWAAAAAAAAAPGAIHpiFIFDSdUjbhIx+DSxoVr0kWmaybnAcCQRWSUFcuQ9"
        "Fa7G+F/qKrQ7ohba5tQpJMLgAOwAo10AAIEzB64P0QEiFZCLDoI5DQpyZmWrbwSQ8xFYUP7axwswf51ab62j"
        "+Ie5WXfXMUrP1Rc0zJoxfD33N6KgVg4VEL1Wwnr1WSVk8arzFYy+jum10OVduBX8f3k68oFKqsisw+c2ZIFE"
        "+HuX0I4hh4NonFGPsc03yqbxvHa+jytsCAyNbIjvRMCzoYSYy581B93OMKcX1ob+uCEUntBbs4EFjAAAAAAX"
        "BjABCYCrAAcLAQABISEBGAyA7QAA"
    ),
    "link": (
        "N3q8ryccAASFttMgTgAAAAAAAAAUAAAAAAAAADLrae4BAARhLnR4dAABAEABBAYAAQkJAAcLAQABISEBFgwF"
        "AAgKAbr368EAAAUBGQMAAAARBQBsAAAAFAoBAEAyEoGzfN0BFQYBACCE/6EAAAAXBgkBCUUABwsBAAEhIQEY"
        "DEEAAA=="
    ),
}
FILES = {
    "q/": b"",
    "q/a.txt": DRAWING,
    "q/d/": b"",
    "q/d/b.txt": b"Ten pieces\n" * 30,
    "q/d/empty.txt": b"",
}


def vector(name: str) -> bytes:
    return base64.b64decode(VECTORS[name])


def packed(**files: bytes) -> bytes:
    return sevenzip_archive.written(Entry(name, content) for name, content in files.items())


def unpacked(data: bytes) -> dict[str, bytes]:
    return {entry.name: entry.content for entry in sevenzip_archive.read(data).entries}


def with_header(header: bytes, streams: bytes = b"") -> bytes:
    start = len(streams).to_bytes(8, "little") + len(header).to_bytes(8, "little")
    start += zlib.crc32(header).to_bytes(4, "little")
    head = sevenzip_archive.MAGIC + b"\0\4" + zlib.crc32(start).to_bytes(4, "little") + start
    return head + streams + header


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def refused(data: bytes) -> str:
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is None
    assert report.reason is not None
    return report.reason.code


@pytest.mark.parametrize("name", ["lzma", "bcj", "bz", "defl", "delta"])
def test_another_programs_archive_is_cleaned_and_every_file_stays(name: str) -> None:
    data = vector(name)
    assert sniff.identify(data).name == "7z"
    assert unpacked(data) == FILES
    cleaned = scrubbed(data)
    assert unpacked(cleaned) == FILES
    told = {found.value for found in handler.plan(data, PROFILE).findings}
    assert {"times of the last change", "attributes and rights"} <= told
    assert not handler.plan(cleaned, PROFILE).findings


def test_a_clean_archive_comes_out_byte_for_byte() -> None:
    data = packed(**{"ü/": b"", "ü/a.txt": DRAWING, "b.txt": b"", "c.txt": DRAWING})
    assert scrubbed(data) == data
    assert handler.apply(data, Plan()) == data


def test_files_inside_are_cleaned_by_their_own_handlers() -> None:
    data = packed(**{"a.jpg": packages.photograph(), "._a": LOGIN.encode(), "~$b": b"1234"})
    files = unpacked(scrubbed(data))
    assert list(files) == ["a.jpg", "~$b"]
    assert CANARY.encode() not in files["a.jpg"]
    assert files["~$b"] == b"    "
    told = [f for f in handler.plan(data, PROFILE).findings if f.carrier == "7Z.member"]
    assert [found.action for found in told] == [Action.REMOVED, Action.REPLACED]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (vector("aes"), "encrypted"),
        (vector("link"), "unsafe-archive"),
        (packed(**{"../a.txt": DRAWING}), "unsafe-archive"),
        (packed(**{"a.txt": DRAWING, "A.TXT": DRAWING}), "unsafe-archive"),
        (packed(**{"a.txt": DRAWING}) + b"more", "unsafe-archive"),
        (packed(**{"a.txt": DRAWING})[:-1], "unreadable"),
        (packed(**{"a.txt": DRAWING})[:20], "unreadable"),
        (packed(**{"a.exe": b"MZ" + bytes(80)}), "member-refused"),
        (packed(**{"d/": b""}), "empty"),
        (with_header(b"\x01\x05\xc0\xff\xff\x00\x00"), "too-large"),
        (with_header(b"\x01\x03\x00"), "unreadable"),
    ],
)
def test_archives_that_cannot_be_cleaned_are_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_file_whose_checksum_is_wrong_is_refused() -> None:
    data = packed(**{"a.txt": DRAWING})
    at = data.index(zlib.crc32(DRAWING).to_bytes(4, "little"))
    header = bytearray(data[data.index(b"\x01\x04\x06") :])
    streams = data[32 : data.index(b"\x01\x04\x06")]
    header[at - 32 - len(streams)] ^= 1
    assert refused(with_header(bytes(header), streams)) == "unreadable"


def test_bytes_before_the_first_stream_are_refused() -> None:
    data = packed(**{"a.txt": DRAWING})
    begin = data.index(b"\x01\x04\x06\x00")
    header = data[begin:].replace(b"\x01\x04\x06\x00", b"\x01\x04\x06\x01", 1)
    assert refused(with_header(header, b"x" + data[32:begin])) == "unsafe-archive"


def test_a_small_archive_that_unpacks_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sevenzip_archive, "MIN_UNPACKED_BYTES", 1 << 20)
    assert refused(packed(**{"a.txt": bytes(4 << 20)})) == "too-large"


def test_a_dictionary_larger_than_any_drawing_is_refused() -> None:
    data = packed(**{"a.txt": DRAWING})
    header = data[data.index(b"\x01\x04\x06") :].replace(b"\x21\x21\x01\x16", b"\x21\x21\x01\x28")
    assert refused(with_header(header, data[32 : data.index(b"\x01\x04\x06")])) == "too-large"


@pytest.mark.parametrize("tampered", ["changed", "missing"])
def test_a_tampered_archive_is_not_faithful(tampered: str) -> None:
    data = packed(**{"a.txt": DRAWING, "b.txt": DRAWING})
    nesting = members.handler_of("7z", engine.registry.load)
    plan = nesting.plan(data, PROFILE)
    files = {"a.txt": DRAWING, "b.txt": b"another"} if tampered == "changed" else {"a.txt": DRAWING}
    with pytest.raises(NotFaithfulError):
        nesting.prove(data, packed(**files), plan)


def test_a_number_is_read_as_it_was_written() -> None:
    for value in (0, 1, 127, 128, 16383, 16384, 1 << 31, (1 << 56) - 1, 1 << 56, (1 << 64) - 1):
        written = sevenzip_archive.number(value)
        assert sevenzip_archive.Cursor(written).number() == value


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.binary(min_size=1, max_size=4))
@example(0, b"\x17")
@example(2, b"\xff")
def test_whatever_a_header_says_it_is_cleaned_or_refused(at: int, noise: bytes) -> None:
    data = packed(**{"a.txt": DRAWING, "d/": b"", "e.txt": b"", "f.txt": DRAWING * 2})
    begin = data.index(b"\x01\x04\x06")
    header = data[begin:]
    data = with_header(header[:at] + noise + header[at + len(noise) :], data[32:begin])
    try:
        plan = handler.plan(data, PROFILE)
    except RedactionError:
        return
    cleaned = handler.apply(data, plan)
    handler.prove(data, cleaned, plan)
    assert not handler.plan(cleaned, PROFILE).changes


def test_what_is_packed_by_a_filter_nobody_knows_is_refused() -> None:
    data = packed(**{"a.txt": DRAWING})
    begin = data.index(b"\x01\x04\x06")
    header = data[begin:].replace(b"\x21\x21\x01\x16", b"\x21\x22\x01\x16")
    assert refused(with_header(header, data[32:begin])) == "unsupported-format"
    assert lzma.decompress(data[32:begin], lzma.FORMAT_RAW, filters=sevenzip_archive.FILTERS)
