"""Office documents: who wrote them goes with every part that tells of it; what they say stays."""

import re

import pytest
from defusedxml.ElementTree import fromstring

from redaction import engine
from redaction.errors import ActiveContentError, NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import ooxml as handler
from redaction.model import Action, Category, Container, Plan, Profile
from redaction.report import Status
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN, docx, unzipped, xlsx, zipped

PROFILE = Profile()


def cleaned(data: bytes) -> dict[str, bytes]:
    out, report = engine.scrub(data, PROFILE)
    assert out is not None, report.reason
    return unzipped(out)


def test_the_module_keeps_the_promise_of_a_container() -> None:
    assert isinstance(handler, Container)


def test_properties_are_the_same_for_everybody() -> None:
    parts = cleaned(docx())
    other = cleaned(docx(core=packages.CORE.replace(CANARY, "Tobias Underhill")))
    for name in ("docProps/core.xml", "docProps/app.xml", "word/people.xml"):
        assert parts[name] == other[name]
        assert len(fromstring(parts[name])) == 0


def test_the_words_and_the_order_of_the_parts_stay() -> None:
    data = docx()
    parts = cleaned(data)
    gone = {"word/vbaProject.bin", "docProps/thumbnail.jpeg"}
    assert list(parts) == [name for name in unzipped(data) if name not in gone]
    words = [
        element.text for element in fromstring(parts["word/document.xml"]).iter() if element.text
    ]
    assert "Bracket, 4 holes, ask jane.roe@example.com" in words
    assert "M6" in words


def test_people_in_the_words_are_shown_and_stay() -> None:
    report = engine.scrub(docx(), PROFILE)[1]
    shown = {(f.value, f.action) for f in report.findings if f.carrier == "OOXML.text"}
    assert ("jane.roe@example.com", Action.REVIEW) in shown


def test_a_name_that_the_document_itself_shows_is_shown_to_its_owner() -> None:
    body = packages.BODY.replace("4 holes", f"drawn for {CANARY}")
    out, report = engine.scrub(docx(body=body), PROFILE)
    assert out is not None
    assert CANARY.encode() in unzipped(out)["word/document.xml"]
    assert (CANARY, Action.REVIEW) in {(f.value, f.action) for f in report.findings}


def test_revisions_and_authors_of_changes_are_nobody() -> None:
    body = cleaned(docx())["word/document.xml"].decode()
    assert "rsid" not in body
    assert 'w:author="Author" w:date="1970-01-01T00:00:00Z"' in body
    settings = cleaned(docx())["word/settings.xml"].decode()
    assert re.sub(r"<w:settings[^>]*>", "", settings) == "<w:zoom/></w:settings>"


def test_paths_keep_the_name_of_the_file() -> None:
    parts = cleaned(docx())
    body = parts["word/document.xml"].decode()
    assert 'descr="hole.jpeg"' in body
    assert re.search(r'INCLUDEPICTURE (?:"|&quot;)hole.jpeg', body)
    rels = parts["word/_rels/document.xml.rels"].decode()
    assert 'Target="Normal.dotm"' in rels
    assert 'Target="https://example.com/part"' in rels


def test_a_part_that_goes_takes_what_points_at_it() -> None:
    parts = cleaned(docx())
    for name in ("[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"):
        assert b"vbaProject" not in parts[name]
        assert b"thumbnail" not in parts[name]
    sheet = cleaned(xlsx())
    assert b"r:id" not in sheet["xl/worksheets/sheet1.xml"]
    assert b"printerSettings" not in sheet["xl/worksheets/_rels/sheet1.xml.rels"]
    assert b"4711" in sheet["xl/worksheets/sheet1.xml"]


def test_macros_go_and_are_told_as_programs() -> None:
    report = engine.scrub(docx(), PROFILE)[1]
    assert Category.SCRIPT in {found.category for found in report.findings}


def test_what_a_template_or_picture_is_fetched_from_leads_nowhere() -> None:
    rels = packages.relations(
        ("attachedTemplate", "https://evil.example/a.dotm", True),
        ("image", "http://track.example/~jane/1.png", True),
        ("hyperlink", f"file:///{HOME}a.pdf", True),
    )
    written = cleaned(docx(rels=rels))["word/_rels/document.xml.rels"].decode()
    assert re.findall(r'Target="([^"]*)"', written) == ["a.dotm", "1.png", "a.pdf"]


