"""ZIP: what two programs would read differently is refused; what is written tells of nobody."""

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.carriers import zip_container as container
from redaction.carriers.zip_findings import packing
from redaction.errors import (
    EncryptedError,
    RedactionError,
    TooLargeError,
    UnreadableError,
    UnsafeArchiveError,
    UnsupportedFormatError,
)
from tests.effort import assert_cpu_seconds

NAME = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="/\\:\x7f"))


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as written:
        for name, content in members:
            written.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10)), content, method)
    return out.getvalue()


def patched(data: bytes, header: bytes, offset: int, value: bytes) -> bytes:
    """Return ``data`` with ``value`` written at ``offset`` of its last ``header``."""
    at = data.rindex(header) + offset
    return data[:at] + value + data[at + len(value) :]


def test_what_is_packed_is_the_same_for_everybody() -> None:
    entries = container.read(archive(("a.step", b"x" * 99), ("d/b.stl", b"y"))).entries
    packed = container.packed(entries)
    assert container.packed(container.read(packed).entries) == packed
    for info in zipfile.ZipFile(BytesIO(packed)).infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert (info.create_system, info.extra, info.comment, info.external_attr) == (
            0,
            b"",
            b"",
            0,
        )
    assert zipfile.ZipFile(BytesIO(packed)).testzip() is None
    assert not packing(container.read(packed))


@given(st.lists(st.tuples(NAME.filter(bool), st.binary(max_size=200)), min_size=1, max_size=5))
@example([("ü", b"")])
@settings(max_examples=40, deadline=None, derandomize=True)
def test_every_member_comes_back_with_its_name_and_bytes(members: list[tuple[str, bytes]]) -> None:
    folded = {name.casefold() for name, _ in members}
    if len(folded) < len(members) or folded & {".", ".."}:
        return
    try:
        read = container.read(archive(*members))
    except UnsafeArchiveError:
        return
    with zipfile.ZipFile(BytesIO(container.packed(read.entries))) as written:
        assert [(i.filename, written.read(i)) for i in written.infolist()] == members


def test_an_archive_that_was_streamed_is_read() -> None:
    out = BytesIO()

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("a.txt", b"words " * 50)
        with written.open("b.txt", "w", force_zip64=True) as member:
            member.write(b"more words")
    out.write(pipe.getvalue())
    assert container.read(out.getvalue()).content("b.txt") == b"more words"


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/a", "C:\\a", "a\\..\\..\\b", "a//b", "", "./a", "a\x1bb"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    data = archive(("x" * max(1, len(name)), b"1"))
    encoded = name.encode()
    if not encoded:
        data = archive(("", b"1"))
    data = data.replace(b"x" * len(encoded), encoded) if encoded else data
    with pytest.raises(UnsafeArchiveError):
        container.read(data)


@pytest.mark.parametrize("other", ["A.STEP", "a.step", "a.step/"])
def test_two_members_of_one_name_are_refused(other: str) -> None:
    data = archive(("a.step", b"1"), ("b.step"[: len(other)].ljust(len(other), "/"), b""))
    data = data.replace(b"b.step" + b"/" * (len(other) - 6), other.encode())
    with pytest.raises(UnsafeArchiveError):
        container.read(data)


def test_members_that_overlap_are_refused() -> None:
    # The second header of the directory is pointed at the first member: one byte, read twice.
    data = archive(("a.txt", b"1" * 50), ("a.txt"[:-1] + "x", b"1" * 50))
    with pytest.raises(UnsafeArchiveError):
        container.read(patched(data, b"PK\x01\x02", 42, bytes(4)))


