"""Compound files: read within bounds, without cycles, and to the last byte of nobody."""

import struct

import pytest

from redaction.carriers import compound_file as reader
from redaction.carriers import property_sets
from redaction.errors import RedactionError, UnreadableError
from redaction.model import Category, patched
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, compound, lpstr, property_set

STREAMS = {
    "small": b"minute" * 9,
    "large": b"geometry" * 1000,
    "empty": b"",
    "storage/inner/stream": b"deep" * 40,
    "storage/other": b"x" * 4096,
}
CUSTOM = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")


def test_every_stream_is_read_wherever_it_lies() -> None:
    data = compound(STREAMS)
    read = reader.read(data)
    assert {stream.name: stream.content(data) for stream in read.streams} == STREAMS
    assert read.storages == {("storage",), ("storage", "inner")}
    assert {"small", "inner", "stream"} <= read.names()


@pytest.mark.parametrize("name", ["small", "large"])
def test_a_change_of_the_same_length_is_an_edit_of_the_file(name: str) -> None:
    data = compound(STREAMS)
    (stream,) = [known for known in reader.read(data).streams if known.name == name]
    changed = stream.content(data)[::-1]
    cleaned = patched(data, sorted(stream.edits(stream.content(data), changed)))
    assert len(cleaned) == len(data)
    assert stream.content(cleaned) == changed
    others = {known.name: known.content(cleaned) for known in reader.read(cleaned).streams}
    assert others == STREAMS | {name: changed}


def test_what_belongs_to_no_stream_is_known() -> None:
    data = compound(STREAMS, slack=CANARY.encode())
    unused = b"".join(data[start:end] for start, end in reader.read(data).unused)
    assert CANARY.encode() in unused
    used = sum(len(content) for content in STREAMS.values())
    assert len(unused) < len(data) - used


def test_an_entry_without_a_name_is_known_and_its_times_are() -> None:
    data = compound(STREAMS)
    read = reader.read(data)
    assert all(data[start:end] == packages.TIME * 2 for start, end in read.times)
    assert all(end - start == 128 for start, end in read.vacant)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (26, b"\x09\x00"),  # an unknown version
        (28, b"\xff\xfe"),  # another byte order
        (44, b"\xff\xff\xff\xff"),
        (48, b"\x00\x00\x00\x7f"),  # a directory outside the file
        (60, b"\x00\x00\x00\x7f"),
        (68, b"\x00\x00\x00\x00"),  # a table of tables that is another table
        (76, b"\x00\x00\x00\x7f"),
    ],
)
def test_a_header_that_leads_outside_is_refused(at: int, value: bytes) -> None:
    data = compound(STREAMS)
    broken = data[:at] + value + data[at + len(value) :]
    if at == 44:  # the number of tables is told by the list itself, and not believed
        assert reader.read(broken)
        return
    with pytest.raises(RedactionError):
        reader.read(broken)


def test_a_chain_that_bites_its_tail_is_refused() -> None:
    data = bytearray(compound({"large": b"geometry" * 1000}))
    table = len(data) - 512
    data[table + 4 : table + 8] = struct.pack("<I", 0)
    with pytest.raises(UnreadableError):
        reader.read(bytes(data))


def test_a_directory_that_bites_its_tail_is_refused() -> None:
    data = bytearray(compound({"a": b"1", "b": b"2"}))
    at = data.index("b".encode("utf-16-le") + bytes(62)) + 72
    for number in (0, 2, 99):
        data[at : at + 4] = struct.pack("<I", number)
        with pytest.raises(UnreadableError):
            reader.read(bytes(data))


def test_custom_properties_are_known_by_their_names() -> None:
    names = b"".join(
        struct.pack("<II", number, len(name) + 1) + name + b"\0"
        for number, name in ((2, b"Drawn by"), (3, b"Material"), (4, b"E-mail"))
    )
    data = property_set(
        CUSTOM,
        {
            0: struct.pack("<I", 3) + names,
            1: struct.pack("<IHH", 2, 1252, 0),
            2: lpstr(CANARY),
            3: lpstr("Steel"),
            4: lpstr("jane.roe@example.com"),
        },
    )
    values = {value.name: value for value in property_sets.values(data)}
    assert values["Drawn by"].category is Category.PERSON
    assert values["E-mail"].category is Category.EMAIL
    assert values["Material"].category is None
    assert values["Drawn by"].blank(data) == b" " * len(CANARY) + b"\0"


@pytest.mark.parametrize("cut", [30, 47, 52, 60, 70])
def test_a_property_set_that_is_cut_off_is_refused(cut: int) -> None:
    data = property_set(CUSTOM, {2: lpstr(CANARY)})
    with pytest.raises(UnreadableError):
        list(property_sets.values(data[:cut]))
