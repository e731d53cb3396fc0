"""File names from strangers: harmless on every system, still recognisable."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.intake.filenames import MAX_BYTES, distinct, safe_filename
from gateway.intake.words import clean_words


@pytest.mark.parametrize(
    ("untrusted", "safe"),
    [
        ("bracket.step", "bracket.step"),
        ("C:\\Users\\someone\\bracket.step", "bracket.step"),
        ("../../etc/passwd", "passwd"),
        ("/etc/", "etc"),
        ("..", "drawing"),
        ("", "drawing"),
        (".hidden", "hidden"),
        ("a\x00b\nc.step", "abc.step"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ('a<b>:"|?*.step', "a_b______.step"),
        ("con.step", "_con.step"),
        ("COM1", "_COM1"),
        ("图纸 第一.dxf", "图纸 第一.dxf"),
        ("  spaced   out .pdf ", "spaced out .pdf"),
        ("trailing.step. .", "trailing.step"),
    ],
)
def test_a_name_is_made_harmless(untrusted: str, safe: str) -> None:
    assert safe_filename(untrusted) == safe


def test_a_long_name_keeps_its_suffix() -> None:
    name = safe_filename("图" * 300 + ".step")
    assert name.endswith(".step")
    assert len(name.encode()) <= MAX_BYTES


@given(st.text(max_size=400))
@example("a." + "b" * 400)
@example("\ud800")
def test_no_name_is_ever_dangerous(untrusted: str) -> None:
    name = safe_filename(untrusted)
    assert name
    assert name not in {".", ".."}
    assert not set(name) & set('/\\<>:"|?*\0\n\r')
    assert len(name.encode()) <= MAX_BYTES


def test_a_part_never_has_two_files_of_one_name() -> None:
    assert distinct(["a.step", "A.STEP", "a (2).step", "b", "b"]) == [
        "a.step",
        "A (2).STEP",
        "a (2) (2).step",
        "b",
        "b (2)",
    ]


@given(st.lists(st.sampled_from(["a", "a.b", "A", "a (2)"]), max_size=12))
def test_distinct_names_are_distinct_whatever_came(names: list[str]) -> None:
    folded = [name.casefold() for name in distinct(names)]
    assert len(set(folded)) == len(names)


def test_words_keep_their_lines_and_lose_their_control_characters() -> None:
    assert clean_words(" a\r\nb\tc\x07d\u202e \r") == "a\nb\tc d"
