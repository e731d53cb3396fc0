"""Properties of SOLIDWORKS since 2015: XML of a fixed length, in which people become blanks."""

import pytest

from redaction.carriers import solidworks_properties
from redaction.errors import UnreadableError
from redaction.model import Category


def custom(name: str, value: str) -> bytes:
    text = f'<Properties xmlns:vt="urn:vt"><property fmtid="x" pid="2" name="{name}">'
    return f"{text}<vt:lpwstr>{value}</vt:lpwstr></property></Properties>".encode()


@pytest.mark.parametrize(
    ("name", "value", "category"),
    [
        ("Author", "anybody", Category.PERSON),
        ("Checked By", "xq", Category.PERSON),
        ("Bearbeiter", "J. Roe", Category.PERSON),
        ("EngineeringApproval", "Zoë Roe", Category.PERSON),
        ("Company", "Brandy &amp; Works", Category.ORGANISATION),
        ("DrawnDate", "2024-05-06T07:08:09Z", Category.TIME),
    ],
)
def test_a_property_that_tells_of_somebody_is_blanked_in_its_place(
    name: str, value: str, category: Category
) -> None:
    before = custom(name, value)
    after, (change,) = solidworks_properties.blanked("docProps/custom.xml", before)
    assert len(after) == len(before)
    assert change.category is category
    blank = "1970-01-01T00:00:00Z" if category is Category.TIME else " " * len(value.encode())
    assert after == custom(name, blank)
    assert solidworks_properties.blanked("docProps/custom.xml", after) == (after, [])


@pytest.mark.parametrize(
    ("stream", "content"),
    [
        ("docProps/custom.xml", custom("Material", "Steel")),
        ("docProps/custom.xml", custom("SW_UnitsTimeUnits", "1")),
        ("docProps/custom.xml", custom("Description", "Bracket with four holes")),
        ("docProps/app.xml", b"<Properties><Application>CAD</Application></Properties>"),
        (
            "docProps/app.xml",
            b"<Properties><Company>Dassault Syst\xc3\xa8mes</Company></Properties>",
        ),
        ("docProps/core.xml", b""),
        ("Contents/Config-0", b"<a>Author</a>"),
    ],
)
def test_what_tells_of_nobody_stays(stream: str, content: bytes) -> None:
    assert solidworks_properties.blanked(stream, content) == (content, [])


def test_core_and_overview_lose_who_saved_the_file_and_from_what() -> None:
    core = b"<c:core xmlns:c='u'><c:lastModifiedBy>xq</c:lastModifiedBy></c:core>"
    after, (change,) = solidworks_properties.blanked("docProps/core.xml", core)
    assert (after, change.value) == (core.replace(b"xq", b"  "), "xq")
    overview = b"<Properties><Template>C:\\cad\\x.prtdot</Template></Properties>"
    after, (change,) = solidworks_properties.blanked("docProps/app.xml", overview)
    assert after == overview.replace(b"C:\\cad\\x.prtdot", b" " * 15)
    assert change.category is Category.PATH


def test_properties_that_are_no_xml_are_refused() -> None:
    with pytest.raises(UnreadableError):
        solidworks_properties.blanked("docProps/custom.xml", b"<!DOCTYPE a><a>\xff</a>")
