"""What text formats share: paths cut to a file, values told once, removed names found again."""

import pytest

from redaction.carriers.changes import MAX_COUNTED, MAX_LISTED, Changes, says_nothing
from redaction.carriers.path_cuts import basename, cuts, found
from redaction.carriers.repeats import repeated
from redaction.model import Action, Category, Finding
from redaction.text import people


def cut(text: str) -> str:
    spans = [span for span in people.find(text) if span.category is Category.PATH]
    out, position = [], 0
    for start, end, token in cuts(text, spans or list(found(text, ()))):
        out += [text[position:start], people.TOKENS[token] if token else ""]
        position = end
    return "".join([*out, text[position:]])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (r"see C:\jobs\ziegler\a.stp, rev B", "see a.stp, rev B"),
        (r"C:\jobs\x\a.stp and /home/wz/b/c.stp", "a.stp and c.stp"),
        ("/home/wziegler", "[path]"),
        (r"C:\Users\wziegler", "[path]"),
        (r"saved by ACME\jroe", "saved by [path]"),
        (r"C:\temp\wz\a.stp", "a.stp"),
        ("M6/M8 1:2", "M6/M8 1:2"),
    ],
)
def test_a_path_is_cut_to_its_file(before: str, after: str) -> None:
    assert cut(before) == after
    assert cut(after) == after


def test_where_a_removed_file_lay_nothing_else_keeps_its_way() -> None:
    spans = list(found("db /vobs/wz/lib/a.db used", ["/VOBS/wz/model.stp"]))
    assert [(span.start, span.end) for span in spans] == [(3, 20)]


def test_a_resource_keeps_file_and_fragment() -> None:
    assert basename("file:///C:/wz/a.stp#b/c") == "a.stp#b/c"
    assert basename("a.stp") == "a.stp"


@pytest.mark.parametrize("value", ["", " - ", "None", "(unknown)", "N/A", "author"])
def test_some_values_say_nothing(value: str) -> None:
    assert says_nothing(value)
    changes = Changes()
    changes.tell("x", Category.PERSON, value, "")
    assert not changes.findings


def test_many_times_and_many_repetitions_are_not_listed_without_end() -> None:
    changes = Changes()
    for number in range(3 * MAX_LISTED):
        changes.tell("date", Category.TIME, f"moment {number}", "")
    for _ in range(2 * MAX_COUNTED):
        changes.tell("name", Category.PERSON, "Wanda Ziegler", "")
    assert len(changes.findings) == MAX_LISTED + MAX_COUNTED


def test_what_is_in_every_file_is_no_secret() -> None:
    changes = Changes(keywords={"POINT"})
    for value in ("Point", "12", "1001", "Ziegler"):
        changes.tell("name", Category.PERSON, value, "")
    assert [found.seed for found in changes.findings] == [False, False, False, True]


@pytest.mark.parametrize(
    ("value", "category", "words", "expected"),
    [
        ("Anna Roe", Category.PERSON, "savannah", []),
        ("Anna Roe", Category.PERSON, "anna's flange", ["Anna"]),
        ("Ziegler Guss KG", Category.ORGANISATION, "by ziegler guss kg", ["Ziegler Guss KG"]),
        ("wziegler@z.de", Category.EMAIL, "wziegler_7", ["wziegler"]),
        (r"C:\Users\wziegler\a.stp", Category.PATH, "of wziegler", ["wziegler"]),
        (r"\\srv-calw\x\a.stp", Category.PATH, "on SRV-CALW", ["srv-calw"]),
        (r"D:\jobs\x\flange.stp", Category.PATH, "flange.stp", []),
    ],
)
def test_a_removed_value_is_found_again_by_its_parts(
    value: str, category: Category, words: str, expected: list[str]
) -> None:
    removed = [Finding("x", category, Action.REMOVED, value)]
    assert [found.value for found in repeated(removed, words)] == expected
