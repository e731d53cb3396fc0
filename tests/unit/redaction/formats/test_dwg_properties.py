"""Property sections of a DWG: what they say of places on the web is searched for elsewhere."""

import pytest

from redaction.formats import dwg_properties
from redaction.formats.dwg_bits import Text
from redaction.model import Category
from tests.unit.redaction.formats.dwg_drawings import summary, text16


@pytest.mark.parametrize("wide", [False, True])
def test_the_place_on_the_web_that_links_begin_at_is_searched_for_elsewhere(wide: bool) -> None:
    site = "http://brandywine.example/drawings"
    text = Text(wide, "utf-16-le" if wide else "cp1252")
    held = summary(wide).replace(text16("\\\\brandywine\\share\\", wide), text16(site, wide))
    new, found = dwg_properties.summary(held, text)
    assert site.encode(text.shape) in held
    assert site.encode(text.shape) not in new
    sought = [one for one in found if one.category is Category.HOST]
    assert [(one.value, one.seed) for one in sought] == [(site, True)]
    told = f'<prop_set><prop id="257"><string>{site}</string></prop></prop_set>'
    new, found = dwg_properties.history(told.encode("utf-16-le"), text)
    assert site.encode("utf-16-le") not in new
    assert (site, True) in {(one.value, one.seed) for one in found}
