"""DWG 11 and 12: paths are cut in their records, people are reported, everything else stays."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import dwg as handler
from redaction.formats import dwg_old
from redaction.model import Action, Category, Edit, Plan, Profile, patched
from redaction.report import Status
from tests.unit.redaction.formats.dwg_drawings import crc16

HOME = "C:\\USERS\\QUILLF\\PLANS\\"
MAIL = "s.gamgee@example.com"
PLACES_BEGIN, HEADER_BYTES, ROW_BYTES = 0x14, 0x200, 70


def closed(data: bytes) -> bytes:
    return data + struct.pack("<H", crc16(data))


def entity(text: str) -> bytes:
    """Return a text entity: kind, flags, size, a place, and its length with its letters."""
    words = text.encode("cp1252")
    body = struct.pack("<2d", 1.5, -2.25) + struct.pack("<H", len(words)) + words + b"\x00\x01"
    return closed(struct.pack("<BBH", 7, 0, 4 + len(body) + 2) + body)


def row(name: str) -> bytes:
    """Return the row of a table: a name and a number."""
    return closed(
        (b"\x00" + name.encode("cp1252")).ljust(ROW_BYTES - 6, b"\x00") + b"\x07\x00\x01\x00"
    )


def old(texts: list[str], *, names: tuple[str, ...] = ("0",), between: bytes = bytes(16)) -> bytes:
    entities = b"".join(map(entity, texts))
    rows = b"".join(map(row, names))
    blocks = entity("a block")
    entities_at = HEADER_BYTES + 18
    rows_at = entities_at + len(entities) + len(between)
    blocks_at = rows_at + len(rows) + 16
    head = bytearray(HEADER_BYTES)
    head[:6] = b"AC1009"
    head[0x100:0x10A] = b"\x05variables"[:10]
    places = (entities_at, entities_at + len(entities), blocks_at, len(blocks) | 0x40000000)
    struct.pack_into("<4I", head, PLACES_BEGIN, *places)
    for at in (0x2C, 0x36, 0x40, 0x4A, 0x54):
        struct.pack_into("<HHHI", head, at, ROW_BYTES, 0, 0, rows_at)
    struct.pack_into("<HHHI", head, 0x36, ROW_BYTES, len(names), 0, rows_at)
    return closed(bytes(head)) + b"M" * 16 + entities + between + rows + bytes(16) + blocks


def scrubbed(data: bytes, profile: Profile | None = None) -> bytes:
    cleaned, report = engine.scrub(data, profile or Profile())
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert len(cleaned) == len(data)
    return cleaned


def test_a_drawing_that_names_nobody_stays_as_it_is() -> None:
    data = old(
        ["BREAK ALL SHARP EDGES", "M8x20", "see http://parts.example/a"], names=("0", "OUTLINE")
    )
    assert handler.plan(data, Profile()) == Plan()
    assert scrubbed(data) == data


@pytest.mark.parametrize("names", [("0",), ("0", HOME + "ISO.SHX")])
def test_paths_become_ways_to_nowhere_in_their_records(names: tuple[str, ...]) -> None:
    data = old([HOME + "FRAME", "R 7.5"], names=names)
    cleaned = scrubbed(data)
    assert b"QUILLF" not in cleaned
    assert b"FRAME" in cleaned
    assert b"R 7.5" in cleaned
    assert dwg_old.records(cleaned) == dwg_old.records(data)
    assert scrubbed(cleaned) == cleaned
    assert len(handler.plan(data, Profile()).edits) == len(names)


def test_who_is_named_is_reported_and_goes_if_asked() -> None:
    data = old(["ask " + MAIL + " now", "R 7.5"])
    plan = handler.plan(data, Profile())
    assert [(one.value, one.action) for one in plan.findings] == [(MAIL, Action.REVIEW)]
    assert plan.findings[0].where == f"byte {data.index(MAIL.encode())}"
    assert MAIL.encode() in scrubbed(data)
    cleaned = scrubbed(data, Profile(redact_content=frozenset({Category.EMAIL})))
    assert MAIL.encode() not in cleaned
    assert b"ask [e-mail]" in cleaned
    assert b" now" in cleaned
    changed = [at for at in range(len(data)) if data[at] != cleaned[at]]
    first, last = data.index(MAIL.encode()), data.index(MAIL.encode()) + len(MAIL)
    assert all(first <= at < last + 8 for at in changed)


@pytest.mark.parametrize("part", [0.05, 0.5, 0.9, 0.99])
def test_a_cut_off_drawing_is_refused(part: float) -> None:
    data = old(["M8x20"])
    with pytest.raises(UnreadableError):
        handler.plan(data[: int(part * len(data))], Profile())


def test_a_path_outside_every_record_is_refused() -> None:
    data = old(["M8x20"], between=b"\x00" + HOME.encode() + b"A.DWG\x00")
    cleaned, report = engine.scrub(data, Profile())
    assert cleaned is None
    assert report.status is Status.REFUSED


def test_any_spoilt_record_is_refused() -> None:
    data = old(["M8x20", "R 7.5"], names=("0", "OUTLINE"))
    for record in dwg_old.records(data):
        spoilt = data[: record.end - 1] + bytes((data[record.end - 1] ^ 1,)) + data[record.end :]
        with pytest.raises(UnreadableError):
            handler.plan(spoilt, Profile())


def test_a_change_outside_records_or_without_a_finding_is_no_proof() -> None:
    data = old([HOME + "FRAME", "R 7.5"])
    plan = handler.plan(data, Profile())
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, cleaned[:-1] + b"\x01", plan)
    inside = dwg_old.records(data)[1]
    other = closed(data[inside.start : inside.end].replace(b"R 7.5", b"R 9.5"))
    for edits in (
        (Edit(inside.start, inside.end + 2, other),),
        (Edit(HEADER_BYTES + 3, HEADER_BYTES + 4, b"N"),),
    ):
        with pytest.raises(NotFaithfulError):
            handler.prove(data, patched(data, edits), Plan(edits=edits))


BASE = old([HOME + "FRAME", "ask " + MAIL], names=("0", "OUTLINE"))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(6, len(BASE) - 1), st.binary(min_size=1, max_size=4))
@example(0x14, b"\xff\xff\xff\xff")
@example(0x36, b"\x01\x00")
@example(0x38, b"\xff\xff")
def test_damage_is_cleaned_or_refused_and_nothing_else(at: int, put: bytes) -> None:
    data = (BASE[:at] + put + BASE[at + len(put) :])[: len(BASE)]
    try:
        plan = handler.plan(data, Profile())
        cleaned = handler.apply(data, plan)
        assert handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, Profile()).changes
