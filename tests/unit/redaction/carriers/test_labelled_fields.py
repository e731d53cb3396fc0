"""Fields users named themselves: a label and a name together tell; neither does alone."""

import pytest

from redaction.carriers import labelled_fields
from redaction.model import Category


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("Author", "anything", Category.PERSON),
        ("Last Saved By", "xq", Category.PERSON),
        ("Company", "Brandy Works", Category.ORGANISATION),
        ("Bearbeiter", "J. Roe", Category.PERSON),
        ("EngineeringApproval", "J. Roe", Category.PERSON),
        ("QA Approval", "J. Roe", Category.PERSON),
        ("设计", "王伟", Category.PERSON),
        ("Info", "jane.roe@example.com", Category.EMAIL),
        ("Material", "Stahl", None),
        ("PartNo", "4711-A", None),
        ("Checked", "yes, by the gauge of the second room on the left, as always", None),
        ("Description", "Bracket with four holes", None),
        ("Approval", "", None),
        ("", "xq", None),
        ("", "Hans Müller", Category.PERSON),
        ("Name", "Test Fit", Category.PERSON),
        ("SW-File Name", "Test Fit", None),
        ("Part Name", "Wing Nut", None),
        ("FolderName", "Test Fit", None),
        ("Author Name", "Test Fit", Category.PERSON),
        ("Weight", '"SW-Mass@bracket.SLDPRT"', None),
    ],
)
def test_a_field_tells_of_somebody_by_its_name_and_value(
    name: str, value: str, told: Category | None
) -> None:
    assert labelled_fields.category(name, value) is told
