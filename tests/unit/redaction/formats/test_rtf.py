"""RTF: who wrote and revised a document goes; words, controls and pictures stay."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import (
    ActiveContentError,
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    TooComplexError,
    UnreadableError,
)
from redaction.formats import rtf
from redaction.model import Action, Profile
from redaction.sniff import identify
from tests.unit.redaction.formats import office_papers
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()
FOLDERS = HOME.replace("\\", "\\\\")


def document(inside: str = "", text: str = r"Bracket, 4 holes\par") -> bytes:
    head = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}"
    return f"{head}{inside}\n\\f0 {text}}}".encode("latin-1")


def picture(content: bytes, kind: str = "pngblip") -> str:
    return rf"{{\pict\{kind}\picw8\pich8 {content.hex()}}}"


DIRTY = document(
    rf"{{\info{{\author {CANARY}}}{{\operator {LOGIN}}}{{\creatim\yr2024}}}}"
    rf"{{\*\revtbl {{Unknown;}}{{Jane {CANARY};}}}}{{\*\template {FOLDERS}x.dot}}",
    picture(office_papers.screenshot()) + r"\revised\revauth1\revdttm123 M6",
)


def cleaned(data: bytes) -> bytes:
    assert identify(data).name == "rtf"
    result, report = engine.scrub(data, PROFILE)
    assert result is not None, report.reason
    assert engine.scrub(result, PROFILE)[0] == result
    for needle in (CANARY, LOGIN):
        assert needle.lower() not in result.decode("latin-1").lower()
        assert needle.encode().hex() not in result.decode("latin-1").lower()
    return result


def test_a_document_that_names_nobody_is_left_as_it_is() -> None:
    assert cleaned(document()) == document()


def test_everything_that_names_somebody_goes() -> None:
    result = cleaned(DIRTY)
    assert rb"{\*\revtbl {Unknown;}{Author;}}" in result
    assert rb"\revdttm0 M6" in result
    assert b"info" not in result
    assert len(rtf.members(result)[0].content) < len(rtf.members(DIRTY)[0].content)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        (rf"{{\*\userprops{{\propname x}}{{\staticval {CANARY}}}}}", b""),
        (rf"{{\*\docvar{{o}}{{{CANARY}}}}}", b""),
        (rf"\b{{\*\atnid JQ}}{{\*\atnauthor {CANARY}}}bold", rb"\b bold"),
        (rf"\b{{\*\atnauthor {CANARY}}} spaced", rb"\b  spaced"),
        (rf'{{\*\fldinst INCLUDEPICTURE "{FOLDERS}a b.png" }}', b'INCLUDEPICTURE "a b.png" '),
        (rf"{{\sp{{\sn pibName}}{{\sv {FOLDERS}b.png}}}}", rb"{\sv b.png}"),
        (rf"{{\*\fldinst LINK \\\\\\\\server\\\\{LOGIN}\\\\b.xls}}", b"LINK b.xls"),
        (rf"{{\*\fldinst LINK /home/{LOGIN}/b.xls}}", b"LINK b.xls"),
        (
            r'{\*\fldinst HYPERLINK "https://example.com/a/b"}',
            b'HYPERLINK "https://example.com/a/b"',
        ),
        (r"{\*\fldinst DATE \\\\@ dd/MM/yyyy}", rb"DATE \\\\@ dd/MM/yyyy"),
    ],
)
def test_what_tells_of_people_goes(dirty: str, clean: bytes) -> None:
    result = cleaned(document(dirty))
    assert clean in result
    assert rb"Bracket, 4 holes\par" in result


@pytest.mark.parametrize("kind", ["emfblip", "wmetafile8"])
def test_metafiles_are_cleaned(kind: str) -> None:
    content = office_papers.personal_emf()
    if kind == "wmetafile8":
        content = office_papers.wmf(office_papers.wmf_escape(15, CANARY.encode()), placeable=False)
    cleaned(document(picture(content, kind)))


def test_dots_are_left_as_they_are() -> None:
    data = document(picture(b"\x01\x02", "dibitmap0"))
    assert cleaned(data) == data


def test_people_in_the_words_are_told_however_they_are_written() -> None:
    text = (
        r"Drawn by: Jane Roe\par gepr\'fcft von: J\u252\'fcrgen Klein, {jane.}roe@example.com\par"
    )
    data = document("", text)
    result, report = engine.scrub(data, PROFILE)
    assert result == data
    told = {f.value for f in report.findings if f.action is Action.REVIEW}
    assert {"Jane Roe", "J\xfcrgen Klein"} <= told


def test_characters_of_two_bytes_are_put_together() -> None:
    pairs = "".join(rf"\'{byte:02x}" for byte in "设计：王小明".encode("gbk"))
    data = document("", pairs + r"\par").replace(b"cpg1252", b"cpg936")
    _, report = engine.scrub(data, PROFILE)
    assert "王小明" in {f.value for f in report.findings}


def test_what_follows_the_document_goes() -> None:
    assert cleaned(document() + CANARY.encode()).rstrip() == document()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (document(r"{\object\objemb{\*\objdata 0102}}"), OpaqueStreamError),
        (document(r"{\pict\pngblip\bin4 abcd}"), OpaqueStreamError),
        (document(r"{\pict\macpict 00}"), OpaqueStreamError),
        (document(r"{\pict\pngblip 0g}"), UnreadableError),
        (document(r"{\pict\pngblip 01{\*\x}02}"), UnreadableError),
        (document(r"{\*\fldinst DDEAUTO cmd}"), ActiveContentError),
        (document(rf"{{\b\author\info {CANARY}}}"), UnreadableError),
        (document()[:-1], UnreadableError),
        (document("{" * 600 + "}" * 600), TooComplexError),
    ],
)
def test_a_document_that_cannot_be_cleaned_is_refused(
    data: bytes, error: type[RedactionError]
) -> None:
    def read() -> None:
        rtf.plan(data, PROFILE)
        rtf.members(data)

    with pytest.raises(error):
        read()


@pytest.mark.parametrize(
    ("said", "instead"),
    [(rb"\f0 ", rb"\f1 "), (b"M6", b"M8"), (b"89504e", b"89504f"), (rb"\revauth1", rb"\revauth2")],
)
def test_a_word_a_control_or_a_picture_that_changes_is_not_faithful(
    said: bytes, instead: bytes
) -> None:
    plan = rtf.plan(DIRTY, PROFILE)
    result = rtf.apply(DIRTY, plan)
    assert rtf.prove(DIRTY, result, plan)
    with pytest.raises(NotFaithfulError):
        rtf.prove(DIRTY, result.replace(said, instead, 1), plan)


@settings(max_examples=50, deadline=None)
@example(at=30, said="{")
@example(at=60, said="\\bin9 ")
@given(at=st.integers(0, 400), said=st.text("\\{}'* abcinfo019", max_size=8))
def test_a_damaged_document_is_refused_or_cleaned_but_never_crashes(at: int, said: str) -> None:
    changed = DIRTY[:at] + said.encode() + DIRTY[at:]
    result, report = engine.scrub(changed, PROFILE)
    assert (result is None) == (report.reason is not None)
