"""Fonts of PDF: where a string falls into codes, how far each moves the pen, or nobody knows."""

import math

import pytest
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from redaction.formats.pdf_fonts import font

BELOW = Dictionary(Type=Name.Font, DW=900, W=Array([1, Array([400.6, 500]), 4, 6, 300]))


def composite(encoding: Object) -> Dictionary:
    return Dictionary(Subtype=Name.Type0, Encoding=encoding, DescendantFonts=Array([BELOW]))


def widths(held: Object, raw: bytes) -> list[float | None]:
    """Return the width of each code in ``raw``; None where it is not known."""
    codes = list(font(held).codes(raw))
    assert sum(code.size_bytes for code in codes) == len(raw)
    return [None if math.isnan(code.width) else code.width for code in codes]


def test_simple_fonts_have_a_width_for_each_byte_and_one_for_the_rest() -> None:
    held = Dictionary(
        Subtype=Name.TrueType,
        FirstChar=65,
        Widths=Array([500.9, 600]),
        FontDescriptor=Dictionary(MissingWidth=250),
    )
    assert widths(held, b"ABC") == [500, 600, 250]
    del held.FontDescriptor
    assert widths(held, b"ABC") == [500, 600, None]


def test_drawn_fonts_count_in_their_own_units() -> None:
    held = Dictionary(
        Subtype=Name.Type3,
        FirstChar=65,
        Widths=Array([250.5]),
        FontMatrix=Array([0.002, 0, 0, 0.002, 0, 0]),
    )
    assert widths(held, b"A") == [501]


@pytest.mark.parametrize(
    ("encoding", "known"),
    [
        (Name.WinAnsiEncoding, [667, 556]),
        (Name.MacRomanEncoding, [667, None]),
        (Dictionary(BaseEncoding=Name.WinAnsiEncoding), [667, 556]),
        (Dictionary(Differences=Array([65, Name.B])), [667, None]),
    ],
)
def test_fonts_that_every_reader_has_need_no_widths(
    encoding: Object, known: list[float | None]
) -> None:
    held = Dictionary(Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=encoding)
    found = widths(held, b"A\xe4")
    assert found[0] == known[0]
    assert known[1] is None or found[1] == known[1]


def test_codes_of_two_bytes_select_widths_by_list_and_by_range() -> None:
    raw = b"\x00\x01\x00\x02\x00\x05\x00\x09"
    assert widths(composite(Name("/Identity-H")), raw) == [400, 500, 300, 900]


def test_an_embedded_table_says_how_long_codes_are_and_what_they_select() -> None:
    said = (
        b"begincodespacerange <00> <7f> <8000> <ffff> endcodespacerange "
        b"1 begincidchar <20> 1 endcidchar 1 begincidrange <8001> <8003> 4 endcidrange"
    )
    pdf = Pdf.new()
    held = composite(Stream(pdf, said))
    assert widths(held, b"\x20\x80\x02\x21") == [400, 300, 900]
    assert font(held).codes(b"\x20").__next__().is_space
    assert widths(composite(Stream(pdf, b"/Other usecmap " + said)), b"\x20\x21") == [None]
    assert widths(composite(Stream(pdf, said, WMode=1)), b"\x20\x21") == [None]


@pytest.mark.parametrize(
    ("encoding", "raw", "known"),
    [
        ("/UniGB-UCS2-H", "图A".encode("utf-16-be"), [900, None]),
        ("/GBK-EUC-H", "图A".encode("gbk"), [900, None]),
        ("/90ms-RKSJ-H", "図A".encode("cp932"), [900, None]),
        ("/UniGB-UCS2-V", "图".encode("utf-16-be"), [None]),
        ("/Identity-V", b"\x00\x01", [None]),
    ],
)
def test_ideographs_of_known_encodings_are_as_wide_as_the_default(
    encoding: str, raw: bytes, known: list[float | None]
) -> None:
    assert widths(composite(Name(encoding)), raw) == known


@pytest.mark.parametrize(
    "held",
    [
        Dictionary(),
        Dictionary(Subtype=Name.TrueType, BaseFont=Name.Arial),
        Dictionary(Subtype=Name.Type0, Encoding=Name("/Identity-H")),
        Dictionary(Subtype=Name.Type3, Widths=Array([1])),
        Dictionary(Subtype=Name.TrueType, Widths=Array([Name.No])),
    ],
)
def test_of_a_damaged_font_nothing_is_known(held: Object) -> None:
    assert widths(held, b"A") == [None]