def test_a_bomb_of_quoted_overlaps_is_refused_before_it_is_unpacked() -> None:
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(bytes(20_000_000)) + kernel.flush()
    local = struct.pack("<4s3HI3I2H", b"PK\3\4", 20, 0, 8, 0, 0, len(body), 20_000_000, 1, 0)
    central = b"".join(
        struct.pack(
            "<4s4HI3I5H2I",
            *(b"PK\1\2", 20, 20, 0, 8, 0, 0, len(body), 20_000_000),
            *(1, 0, 0, 0, 0, 0, 0),
        )
        + bytes([65 + number])
        for number in range(26)
    )
    start = len(local) + 1 + len(body)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 26, 26, len(central), start, 0)

    def refused() -> None:
        with pytest.raises(UnsafeArchiveError):
            container.read(local + b"A" + body + central + end)

    assert_cpu_seconds(0.5, refused)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    data = archive(("a", bytes(1000)))
    huge = (2_000_000_000).to_bytes(4, "little")
    data = patched(patched(data, b"PK\x01\x02", 24, huge), b"PK\x03\x04", 22, huge)
    with pytest.raises(TooLargeError):
        container.read(data)


@pytest.mark.parametrize(
    ("offset", "value", "error"),
    [
        (8, b"\x01\x00", EncryptedError),
        (10, b"\x0c\x00", UnsupportedFormatError),
        (16, b"\x00\x00\x00\x01", UnsafeArchiveError),
        (24, b"\x07\x00\x00\x00", UnsafeArchiveError),
        (42, b"\xff\xff\xff\x00", UnreadableError),
    ],
)
def test_a_directory_that_contradicts_the_members_is_refused(
    offset: int, value: bytes, error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        container.read(patched(archive(("a.txt", b"1" * 60)), b"PK\x01\x02", offset, value))


def test_a_link_is_refused() -> None:
    data = archive(("a", b"/etc/passwd"))
    data = patched(data, b"PK\x01\x02", 4, b"\x14\x03")
    with pytest.raises(UnsafeArchiveError):
        container.read(patched(data, b"PK\x01\x02", 38, (0xA1FF << 16).to_bytes(4, "little")))


@pytest.mark.parametrize("around", [(b"#!/bin/sh\n", b""), (b"%PDF-1.7\n", b"")])
def test_something_before_an_archive_is_refused(around: tuple[bytes, bytes]) -> None:
    with pytest.raises(RedactionError):
        container.read(around[0] + archive(("a", b"1")) + around[1])


def test_bytes_between_members_are_told_and_go() -> None:
    data = archive(("a", b"1"))
    at = data.index(b"PK\x01\x02")
    hidden = data[:at] + b"Quillfeather" + data[at:]
    start = int.from_bytes(data[-6:-2], "little") + len(b"Quillfeather")
    hidden = patched(hidden, b"PK\x05\x06", 16, start.to_bytes(4, "little"))
    read = container.read(hidden)
    assert read.hidden_bytes == len(b"Quillfeather")
    assert "ZIP.gap" in {found.carrier for found in packing(read)}
    assert b"Quillfeather" not in container.packed(read.entries)


def test_two_ends_are_refused() -> None:
    data = archive(("a", b"1"))
    inner = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
    data = patched(data, b"PK\x05\x06", 20, len(inner).to_bytes(2, "little"))
    with pytest.raises(UnsafeArchiveError):
        container.read(data + inner)


def test_times_owners_and_comments_are_told() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        info = zipfile.ZipInfo("a.txt", (2024, 5, 6, 7, 8, 10))
        info.extra = struct.pack("<HHBBIBI", 0x7875, 11, 1, 4, 1000, 4, 1000)
        info.comment = b"checked by Quillfeather"
        written.writestr(info, b"1")
        written.comment = b"from jane.roe@example.com"
    told = {(found.carrier, found.value) for found in packing(container.read(out.getvalue()))}
    assert ("ZIP.comment", "checked by Quillfeather") in told
    assert ("ZIP.comment", "jane.roe@example.com") in told
    assert {"ZIP.time", "ZIP.system", "ZIP.extra"} <= {carrier for carrier, _ in told}


@given(st.integers(0, 400), st.binary(min_size=1, max_size=6))
@example(0, b"\xff")
@settings(max_examples=150, deadline=None, derandomize=True)
def test_damage_is_refused_or_changes_nothing_else(at: int, damage: bytes) -> None:
    data = archive(("a.txt", b"words " * 30), ("b/c.txt", b"more"), method=zipfile.ZIP_STORED)
    try:
        container.read(data[:at] + damage + data[at + len(damage) :])
    except RedactionError:
        return
