"""Words of a DWG: who is named is reported with the object's handle, and goes only if asked."""

from dataclasses import replace

import pytest

from redaction import engine
from redaction.errors import NotFaithfulError
from redaction.formats import dwg as handler
from redaction.formats.dwg_paths import close
from redaction.formats.dwg_streams import Drawing
from redaction.formats.dwg_strings import strings
from redaction.model import Action, CarrierClass, Category, Choice, Finding, Profile, patched
from redaction.report import Status
from tests.unit.redaction.formats.dwg_drawings import PERSON, record, saying, stream, string
from tests.unit.redaction.formats.test_dwg import CODED, CONTAINERS, PLAIN, RELEASES, made, shown

TEXT, ATTRIB, MTEXT, LAYER, XRECORD, LINE = 1, 2, 44, 51, 79, 19
MAIL = "s.gamgee@example.com"
NAMED = "Drawn by: Rosie Cotton"


def drawing(version: bytes, *said: tuple[int, list[str]]) -> bytes:
    bodies = ["1100" + stream(b"geometry"), *(saying(version, *one) for one in said)]
    return made(version, bodies)


def in_content(data: bytes, profile: Profile | None = None) -> list[Finding]:
    findings = handler.plan(data, profile or Profile()).findings
    return [one for one in findings if one.carrier_class is CarrierClass.CONTENT]


@RELEASES
def test_who_is_named_on_the_sheet_is_reported_with_the_objects_handle(version: bytes) -> None:
    data = drawing(version, (MTEXT, [NAMED]), (TEXT, ["ask " + MAIL]))
    found = {(one.carrier, one.category, one.value, one.where) for one in in_content(data)}
    assert ("DWG.MTEXT", Category.PERSON, "Rosie Cotton", "handle 2") in found
    assert ("DWG.TEXT", Category.EMAIL, MAIL, "handle 3") in found
    assert all(one.action is Action.REVIEW for one in in_content(data))
    cleaned, report = engine.scrub(data, Profile())
    assert report.status is Status.CLEAN
    assert cleaned is not None
    assert MAIL in shown_text(cleaned)


def shown_text(data: bytes) -> str:
    held = Drawing(data)
    return " ".join(one.raw.decode(held.text.codec) for one in strings(held.objects(), held.text))


@RELEASES
def test_what_the_owner_asks_for_goes_and_nothing_else_changes(version: bytes) -> None:
    data = drawing(
        version, (MTEXT, [NAMED + ", M8x20"]), (TEXT, ["ask " + MAIL]), (TEXT, ["R 7.5"])
    )
    profile = Profile(choices=frozenset({Choice("DWG.MTEXT", Category.PERSON, "Rosie Cotton")}))
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert len(cleaned) == len(data)
    said = shown_text(cleaned)
    assert "Cotton" not in said
    assert "Drawn by:" in said
    assert ", M8x20" in said
    assert MAIL in said
    assert "R 7.5" in said
    assert (
        stream(b"geometry")
        in "".join(format(byte, "08b") for byte in Drawing(cleaned).objects().stream)
        or version in PLAIN
    )


@RELEASES
def test_a_category_is_taken_out_wherever_it_is_named(version: bytes) -> None:
    data = drawing(version, (MTEXT, ["ask " + MAIL]), (TEXT, ["mail: " + MAIL + "; now"]))
    profile = Profile(redact_content=frozenset({Category.EMAIL}))
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert MAIL not in shown_text(cleaned)
    assert "[e-mail]" in shown_text(cleaned)
    assert not handler.plan(cleaned, profile).changes


@pytest.mark.parametrize("version", [b"AC1015", CODED, b"AC1032"])
def test_the_tag_of_an_attribute_labels_it(version: bytes) -> None:
    alone = drawing(version, (TEXT, ["Cotton"]))
    assert not in_content(alone)
    labelled = drawing(version, (ATTRIB, ["Cotton", "DRAWN_BY"]))
    assert [(one.carrier, one.value) for one in in_content(labelled)] == [("DWG.ATTRIB", "Cotton")]


@pytest.mark.parametrize("version", [b"AC1018", CODED, b"AC1032"])
def test_a_name_that_parts_refer_to_is_reported_and_never_changed(version: bytes) -> None:
    data = drawing(version, (LAYER, ["notes of " + MAIL]))
    assert [(one.carrier, one.value) for one in in_content(data)] == [("DWG.LAYER", MAIL)]
    profile = Profile(redact_content=frozenset({Category.EMAIL}))
    cleaned, report = engine.scrub(data, profile)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "cannot-redact-content"


@RELEASES
def test_words_without_people_are_no_finding(version: bytes) -> None:
    notes = ["BREAK ALL SHARP EDGES", "Ra 3.2", "DIN ISO 2768-mK", "EN AW-6082 T6", "2x M6"]
    data = drawing(version, *((TEXT, [note]) for note in notes), (XRECORD, ["AcDbDisplay"]))
    assert not in_content(data)


