"""FreeCAD documents: the properties that name people go, every shape stays byte for byte."""

import base64

import pytest

from redaction import engine
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import fcstd as handler
from redaction.model import Action, CarrierClass, Category, Container, Profile
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, LOGIN, fcstd, unzipped, zipped

PROFILE = Profile()


def test_the_module_keeps_the_promise_of_a_container() -> None:
    assert isinstance(handler, Container)


def test_only_the_carriers_of_the_document_change() -> None:
    out, _ = engine.scrub(fcstd(), PROFILE)
    assert out is not None
    before, after = unzipped(fcstd()), unzipped(out)
    assert set(before) - set(after) == {"thumbnails/Thumbnail.png"}
    for name in ("GuiDocument.xml", "PartShape.brp", "DiffuseColor"):
        assert before[name] == after[name]
    document = before["Document.xml"].decode().replace(CANARY, "")
    document = document.replace("2024-05-06T07:08:09Z", "1970-01-01T00:00:00Z")
    assert after["Document.xml"].decode() == document.replace(f"/home/{LOGIN}/b.ngc", "b.ngc")


def test_programs_the_document_names_are_shown_with_whom_they_name() -> None:
    data = base64.b64encode(b'{"tool": "ask jane.roe@example.com"}').decode()
    document = unzipped(fcstd())["Document.xml"].decode().replace("e30=", data)
    report = engine.scrub(fcstd({"Document.xml": document}), PROFILE)[1]
    shown = [found for found in report.findings if found.carrier == "FCStd.Python"]
    assert {(f.category, f.action) for f in shown} == {
        (Category.SCRIPT, Action.REVIEW),
        (Category.EMAIL, Action.REVIEW),
    }
    assert CarrierClass.ACTIVE in {found.carrier_class for found in shown}


def test_a_file_put_into_the_document_is_cleaned_by_its_own_handler() -> None:
    out, _ = engine.scrub(fcstd({"logo.jpg": packages.photograph()}), PROFILE)
    assert out is not None
    assert CANARY.encode() not in unzipped(out)["logo.jpg"]


def test_a_document_with_a_document_type_is_refused() -> None:
    attack = '<!DOCTYPE a [<!ENTITY e "x">]><Document>&e;</Document>'
    with pytest.raises(UnreadableError):
        handler.plan(fcstd({"GuiDocument.xml": attack}), PROFILE)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [("Document.xml", b"Bracket", b"Bracked"), ("PartShape.brp", b"1 0 0", b"1 0 1")],
)
def test_a_tampered_document_is_not_faithful(part: str, old: bytes, new: bytes) -> None:
    data = fcstd()
    plan = handler.plan(data, PROFILE)
    parts = unzipped(handler.apply(data, plan))
    tampered = {n: c.replace(old, new) if n == part else c for n, c in parts.items()}
    with pytest.raises(NotFaithfulError):
        handler.prove(data, zipped(tampered), plan)
