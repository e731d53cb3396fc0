"""Title blocks of drawings: who is announced by what stands beside, above, or in another block."""

from collections.abc import Sequence

import pytest

from redaction import engine
from redaction.formats import dxf as handler
from redaction.model import Action, Category, Profile
from tests.unit.redaction.formats.dxf_drawings import Tag, binary, drawing, text

PROFILE = Profile()
# Nobody's name, and a word of no language: only its label tells what it is.
NAME = "Brandywine"


def words(said: str, x: float, y: float, *more: Tag, kind: str = "TEXT") -> list[Tag]:
    return [(0, kind), (8, "TITLE"), (10, x), (20, y), (40, 2.5), (1, said), *more]


# Texts of a sheet come in any order; these keep a name and its label apart in the file.
BETWEEN = [tag for number in range(4) for tag in words(f"M{number + 3} x 20", 300.0, 40.0 * number)]


def sheet(*entities: Sequence[Tag], blocks: Sequence[Tag] = ()) -> bytes:
    tags = [tag for entity in entities for tag in entity]
    return text(drawing(entities=tags, blocks=blocks))


def named(data: bytes, profile: Profile = PROFILE) -> set[str]:
    found = handler.plan(data, profile).findings
    return {one.value for one in found if one.category is Category.PERSON}


def test_a_word_alone_is_nobodys_name() -> None:
    assert named(sheet(words(NAME, 20.0, 0.0))) == set()


@pytest.mark.parametrize(
    ("label", "x", "y"),
    [
        ("DRAWN BY", 25.0, 0.0),  # on its line
        ("DRAWN BY:", 30.0, 1.0),  # a little higher
        ("Gezeichnet", 2.0, -5.0),  # below
        ("绘图", 2.0, -5.0),
        ("CHECKED", 0.0, -8.0),
    ],
)
def test_a_name_beside_or_below_its_label_is_found(label: str, x: float, y: float) -> None:
    for written in (text, binary):
        tags = [*words(label, 0.0, 0.0), *BETWEEN, *words(NAME, x, y)]
        assert named(written(drawing(entities=tags))) == {NAME}


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (80.0, 0.0),  # too far
        (-30.0, 0.0),  # before it
        (2.0, 5.0),  # above it
        (2.0, -15.0),  # far below
        (40.0, -5.0),  # below something else
    ],
)
def test_a_word_elsewhere_is_not_announced(x: float, y: float) -> None:
    assert named(sheet(words("DRAWN BY", 0.0, 0.0), BETWEEN, words(NAME, x, y))) == set()


def test_only_the_nearest_words_belong_to_a_label() -> None:
    near, far = words("M6", 22.0, 0.0), words(NAME, 30.0, 0.0)
    assert named(sheet(far, BETWEEN, words("DRAWN BY", 0.0, 0.0), near)) == set()


def test_a_date_between_a_label_and_a_name_is_passed_over() -> None:
    row = [*words("DRAWN BY", 0.0, 0.0), *words("2024-05-06", 22.0, 0.0)]
    assert named(sheet(row, BETWEEN, words(NAME, 38.0, 0.0))) == {NAME}


def test_words_that_stand_everywhere_are_no_values() -> None:
    everywhere = [tag for number in range(40) for tag in words("Wall", 500.0, 9.0 * number)]
    label = words("DRAWN BY", 0.0, 0.0)
    assert named(sheet(everywhere, label, words("Wall", 22.0, 0.0))) == set()
    assert named(sheet(everywhere[-6:], label, words("Wall", 22.0, 0.0))) == {"Wall"}


def test_a_label_beside_a_label_is_not_its_value() -> None:
    row = [*words("DRAWN", 0.0, 0.0), *words("CHECKED", 15.0, 0.0), *words("DATE", 32.0, 0.0)]
    below = words(NAME, 0.0, -5.0)
    assert named(sheet(row, BETWEEN, below)) == {NAME}


def test_words_in_another_space_are_not_beside() -> None:
    paper: Tag = (67, 1)
    label = words("DRAWN BY", 0.0, 0.0)
    assert named(sheet(label, BETWEEN, words(NAME, 25.0, 0.0, paper))) == set()
    label = words("DRAWN BY", 0.0, 0.0, paper)
    assert named(sheet(label, BETWEEN, words(NAME, 25.0, 0.0, paper))) == {NAME}


def test_turned_text_is_read_along_its_line() -> None:
    turned: Tag = (50, 90.0)
    label = words("DRAWN BY", 0.0, 0.0, turned)
    assert named(sheet(label, BETWEEN, words(NAME, 0.0, 25.0, turned))) == {NAME}
    assert named(sheet(label, BETWEEN, words(NAME, 25.0, 0.0, turned))) == set()


