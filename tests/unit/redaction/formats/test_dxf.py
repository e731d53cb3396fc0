"""DXF: what names people goes, every coordinate, handle and count stays, text or binary."""

import io
from collections.abc import Sequence

import ezdxf
import pytest
from ezdxf.document import Drawing
from ezdxf.lldxf.tagger import ascii_tags_loader, binary_tags_loader
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import RedactionError, UnreadableError
from redaction.formats import dxf as handler
from redaction.model import Action, Category, Finding, FormatHandler, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds
from tests.unit.redaction.formats.dxf_drawings import (
    GUID,
    HOME,
    NO_GUID,
    PERSON,
    PROPERTIES,
    Tag,
    binary,
    drawing,
    section,
    short_binary,
    text,
    variable,
)

PROFILE = Profile()
FORMS = pytest.mark.parametrize(
    "written",
    [text, binary, short_binary, lambda tags: text(tags, end="\n")],
    ids=["text", "binary", "binary-r12", "text-lf"],
)


def tags_of(data: bytes) -> list[tuple[int, object]]:
    if data.startswith(b"AutoCAD"):
        return [(tag.code, tag.value) for tag in binary_tags_loader(data)]
    stream = io.StringIO(data.decode("utf-8", "surrogateescape"), newline=None)
    return [(tag.code, tag.value) for tag in ascii_tags_loader(stream, skip_comments=False)]


def scrubbed(data: bytes, profile: Profile = PROFILE) -> bytes:
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    return cleaned


def findings(data: bytes, profile: Profile = PROFILE) -> tuple[Finding, ...]:
    return handler.plan(data, profile).findings


def told(found: Sequence[Finding], action: Action) -> set[str]:
    return {finding.value for finding in found if finding.action is action}


def values(data: bytes, code: int) -> list[object]:
    return [value for known, value in tags_of(data) if known == code]


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert promise.plan(text(drawing(header=PROPERTIES)), PROFILE).changes


@FORMS
def test_the_header_names_nobody_any_more(written) -> None:
    data = written(drawing(header=PROPERTIES))
    cleaned = scrubbed(data)
    for secret in (PERSON, "Brandywine", "Tuckborough", "fileserver", GUID):
        assert secret.encode() in data
        assert secret.encode() not in cleaned
    assert {PERSON, "Wilhelmina Brandywine", "Peregrin Tuckborough"} <= told(
        findings(data), Action.REMOVED
    )
    head = dict(zip(values(cleaned, 9), tags_of(cleaned)[2:][1::2], strict=False))
    assert (2, NO_GUID) in head.values()
    assert "$CUSTOMPROPERTY" not in head


@FORMS
def test_times_become_the_same_for_everybody(written) -> None:
    cleaned = scrubbed(written(drawing(header=PROPERTIES)))
    assert [float(str(value)) for value in values(cleaned, 40)] == [2440587.5, 0.0]


@FORMS
def test_a_menu_keeps_its_name_and_loses_its_directories(written) -> None:
    cleaned = scrubbed(written(drawing(header=PROPERTIES)))
    assert "acad" in values(cleaned, 1)


