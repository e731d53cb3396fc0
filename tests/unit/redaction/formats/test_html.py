"""Web pages: who wrote them goes, elements and words stay, and nothing runs."""

import base64

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import (
    ActiveContentError,
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    UnreadableError,
)
from redaction.formats import html
from redaction.model import Action, Profile
from redaction.sniff import identify
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()
PICTURE = base64.b64encode(packages.photograph()).decode()


def page(head: str = "", body: str = "<p>Bracket, 4 holes</p>") -> bytes:
    return f"<!DOCTYPE html>\n<html><head>{head}</head>\n<body>{body}</body></html>".encode()


DIRTY = page(
    f'<meta name="author" content="{CANARY}"><!-- {LOGIN} --><style>/* a */ p {{}}</style>',
    f'<img src="data:image/jpeg;base64,{PICTURE}"><a href="{HOME}b.step">b</a>',
)


def cleaned(data: bytes) -> bytes:
    assert identify(data).name == "html"
    result, report = engine.scrub(data, PROFILE)
    assert result is not None, report.reason
    assert engine.scrub(result, PROFILE)[0] == result
    for needle in (CANARY, LOGIN):
        assert needle.lower() not in result.decode("utf-8", "replace").lower()
    return result


def test_a_page_that_names_nobody_is_left_as_it_is() -> None:
    data = page('<meta charset="utf-8"><meta name="viewport" content="width=device-width">')
    assert cleaned(data) == data


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        (f'<meta name="author" content="{CANARY}">', '<meta name="author" content="">'),
        (f"<META NAME=Originator CONTENT={CANARY}>", '<META NAME=Originator CONTENT="">'),
        (f"<meta property='og:site_name' content='{CANARY}'>", 'content=""'),
        (f"<!-- by {CANARY} --><p>x", "<p>x"),
        (f"<! by {CANARY}><p>x", "<p>x"),
        (f"</ by {CANARY}><p>x", "<p>x"),
        (f"<!--[if gte mso 9]><xml><o:Author>{CANARY}</o:Author></xml><![endif]-->a", ">a"),
        (f"<xml><o:Author>{CANARY}</o:Author></xml>b", ">b"),
        (f'<ins cite="mailto:{CANARY}" datetime="2024-05-06T07:08">M6</ins>', "M6</ins>"),
        (f'<p data-author="{CANARY}">c</p>', '<p data-author="">c</p>'),
        (f'<a href="file:///{HOME}b.step">d</a>', '<a href="b.step">d</a>'),
        (f"<a href='{HOME}b.step'>d</a>", '<a href="b.step">d</a>'),
        (f'<img src="file:///C:/Users/{LOGIN}/a%20b.png">', '<img src="a%20b.png">'),
        (
            f"<style>/* by {CANARY} */ p {{ color: red }}</style>",
            "<style> p { color: red }</style>",
        ),
        (f'<link rel=File-List href="file:///{HOME}filelist.xml">', 'href="filelist.xml"'),
    ],
)
def test_what_tells_of_people_goes(dirty: str, clean: str) -> None:
    result = cleaned(page(dirty)).decode()
    assert clean in result
    assert "<p>Bracket, 4 holes</p>" in result


def test_revealed_comments_and_sections_that_draw_stay() -> None:
    data = page("", "<![if !vml]><p>shown</p><![endif]>")
    assert cleaned(data) == data


def test_people_in_the_words_of_a_page_are_told_and_stay() -> None:
    data = page("", "<p>Drawn by: Jane Roe</p><a href='mailto:jane.roe@example.com'>ask</a>")
    result, report = engine.scrub(data, PROFILE)
    assert result == data
    told = {f.value for f in report.findings if f.action is Action.REVIEW}
    assert {"Jane Roe", "jane.roe@example.com"} <= told


