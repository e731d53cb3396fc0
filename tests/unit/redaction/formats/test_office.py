"""DOC, XLS, PPT and embedded objects: nothing moves, nobody is named, every word stays."""

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.carriers import compound_file
from redaction.errors import (
    ActiveContentError,
    EncryptedError,
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.formats import office
from redaction.model import Action, Edit, Plan, Profile, patched
from redaction.sniff import identify
from tests.unit.redaction.formats import office_papers as papers
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.office_papers import (
    PERSON,
    ppt_record,
    sttb,
    wide,
    xls_record,
    xls_string,
)
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()
DIRTY: dict[str, Callable[[], bytes]] = {"doc": papers.doc, "xls": papers.xls, "ppt": papers.ppt}


def content_of(data: bytes, name: str) -> bytes:
    (stream,) = [s for s in compound_file.read(data).streams if s.name == name]
    return stream.content(data)


def cleaned(data: bytes) -> bytes:
    result, report = engine.scrub(data, PROFILE)
    assert result is not None, (report.reason, [(f.carrier, f.where) for f in report.findings])
    assert engine.scrub(result, PROFILE)[0] == result
    assert len(result) == len(data)
    for needle in (CANARY, LOGIN):
        for spelled in (needle.encode(), wide(needle)):
            assert spelled.lower() not in result.lower()
    return result


def reason(data: bytes) -> str | None:
    report = engine.scrub(data, PROFILE)[1]
    return report.reason.code if report.reason else None


@pytest.mark.parametrize("name", sorted(DIRTY))
def test_a_document_is_told_by_what_is_in_it_and_names_nobody_afterwards(name: str) -> None:
    data = DIRTY[name]()
    assert identify(data).name == name
    result = cleaned(data)
    before, after = compound_file.read(data), compound_file.read(result)
    assert (before.streams, before.storages) == (after.streams, after.storages)
    assert not any(any(result[start:end]) for start, end in (*after.unused, *after.times))


@pytest.mark.parametrize("name", sorted(DIRTY))
def test_a_byte_that_changes_outside_the_plan_is_not_faithful(name: str) -> None:
    data = DIRTY[name]()
    plan = office.plan(data, PROFILE)
    result = office.apply(data, plan)
    word = b"Bracket" if name != "ppt" else wide("Bracket")
    at = result.index(word)
    with pytest.raises(NotFaithfulError):
        office.prove(data, result[:at] + b"X" + result[at + 1 :], plan)


# -- Word -------------------------------------------------------------------------------------
def test_a_document_keeps_its_text_and_forgets_who_saved_it_where_and_when() -> None:
    result = cleaned(papers.doc())
    assert b"Bracket, 4 holes" in content_of(result, "WordDocument")
    table = content_of(result, "1Table")
    assert sttb("Unknown", " " * len(PERSON)) in table
    assert b"\x11\x22\x33\x44" not in table
    assert b"\x77" * 4 not in table


def test_times_of_tracked_changes_are_wiped_and_their_marks_stay() -> None:
    page = content_of(cleaned(papers.doc()), "WordDocument")[2048:2560]
    assert struct.pack("<HI", 0x6805, 0) + struct.pack("<HB", 0x0835, 1) in page
    assert struct.pack("<HBBHI", 0xCA57, 7, 1, 1, 0) in page
    assert struct.pack("<I", 0x12345678) not in page


def test_structures_that_go_are_no_longer_announced() -> None:
    document = content_of(cleaned(papers.doc()), "WordDocument")
    for number in (27, 60):
        assert document[154 + 8 * number + 4 :][:4] == bytes(4)


def test_the_tables_of_an_earlier_saving_are_wiped() -> None:
    result = cleaned(papers.doc(streams={"0Table": wide(CANARY) * 9}))
    assert not any(content_of(result, "0Table"))


def test_text_that_was_deleted_is_wiped() -> None:
    secret = f"fired {CANARY}".encode()
    result = cleaned(papers.doc(deleted=secret))
    document = content_of(result, "WordDocument")
    assert b"Bracket," in document
    assert b" 4 holes" in document


def test_a_path_a_field_is_told_goes_and_the_same_path_in_the_text_is_told() -> None:
    field = f'\x13 INCLUDEPICTURE "{HOME}hole.png" \x14shown\x15 by jane.roe@example.com\r'
    data = papers.doc(field)
    result = cleaned(data)
    assert b'hole.png" \x14shown\x15 by jane.roe@example.com' in content_of(result, "WordDocument")
    _, report = engine.scrub(data, PROFILE)
    review = {f.value for f in report.findings if f.action is Action.REVIEW}
    assert "jane.roe@example.com" in review


def test_an_author_the_text_names_is_shown_for_review() -> None:
    result, report = engine.scrub(papers.doc(f"{PERSON} made this\r"), PROFILE)
    assert result is not None
    assert PERSON.encode() in result
    assert PERSON in {f.value for f in report.findings if f.action is Action.REVIEW}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (papers.doc(flags=0x0200 | 0x0100), EncryptedError),
        (papers.doc(flags=0x0200 | 0x8000), EncryptedError),
        (papers.doc(flags=0x0200 | 0x0004), UnsupportedFormatError),
        (papers.doc(ident=0xA5DC), UnsupportedFormatError),
        (papers.doc(flags=0), UnreadableError),
        (papers.doc(tables={33: b"\x02\xff\xff\xff\xff"}), UnreadableError),
        (papers.doc(tables={33: b"\x03"}), UnreadableError),
        (papers.doc(outside=71), UnreadableError),
        (papers.doc(outside=94), UnreadableError),
        (papers.doc(tables={71: b"\x03\0\0\0\xff"}), UnreadableError),
        (papers.doc(tables={71: sttb("a" * 9)[:12]}), UnreadableError),
        (papers.doc(streams={"Macros/VBA/dir": b"x"}), ActiveContentError),
        (papers.doc(streams={"Unheard": b"x"}), OpaqueStreamError),
        (papers.doc(streams={"A/1Table": b"x"}), OpaqueStreamError),
        (papers.doc(streams={"A/0001": b"x"}), OpaqueStreamError),
        (papers.doc(streams={"A/Item": b"x"}), OpaqueStreamError),
        (papers.doc(streams={"\x05DocumentSummaryInformation": b"x" * 60}), UnreadableError),
    ],
)
def test_a_document_that_cannot_be_cleaned_is_refused(
    data: bytes, error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        office.plan(data, PROFILE)


# -- Excel ------------------------------------------------------------------------------------
def test_a_workbook_keeps_its_cells_and_forgets_its_users() -> None:
    result = content_of(cleaned(papers.xls()), "Workbook")
    assert xls_string("Bracket") in result
    assert b"\0" + b" " * len(PERSON) + b":\nsmall" in result
    assert xls_record(0x001C, struct.pack("<4H", 0, 0, 0, 1) + xls_string(" " * len(PERSON))) in (
        result
    )


@pytest.mark.parametrize(
    ("record", "left"),
    [
        (xls_record(0x005B, bytes(4) + xls_string(LOGIN)), b""),
        (
            xls_record(
                0x00AF,
                struct.pack("<HBBBBB", 1, 0, 0, 4, 3, len(LOGIN))
                + b"\0name\0"
                + LOGIN.encode()
                + b"\0"
                + b"abc",
            ),
            b"name",
        ),
        (xls_record(0x01A9, bytes(50) + xls_string(f"{CANARY} - Personal View")), b""),
        (xls_record(0x00B8, bytes(20) + CANARY.encode()), b""),
        (xls_record(0x00CD, xls_string(f"DSN=parts;UID={LOGIN};")), b""),
        (xls_record(0x00CD, xls_string("a text in a cell")), b"a text in a cell"),
        (papers.printer(), bytes([7] * 60)),
        (xls_record(0x01B8, bytes(40) + f"{HOME}b.xls\0".encode()), b"b.xls"),
    ],
)
def test_records_that_tell_of_people_are_blanked(record: bytes, left: bytes) -> None:
    result = content_of(cleaned(papers.xls(record)), "Workbook")
    assert left in result


@pytest.mark.parametrize("in_wide", [False, True])
def test_a_link_to_another_workbook_keeps_its_name(in_wide: bool) -> None:
    path = f"\x01\x01CUsers\x03{LOGIN}\x03parts\x03b.xls"
    record = xls_record(0x01AE, struct.pack("<H", 1) + xls_string(path, in_wide=in_wide)
                        + xls_string("Sheet"))  # fmt: skip
    source = xls_record(0x0051, bytes(6) + xls_string(path, in_wide=in_wide))
    own = xls_record(0x01AE, struct.pack("<HH", 1, 0x0401))
    data = papers.xls(record, source, own)
    result = content_of(cleaned(data), "Workbook")
    name = wide("\x03b.xls") if in_wide else b"\x03b.xls"
    assert result.count(name) == 2
    _, report = engine.scrub(data, PROFILE)
    assert f"C:\\Users\\{LOGIN}\\parts\\b.xls" in {f.value for f in report.findings}


def test_a_picture_that_goes_on_in_the_next_record_is_cleaned() -> None:
    picture = papers.screenshot()
    blip = struct.pack("<HHI", 0x6E00, 0xF01E, 17 + len(picture)) + bytes(17) + picture
    first, second = blip[:70], blip[70:]
    records = xls_record(0x00EB, first) + xls_record(0x003C, second)
    data = papers.xls(records)
    (member,) = office.members(data)
    assert member.content == picture
    cleaned(data)


def test_who_refreshed_a_pivot_table_is_blanked() -> None:
    fixed = bytes(18) + struct.pack("<H", len(PERSON)) + b"\0" + PERSON.encode()
    cache = xls_record(0x00C6, fixed) + xls_record(0x0122, struct.pack("<dI", 45000.5, 0))
    data = papers.xls(streams={"_SX_DB_CUR/0001": cache})
    result = content_of(cleaned(data), "_SX_DB_CUR/0001")
    assert struct.pack("<d", 25569.0) in result


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (papers.xls(xls_record(0x002F, bytes(6))), EncryptedError),
        (papers.xls(xls_record(0x0085, bytes(5) + b"\x01\x01\0x")), ActiveContentError),
        (papers.xls(streams={"_VBA_PROJECT_CUR/VBA/dir": b"x"}), ActiveContentError),
        (papers.xls(streams={"Revision Log": b"x"}), OpaqueStreamError),
        (papers.xls(b"\x1c\0\xff\xff"), UnreadableError),
        (papers.xls(xls_record(0x001C, bytes(8) + b"\xff\0\0x")), UnreadableError),
        (packages.compound({"Workbook": papers.workbook(version=0x0500)}), UnsupportedFormatError),
        (packages.compound({"Workbook": b""}), UnsupportedFormatError),
    ],
)
def test_a_workbook_that_cannot_be_cleaned_is_refused(
    data: bytes, error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        office.plan(data, PROFILE)


# -- PowerPoint -------------------------------------------------------------------------------
def test_a_presentation_keeps_its_slides_and_forgets_older_ones() -> None:
    result = content_of(cleaned(papers.ppt()), "PowerPoint Document")
    assert wide("Bracket") in result
    assert wide("too small") in result
    assert wide("was here") not in result
    assert wide("b.ppt") in result
    assert b"\x11" * 16 not in result


def test_an_embedded_object_of_a_presentation_is_cleaned_where_it_is_deflated() -> None:
    inner = papers.xls()
    packed = struct.pack("<I", len(inner)) + zlib.compress(inner, 1)
    data = papers.ppt(objects=[ppt_record(0x1011, packed, instance=1)])
    (member,) = office.members(data)
    assert identify(member.content).name == "xls"
    result = cleaned(data)
    assert CANARY.encode() not in office.members(result)[0].content


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (papers.ppt(token=0xF3D1C4DF), EncryptedError),
        (papers.ppt(extra=ppt_record(0x0400, struct.pack("<III", 3, 1, 2))), ActiveContentError),
        (papers.ppt(extra=ppt_record(0x0FEE, b"", holds=True)), ActiveContentError),
        (papers.ppt(extra=b"\x0f\0\xee\x0f\xff\xff\0\0"), UnreadableError),
        (papers.ppt(extra=b"\x0f\0\xee"), UnreadableError),
        (papers.ppt(last=0), UnreadableError),
        (papers.ppt(user=b"\0\0\xf5\x0f" + bytes(40)), UnreadableError),
        (papers.ppt(user=b"\0\0\xf6\x0f"), UnreadableError),
        (packages.compound({"PowerPoint Document": bytes(9)}), UnreadableError),
    ],
)
def test_a_presentation_that_cannot_be_cleaned_is_refused(
    data: bytes, error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        office.plan(data, PROFILE)


# -- objects ----------------------------------------------------------------------------------
def test_a_package_keeps_its_file_and_forgets_where_it_lay() -> None:
    data = papers.package(packages.photograph())
    assert identify(data).name == "ole"
    result = cleaned(data)
    assert content_of(result, "\x01Ole10Native").count(b"photo.jpg\0") == 3
    (before,), (after,) = office.members(data), office.members(result)
    assert before.content == packages.photograph()
    assert identify(after.content).name == "jpeg"
    assert len(after.content) < len(before.content)


@pytest.mark.parametrize("stuffing", [0, 9000])
def test_a_file_that_is_a_stream_may_become_shorter(stuffing: int) -> None:
    noise = bytes((number * 7919 >> 5) & 255 for number in range(stuffing))
    inner = packages.zipped({"photo.jpg": packages.photograph(), "noise.txt": noise.hex()})
    data = packages.compound({"\x01Ole": bytes(20), "Package": inner, "\x03EPRINT": papers.emf()})
    assert inner in [member.content for member in office.members(data)]
    result = cleaned(data)
    content = content_of(result, "Package")
    assert len(content) < len(inner)
    assert packages.unzipped(content)["noise.txt"] == noise.hex().encode()


def test_a_file_that_would_have_to_move_is_refused() -> None:
    # Below 4096 bytes, streams lie elsewhere.
    note = packages.zipped({"a.txt": "Bracket"}, comment=CANARY.encode() * 400)
    assert len(note) > 4096
    data = packages.compound({"\x01Ole": bytes(20), "CONTENTS": note})
    assert reason(data) == "opaque-stream"


def test_a_package_that_grows_when_it_is_cleaned_is_refused() -> None:
    stored = packages.zipped({"a.txt": "Bracket by jane.roe@example.com " * 3}, stored=False)
    grown = papers.package(stored + b"")
    assert reason(grown) in (None, "opaque-stream")


@pytest.mark.parametrize("kind", ["wmf", "emf"])
def test_a_presentation_of_an_object_is_cleaned_and_forgets_its_printer(kind: str) -> None:
    data = papers.presented(kind)
    cleaned(data)


def test_a_metafile_behind_its_extent_and_a_link_to_a_file_are_cleaned() -> None:
    picture = papers.wmf(papers.wmf_escape(15, CANARY.encode()), placeable=False)
    link = bytes(30) + f"{HOME}b.xls\0".encode()
    data = packages.compound(
        {"\x01Ole": link, "\x03META": bytes(8) + picture, "\x03EPRINT": papers.personal_emf()}
    )
    result = cleaned(data)
    assert b"b.xls" in content_of(result, "\x01Ole")


def test_data_behind_a_form_become_an_empty_element() -> None:
    item = f"<Sources><Author>{CANARY}</Author></Sources>".encode()
    data = papers.doc(streams={"MsoDataStore/A/Item": item, "MsoDataStore/A/Properties": b"<x/>"})
    assert content_of(cleaned(data), "MsoDataStore/A/Item").rstrip() == b"<data/>"


@pytest.mark.parametrize(
    ("streams", "error"),
    [
        ({"\x01Ole10Native": b"\x20\0\0\0\x02\0a\0b\0\0\0\x01\0\0\0\0\0"}, OpaqueStreamError),
        ({"\x01Ole10Native": b"\xff\xff\0\0\x07"}, UnreadableError),
        ({"\x01Ole10Native": b"\x02\0a\0b\0\0\0\x03\0\xff\0\0\0"[0:0] + b"\x01"}, UnreadableError),
        ({"\x02OlePres000": struct.pack("<II", 12, 0) + bytes(40)}, OpaqueStreamError),
        ({"\x02OlePres000": b"\xff\xff\xff\xff\x03"}, UnreadableError),
        ({"\x02OlePres000": struct.pack("<10I", 0xFFFFFFFF, 3, 4, 1, 0, 2, 0, 9, 9, 500)},
         UnreadableError),
        ({"\x03PRINT": b"no picture at all"}, OpaqueStreamError),
        ({"Something": b"x"}, OpaqueStreamError),
        ({"EncryptedPackage": b"x"}, EncryptedError),
    ],
)  # fmt: skip
def test_an_object_that_cannot_be_cleaned_is_refused(
    streams: dict[str, bytes], error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        office.plan(packages.compound({"\x01Ole": bytes(20), **streams}), PROFILE)


def test_lists_of_titles_and_everything_else_said_in_properties_go() -> None:
    titles = struct.pack("<II", 0x101E, 2) + b"".join(
        struct.pack("<I", len(text)) + text for text in (b"Jane's sheet\0", b"Other\0")
    )
    both = struct.pack("<II", 0x101F, 1) + struct.pack("<I", 6) + wide("Roe's\0")
    pairs = struct.pack("<II", 0x100C, 2) + packages.lpstr("Sheets") + struct.pack("<II", 3, 2)
    stream = packages.property_set(
        papers.DOCUMENT, {12: pairs, 13: titles, 15: packages.lpstr(CANARY), 40: both}
    )
    data = papers.xls(streams={"\x05DocumentSummaryInformation": stream})
    result = content_of(cleaned(data), "\x05DocumentSummaryInformation")
    for gone in (b"Jane's", b"Other", wide("Roe's")):
        assert gone not in result
    assert b"Sheets" in result


@settings(max_examples=60, deadline=None)
@example(name="doc", at=512 + 154, value=255)
@example(name="ppt", at=512, value=15)
@given(name=st.sampled_from(sorted(DIRTY)), at=st.integers(0, 20_000), value=st.integers(0, 255))
def test_a_damaged_byte_is_refused_or_cleaned_but_never_crashes(
    name: str, at: int, value: int
) -> None:
    changed = bytearray(DIRTY[name]())
    changed[at % len(changed)] = value
    result, report = engine.scrub(bytes(changed), PROFILE)
    assert (result is None) == (report.reason is not None)


# -- the second reading -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("doc", b"Bracket"),
        ("xls", b"Bracket"),
        ("xls", b"small"),
        ("ppt", wide("Bracket")),
        ("ppt", wide("too small")),
    ],
)
def test_a_plan_that_changes_what_is_read_is_not_faithful(name: str, word: bytes) -> None:
    data = DIRTY[name]()
    at = data.index(word)
    edit = Edit(at, at + len(word), word[:-2] + b"x" + word[-1:])
    with pytest.raises(NotFaithfulError):
        office.prove(data, patched(data, [edit]), Plan(edits=(edit,)))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("doc", struct.pack("<III", 512, 600, 4), struct.pack("<III", 512, 600, 3)),
        ("xls", xls_record(0x00FD, bytes(4))[:2], b"\xbd\x00"),
        ("ppt", ppt_record(0x0FA8, b"4 holes")[:4], b"\0\0\xa9\x0f"),
    ],
)
def test_a_plan_that_moves_what_is_read_is_not_faithful(name: str, old: bytes, new: bytes) -> None:
    data = DIRTY[name]()
    at = data.index(old)
    edit = Edit(at, at + len(old), new)
    with pytest.raises(NotFaithfulError):
        office.prove(data, patched(data, [edit]), Plan(edits=(edit,)))


