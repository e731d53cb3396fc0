"""EMF and WMF: notes of programs and names go, every stroke stays where it is."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import (
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    UnreadableError,
)
from redaction.formats import metafile_emf as emf
from redaction.formats import metafile_wmf as wmf
from redaction.formats.metafile_emf_records import records
from redaction.formats.metafile_wmf_sight import summed
from redaction.model import Action, Edit, Plan, Profile, patched
from redaction.sniff import identify
from tests.unit.redaction.formats import office_papers as papers
from tests.unit.redaction.formats.office_papers import (
    LINE,
    emf_comment,
    emf_plus,
    emf_record,
    emf_text,
    wide,
    wmf_escape,
    wmf_record,
)
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()
WMF_LINE = wmf_record(0x0213, bytes(4))
ICON = wide("IconOnly\0")


def cleaned(data: bytes) -> bytes:
    result, report = engine.scrub(data, PROFILE)
    assert result is not None, (report.reason, [f.where for f in report.findings])
    again, _ = engine.scrub(result, PROFILE)
    assert again == result
    assert len(result) == len(data)
    for needle in (CANARY, LOGIN):
        for spelled in (needle.encode(), wide(needle)):
            assert spelled.lower() not in result.lower()
    return result


def test_everything_that_names_somebody_goes_and_no_record_moves() -> None:
    data = papers.personal_emf()
    result = cleaned(data)
    assert [r.kind for r in records(data)] == [r.kind for r in records(result)]
    assert LINE in result
    assert wide("Bracket") in result
    # Between program and title stands a zero, which readers look for.
    assert wide("       \0" + " " * len(CANARY)) in result


def test_an_icon_stays_an_icon_without_where_its_program_lay() -> None:
    data = papers.emf(emf_comment(ICON), emf_comment(wide(f"{HOME}a.exe")), LINE, emf_comment(ICON))
    result = cleaned(data)
    assert result.count(ICON) == 2
    assert wide("a.exe") not in result


def test_text_that_is_drawn_is_told_line_by_line() -> None:
    data = papers.emf(
        emf_text("Drawn by: Jane", y=10), emf_text("Roe", y=10), emf_text("Bracket", y=30)
    )
    result, report = engine.scrub(data, PROFILE)
    assert result == data
    told = {f.value for f in report.findings if f.action is Action.REVIEW}
    assert "Jane Roe" in told


def test_numbers_of_glyphs_are_no_text() -> None:
    data = papers.emf(emf_text("jane.roe@example.com", options=0x10))
    _, report = engine.scrub(data, PROFILE)
    assert not report.findings


@pytest.mark.parametrize("flags", [0x0500, 0x8500])
def test_a_picture_of_emf_plus_is_cleaned_in_its_place(flags: int) -> None:
    image = struct.pack("<7I", 0xDBC01002, 1, 8, 8, 0, 0, 1) + papers.screenshot()
    if flags & 0x8000:  # cut in two, each piece behind the length of all
        image += bytes(-len(image) % 4)
        total = struct.pack("<I", len(image))
        first, second = image[:100], image[100:]
        parts = [emf_plus(0x4008, total + piece, flags) for piece in (first, second)]
        data = papers.emf(*[emf_comment(b"EMF+" + part) for part in parts], LINE)
    else:
        data = papers.emf(emf_comment(b"EMF+" + emf_plus(0x4008, image, flags)), LINE)
    (member,) = emf.members(data)
    assert identify(member.content).name == "png"
    result = cleaned(data)
    assert len(emf.members(result)[0].content) < len(member.content)


def test_a_metafile_in_a_metafile_is_cleaned_by_its_own_rules() -> None:
    inner = papers.emf(emf_comment(CANARY.encode()), LINE)
    image = struct.pack("<4I", 0xDBC01002, 2, 3, len(inner)) + inner
    data = papers.emf(emf_comment(b"EMF+" + emf_plus(0x4008, image, 0x0500)))
    assert LINE in cleaned(data)


def test_a_picture_packed_in_a_bitmap_is_cleaned() -> None:
    picture = papers.screenshot()
    info = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 0, 5, len(picture), 0, 0, 0, 0)
    head = bytes(40) + struct.pack("<4I", 80, 40, 120, len(picture)) + bytes(16)
    data = papers.emf(emf_record(81, head + info + picture), LINE)
    assert emf.members(data)
    cleaned(data)


def test_paths_of_colour_profiles_keep_the_file_name() -> None:
    profile = f"{HOME}printer.icm".encode("latin-1")
    body = struct.pack("<III", 0, len(profile), 0) + profile
    result = cleaned(papers.emf(emf_record(112, body), LINE))
    assert b"printer.icm" in result


@pytest.mark.parametrize(
    ("record", "error"),
    [
        (emf_comment(b"GDIC" + struct.pack("<I", 0x40000004) + bytes(20)), OpaqueStreamError),
        (
            emf_comment(
                b"GDIC"
                + struct.pack("<IHHIII", 0x80000001, 0x300, 0, 0, 0, 60)
                + papers.wmf(wmf_escape(15, CANARY.encode()), placeable=False)
            ),
            OpaqueStreamError,
        ),
        (emf_record(70, struct.pack("<I", 5000) + b"x"), UnreadableError),
        (emf_record(84, bytes(8)), UnreadableError),
        (emf_text("x" * 9)[:44] + b"\xff" * 4 + emf_text("x" * 9)[48:], UnreadableError),
        (emf_comment(b"EMF+" + struct.pack("<HHII", 0x4008, 0, 400, 400)), UnreadableError),
        (emf_comment(b"GDIC" + struct.pack("<I", 2) + bytes(16) + b"\xff" * 4), UnreadableError),
    ],
)
def test_what_cannot_be_read_is_refused(record: bytes, error: type[RedactionError]) -> None:
    with pytest.raises(error):
        emf.plan(papers.emf(record, LINE), PROFILE)


def test_the_same_picture_as_a_clean_wmf_may_stay() -> None:
    inner = papers.wmf(WMF_LINE, placeable=False)
    head = struct.pack("<IHHIII", 0x80000001, 0x300, 0, 0, 0, len(inner))
    data = papers.emf(emf_comment(b"GDIC" + head + inner), LINE)
    assert engine.scrub(data, PROFILE)[0] == data


@pytest.mark.parametrize("cut", [4, 60, 100, 130])
def test_a_cut_metafile_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableError):
        emf.plan(papers.personal_emf()[:cut], PROFILE)


def test_a_stroke_that_changes_is_not_faithful() -> None:
    data = papers.personal_emf()
    plan = emf.plan(data, PROFILE)
    result = emf.apply(data, plan)
    at = result.index(LINE) + 8
    with pytest.raises(NotFaithfulError):
        emf.prove(data, result[:at] + b"\x63" + result[at + 1 :], plan)


def test_a_wmf_loses_notes_and_names_of_jobs_and_keeps_its_strokes() -> None:
    data = papers.wmf(
        wmf_escape(15, CANARY.encode()),
        wmf_escape(10, f"{HOME}a.doc".encode()),
        wmf_escape(38, f"{HOME}b.ps".encode()),
        WMF_LINE,
        wmf_record(0x0521, struct.pack("<H", 7) + b"Bracket" + bytes(5)),
        wmf_record(0x0A32, struct.pack("<4H", 0, 0, 20, 0) + b"jane.roe@example.com"),
        behind=CANARY.encode(),
    )
    result = cleaned(data)
    assert b"b.ps" in result
    assert b"a.doc" not in result
    _, report = engine.scrub(data, PROFILE)
    review = {f.value for f in report.findings if f.action is Action.REVIEW}
    assert review == {"jane.roe@example.com"}


def test_an_emf_inside_a_wmf_is_cleaned_and_its_sum_is_true() -> None:
    inner = papers.personal_emf()
    data = papers.wmf_with(inner)
    result = cleaned(data)
    (member,) = wmf.members(result)
    assert len(member.content) == len(inner)
    sums = [
        int.from_bytes(result[at + 12 : at + 14], "little")
        for at in range(len(result))
        if result.startswith(b"WMFC", at)
    ]
    assert sums == [summed(member.content)] * 2


@pytest.mark.parametrize(
    "data",
    [
        papers.wmf(WMF_LINE)[:20],
        papers.wmf(WMF_LINE)[:45],
        b"\xd7\xcd\xc6\x9a" + bytes(60),
        papers.wmf(wmf_record(0x0626, struct.pack("<HH", 15, 400) + b"x")),
        papers.wmf(wmf_record(0x0521, struct.pack("<H", 900) + b"Bracket")),
        papers.wmf(wmf_escape(15, b"WMFC\x01\0\0\0\0\0\x01\0" + b"\xff" * 30)),
    ],
)
def test_a_damaged_wmf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        wmf.plan(data, PROFILE)


def test_a_stroke_of_a_wmf_that_changes_is_not_faithful() -> None:
    data = papers.wmf(wmf_escape(15, CANARY.encode()), WMF_LINE)
    plan = wmf.plan(data, PROFILE)
    result = bytearray(wmf.apply(data, plan))
    result[result.index(WMF_LINE) + 7] ^= 1
    with pytest.raises(NotFaithfulError):
        wmf.prove(data, bytes(result), plan)


def test_a_picture_packed_in_a_wmf_is_cleaned() -> None:
    info = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 0, 5, 0, 0, 0, 0, 0)
    body = bytes(22) + info + papers.screenshot()
    data = papers.wmf(wmf_record(0x0F43, body))
    assert wmf.members(data)
    cleaned(data)


@settings(max_examples=30, deadline=None)
@example(at=0, value=0)
@example(at=44, value=255)
@given(at=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_damaged_byte_is_refused_or_cleaned_but_never_crashes(at: int, value: int) -> None:
    for data in (papers.personal_emf(), papers.wmf_with(papers.personal_emf())):
        changed = bytearray(data)
        changed[at % len(data)] = value
        result, report = engine.scrub(bytes(changed), PROFILE)
        assert (result is None) == (report.reason is not None)


def test_text_of_every_kind_of_record_is_told() -> None:
    address = "jane.roe@example.com"
    narrow = struct.pack("<iiIIIiiiiI", 0, 9, len(address), 76, 0, 0, 0, 0, 0, 0)
    several = struct.pack("<I", 1) + struct.pack("<iiIIIiiiiI", 0, 0, 5, 80, 0, 0, 0, 0, 0, 0)
    small = struct.pack("<iiIII2f", 0, 0, 7, 0x100, 0, 1, 1)
    string = struct.pack("<III4f", 0, 0, len("Drawn by: John Doe"), 0, 0, 9, 9)
    driver = struct.pack("<4I", 0, 1, 0, len("Checked by: Max Roe"))
    glyphs = struct.pack("<4I", 0, 0, 0, 4) + b"abcdefgh"
    data = papers.emf(
        emf_record(83, bytes(28) + narrow + address.encode()),
        emf_record(97, bytes(28) + several + wide("plain")),
        emf_record(108, small + wide("and all")),
        emf_comment(b"EMF+" + emf_plus(0x401C, string + wide("Drawn by: John Doe"))),
        emf_comment(b"EMF+" + emf_plus(0x4036, driver + wide("Checked by: Max Roe"))),
        emf_comment(b"EMF+" + emf_plus(0x4036, glyphs)),
    )
    _, report = engine.scrub(data, PROFILE)
    assert {address, "John Doe", "Max Roe"} <= {f.value for f in report.findings}


@pytest.mark.parametrize(
    "image",
    [
        b"short",
        struct.pack("<IIII", 0xDBC01002, 2, 3, 900),
        struct.pack("<IIIII", 0xDBC01002, 1, 8, 8, 0),
    ],
)
def test_a_damaged_picture_of_emf_plus_is_refused(image: bytes) -> None:
    with pytest.raises(UnreadableError):
        emf.plan(papers.emf(emf_comment(b"EMF+" + emf_plus(0x4008, image, 0x0500))), PROFILE)


def test_dots_and_other_objects_of_emf_plus_are_no_files() -> None:
    dots = struct.pack("<7I", 0xDBC01002, 1, 1, 1, 4, 0, 0) + bytes(4)
    data = papers.emf(
        emf_comment(b"EMF+" + emf_plus(0x4008, dots, 0x0500) + emf_plus(0x4008, bytes(8), 0x0100))
    )
    assert engine.scrub(data, PROFILE)[0] == data


def test_a_record_that_moves_is_not_faithful() -> None:
    data = papers.emf(emf_record(54, bytes(8)), emf_comment(CANARY.encode() + bytes(4)))
    plan = emf.plan(data, PROFILE)
    result = emf.apply(data, plan)
    at = result.index(struct.pack("<II", 54, 16))
    edit = Edit(at, at + 1, b"\x37")
    with pytest.raises(NotFaithfulError):
        emf.prove(result, patched(result, [edit]), Plan(edits=(edit,)))
