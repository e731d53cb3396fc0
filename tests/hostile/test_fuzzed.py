"""What the fuzzer found once is never found again: docs/explanation/fuzzing.md."""

import struct
from collections.abc import Callable

import pytest

from redaction import engine
from redaction.model import Profile
from redaction.report import Status
from tests.unit.redaction.formats import (
    iges_papers,
    office_papers,
    packages,
    test_heif,
    test_tiff,
)

CORE = b"<p:coreProperties xmlns:p='p'><p:creator>Jane Roe</p:creator></p:coreProperties>"


def rhino_of_no_size() -> bytes:
    """A 3DM whose end mark holds fewer bytes than its size needs."""
    data = packages.model(version=50)
    at = data.rindex(struct.pack("<IQ", 0x7FFF, 8))
    return data[:at] + struct.pack("<IQ", 0x7FFF, 1) + b"\x00"


def second_page_of_no_width() -> bytes:
    """A TIFF whose second directory says another thing instead of its width."""
    data = bytearray(test_tiff.named(pages=3))
    (first,) = struct.unpack_from("<I", data, 4)
    (fields,) = struct.unpack_from("<H", data, first)
    (second,) = struct.unpack_from("<I", data, first + 2 + 12 * fields)
    struct.pack_into("<H", data, second + 2, 255)
    return bytes(data)


def profile_that_is_a_fraction() -> bytes:
    """A TIFF whose colour profile is a fraction."""
    one = test_tiff.bitmap(extra=(34675, struct.pack("<II", 1, 2), 5))
    at = one.index(struct.pack("<HHI", 34675, 5, 8)) + 4
    return one[:at] + struct.pack("<I", 1) + one[at + 4 :]


def handler_that_is_cut_off() -> bytes:
    """A HEIF whose handler box ends before the name in it begins."""
    data = test_heif.picture(test_heif.CODED)
    at = data.index(b"hdlr") - 4
    (size,) = struct.unpack_from(">I", data, at)
    spare = struct.pack(">I4s", size - 16, b"free") + data[at + 24 : at + size]
    cut = struct.pack(">I", 16) + data[at + 4 : at + 16] + spare
    return data[:at] + cut + data[at + size :]


def counts_that_are_blank() -> bytes:
    """An IGES whose last line does not count the parameters."""
    return iges_papers.paper().replace(b"P      2  ", b"P         ")


def header_twice() -> bytes:
    """An EMF with a second header: both describe the same bytes."""
    data = bytearray(office_papers.personal_emf())
    (first,) = struct.unpack_from("<I", data, 4)
    struct.pack_into("<I", data, first, 1)
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "tiff: a second page without a width": (second_page_of_no_width, "unreadable"),
    "tiff: a colour profile that is a fraction": (profile_that_is_a_fraction, "unreadable"),
    "heif: a handler that is cut off": (handler_that_is_cut_off, "unreadable"),
    "iges: no count of a section": (counts_that_are_blank, "not-faithful"),
    "emf: two headers of one description": (header_twice, "unreadable"),
    "3dm: a version of two numbers": (lambda: b"3D Geometry File Format    0   4", "unreadable"),
    "3dm: no version": (lambda: b"3D Geometry File Format         ", "unreadable"),
    "3dm: an end mark too short for the size": (rhino_of_no_size, "unreadable"),
}


def test_two_streams_that_are_the_same_are_cleaned_as_one_is() -> None:
    once = packages.chunked({"docProps/core.xml": CORE, "Contents/Config-0": b"geometry" * 50})
    begin = once.index(b"\x14\0\x06\0\x08\0") - 4
    end = once.index(b"\x14\0\x06\0\x08\0", begin + 10) - 4
    twice = once[:end] + once[begin:end] + once[end:]
    cleaned, report = engine.scrub(twice, Profile())
    assert cleaned is not None, report.reason
    assert len(cleaned) == len(twice)
    again, _ = engine.scrub(once, Profile())
    assert again is not None
    assert cleaned == again[:end] + again[begin:end] + again[end:]


@pytest.mark.parametrize("name", REFUSED)
def test_what_once_crashed_is_refused_with_its_reason(name: str) -> None:
    make, code = REFUSED[name]
    cleaned, report = engine.scrub(make(), Profile())
    assert cleaned is None
    assert report.status is Status.REFUSED
    assert report.reason is not None
    assert report.reason.code == code