def test_codes_of_long_text_are_read_over_and_keep_a_name_that_holds_them() -> None:
    data = drawing(b"AC1032", (MTEXT, ["{\\fArial|b0;Drawn by: Ro}sie Cotton\\PRev. A"]))
    assert [one.value for one in in_content(data)] == ["Rosie Cotton"]
    profile = Profile(redact_content=frozenset({Category.PERSON}))
    cleaned, report = engine.scrub(data, profile)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "cannot-redact-content"


@pytest.mark.parametrize("version", [*CONTAINERS, CODED])
def test_a_removed_name_that_is_all_a_string_says_is_blanked(version: bytes) -> None:
    data = drawing(version, (TEXT, [PERSON]), (MTEXT, ["Wilhelmina Brandywine"]))
    cleaned, report = engine.scrub(data, Profile())
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert "brandywine" not in shown(cleaned).casefold()
    assert PERSON not in shown(cleaned)


@pytest.mark.parametrize("version", [*CONTAINERS, CODED])
def test_a_removed_name_in_a_hidden_record_or_what_is_left_of_a_path_is_blanked(
    version: bytes,
) -> None:
    wide = version >= CODED
    printer = "101" + string("\\\\shire\\Plotter of " + PERSON, wide)
    body = saying(version, XRECORD, ["user " + PERSON + " was here"])
    cleaned, report = engine.scrub(made(version, [body, printer]), Profile())
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert PERSON not in shown(cleaned)
    assert "was here" in shown_text(cleaned)


@pytest.mark.parametrize("version", [b"AC1018", CODED, b"AC1032"])
def test_a_removed_name_in_a_longer_note_is_no_clean_file(version: bytes) -> None:
    data = drawing(version, (TEXT, ["checked by " + PERSON + " twice"]))
    cleaned, report = engine.scrub(data, Profile())
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "residue"


@pytest.mark.parametrize("version", [b"AC1012", b"AC1014"])
def test_the_oldest_releases_close_no_string_with_a_zero(version: bytes) -> None:
    body = "01" + format(TEXT, "08b") + "101" + string(NAMED, wide=False) + "0110" * 9
    found = in_content(made(version, [body]))
    assert [(one.carrier, one.value) for one in found] == [("DWG.TEXT", "Rosie Cotton")]


def test_a_record_of_properties_that_names_nobody_is_left_alone() -> None:
    tags: list[tuple[int, object]] = [
        *((1, "DWGPROPS COOKIE"), (2, ""), (8, ""), (300, "="), (301, " = ")),
        *((40, 0.5), (41, 2459000.5), (42, 2459001.5)),
    ]
    data = made(b"AC1015", ["101" + record(tags, wide=False)])
    before, after = Drawing(data), Drawing(handler.apply(data, handler.plan(data, Profile())))
    assert (
        before.objects().stream[before.objects().stretches[0].start :]
        == (after.objects().stream[before.objects().stretches[0].start :])
    )


@pytest.mark.parametrize("version", [b"AC1015", CODED, b"AC1032"])
def test_an_embedded_document_is_told(version: bytes) -> None:
    found = in_content(drawing(version, (74, ["Excel"])))
    assert [(one.category, one.where) for one in found] == [(Category.ATTACHMENT, "handle 2")]


@RELEASES
def test_words_at_many_places_are_told_once_and_go_everywhere(version: bytes) -> None:
    data = drawing(version, *((TEXT, ["ask " + MAIL]) for _ in range(4)))
    (told,) = in_content(data)
    assert told.where == "handle 2"
    profile = Profile(choices=frozenset({Choice("DWG.TEXT", Category.EMAIL, MAIL)}))
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert MAIL not in shown_text(cleaned)
    assert [one.where for one in in_content(data, profile)] == ["handle 2"]


@pytest.mark.parametrize("version", [b"AC1015", CODED, b"AC1032"])
def test_a_shape_that_changes_with_chosen_words_is_no_proof(version: bytes) -> None:
    data = drawing(version, (TEXT, ["ask " + MAIL]))
    profile = Profile(redact_content=frozenset({Category.EMAIL}))
    plan = handler.plan(data, profile)
    held = Drawing(data)
    objects = Drawing(handler.apply(data, plan)).objects()
    stream = bytearray(objects.stream)
    shape = objects.stretches[0]
    stream[shape.start + 5] ^= 1
    close(stream, [shape])
    edits = tuple(held.edits({held.body: bytes(stream)}))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), replace(plan, edits=edits))


@RELEASES
def test_a_name_shorter_than_its_token_becomes_dashes_and_nobody_else_takes_its_label(
    version: bytes,
) -> None:
    data = drawing(version, (MTEXT, ["Drawn by: Zsk"]), (MTEXT, ["Ulm, 3 off"]))
    profile = Profile(redact_content=frozenset({Category.PERSON}))
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert "Drawn by: ---" in shown_text(cleaned)
    assert "Ulm" in shown_text(cleaned)


@RELEASES
def test_the_strings_of_an_object_are_read_in_their_order(version: bytes) -> None:
    words = ["SHORT", "A LONGER NOTE", "MIDDLING", "THE LONGEST NOTE OF ALL"]
    assert shown_text(drawing(version, (TEXT, words))).replace("\x00", "") == " ".join(words)