# fmt: off
CARRIERS: list[tuple[str, str, list[Tag], int, str]] = [
    ("image", "objects", [(0, "IMAGEDEF"), (1, HOME + "\\logo.png"), (10, 3.0)], 1, "logo.png"),
    ("image posix", "objects", [(0, "IMAGEDEF"), (1, "/Users/quillfeather/l.png")], 1, "l.png"),
    ("mounted", "objects", [(0, "PDFDEFINITION"), (1, "/data/quillfeather/a.pdf")], 1, "a.pdf"),
    ("printer", "objects", [(0, "LAYOUT"), (2, "\\\\quillfeather\\HP 9000")], 2, "HP 9000"),
    ("plotter", "objects", [(0, "PLOTSETTINGS"), (2, HOME + "\\a3.pc3")], 2, "a3.pc3"),
    ("plot style", "objects", [(0, "LAYOUT"), (7, HOME + "\\mono.ctb")], 7, "mono.ctb"),
    ("font", "tables", [(0, "STYLE"), (2, "A"), (3, HOME + "\\romans.shx")], 3, "romans.shx"),
    ("xref", "blocks", [(0, "BLOCK"), (1, HOME + "\\site.dwg"), (0, "ENDBLK")], 1, "site.dwg"),
    ("render", "objects", [(0, "MATERIAL"), (3, HOME + "\\oak.jpg")], 3, "oak.jpg"),
    ("link", "objects", [(0, "DATALINK"), (302, "DBQ=" + HOME + "\\b.xlsx")], 302, "DBQ=b.xlsx"),
    ("mail", "entities", [(0, "POINT"), (1000, "to q@quillfeather.example")], 1000, "to [e-mail]"),
    ("link to a page", "entities", [(0, "POINT"), (1000, HOME + "\\a.htm")], 1000, "a.htm"),
    ("record", "objects", [(0, "XRECORD"), (5, "3A"), (300, HOME + "\\x.lin")], 300, "x.lin"),
    ("unknown", "objects", [(0, "NOBODY_KNOWS"), (301, HOME + "\\y")], 301, "y"),
    ("layer property", "entities", [(0, "POINT"), (6, HOME + "\\z")], 6, "z"),
    ("key", "objects", [(0, "DICTIONARY"), (3, HOME + "\\logo.png"), (350, "3A")], 3, "logo.png"),
    ("field", "objects", [(0, "FIELD"), (1, "AcVar"), (2, "\\AcVar Author"), (1, PERSON)], 1, ""),
    (
        *("login", "objects"),
        [(0, "FIELD"), (1, "AcVar"), (2, "$(getvar,loginname)"), (301, PERSON)],
        *(301, ""),
    ),
    (
        *("file name", "objects"),
        [(0, "FIELD"), (1, "AcVar"), (2, "\\AcVar Filename"), (1, HOME + "\\a.dwg")],
        *(1, "a.dwg"),
    ),

]  # fmt: skip


