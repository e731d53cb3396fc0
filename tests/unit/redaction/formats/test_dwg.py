"""DWG: names are overwritten where they stand, every object keeps its place and checksum."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import (
    EncryptedError,
    NotFaithfulError,
    RedactionError,
    ResidueError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.formats import dwg as handler
from redaction.formats import dwg_packing
from redaction.formats.dwg_paths import relative
from redaction.formats.dwg_streams import Drawing
from redaction.model import Action, Category, Edit, FormatHandler, Plan, Profile, patched
from redaction.report import Status
from redaction.sniff import identify
from redaction.unsupported import DwgError
from tests.effort import assert_cpu_seconds
from tests.unit.redaction.formats.dwg_coded_drawings import coded
from tests.unit.redaction.formats.dwg_drawings import (
    HOME,
    PERSON,
    container,
    plain,
    record,
    stream,
    string,
)

PROFILE = Profile()
SECRETS = (PERSON, "Brandywine", "brandywine", "Tuckborough")
CONTAINERS = [b"AC1018", b"AC1024", b"AC1027", b"AC1032"]
CODED = b"AC1021"
PLAIN = [b"AC1012", b"AC1014", b"AC1015"]
RELEASES = pytest.mark.parametrize("version", [*CONTAINERS, CODED, *PLAIN])


def made(version: bytes, bodies: list[str] | None = None) -> bytes:
    if version == CODED:
        return coded(bodies)
    return (container if version in CONTAINERS else plain)(version, bodies)


def is_wide(version: bytes) -> bool:
    return version >= CODED


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert len(cleaned) == len(data)
    return cleaned


def told(data: bytes, action: Action) -> set[str]:
    return {found.value for found in handler.plan(data, PROFILE).findings if found.action is action}


def shown(data: bytes) -> str:
    """Return every byte of every stream as text, narrow and wide."""
    streams = [data, *Drawing(data).streams.values()]
    return " ".join(
        one.decode(codec, "replace")
        for one in streams
        for codec in ("latin-1", "utf-16-le")
        for one in (one, one[1:])
    )


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert promise.plan(container(), PROFILE).changes


@pytest.mark.parametrize("version", [*CONTAINERS, CODED])
def test_properties_history_files_and_preview_tell_nobody(version: bytes) -> None:
    data = made(version)
    cleaned = scrubbed(data)
    for secret in (*SECRETS, "title block", "2021-05-06", "A1B2"):
        assert secret in shown(data)
        assert secret not in shown(cleaned)
    assert "Autodesk AutoCAD 2013" in shown(cleaned)
    assert "logo.png" in shown(cleaned)
    assert "C:\\Windows\\FONTS\\" in shown(cleaned)
    assert {PERSON, "Wilhelmina Brandywine", "Peregrin Tuckborough"} <= told(data, Action.REMOVED)


@RELEASES
@pytest.mark.parametrize("shift", range(8))
def test_a_path_in_an_object_keeps_its_name_and_length_at_any_bit(
    version: bytes, shift: int
) -> None:
    wide = is_wide(version)
    body = "1" * shift + string(HOME + "logo.png", wide) + stream(b"geometry")
    data = made(version, ["1100", body, "0011"])
    cleaned = scrubbed(data)
    before, after = Drawing(data).objects(), Drawing(cleaned).objects()
    assert before.stretches == after.stretches
    assert all(after.sound(stretch) for stretch in after.stretches)
    first, path, last = before.stretches
    for stretch in (first, last):
        assert (
            before.stream[stretch.start : stretch.end] == after.stream[stretch.start : stretch.end]
        )
    assert before.stream[path.start : path.end] != after.stream[path.start : path.end]
    bits = bin(int.from_bytes(b"\x01" + after.stream[path.start : path.end], "big"))[3:]
    relocated = string(".\\" * (len(HOME) // 2) + "\\" * (len(HOME) % 2) + "logo.png", wide)
    assert relocated in bits
    assert stream(b"geometry") in bits


@RELEASES
def test_properties_in_a_record_are_overwritten(version: bytes) -> None:
    tags = [
        *((1, "DWGPROPS COOKIE"), (2, "Bracket"), (4, "Wilhelmina Brandywine"), (8, PERSON)),
        *((300, "Checked=Tuckborough"), (40, 0.5), (41, 2459000.5), (90, 7)),
    ]
    data = made(version, ["101" + record(tags, is_wide(version))])
    cleaned = scrubbed(data)
    assert all(secret not in shown(cleaned) for secret in SECRETS)
    assert "Wilhelmina Brandywine" in told(data, Action.REMOVED)
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned


@pytest.mark.parametrize(
    "path", ["C:\\Users\\jane\\a.png", "\\\\srv\\HP", "/home/jane/a.png", "C:\\Users\\jane"]
)
def test_a_path_becomes_as_long_a_way_to_nowhere(path: str) -> None:
    short = relative(path)
    assert short is not None
    assert len(short) == len(path)
    assert "jane" not in short
    assert "srv" not in short
    assert relative(short) is None


@pytest.mark.parametrize("path", ["C:\\Windows\\Fonts\\a.ttf", "logo.png", ".\\.\\logo.png"])
def test_a_path_that_tells_nothing_stays(path: str) -> None:
    assert relative(path) is None


@RELEASES
def test_a_second_cleaning_changes_nothing(version: bytes) -> None:
    data = made(version, [string(HOME + "a.png", is_wide(version))])
    cleaned = scrubbed(data)
    assert handler.plan(cleaned, PROFILE).edits == ()
    assert scrubbed(cleaned) == cleaned
    assert scrubbed(data) == cleaned


def test_what_stands_between_and_behind_pages_is_emptied() -> None:
    left = PERSON.encode("utf-16-le")
    data = container(slack=left, behind_names=left)
    assert data.count(left) > 10
    cleaned = scrubbed(data)
    assert left not in cleaned
    names = Drawing(cleaned).streams.keys()
    assert names == Drawing(data).streams.keys()


@pytest.mark.parametrize("version", CONTAINERS)
def test_a_removed_name_that_an_object_says_is_no_clean_file(version: bytes) -> None:
    wide = is_wide(version)
    data = container(version, ["101" + string("drawn by " + PERSON, wide)])
    plan = handler.plan(data, PROFILE)
    with pytest.raises(ResidueError):
        handler.prove(data, handler.apply(data, plan), plan)


@RELEASES
def test_a_change_that_was_not_planned_is_no_proof(version: bytes) -> None:
    data = made(version, [string(HOME + "a.png", is_wide(version)), "1100"])
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    for at in range(6, len(cleaned), 401):
        tampered = cleaned[:at] + bytes([cleaned[at] ^ 1]) + cleaned[at + 1 :]
        with pytest.raises(RedactionError):
            handler.prove(data, tampered, plan)


def test_a_plan_that_changes_another_stream_is_no_proof() -> None:
    data = container(extra={"AcDb:Classes": b"classes of the drawing"})
    drawing = Drawing(data)
    edits = tuple(drawing.edits({"AcDb:Classes": b"CLASSES OF THE DRAWING"}))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))


def test_a_plan_that_changes_a_plain_file_outside_objects_is_no_proof() -> None:
    data = plain()
    at = data.index(b"header variables")
    edits = (Edit(at, at + 1, b"H"),)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))


def test_a_changed_object_that_no_finding_names_is_no_proof() -> None:
    data = container(bodies=[string("nobody at all", True)])
    drawing = Drawing(data)
    objects = drawing.objects()
    new = bytearray(objects.stream)
    new[objects.stretches[0].start + 6] ^= 1
    edits = tuple(drawing.edits({drawing.body: bytes(new)}))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))


def test_macros_and_signatures_are_reported() -> None:
    data = container(extra={"AcDb:VBAProject": b"Sub x", "AcDb:Signature": b"PKCS"})
    categories = {found.category for found in handler.plan(data, PROFILE).findings}
    assert {Category.SCRIPT, Category.SIGNATURE} <= categories


def test_a_drawing_with_a_password_is_refused() -> None:
    with pytest.raises(EncryptedError):
        handler.plan(container(security=1), PROFILE)


@pytest.mark.parametrize("version", [b"AC1008", b"AC1022", b"AC1006"])
def test_other_releases_are_refused_with_what_to_send_instead(version: bytes) -> None:
    with pytest.raises(DwgError):
        identify(version + bytes(600))
    with pytest.raises(UnsupportedFormatError):
        handler.plan(version + bytes(600), PROFILE)


@RELEASES
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5])
def test_a_cut_off_drawing_is_refused(version: bytes, part: float) -> None:
    data = made(version)
    with pytest.raises(UnreadableError):
        handler.plan(data[: int(part * len(data))], PROFILE)


BASES = [container(), container(b"AC1018"), coded(), plain(bodies=[string(HOME + "a.png", False)])]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(BASES), st.integers(6, 6000), st.binary(min_size=1, max_size=4))
@example(BASES[0], 0x100, b"\x00")
def test_damage_is_cleaned_or_refused_and_nothing_else(base: bytes, at: int, put: bytes) -> None:
    at %= len(base)
    data = base[:at] + put + base[at + len(put) :]
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        assert handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(0, 40), st.integers(1, 300))
@example([], 0, 1)
@example([b"abcd"], 5, 260)
def test_packing_is_undone_by_unpacking(pieces: list[bytes], repeats: int, zeros: int) -> None:
    data = b"four" + b"".join(piece * (1 + repeats % 7) for piece in pieces) + bytes(zeros)
    data += b"".join(pieces[::-1])
    assert dwg_packing.unpacked(dwg_packing.packed(data), len(data)) == data


@pytest.mark.parametrize("size", [70_000, 20_000])
def test_far_matches_are_packed_and_unpacked(size: int) -> None:
    noise = bytes((at * at * 31 + at // 7) & 0xFF for at in range(size))
    data = b"a phrase that comes again" * 3 + noise + b"a phrase that comes again" + noise[:900]
    assert dwg_packing.unpacked(dwg_packing.packed(data), len(data)) == data


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_unpacking_anything_ends_within_its_size(data: bytes) -> None:
    with suppress(RedactionError):
        assert len(dwg_packing.unpacked(data, 1000)) <= 1000 + len(data)


def test_searching_takes_no_longer_than_the_drawing_is_long() -> None:
    data = plain() + b"C:\\\\\\" * 100_000
    assert_cpu_seconds(6, lambda: handler.plan(data, PROFILE))