def test_who_commented_on_a_cell_is_nobody_even_in_the_comment() -> None:
    comments = cleaned(xlsx())["xl/comments1.xml"].decode()
    assert "<author>Author</author>" in comments
    assert "<t>Author: too small</t>" in comments


def test_pictures_inside_are_cleaned_and_proved() -> None:
    out, report = engine.scrub(docx(), PROFILE)
    assert out is not None
    assert CANARY.encode() not in unzipped(out)["word/media/image1.jpeg"]
    assert "in the files inside" in " ".join(proof.statement for proof in report.oracles)


def test_a_part_nobody_can_clean_refuses_the_document() -> None:
    report = engine.scrub(docx({"word/media/x.bin": b"\x01\x02\x03" * 30}), PROFILE)[1]
    assert report.reason is not None
    assert report.reason.code == "member-refused"


def test_controls_and_old_macros_are_refused() -> None:
    types = unzipped(docx())["[Content_Types].xml"].decode()
    active = types.replace(
        "</Types>",
        '<Override PartName="/word/activeX/a.xml" '
        'ContentType="application/vnd.ms-office.activeX+xml"/>'
        "</Types>",
    )
    data = docx({"[Content_Types].xml": active, "word/activeX/a.xml": "<a/>"})
    with pytest.raises(ActiveContentError):
        handler.plan(data, PROFILE)


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>',
        "<a><b></a></b>",
        "<a>",
        "<a b=c/>",
        "<a>&nbsp;</a" + "<",
        '<?xml version="1.0" encoding="utf-7"?><a/>',
    ],
)
@pytest.mark.parametrize("part", ["word/settings.xml", "docProps/core.xml", "_rels/.rels"])
def test_xml_that_is_an_attack_or_none_is_refused(part: str, attack: str) -> None:
    with pytest.raises(RedactionError):
        handler.plan(docx({part: attack}), PROFILE)


def test_a_name_behind_references_or_in_another_encoding_is_found() -> None:
    escaped = "".join(f"&#{ord(letter)};" for letter in CANARY)
    body = packages.BODY.replace(f'w:author="{CANARY}"', f'w:author="{escaped}"')
    wide = ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")
    out, report = engine.scrub(docx({"word/document.xml": wide}), PROFILE)
    assert out is not None, report.reason
    text = unzipped(out)["word/document.xml"].decode("utf-16")
    assert 'w:author="Author"' in text
    assert CANARY in {found.value for found in report.findings}


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("word/document.xml", b"Bracket", b"Bracked"),
        ("word/document.xml", b"<w:r>", b"<w:R>"),
        ("word/settings.xml", b"<w:zoom/>", b""),
        ("_rels/.rels", b"word/document.xml", b"word/settings.xml"),
        ("word/media/image1.jpeg", b"JFIF", b"JFIX"),
    ],
)
def test_a_tampered_document_is_not_faithful(part: str, old: bytes, new: bytes) -> None:
    data = docx()
    plan = handler.plan(data, PROFILE)
    parts = unzipped(handler.apply(data, plan))
    assert old in parts[part]
    tampered = {n: c.replace(old, new) if n == part else c for n, c in parts.items()}
    with pytest.raises((NotFaithfulError, UnreadableError)):
        handler.prove(data, zipped(tampered), plan)


def test_a_package_without_a_document_is_refused() -> None:
    parts = unzipped(docx())
    for missing in ("[Content_Types].xml", "_rels/.rels"):
        with pytest.raises(UnreadableError):
            handler.plan(zipped({n: c for n, c in parts.items() if n != missing}), PROFILE)


def test_an_empty_plan_changes_nothing() -> None:
    assert handler.apply(docx(), Plan()) == docx()


def test_an_embedded_workbook_is_cleaned_by_the_same_rules() -> None:
    data = docx({"word/embeddings/book.xlsx": xlsx()})
    out, report = engine.scrub(data, PROFILE)
    assert out is not None, report.reason
    book = unzipped(unzipped(out)["word/embeddings/book.xlsx"])
    assert LOGIN.encode() not in book["xl/workbook.xml"]
    assert report.status is Status.CLEAN