@FORMS
@pytest.mark.parametrize(
    ("name", "place", "tags", "code", "left"),
    CARRIERS,
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_hidden_string_keeps_what_the_drawing_needs(
    written, name, place, tags, code, left
) -> None:
    data = written(drawing(**{place: tags}))
    assert b"quillfeather" in data
    cleaned = scrubbed(data)
    assert b"quillfeather" not in cleaned
    assert left in values(cleaned, code)
    before, after = tags_of(data), tags_of(cleaned)
    assert [known for known, _ in before] == [known for known, _ in after]
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


@FORMS
def test_properties_of_old_releases_are_emptied_where_they_lie(written) -> None:
    record: list[Tag] = [
        *((0, "XRECORD"), (5, "6B"), (330, "6A"), (100, "AcDbXrecord"), (1, "DWGPROPS COOKIE")),
        *((2, "A title"), (4, "Wilhelmina Brandywine"), (8, PERSON), (300, "Checker=Tuckborough")),
        *((40, 0.75), (41, 2458532.15), (42, 2458533.25), (90, 3)),
    ]
    cleaned = scrubbed(written(drawing(version="AC1015", objects=record)))
    assert b"Brandywine" not in cleaned
    assert b"Tuckborough" not in cleaned
    tags = tags_of(cleaned)
    at = tags.index((1, "DWGPROPS COOKIE"))
    assert [str(value) for _, value in tags[at + 1 : at + 5]] == ["", "", "", "="]
    assert [float(str(value)) for _, value in tags[at + 5 : at + 8]] == [0.0, 2440587.5, 2440587.5]


@FORMS
def test_comments_the_preview_and_what_follows_the_end_are_cut(written) -> None:
    preview = section("THUMBNAILIMAGE", (90, 4), (310, b"\x28\x00\x00\x00"))
    tags = drawing(entities=[(999, "made by quillfeather"), (0, "POINT"), (10, 1.0)], more=preview)
    data = written([(999, "for quillfeather"), *tags]) + b"quillfeather's own notes"
    cleaned = scrubbed(data)
    assert b"quillfeather" not in cleaned
    assert b"THUMBNAILIMAGE" not in cleaned
    assert tags_of(cleaned) == tags_of(written(drawing(entities=[(0, "POINT"), (10, 1.0)])))
    assert {found.category for found in findings(data)} == {
        Category.COMMENT,
        Category.PREVIEW,
        Category.HISTORY,
    }


def test_a_comment_between_a_property_and_its_value_goes_with_it() -> None:
    pair = [(9, "$CUSTOMPROPERTYTAG"), (1, "Engineer"), (9, "$CUSTOMPROPERTY")]
    data = text(drawing(header=[*pair, (999, "by quillfeather"), (1, "Quillfeather")]))
    assert tags_of(scrubbed(data)) == tags_of(text(drawing()))


@FORMS
def test_words_of_the_sheet_stay_and_are_reported(written) -> None:
    entities: list[Tag] = [
        *((0, "TEXT"), (5, "30"), (10, 1.0), (1, "DRAWN BY: J. Brandywine")),
        *((0, "ATTRIB"), (5, "31"), (1, "Wilhelmina Brandywine"), (2, "CHECKED_BY")),
        *((0, "MTEXT"), (5, "32"), (3, "E-mail: \\Lwilhel"), (1, "mina@brandywine.example}")),
    ]
    data = written(drawing(entities=entities))
    cleaned = scrubbed(data)
    assert cleaned == data
    found = findings(data)
    assert told(found, Action.REVIEW) == {
        "J. Brandywine",
        "Wilhelmina Brandywine",
        "wilhelmina@brandywine.example",
    }
    assert {finding.where for finding in found} == {
        f"handle {number}, model space" for number in (30, 31, 32)
    }


@FORMS
def test_words_of_the_sheet_are_replaced_when_asked_for(written) -> None:
    entities: list[Tag] = [
        *((0, "MTEXT"), (3, "Ask \\Lwilhel"), (1, "mina@brandywine.example today")),
        *((0, "TEXT"), (1, "or g@brandywine.example or h@brandywine.example")),
        *((0, "TEXT"), (1, "or g@brandywine.example or h@brandywine.example")),
        *((0, "POINT"), (1001, "PDM"), (1000, "g@brandywine.example")),
    ]
    profile = Profile("strict", frozenset({Category.EMAIL}))
    cleaned = scrubbed(written(drawing(entities=entities)), profile)
    assert b"brandywine" not in cleaned
    assert "Ask \\L[e-mail]" in values(cleaned, 3)
    assert " today" in values(cleaned, 1)
    assert values(cleaned, 1).count("or [e-mail] or [e-mail]") == 2


def test_a_span_that_holds_braces_is_not_kept_silently_when_it_is_to_go() -> None:
    entities: list[Tag] = [(0, "MTEXT"), (1, "{\\fArial;wilhel}mina@brandywine.example")]
    data = text(drawing(entities=entities))
    assert scrubbed(data) == data
    profile = Profile("strict", frozenset({Category.EMAIL}))
    cleaned, report = engine.scrub(data, profile)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "cannot-redact-content"
    assert told(findings(data, profile), Action.REVIEW) == {"wilhelmina@brandywine.example"}


@FORMS
def test_a_removed_name_is_cut_from_hidden_strings_and_reported_where_people_read_it(
    written,
) -> None:
    data = written(
        drawing(
            header=variable("$LASTSAVEDBY", 1, PERSON),
            tables=[(0, "LAYER"), (2, "0-QUILLFEATHER"), (70, 0)],
            entities=[
                *((0, "TEXT"), (8, "0-QUILLFEATHER"), (1, "Quillfeather")),
                *((0, "POINT"), (1001, "PDM"), (1000, "checked out by quillfeather")),
            ],
            objects=[
                (0, "DICTIONARY"),
                (3, "quillfeather"),
                (350, "3A"),
                (3, "entry"),
                (350, "3B"),
            ],
        )
    )
    cleaned = scrubbed(data)
    assert "checked out by " in [str(value).rstrip() + " " for value in values(cleaned, 1000)]
    assert values(cleaned, 3)[-2:] == ["entry_2", "entry"]
    assert values(cleaned, 8) == values(data, 8)
    assert "Quillfeather" in told(findings(data), Action.REVIEW)


def test_a_removed_name_is_found_however_it_is_escaped() -> None:
    data = text(
        drawing(
            version="AC1015",
            header=variable("$LASTSAVEDBY", 1, "Zażółć"),
            entities=[
                (0, "POINT"),
                (1001, "PDM"),
                (1000, "by Za\\U+017C\\U+00F3\\U+0142\\U+0107!"),
            ],
        ),
        "cp1250",
    ).replace(b"ANSI_1252", b"ANSI_1250")
    assert b"by !" in scrubbed(data)


def test_paths_are_cut_after_escapes_and_double_byte_letters() -> None:
    tags = drawing(
        version="AC1015",
        page="ANSI_932",
        objects=[
            *((0, "IMAGEDEF"), (1, "C:\\Users\\表示\\表.png")),
            *((0, "IMAGEDEF"), (1, "C:\\Users\\Zo\\U+00EB\\na\\U+00EFve.png")),
        ],
    )
    cleaned = scrubbed(text(tags, "cp932"))
    assert "表.png".encode("cp932") in cleaned
    assert b"na\\U+00EFve.png" in cleaned
    assert "表示".encode("cp932") not in cleaned
    assert b"Zo" not in cleaned


def test_what_a_program_installed_stays() -> None:
    objects: list[Tag] = [(0, "LAYOUT"), (2, "C:\\Program Files\\CAD\\DWG To PDF.pc3")]
    data = text(drawing(objects=objects))
    assert scrubbed(data) == data


def test_a_relative_reference_stays_and_is_reported() -> None:
    data = text(drawing(objects=[(0, "IMAGEDEF"), (1, ".\\Brandywine\\logo.png")]))
    assert scrubbed(data) == data
    assert told(findings(data), Action.REVIEW) == {".\\Brandywine\\logo.png"}


def test_the_maker_of_a_class_stays() -> None:
    classes = section("CLASSES", (0, "CLASS"), (1, "WIPEOUT"), (3, "Tool|tools@maker.example"))
    data = text(drawing(more=classes))
    assert scrubbed(data) == data
    assert told(findings(data), Action.KEPT) == {"tools@maker.example"}


def test_the_place_on_earth_is_reported_unless_it_is_the_default() -> None:
    header = [*variable("$LATITUDE", 40, 54.0), *variable("$LONGITUDE", 40, -122.394)]
    geodata: list[Tag] = [(0, "GEODATA"), (10, 12.5), (20, 54.25)]
    data = text(drawing(header=header, objects=geodata))
    assert scrubbed(data) == data
    assert told(findings(data), Action.REVIEW) == {"54", "12.5, 54.25"}


def test_embedded_documents_and_macros_are_reported() -> None:
    data = text(
        drawing(
            entities=[(0, "OLE2FRAME"), (310, b"\x80\x55")],
            objects=[(0, "VBA_PROJECT"), (310, b"x")],
        )
    )
    assert {found.category for found in findings(data)} == {Category.ATTACHMENT, Category.SCRIPT}


@FORMS
def test_the_date_of_a_solid_is_overwritten_across_chunks(written) -> None:
    body = (
        b"ACIS BinaryFile\x01\x02\x07\x10Autodesk AutoCAD\x07\x18Tue Mar 17 18:32:56 2015\x06"
        + bytes(40)
    )
    pieces: list[Tag] = [(310, body[:50]), (310, body[50:60]), (310, body[60:])]
    store = section(
        "ACDSDATA", (0, "ACDSRECORD"), (320, "2F"), (2, "ASM_Data"), (94, len(body)), *pieces
    )
    cleaned = scrubbed(written(drawing(more=store)))
    after = b"".join(
        value if isinstance(value, bytes) else bytes.fromhex(str(value))
        for value in values(cleaned, 310)
    )
    assert after == body.replace(b"Tue Mar 17 18:32:56 2015", b"Thu Jan 01 00:00:00 1970")


def test_the_date_in_a_masked_text_body_is_reported_and_stays() -> None:
    masked = "".join(
        chr(159 - ord(one)) if one != " " else one for one in "24 Tue Mar 17 18:32:56 2015"
    )
    data = text(drawing(version="AC1015", entities=[(0, "3DSOLID"), (70, 1), (1, masked)]))
    assert scrubbed(data) == data
    assert told(findings(data), Action.KEPT) == {"Tue Mar 17 18:32:56 2015"}


def test_custom_properties_in_hexadecimal_are_understood() -> None:
    blob = "Peregrin Tuckborough".encode("utf-16-le").hex()
    header = [*variable("$CUSTOMPROPERTYTAG", 1, "Owner"), *variable("$CUSTOMPROPERTY", 1, blob)]
    data = text(drawing(header=header))
    assert "Peregrin Tuckborough" in told(findings(data), Action.REMOVED)
    assert blob.encode() not in scrubbed(data)


def made_by_ezdxf(version: str, form: str) -> bytes:
    document: Drawing = ezdxf.new(version, setup=True)
    document.header["$LASTSAVEDBY"] = PERSON
    document.header.custom_vars.append("Drawn by", "Wilhelmina Brandywine")
    space = document.modelspace()
    space.add_line((0, 0), (10, 5.5))
    space.add_circle((1, 2), 3.25)
    space.add_text("DRAWN BY: J. Brandywine").set_placement((1, 1))
    space.add_polyline2d([(0, 0), (1, 0), (1, 1)])
    if version != "R12":
        space.add_mtext("Zo\u00eb " * 100)
        space.add_lwpolyline([(0, 0), (1, 0, 0.5), (1, 1)])
        image = document.add_image_def(HOME + "\\logo.png", (32, 32))
        space.add_image(image, (1, 1), (2, 2))
        space.add_hatch().paths.add_polyline_path([(0, 0), (1, 0), (1, 1)])
        space.add_linear_dim(base=(0, 2), p1=(0, 0), p2=(3, 0)).render()
    if form == "bin":
        raw = io.BytesIO()
        document.write(raw, fmt="bin")
        return raw.getvalue()
    stream = io.StringIO(newline="\r\n")
    document.write(stream)
    return document.encode(stream.getvalue())


@pytest.mark.parametrize("form", ["asc", "bin"])
@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2010", "R2013", "R2018"])
def test_another_reader_finds_every_entity_unchanged(version: str, form: str) -> None:
    data = made_by_ezdxf(version, form)
    cleaned = scrubbed(data)
    for secret in (PERSON, "Wilhelmina"):
        assert secret.encode() not in cleaned
    before, after = tags_of(data), tags_of(cleaned)
    start = before.index((0, "ENDSEC")), after.index((0, "ENDSEC"))
    changed = [
        (old, new)
        for old, new in zip(before[start[0] :], after[start[1] :], strict=True)
        if old != new
    ]
    paths = [] if version == "R12" else [((1, HOME + "\\logo.png"), (1, "logo.png"))]
    assert [pair for pair in changed if pair[0][0] == 1] == paths
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned


def test_cleaning_twice_changes_nothing_and_gives_the_same_bytes() -> None:
    data = text(drawing(header=PROPERTIES))
    cleaned = scrubbed(data)
    assert handler.plan(cleaned, PROFILE).edits == ()
    assert scrubbed(cleaned) == cleaned
    assert scrubbed(data) == cleaned


@FORMS
@pytest.mark.parametrize("cut", [1, 7, 40, 200, 201, 202, 203, 204])
def test_a_cut_off_drawing_is_refused(written, cut: int) -> None:
    data = written(drawing(header=PROPERTIES))
    with pytest.raises(UnreadableError):
        handler.plan(data[: -cut - len(b"EOF\r\n")], PROFILE)


@pytest.mark.parametrize(
    "tags",
    [
        [(0, "SECTION"), (2, "HEADER"), (0, "EOF")],
        [(0, "SECTION"), (2, "HEADER"), (0, "SECTION"), (2, "TABLES"), (0, "ENDSEC"), (0, "EOF")],
        [(0, "LINE"), (10, 1.0), (0, "EOF")],
        [(5, "1"), (0, "SECTION"), (2, "HEADER"), (0, "ENDSEC"), (0, "EOF")],
        [(8, "a/b"), (0, "EOF")],
        [(0, "SECTION"), (2, "HEADER"), (1072, "x"), (0, "ENDSEC"), (0, "EOF")],
        [(0, "SECTION"), (2, "HEADER"), (0, "ENDSEC")],
    ],
)
def test_a_drawing_that_is_none_is_refused(tags: list[Tag]) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(text(tags), PROFILE)


@pytest.mark.parametrize(
    "tail", [b"", b"\x00", b"AB", b"\x00\x00SECTION", b"\xff", b"\xff\xe7\x03"]
)
def test_a_binary_drawing_without_a_whole_tag_is_refused(tail: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(b"AutoCAD Binary DXF\r\n\x1a\x00" + tail, PROFILE)


BASE = text(drawing(header=PROPERTIES, objects=[(0, "IMAGEDEF"), (1, HOME + "\\a.png")]))
TWIN = binary(drawing(header=PROPERTIES, objects=[(0, "IMAGEDEF"), (1, HOME + "\\a.png")]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.sampled_from([BASE, TWIN]),
    st.integers(0, len(BASE)),
    st.binary(max_size=6),
    st.integers(0, 6),
)
@example(BASE, 0, b"", 0)
@example(TWIN, 22, b"\xff", 1)
def test_damage_is_cleaned_or_refused_and_nothing_else(
    base: bytes, at: int, put: bytes, taken: int
) -> None:
    data = base[:at] + put + base[at + taken :]
    try:
        plan = handler.plan(data, PROFILE)
    except RedactionError:
        return
    cleaned = handler.apply(data, plan)
    try:
        assert handler.prove(data, cleaned, plan)
    except UnreadableError:
        return  # the oracle reads to the end, the plan only to what it must: refused as well
    assert not handler.plan(cleaned, PROFILE).changes


@pytest.mark.parametrize(
    "body",
    [
        b"  5\nFF\n" * 250_000,
        b"  0\nPOINT\n  1\n\\\\U+\\U+\n" * 15_000,
        b"  0\nPOINT\n" * 200_000,
        b"  1\n" + b"\\" * 150_000 + b"\n",
        b"  0\nMTEXT\n  1\n" + b"{\\f" * 50_000 + b"\n",
        b"  0\nDICTIONARY\n" + b"  3\nC:\\Users\\a\\b\n" * 15_000,
    ],
)
def test_reading_takes_no_longer_than_the_file_is_long(body: bytes) -> None:
    head = b"  0\nSECTION\n  2\nENTITIES\n  0\nPOINT\n"
    data = head + body + b"  0\nENDSEC\n  0\nEOF\n"
    assert_cpu_seconds(4, lambda: handler.plan(data, PROFILE))
