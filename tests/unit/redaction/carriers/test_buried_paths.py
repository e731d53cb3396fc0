"""Paths among binary data: directories go, the name of the file and every other byte stay."""

import gzip
import struct
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.carriers import buried_paths, packed_streams
from redaction.carriers.local_paths import basenamed
from redaction.errors import OpaqueStreamError, UnreadableError
from redaction.model import Category, patched
from tests.unit.redaction.formats.packages import HOME, LOGIN, mfc

NOISE = b"\x00\x01\x02\xff\xfe\x80"


def changed(data: bytes, *, whole: bool = True) -> bytes:
    return patched(data, [found.edit for found in buried_paths.paths(data, whole=whole)])


def counted(text: str) -> bytes:
    """Return a string as Inventor keeps it: how many characters, and these."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


@pytest.mark.parametrize("encoding", ["utf-16-le", "latin-1"])
@pytest.mark.parametrize(
    ("path", "left"),
    [
        (f"{HOME}bracket.ipt", "bracket.ipt"),
        (f"\\\\fileserver\\projects\\{LOGIN}\\bracket.ipt", "bracket.ipt"),
        (f"/Users/{LOGIN}/bracket.3dm", "bracket.3dm"),
        (f"/home/{LOGIN}/cad/bracket.3dm", "bracket.3dm"),
        (f"C:\\DOCUME~1\\{LOGIN}\\LOCALS~1\\Temp\\", ""),
        (f"C:\\Users\\{LOGIN}", ""),
        (f"C:\\Users\\Public\\Documents\\{LOGIN}\\bracket.ipt", "bracket.ipt"),
    ],
)
def test_the_directories_of_a_path_go(encoding: str, path: str, left: str) -> None:
    data = NOISE + path.encode(encoding) + b"\0\0" + NOISE
    cleaned = changed(data)
    assert len(cleaned) == len(data)
    assert cleaned.startswith(NOISE)
    assert cleaned.endswith(left.encode(encoding) + b"\0\0" + NOISE)
    assert LOGIN not in cleaned.decode("latin-1").replace("\0", "")
    assert changed(cleaned) == cleaned


@pytest.mark.parametrize(
    "path",
    [
        "C:\\Program Files\\Maker\\template.ipt",
        "C:\\ProgramData\\Maker\\a.drwdot",
        "C:\\WINNT\\System32\\",
        "C:\\Users\\Public\\Documents\\Autodesk\\Inventor 2015\\Design Data\\",
        "C:\\Documents and Settings\\All Users\\Documents\\SolidWorks\\b.prtdot",
        "1:2",
        "and/or",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-16-le", "latin-1"])
def test_what_a_program_installed_stays(path: str, encoding: str) -> None:
    data = NOISE + path.encode(encoding) + b"\0\0"
    assert changed(data) == data


def test_a_string_ends_where_it_says() -> None:
    data = mfc(f"{HOME}b.SLDPRT") + "D:\\x".encode("utf-16-le")
    (found, *_) = buried_paths.paths(data)
    assert found.path == f"{HOME}b.SLDPRT"
    assert buried_paths.homes(found.path) == [LOGIN]


def test_only_a_string_that_is_the_name_is_blanked() -> None:
    data = mfc(LOGIN) + NOISE + mfc(f"{LOGIN} made it") + b"\0" + LOGIN.encode() + b"\0"
    edits = sorted(edit for edit, _ in buried_paths.names(data, {LOGIN}))
    cleaned = patched(data, edits)
    assert len(edits) == 2
    assert mfc(f"{LOGIN} made it") in cleaned
    assert b"\0" + b" " * len(LOGIN) + b"\0" in cleaned


@pytest.mark.parametrize("login", [LOGIN, LOGIN + "x"])
def test_behind_a_home_the_directories_of_a_counted_path_stay_if_asked(login: str) -> None:
    path = f"C:\\Users\\{login}\\Desktop\\gearbox\\shaft.ipt"
    data = NOISE + counted(path) + struct.pack("<I", 43)
    cleaned = changed(data, whole=False)
    assert len(cleaned) == len(data)
    assert "\\Desktop\\gearbox\\shaft.ipt".encode("utf-16-le") in cleaned
    assert login.encode("utf-16-le") not in cleaned
    assert changed(cleaned, whole=False) == cleaned
    (found,) = buried_paths.paths(data, whole=False)
    assert (found.path, found.kept) == (f"C:\\Users\\{login}\\", "Desktop\\gearbox\\")
    assert "gearbox".encode("utf-16-le") not in changed(data)


def test_of_a_path_with_a_persons_directory_only_that_one_goes_if_asked() -> None:
    data = mfc("G:\\Hans Müller\\gearbox\\shaft.SLDPRT") + NOISE
    cleaned = changed(data, whole=False)
    assert "gearbox\\shaft.SLDPRT".encode("utf-16-le") in cleaned
    assert cleaned.startswith(mfc("G:\\Hans Müller\\gearbox\\shaft.SLDPRT")[:10])
    assert "Hans".encode("utf-16-le") not in cleaned
    (found,) = buried_paths.paths(data, whole=False)
    assert (found.category, found.path) == (Category.PERSON, "Hans Müller")
    assert changed(cleaned, whole=False) == cleaned
    assert "gearbox".encode("utf-16-le") not in changed(data)


@pytest.mark.parametrize(
    "path",
    [
        "D:\\gearbox\\drive\\shaft.ipt",
        "\\\\fileserver\\Hans Müller\\gearbox\\shaft.ipt",
        "D:\\Hans Müller\\Petra Müller\\gearbox\\shaft.ipt",
    ],
)
def test_all_directories_go_where_it_is_not_known_who_is_told(path: str) -> None:
    for data in (mfc(path) + NOISE, counted(path) + NOISE):
        left = changed(data, whole=False)
        assert "gearbox".encode("utf-16-le") not in left
        assert "shaft.ipt".encode("utf-16-le") in left
        assert changed(left, whole=False) == left


def test_behind_a_home_all_directories_of_other_strings_go() -> None:
    for directory in ("Documents", "Hans Müller"):
        path = f"C:\\Users\\{LOGIN}\\{directory}\\gearbox\\shaft.SLDPRT"
        left = changed(mfc(path) + NOISE, whole=False)
        assert LOGIN.encode("utf-16-le") not in left
        assert "gearbox".encode("utf-16-le") not in left


@pytest.mark.parametrize("length", range(6, 40))
def test_what_is_left_never_looks_like_a_server(length: int) -> None:
    path = "C:\\" + "d" * (length - 4) + "\\"
    for name in ("shaft.ipt", "projects\\shaft.ipt"):
        left = changed(mfc(path + name) + NOISE)
        assert changed(left) == left
        assert left.endswith("shaft.ipt".encode("utf-16-le") + NOISE)


def test_a_string_of_the_class_library_is_blanked_however_short_the_name_is() -> None:
    data = mfc("xo") + b"geometry xo\0x\0o\0" + mfc("xo 2") + mfc("Admin")
    edits = [edit for edit, _ in buried_paths.equal(data, {"xo", "Admin"})]
    assert patched(data, edits) == mfc("  ") + data[len(mfc("xo")) :]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.booleans())
@example(b"C:\\\x00:\\\\", True)
@example(b"C\x00:\x00\\\x00" * 30, False)
@example("C:\\d.ipt".encode("utf-16-le"), False)
@example("C:\\Users\\ab\\c\\d.ipt".encode("utf-16-le"), False)
def test_nothing_changes_its_length_and_twice_is_once(data: bytes, whole: bool) -> None:
    once = changed(data, whole=whole)
    assert len(once) == len(data)
    assert changed(once, whole=whole) == once


def test_a_path_in_a_packed_part_is_refused() -> None:
    for pack in (zlib.compress, gzip.compress):
        hidden = NOISE + pack(f"{HOME}b.ipt".encode("utf-16-le")) + NOISE
        with pytest.raises(OpaqueStreamError):
            packed_streams.check(hidden)
    packed_streams.check(NOISE + zlib.compress(b"geometry" * 50))


def test_what_does_not_fit_is_refused_and_what_does_is_filled_up() -> None:
    packed = packed_streams.deflated(b"a" * 100, 40, -15)
    assert len(packed) == 40
    assert packed_streams.inflated(packed, 100, -15) == b"a" * 100
    with pytest.raises(OpaqueStreamError):
        packed_streams.deflated(bytes(range(256)), 20, -15)


@pytest.mark.parametrize("size", [99, 101])
def test_a_stream_of_another_length_than_it_says_is_refused(size: int) -> None:
    with pytest.raises(UnreadableError):
        packed_streams.inflated(packed_streams.deflated(b"a" * 100, 40, -15), size, -15)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (f"{HOME}a.png", "a.png"),
        (f"file:///C:/Users/{LOGIN}/a%20b.dotm", "a%20b.dotm"),
        (f"../../Users/{LOGIN}/a.png", "a.png"),
        (f"see {HOME}a.png for more", "see a.png for more"),
        ("media/image1.png", "media/image1.png"),
        ("https://example.com/a/b", "https://example.com/a/b"),
        ("/word/document.xml", "/word/document.xml"),
        ("//ns0:part[1]/name", "//ns0:part[1]/name"),
    ],
)
def test_a_field_keeps_the_name_of_the_file(value: str, left: str) -> None:
    assert basenamed(value) == left
