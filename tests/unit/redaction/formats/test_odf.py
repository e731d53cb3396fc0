"""OpenDocument files: who wrote them goes, what they say stays."""

import zipfile
from io import BytesIO

import pytest

from redaction import engine
from redaction.errors import ActiveContentError, EncryptedError, NotFaithfulError
from redaction.formats import odf as handler
from redaction.model import Category, Container, Profile
from tests.unit.redaction.formats.packages import CANARY, odt, unzipped, zipped

PROFILE = Profile()


def test_the_module_keeps_the_promise_of_a_container() -> None:
    assert isinstance(handler, Container)


def test_the_kind_of_the_document_is_still_the_first_thing_in_it() -> None:
    out, _ = engine.scrub(odt(), PROFILE)
    assert out is not None
    first = zipfile.ZipFile(BytesIO(out)).infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
    assert out[38:].startswith(b"application/vnd.oasis.opendocument.text")


def test_authors_printers_and_previews_are_gone_and_the_words_stay() -> None:
    out, report = engine.scrub(odt(), PROFILE)
    assert out is not None
    parts = unzipped(out)
    assert (
        b"<dc:creator>Author</dc:creator><dc:date>1970-01-01T00:00:00</dc:date>"
        in parts["content.xml"]
    )
    assert b"<text:p>Bracket" in parts["content.xml"]
    assert b'config:name="PrinterName"></config:config-item>' in parts["settings.xml"]
    assert b">100</config:config-item>" in parts["settings.xml"]
    assert not [name for name in parts if "humbnail" in name]
    assert b"Thumbnails" not in parts["META-INF/manifest.xml"]
    assert {Category.PERSON, Category.HOST, Category.PREVIEW} <= {
        f.category for f in report.findings
    }


def test_macros_are_refused_and_passwords_asked_for() -> None:
    with pytest.raises(ActiveContentError):
        handler.plan(odt({"Basic/Standard/Module1.xml": "<a/>"}), PROFILE)
    with pytest.raises(EncryptedError):
        handler.plan(odt({"META-INF/manifest.xml": "<m><encryption-data/></m>"}), PROFILE)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("content.xml", b"Bracket", b"Bracked"),
        ("settings.xml", b"100", b"101"),
        ("META-INF/manifest.xml", b"content.xml", b"contents.xml"),
    ],
)
def test_a_tampered_document_is_not_faithful(part: str, old: bytes, new: bytes) -> None:
    data = odt()
    plan = handler.plan(data, PROFILE)
    parts = unzipped(handler.apply(data, plan))
    tampered = {n: c.replace(old, new) if n == part else c for n, c in parts.items()}
    with pytest.raises(NotFaithfulError):
        handler.prove(data, zipped(tampered), plan)


def test_nobody_is_left_in_the_picture() -> None:
    out, _ = engine.scrub(odt(), PROFILE)
    assert out is not None
    assert CANARY.encode() not in unzipped(out)["Pictures/hole.jpg"]
