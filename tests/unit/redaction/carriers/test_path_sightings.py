"""Numbers of a model that read like a path are left alone; what is framed as a path is found."""

import random
import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.carriers import buried_paths, path_sightings
from tests.unit.redaction.formats.packages import mfc

CHANCES = [
    b"~\xbb8\xa2\t8D@w:\\\x8f\xb37H@\xecMr\xf1\xb6\\\x86?\x014\xcd\x7f\xe4p5@",
    b"\x91\xb5Q\xc0\xc4\xbc\xd1\xceG:\\@T\xde/ \x96\xaa\xb1?\x1d\xa2\xd3\xc1",
    b"x~\x95J::\xf6\x00s:\\\x89\\\xe6\xfcD\xd9W\xa1\xf4\xa6\xf8\xbe\xb8\xcd^pa",
    b"w\x85%\xac\x0bh:\\J\x8f\xa3\x8f^\x8bGt\x8dL\\'\xc8;\xfc\xff\xcf\xad\"",
    struct.pack("<9H", 3, 65, 58, 92, 84, 73, 70, 32, 10),
    struct.pack("<9H", 3, 92, 92, 84, 73, 47, 80, 32, 10),
    struct.pack("<12H", 3, 85, 58, 47, 132, 81, 141, 63, 96, 81, 133, 7),
]


@pytest.mark.parametrize("chance", CHANCES)
@pytest.mark.parametrize("whole", [True, False])
def test_numbers_are_not_taken_for_a_path(chance: bytes, whole: bool) -> None:
    assert not list(buried_paths.paths(b"\x90" + chance + b"\x90\x01", whole=whole))


PIECES = (
    b"C:\\",
    b"C\0:\0\\\0",
    b"\\\\",
    b"\\\0\\\0",
    b"/home/",
    b"/\0h\0o\0m\0e\0/\0",
    b"ab",
    b"a\0b\0",
)
MARKS = (b"\\", b"/", b":", b"\0", b'"', b"\x90", b"/\0", b"\xff\xfe\xff")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES + MARKS), max_size=14).map(b"".join))
@example(b"\\" * 9 + b"ab\\c")
def test_looking_only_at_signs_misses_no_run(data: bytes) -> None:
    for path in (path_sightings.NARROW, path_sightings.WIDE):
        wanted = [run.span() for run in path.finditer(data)]
        assert [run.span() for run in path_sightings.runs(path, data)] == wanted


def test_a_megabyte_of_packed_data_holds_no_path() -> None:
    noise = random.Random(3).randbytes(1 << 20)
    assert not list(buried_paths.paths(noise))
    assert not list(buried_paths.names(noise * 2, {"mark", "jroe"}))


@pytest.mark.parametrize(
    ("path", "encoding"),
    [
        ("D:\\parts\\Jörg\\a.ipt", "utf-8"),
        ("D:\\parts\\Jörg\\a.ipt", "cp1252"),
        ("D:\\客户\\图纸\\轴.ipt", "utf-8"),
        ("D:\\客户\\图纸\\轴.ipt", "gbk"),
        ("E:\\ab\\c\\d.x", "utf-8"),
        ("E:\\ab\\c\\d.x", "gbk"),
        ("E:\\ab\\c\\d.x", "cp1252"),
    ],
)
def test_a_framed_path_in_8_bits_is_found_in_any_code_page(path: str, encoding: str) -> None:
    spelled = path.encode(encoding)
    frames = [
        b"\x01\x00" + spelled + b"\0\xf0",
        bytes([len(spelled)]) + spelled + b"\x01\x02",
        struct.pack("<I", len(spelled)) + spelled + b"\x02",
        b'swPath="' + spelled + b'"/>',
        b"<a>" + spelled + b"</a>",
    ]
    for data in frames:
        (found,) = buried_paths.paths(data)
        assert spelled[: spelled.rindex(b"\\")].decode("latin-1") in found.path


@pytest.mark.parametrize("path", ["D:\\parts\\Jörg\\a.ipt", "D:\\客户\\图纸资料\\主轴.ipt"])
def test_a_path_in_utf_16_is_found_with_and_without_its_length(path: str) -> None:
    wide = path.encode("utf-16-le")
    for data in (
        mfc(path) + b"\x01",
        struct.pack("<I", len(path)) + wide + b"\x01\0\0",
        struct.pack("<I", len(wide)) + wide + b"\x01\0\0",
        b"\x01\x02" + ("D:\\parts\\gearbox\\a.ipt").encode("utf-16-le") + b"\0\0",
    ):
        assert len(list(buried_paths.paths(data))) == 1


def test_a_home_is_a_path_however_it_stands() -> None:
    data = (
        b"\x90\x91C:\\Users\\j\xf6rg\\\x91\x92" + "C:\\Users\\jö\\a".encode("utf-16-le") + b"\x90"
    )
    assert [found.path[:9] for found in buried_paths.paths(data)] == ["C:\\Users\\"] * 2


def test_a_short_name_in_8_bits_is_blanked_where_a_zero_ends_it() -> None:
    data = b"\x01jroe\0\x02jroe\x03\x04jroes1\x05"
    edits = [edit for edit, _ in buried_paths.names(data, {"jroe", "jroes1"})]
    assert [data[edit.start : edit.end] for edit in sorted(edits)] == [b"jroe", b"jroes1"]