def test_a_picture_written_into_a_page_is_cleaned() -> None:
    data = page("", f'<img src="data:image/jpeg;base64,{PICTURE}">')
    (member,) = html.members(data)
    assert identify(member.content).name == "jpeg"
    result = cleaned(data)
    assert CANARY.encode() not in html.members(result)[0].content


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<p onclick='x()'>a</p>",
        "<a href=' JavaScript:x()'>a</a>",
        "<a href='java&#115;cript:x()'>a</a>",
        "<iframe src=x></iframe>",
        "<object data=x></object>",
        "<base href='http://example.com'>",
        "<meta http-equiv='Refresh' content='0'>",
        "<style>@import url(x.css)</style>",
        "<?php echo 1 ?>",
        "<a href='data:text/html,x'>a</a>",
    ],
)
def test_a_page_that_runs_or_fetches_is_refused(inside: str) -> None:
    with pytest.raises(ActiveContentError):
        html.plan(page(inside), PROFILE)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (page("<!-- never ends"), UnreadableError),
        (page("<style>p {}"), UnreadableError),
        (page(f"<xml><o:Author>{CANARY}"), UnreadableError),
        (page() + b"<p", UnreadableError),
        ("\ufeff<html></html>".encode("utf-16"), OpaqueStreamError),
        (page('<meta charset="utf-7">'), OpaqueStreamError),
        (page('<meta charset="unheard-of">'), OpaqueStreamError),
        (page("", '<img src="data:image/png;base64,A">'), UnreadableError),
    ],
)
def test_a_page_that_cannot_be_read_is_refused(data: bytes, error: type[RedactionError]) -> None:
    def read() -> None:
        html.plan(data, PROFILE)
        html.members(data)

    with pytest.raises(error):
        read()


@pytest.mark.parametrize("encoding", ["gbk", "shift_jis", "cp1252", "utf-8"])
def test_a_page_is_read_as_it_says_it_is_encoded(encoding: str) -> None:
    word = {"gbk": "零件", "shift_jis": "部品表", "cp1252": "Träger", "utf-8": "Träger 零件"}[
        encoding
    ]
    path = f"C:\\Users\\{LOGIN}\\{word}.step"
    text = f'<html><meta charset="{encoding}"><p>{word}<a href="{path}">{word}</a></html>'
    result = cleaned(text.encode(encoding)).decode(encoding)
    assert f'<p>{word}<a href="{word}.step">{word}</a>' in result


@pytest.mark.parametrize(
    ("said", "instead"),
    [(b"4 holes", b"5 holes"), (b"<p>", b"<b>"), (b"width=device", b"width=devicf")],
)
def test_a_word_or_an_element_that_changes_is_not_faithful(said: bytes, instead: bytes) -> None:
    data = page(f'<meta name=viewport content="width=device"><!-- {CANARY} -->')
    plan = html.plan(data, PROFILE)
    result = html.apply(data, plan)
    assert html.prove(data, result, plan)
    with pytest.raises(NotFaithfulError):
        html.prove(data, result.replace(said, instead), plan)


def test_what_becomes_a_program_when_a_comment_is_cut_is_refused() -> None:
    data = page("", "<<!-- -->script>alert(1)<<!-- -->/script>")
    report = engine.scrub(data, PROFILE)[1]
    assert report.reason is not None


@settings(max_examples=50, deadline=None)
@example(at=30, said="<!--")
@example(at=60, said="<style>")
@given(at=st.integers(0, 200), said=st.text("<>!-/=\"' asty", max_size=12))
def test_a_damaged_page_is_refused_or_cleaned_but_never_crashes(at: int, said: str) -> None:
    data = page(f'<meta name="author" content="{CANARY}"><!-- {LOGIN} -->')
    changed = data[:at] + said.encode() + data[at:]
    result, report = engine.scrub(changed, PROFILE)
    assert (result is None) == (report.reason is not None)


def test_many_tags_that_do_not_end_are_refused_at_once() -> None:
    with pytest.raises(UnreadableError):
        html.plan(page("", "<a" * 300_000).rstrip(b">l/th<ybod"), PROFILE)


def test_a_page_that_does_not_say_how_it_is_encoded_is_read_as_it_can_be() -> None:
    data = "<html><p>Gezeichnet von: J\xf6rg M\xfcller</p></html>".encode("cp1252")
    _, report = engine.scrub(data, PROFILE)
    assert "J\xf6rg M\xfcller" in {f.value for f in report.findings}
    marked = b"\xef\xbb\xbf" + page()
    assert engine.scrub(marked, PROFILE)[0] == marked


def test_elements_without_an_end_and_orders_of_xml_stay() -> None:
    data = b'<?xml version="1.0"?><html><head><title>a</title></head><br/><hr>b<xml/>c</html>'
    assert engine.scrub(data, PROFILE)[0] is not None