def test_text_of_many_lines_hangs_from_its_point() -> None:
    label = words("DRAWN BY", 0.0, 0.0)
    top_left: Tag = (71, 1)
    assert named(sheet(label, BETWEEN, words(NAME, 25.0, 2.5, top_left, kind="MTEXT"))) == {NAME}
    bottom_right: Tag = (71, 9)
    at = 25.0 + 0.7 * 2.5 * len(NAME)
    assert named(sheet(label, BETWEEN, words(NAME, at, 0.0, bottom_right, kind="MTEXT"))) == {NAME}


FRAME: list[Tag] = [
    *((0, "BLOCK"), (8, "0"), (2, "FRAME"), (70, 0), (10, 100.0), (20, 0.0), (3, "FRAME")),
    *words("DRAWN BY", 100.0, 10.0),
    *((0, "ENDBLK"), (8, "0")),
]


def inserted(x: float, y: float, *more: Tag) -> list[Tag]:
    return [(0, "INSERT"), (8, "0"), (2, "FRAME"), (10, x), (20, y), *more]


def test_a_label_in_an_inserted_block_announces_what_stands_on_the_sheet() -> None:
    name = [*BETWEEN, *words(NAME, 25.0, 10.0)]
    assert named(sheet(inserted(0.0, 0.0), name, blocks=FRAME)) == {NAME}
    assert named(sheet(inserted(500.0, 0.0), name, blocks=FRAME)) == set()
    larger = inserted(0.0, 0.0, (41, 2.0), (42, 2.0))
    assert named(sheet(larger, BETWEEN, words(NAME, 50.0, 20.0), blocks=FRAME)) == {NAME}
    turned = inserted(0.0, 0.0, (50, 180.0))
    assert named(sheet(turned, BETWEEN, words(NAME, 2.0, -15.0), blocks=FRAME)) == {NAME}


def test_an_attribute_is_announced_by_what_its_definition_asks_for() -> None:
    asked = [(0, "ATTDEF"), (8, "0"), (1, ""), (3, "Drawn by"), (2, "T1")]
    block = [*FRAME[:7], *asked, *FRAME[-2:]]
    value = [(0, "ATTRIB"), (8, "0"), (1, NAME), (2, "T1")]
    other = [(0, "ATTRIB"), (8, "0"), (1, NAME), (2, "T2")]
    assert named(sheet(inserted(0.0, 0.0), value, blocks=block)) == {NAME}
    assert named(sheet(inserted(0.0, 0.0), other, blocks=block)) == set()


def test_what_is_asked_for_is_no_part_of_the_default_value() -> None:
    asked = [(0, "ATTDEF"), (8, "0"), (1, "Wilhelmina"), (3, "Brandywine asks"), (2, "CHECKED_BY")]
    assert named(sheet(asked)) == {"Wilhelmina"}


def test_an_attribute_of_many_lines_is_read_in_its_pieces() -> None:
    pieces = [(101, "Embedded Object"), (3, "Wilhelmina Brandy"), (1, "wine")]
    value = [(0, "ATTRIB"), (8, "0"), (1, ""), (2, "CHECKED_BY"), (70, 0), *pieces]
    assert named(sheet(value)) == {"Wilhelmina Brandywine"}


def test_who_is_announced_goes_when_asked_for() -> None:
    data = sheet(words("DRAWN BY", 0.0, 0.0), BETWEEN, words(NAME, 25.0, 0.0))
    cleaned, report = engine.scrub(data, Profile("strict", frozenset({Category.PERSON})))
    assert cleaned is not None, report.reason
    assert NAME.encode() not in cleaned
    assert {one.action for one in report.findings} == {Action.REPLACED}


def test_a_finding_says_where_it_stands_and_names_nobody() -> None:
    name = words(NAME, 25.0, 0.0, (5, "2F"), (67, 1), (410, "Sheet 1"))
    label = words("DRAWN BY", 0.0, 0.0, (67, 1), (410, "Sheet 1"))
    (found,) = handler.plan(sheet(label, BETWEEN, name), PROFILE).findings
    assert found.where == "handle 2F, layer TITLE, layout Sheet 1"
    someones = [(8, "jane.roe@example.com") if tag == (8, "TITLE") else tag for tag in name]
    (found,) = handler.plan(sheet(label, BETWEEN, someones), PROFILE).findings
    assert found.where == "handle 2F, layout Sheet 1"


@pytest.mark.parametrize("number", ["nan", "inf", "1e400", "-1e308", "x"])
def test_impossible_places_are_nowhere_near(number: str) -> None:
    name = [(0, "TEXT"), (8, "TITLE"), (10, number), (20, number), (40, number), (1, NAME)]
    assert named(sheet(words("DRAWN BY", 0.0, 0.0), name, BETWEEN)) >= set()


def test_a_pattern_of_lines_is_called_after_nobody() -> None:
    lines = [(0, "LTYPE"), (2, "LONG_DASH"), (70, 0), (3, "Long Dash by jane.roe@example.com")]
    found = handler.plan(text(drawing(tables=lines)), PROFILE).findings
    assert {one.value for one in found} == {"jane.roe@example.com"}
    layer = [(0, "LAYER"), (2, "Jane Roe Long"), (70, 0)]
    assert named(text(drawing(tables=layer)))
