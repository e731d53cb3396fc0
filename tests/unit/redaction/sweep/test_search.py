"""A removed value is found however it is written, and nothing else is taken for it."""

import base64
import random
import zlib
from collections.abc import Iterator
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.errors import ResidueError
from redaction.model import Action, Category, Finding
from redaction.sweep import readings
from redaction.sweep.escapes import unescaped
from redaction.sweep.needles import Needle
from redaction.sweep.search import _stands, check, hits

NAME = "Wilhelmina Zauberfluß"


def finding(value: str = NAME, category: Category = Category.PERSON) -> Finding:
    return Finding("header", category, Action.REMOVED, value)


@pytest.mark.parametrize(
    "left",
    [
        b"WILHELMINA",
        b"Zauberflu\\X2\\00DF\\X0\\",
        NAME.encode("utf-16-le"),
        NAME.encode("utf-16-be"),
        NAME.encode("cp850"),
        b"%57ilhelmina",
        b"\\U+0057ilhelmina",
        zlib.compress(NAME.encode() * 3),
        base64.b64encode(NAME.encode() * 3),
        (NAME.encode() * 3).hex().encode(),
    ],
)
def test_a_value_is_found_however_it_is_written(left: bytes) -> None:
    with pytest.raises(ResidueError, match="person in"):
        check(b"#1=PRODUCT('\n" + left + b"\n');", [finding()])


@pytest.mark.parametrize("left", [b"derikson", b"erik2", b"(\x00\x01\x02\x03erik\x03\x02\x01\x00)"])
def test_part_of_something_else_is_no_leak(left: bytes) -> None:
    assert check(b"'" + left + b"'", [finding("Erik")])


def test_nothing_sought_is_nothing_found() -> None:
    assert check(b"anything", []) == 0


SPELLINGS = [b"anna", b"nann", b"ann anna", b"an\\na", b"longname", b"ame\nlong", b"n%41nna"]
SOUGHT = [
    *(Needle(spelling, Category.PERSON, True) for spelling in SPELLINGS),
    *(Needle(spelling, Category.PATH, False) for spelling in SPELLINGS),
]
PARTS = [
    *(b"ann", b"a", b"ANNA", b" ", b"n", b"\n", b"\x00", b"\x01", b"long", b"name", b"%41", b"%"),
    *(b"\\", b"\\X2\\0041", b"004E\\X0\\", b"&#65;", b"a\x00n\x00n\x00a\x00", b"nanna", b"\x80"),
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=40).map(b"".join)


def found_at_once(data: bytes) -> Iterator[Needle]:
    """The same question asked the long way: every reading whole, every needle by itself."""
    lower = data.lower()
    whole = [lower, unescaped(lower) or b"", lower.replace(b"\x00", b"")]
    for needle in SOUGHT:
        for text in whole:
            length = len(needle.spelling)
            places = (at for at in range(len(text)) if text[at : at + length] == needle.spelling)
            if any(_stands(text, needle, at) for at in places):
                yield needle
                break


@given(TEXTS, st.sampled_from([1, 2, 5, 16, readings.PIECE_BYTES]))
@example(b"(\x01\x01\x01\x01anna\x01", 1)
@example(b"ann\nanna\n", 1)
@example(b"zanna" + b"-" * 11 + b"\n-", 5)
@example(b"\nanna\n\x01\x01\x01\x01anna\x01\x01\x01\x01\n", 5)
@example(b"\\X2\\0041004E\\X0\\nann\na", 2)
def test_pieces_hide_nothing_and_make_nothing_up(data: bytes, piece_bytes: int) -> None:
    with mock.patch.object(readings, "PIECE_BYTES", piece_bytes):
        found = {hit.needle for hit in hits(data, SOUGHT) if hit.region == "raw"}
    assert found == set(found_at_once(data))


@pytest.mark.parametrize("where", range(-9, 10))
def test_a_value_where_two_pieces_meet_is_found(where: int) -> None:
    filler = random.Random(1).choices(b"()=#;\n", k=2 * readings.PIECE_BYTES)
    data = bytearray(filler)
    at = readings.PIECE_BYTES + where
    data[at : at + 8] = b"LongName"
    assert {hit.needle.spelling for hit in hits(bytes(data), SOUGHT)} == {b"longname"}
