"""Headers of a DWG: times become constant, removed values go, the checksum fits."""

import struct

import pytest

from redaction.errors import NotFaithfulError
from redaction.formats import dwg as handler
from redaction.formats.dwg_bits import Text, crc16
from redaction.formats.dwg_header import auxiliary, variables
from redaction.formats.dwg_streams import Drawing
from redaction.model import Action, Category, Finding, Plan, Profile, patched
from tests.unit.redaction.formats.dwg_coded_drawings import coded
from tests.unit.redaction.formats.dwg_drawings import bits, container, stream, string

NARROW, WIDE = Text(False, "cp1252"), Text(True, "utf-16-le")
MADE, SAVED, EDITED = (2_459_001, 36_000_000), (2_459_777, 70_000_123), (3, 4_567_890)
SITE = "http://brandywine.example"
BEGIN, END = b"\xcf\x7b" * 8, b"\x30\x84" * 8


def long(value: int) -> str:
    if value == 0:
        return "10"
    if value < 256:
        return "01" + bits(value, 8)
    return "00" + stream(struct.pack("<I", value))


def header(*, between: int, more: bool = False, text: str = "", shift: int = 3) -> bytes:
    """Return header variables with times ``shift`` bits off, closed by their checksum."""
    numbers = [*MADE, *SAVED, *range(7, 7 + between), *EDITED, 0, 0]
    body = "1" * shift + stream(b"LTSCALE") + "".join(map(long, numbers)) + stream(b"end") + text
    body += "0" * (-len(body) % 8)
    data = bytes(int(body[at : at + 8], 2) for at in range(0, len(body), 8))
    size = struct.pack("<I", len(data)) + (b"\x00" * 4 if more else b"")
    closed = size + data
    return BEGIN + closed + struct.pack("<H", crc16(closed)) + END


def as_bits(data: bytes) -> str:
    return "".join(format(byte, "08b") for byte in data)


@pytest.mark.parametrize("shift", range(8))
@pytest.mark.parametrize(("between", "more"), [(0, False), (3, False), (3, True)])
def test_times_become_constant_and_everything_else_stays(
    shift: int, between: int, more: bool
) -> None:
    data = header(between=between, more=more, shift=shift)
    new, found = variables(data, NARROW, between, ())
    assert [one.category for one in found] == [Category.TIME]
    expected = as_bits(data)
    for time, neutral in ((MADE, (2440588, 0)), (SAVED, (2440588, 0))):
        old = "".join(map(long, time))
        put = long(neutral[0]) + "00" + stream(struct.pack("<I", neutral[1]))
        assert old in expected
        expected = expected.replace(old, put)
    expected = expected.replace(
        "".join(map(long, EDITED)), "01" + bits(0, 8) + "00" + stream(bytes(4))
    )
    end = 8 * (len(data) - len(END) - 2)
    assert as_bits(new)[:end] == expected[:end]
    stored = struct.unpack_from("<H", new, len(new) - len(END) - 2)[0]
    assert crc16(new[16 : -len(END) - 2]) == stored
    assert variables(new, NARROW, between, ()) == (new, [])


@pytest.mark.parametrize("text", [NARROW, WIDE])
def test_a_removed_value_that_the_header_repeats_goes(text: Text) -> None:
    data = header(between=3, text=string(SITE, text.wide))
    removed = (Finding("DWG.hyperlink_base", Category.HOST, Action.REMOVED, SITE),)
    new, found = variables(data, text, 3, removed)
    assert Category.HOST in {one.category for one in found}
    assert stream(SITE.encode(text.shape)) in as_bits(data)
    assert stream(SITE.encode(text.shape)) not in as_bits(new)
    assert string(" " * len(SITE), text.wide) in as_bits(new)


@pytest.mark.parametrize("damage", [20, 40])
def test_a_header_whose_checksum_is_wrong_is_left_alone(damage: int) -> None:
    data = header(between=3)
    damaged = data[:damage] + bytes((data[damage] ^ 1,)) + data[damage + 1 :]
    assert variables(damaged, NARROW, 3, ()) == (damaged, [])
    assert variables(b"short", NARROW, 3, ()) == (b"short", [])


def test_the_auxiliary_header_repeats_no_time() -> None:
    data = b"\xff\x77\x01" + bytes(20) + struct.pack("<4I", *MADE, *SAVED) + b"\x43\x02" + bytes(9)
    new, found = auxiliary(data)
    assert [one.category for one in found] == [Category.TIME]
    assert new == data[:23] + struct.pack("<4I", 2440588, 0, 2440588, 0) + data[39:]
    assert auxiliary(new) == (new, [])
    assert auxiliary(b"\x01" * 40) == (b"\x01" * 40, [])


FILES = {
    "2018": lambda extra: container(extra=extra),
    "2007": lambda extra: coded(extra=extra),
}


@pytest.mark.parametrize("release", FILES)
def test_headers_of_a_file_are_cleaned_and_proved(release: str) -> None:
    data = FILES[release]({"AcDb:Header": header(between=3)})
    plan = handler.plan(data, Profile())
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    assert "DWG.Header.time" in {one.carrier for one in plan.findings}
    assert struct.pack("<I", MADE[0]) not in Drawing(cleaned).streams["AcDb:Header"]


def test_a_plan_that_changes_more_of_a_header_is_no_proof() -> None:
    data = container(extra={"AcDb:Header": header(between=3)})
    held = Drawing(data).streams["AcDb:Header"]
    new, _ = variables(held, WIDE, 3, ())
    changed = new.replace(new[30:32], bytes((new[30] ^ 1, new[31])), 1)
    edits = tuple(Drawing(data).edits({"AcDb:Header": changed}))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))