# -- pictures of documents --------------------------------------------------------------------
def blip(kind: int, instance: int, picture: bytes, *, packing: int = 0) -> bytes:
    """Return the record of a picture: digest, for a metafile its header, the file."""
    if kind in (0xF01A, 0xF01B, 0xF01C):
        packed = zlib.compress(picture, 1) if packing == 0 else picture
        body = bytes(16) + struct.pack("<I24xIBB", len(picture), len(packed), packing, 0xFE)
        body += packed
    else:
        body = bytes(16) + b"\xff" + picture
    return struct.pack("<HHI", instance << 4, kind, len(body)) + body


@pytest.mark.parametrize(
    "picture",
    [
        blip(0xF01A, 0x3D4, papers.personal_emf()),
        blip(0xF01A, 0x3D4, papers.personal_emf(), packing=0xFE),
        blip(0xF01B, 0x216, papers.wmf(papers.wmf_escape(15, CANARY.encode()), placeable=False)),
        blip(0xF01D, 0x46A, packages.photograph()),
        blip(0xF01E, 0x6E0, papers.screenshot()),
    ],
)
@pytest.mark.parametrize("name", ["doc", "xls", "ppt"])
def test_pictures_of_documents_are_cleaned_wherever_they_lie(name: str, picture: bytes) -> None:
    data = {
        "doc": lambda: papers.doc(streams={"Data": b"\x44" * 40 + picture + bytes(9)}),
        "xls": lambda: papers.xls(xls_record(0x00EB, picture)),
        "ppt": lambda: papers.ppt(extra=ppt_record(0xF007, picture)),
    }[name]()
    assert len(office.members(data)) == 1
    cleaned(data)


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (blip(0xF01C, 0x542, b"a Macintosh picture"), UnsupportedFormatError),
        (blip(0xF01A, 0x3D4, papers.emf(), packing=7), UnreadableError),
        (
            blip(0xF01A, 0x3D4, papers.emf())[:4] + struct.pack("<I", 20) + bytes(20),
            UnreadableError,
        ),
    ],
)
def test_a_picture_that_cannot_be_read_is_refused(
    picture: bytes, error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        office.plan(papers.doc(streams={"Data": picture}), PROFILE)


def test_times_of_tracked_changes_of_paragraphs_are_wiped() -> None:
    orders = struct.pack("<HBBHI", 0xC66F, 7, 1, 1, 0x12345678)
    orders += struct.pack("<HBB", 0xC615, 0xFF, 0)  # as long as what is in it says
    page = bytearray(512)
    page[0:12] = struct.pack("<III", 512, 600, 700)
    page[12], page[25] = 30, 60
    page[60:62] = bytes([(len(orders) + 3) // 2, 0])
    page[63 : 63 + len(orders)] = orders
    page[120:122] = bytes([0, (len(orders) + 2) // 2])
    page[124 : 124 + len(orders)] = orders
    page[511] = 2
    data = papers.doc(tables={13: struct.pack("<III", 512, 600, 5)}, page=bytes(page))
    result = content_of(cleaned(data), "WordDocument")[2560:3072]
    assert struct.pack("<I", 0x12345678) not in result
    assert result.count(struct.pack("<HBBHI", 0xC66F, 7, 1, 1, 0)) == 2


def test_what_lies_between_pieces_and_belongs_to_sections_stays() -> None:
    held = b"\x06\x00prop!!"
    data = papers.doc(deleted=held + CANARY.encode(), section=True)
    document = content_of(cleaned(data), "WordDocument")
    assert held in document


def test_a_user_without_a_length_is_blanked_all_the_same() -> None:
    data = papers.xls(xls_record(0x005C, PERSON.encode().ljust(112)))
    assert xls_record(0x005C, b" " * 112) in content_of(cleaned(data), "Workbook")


def test_a_protected_document_says_that_it_is_protected() -> None:
    data = packages.compound({"EncryptedPackage": bytes(5000), "EncryptionInfo": bytes(60)})
    assert reason(data) == "encrypted"
