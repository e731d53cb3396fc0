"""Words of a drawing read as people read them, every character sure of its bytes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.carriers import drawing_words
from redaction.carriers.drawing_words import PAGES, page_of, read


@pytest.mark.parametrize(
    ("raw", "codec", "shown"),
    [
        (b"plain", "cp1252", "plain"),
        (b"Zo\xeb", "cp1252", "Zoë"),
        ("Zoë".encode(), "cp1252", "Zoë"),
        (b"Zo\xeb", "utf-8", "Zoë"),
        (b"Zo\\U+00EB", "cp1252", "Zoë"),
        (b"\\M+195\\", "cp1252", "\\M+195\\"),
        (b"\\M+18E52", "cp1252", "山"),
        ("表示".encode("cp932"), "cp932", "表示"),
        (b"%%085ser %%uunder%%o 5%%d", "cp1252", "User under 5°"),
        (b"a^Jb^ c^I", "cp1252", "a\nb^c\t"),
        (b"\\U+D800", "cp1252", "\ufffd"),
        (b"\x81\x8d", "cp1252", "\ufffd\ufffd"),
        (b"", "cp1252", ""),
        (b"%%u", "cp1252", ""),
    ],
)
def test_text_is_read_in_its_code_page_and_without_escapes(
    raw: bytes, codec: str, shown: str
) -> None:
    assert read(raw, codec).text == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"{\\fArial|b0|i0;Jane} \\LRoe\\l", "Jane Roe"),
        (b"one\\Ptwo\\~three", "one\ntwo\u00a0three".replace("\u00a0", " ")),
        (b"\\H2.5x;\\C1;\\pi0,l2;big", "big"),
        (b"C:\\\\dir \\{brace\\}", "C:\\dir {brace}"),
        (b"\\S1^2;", "1^2;"),
        (b"\\Ldal@dhaka.example", "dal@dhaka.example"),
    ],
)
def test_codes_of_multi_line_text_are_not_read_as_words(raw: bytes, shown: str) -> None:
    assert read(raw, "cp1252", inline=True).text == shown


@pytest.mark.parametrize(
    ("version", "page", "codec"),
    [
        (b"AC1009", b"", "cp1252"),
        (b"AC1015", b"ANSI_932", "cp932"),
        (b"AC1015", b"ansi_1251", "cp1251"),
        (b"AC1018", b"nonsense", "cp1252"),
        (b"AC1021", b"ANSI_1251", "utf-8"),
        (b"AC1032", b"", "utf-8"),
    ],
)
def test_the_release_and_the_header_say_the_code_page(
    version: bytes, page: bytes, codec: str
) -> None:
    assert page_of(version, page) == codec


def test_every_code_page_is_one_the_interpreter_knows() -> None:
    drawing_words.warm()
    assert all(read(b"\x80\xff\\U+0041", codec).text.endswith("A") for codec in PAGES.values())


PIECES = st.sampled_from(
    ["a", "ë", "表", "\\U+00EB", "{", "}", "\\P", "\\fArial;", "%%u", "^J", "\\\\"]
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12), st.booleans(), st.sampled_from(["utf-8", "cp932"]))
@example(["表", "\\U+00EB", "a"], False, "cp932")
def test_characters_know_the_bytes_they_were_read_from(
    pieces: list[str], inline: bool, codec: str
) -> None:
    raw = "".join(pieces).encode(codec, "replace")
    words = read(raw, codec, inline)
    last = 0
    for at, character in enumerate(words.text):
        start, end = words.place(at, at + 1)
        assert last <= start < end <= len(raw)
        assert read(raw[start:end], codec, inline).text == character
        last = end
    start, end = words.place(0, 0)
    assert start == end
