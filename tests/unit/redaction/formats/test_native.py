"""Native CAD files: people are overwritten in their place, and not one byte moves."""

import struct
import zlib

import pytest

from redaction import engine
from redaction.carriers import compound_file, imploded, imploding, native_streams
from redaction.errors import (
    ActiveContentError,
    EncryptedError,
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    UnsupportedFormatError,
)
from redaction.formats import cfb, rhino, rhino_chunks, solidworks
from redaction.model import Action, Category, FormatHandler, Profile
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN, chunked, compound, mfc, model
from tests.unit.redaction.formats.test_containers import inventor, sldprt

PROFILE = Profile()
ZLB = bytes.fromhex("231dd571da8148a2a85898b21b89ef99")
HANDLERS: list[tuple[FormatHandler, bytes]] = [
    (cfb, inventor()),
    (solidworks, sldprt()),
    (rhino, model()),
]


def solidworks_2014(**streams: bytes) -> bytes:
    return compound({"_MO_VERSION_7000/History": b"x", "Contents/Config-0": b"g"} | streams)


def content_of(data: bytes, name: str) -> bytes:
    (stream,) = [s for s in compound_file.read(data).streams if s.name == name]
    return stream.content(data)


@pytest.mark.parametrize(("handler", "data"), HANDLERS)
def test_a_changed_byte_outside_the_plan_is_not_faithful(
    handler: FormatHandler, data: bytes
) -> None:
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    at = cleaned.rindex(b"geometry" if handler is not solidworks else b"docProps"[:0] or b"time")
    tampered = cleaned[:at] + bytes([cleaned[at] ^ 1]) + cleaned[at + 1 :]
    with pytest.raises((NotFaithfulError, RedactionError)):
        handler.prove(data, tampered, plan)


def test_nothing_moves_in_a_compound_file() -> None:
    data = inventor()
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None
    assert len(cleaned) == len(data)
    read = compound_file.read(cleaned)
    assert not any(any(cleaned[start:end]) for start, end in (*read.unused, *read.times))
    assert content_of(cleaned, "RSeStorage/RSeDb") == b"geometry" * 600
    assert "b.ipt".encode("utf-16-le") in content_of(cleaned, "UFRxDoc")
    assert {proof.oracle for proof in report.oracles} == {"allowed-diff", "members"}


def test_users_who_saved_a_part_are_blanked_wherever_they_stand_alone() -> None:
    header = b"moHeader_c su_CStringArray\x02\0" + mfc("tobias") + mfc(LOGIN) + mfc("Front plane")
    data = solidworks_2014(**{"Header2": header, "Contents/Definition": b"env" + mfc("tobias")})
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None, report.reason
    assert mfc("Front plane") in content_of(cleaned, "Header2")
    assert "tobias".encode("utf-16-le") not in cleaned
    assert ("users", "tobias") in {(f.carrier.split(".")[1], f.value) for f in report.findings}


def test_accounts_of_nobody_stay_and_short_names_go() -> None:
    accounts = mfc("Administrator") + mfc("HP")
    header = b"moHeader_c su_CStringArray\x03\0" + accounts + mfc("xo")
    data = solidworks_2014(**{"Header2": header, "Contents/Definition": b"env" + mfc("xo")})
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None, report.reason
    assert accounts + mfc("  ") in content_of(cleaned, "Header2")
    assert content_of(cleaned, "Contents/Definition") == b"env" + mfc("  ")


def test_a_name_in_an_added_programs_data_goes_if_it_is_a_string_of_its_own() -> None:
    header = b"moHeader_c su_CStringArray\x01\0" + mfc(LOGIN)
    books = {"ThirdPty/Machining": b"tool 4\0\0" + LOGIN.encode("utf-16-le") + bytes(4)}
    report = engine.scrub(solidworks_2014(Header2=header, **books), PROFILE)[1]
    assert report.reason is not None
    assert report.reason.code == "foreign-stream"
    strings = {"ThirdPty/Machining": b"tool 4" + mfc(LOGIN) + b"feed 90" + mfc(LOGIN)}
    cleaned = engine.scrub(solidworks_2014(Header2=header, **strings), PROFILE)[0]
    assert cleaned is not None
    blank = mfc(" " * len(LOGIN))
    after = content_of(cleaned, "ThirdPty/Machining")
    assert after == b"tool 4" + blank + b"feed 90" + blank
    quiet = {"ThirdPty/Machining": b"tool 4" + mfc(f"{HOME}tools.xml")}
    assert engine.scrub(solidworks_2014(Header2=header, **quiet), PROFILE)[0] is not None


def test_directories_behind_a_home_stay_for_references_and_are_shown() -> None:
    path = f"{HOME}gearbox\\b.ipt"
    reference = struct.pack("<I", len(path)) + path.encode("utf-16-le") + bytes(4)
    data = compound({"UFRxDoc": reference, "RSeStorage/RSeDb": b"geometry" * 600})
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None, report.reason
    assert "\\Documents\\gearbox\\b.ipt".encode("utf-16-le") in content_of(cleaned, "UFRxDoc")
    (told,) = [found for found in report.findings if found.action is Action.REVIEW]
    assert (told.category, told.value) == (Category.PATH, "Documents\\gearbox\\")
    asked = Profile("strict", frozenset({Category.PATH}))
    chosen = Profile(redact_findings=frozenset({told.id}))
    for profile in (asked, chosen):
        cleaned, report = engine.scrub(data, profile)
        assert cleaned is not None, report.reason
        assert "gearbox".encode("utf-16-le") not in content_of(cleaned, "UFRxDoc")
        assert Action.REVIEW not in {found.action for found in report.findings}


def test_addresses_in_the_streams_of_a_model_are_shown_for_review() -> None:
    noise = bytes(range(128, 256)) * 9
    texts = "ask jane.roe@example.com", "or John.Roe@Example.org, please"
    stream = noise + texts[0].encode() + noise + texts[1].encode("utf-16-le") + noise + b"a@b"
    found = engine.scrub(solidworks_2014(Notes=stream), PROFILE)[1].findings
    told = {f.value for f in found if f.action is Action.REVIEW}
    assert told == {"jane.roe@example.com", "John.Roe@Example.org"}


def test_in_records_of_who_saved_a_file_every_directory_goes() -> None:
    path = mfc("G:\\Hans Müller\\gearbox\\b.SLDPRT")
    names = ("_MO_VERSION_7000/Biography", "Contents/Definition")
    cleaned, report = engine.scrub(solidworks_2014(**dict.fromkeys(names, path)), PROFILE)
    assert cleaned is not None, report.reason
    gearbox = "gearbox".encode("utf-16-le")
    assert [gearbox in content_of(cleaned, name) for name in names] == [False, True]


def test_a_packed_stream_is_changed_in_its_place() -> None:
    xml = f'<swFile swPath="{HOME}b.SLDPRT"/>'.encode() * 3
    packed = zlib.compress(xml)
    stream = ZLB + struct.pack("<II", len(xml), len(packed)) + packed
    cleaned, report = engine.scrub(solidworks_2014(**{"swXml/Features__ZLB": stream}), PROFILE)
    assert cleaned is not None, report.reason
    after = content_of(cleaned, "swXml/Features__ZLB")
    assert (len(after), after[:24]) == (len(stream), stream[:24])
    text = zlib.decompressobj().decompress(after[24:])
    assert len(text) == len(xml)
    assert text.count(b"b.SLDPRT") == 3
    assert LOGIN.encode() not in text


def test_a_stream_of_old_releases_is_changed_in_its_place() -> None:
    words = f"{HOME}b.SLDPRT".encode() + bytes(4) + LOGIN.encode("utf-16-le")
    stream = imploding.imploded(b"geometry" * 40 + bytes(4) + words + bytes(2), b"\1\6")
    body = b"\0" + len(stream).to_bytes(4, "little") + stream
    streams = {"Contents/DisplayLists__Zip": stream, "Contents/Config-0-Body": body}
    cleaned, report = engine.scrub(solidworks_2014(**streams), PROFILE)
    assert cleaned is not None, report.reason
    for name, start in (("Contents/DisplayLists__Zip", 0), ("Contents/Config-0-Body", 5)):
        after = content_of(cleaned, name)
        assert (len(after), after[:start]) == (start + len(stream), body[:start])
        text, _ = imploded.exploded(after[start:], 10_000)
        assert text.startswith(b"geometry" * 40)
        assert text[324:].rstrip(b"\0 ").endswith(b"\\b.SLDPRT")
        assert LOGIN.encode("utf-16-le") not in text


def test_a_name_that_stays_inside_a_packed_stream_refuses_the_file() -> None:
    header = b"moHeader_c su_CStringArray\x01\0" + mfc(LOGIN)
    stream = imploding.imploded(f"made by {LOGIN}, tuesday".encode(), b"\0\4")
    data = solidworks_2014(Header2=header, **{"swXml/Notes__Zip": stream})
    report = engine.scrub(data, PROFILE)[1]
    assert report.reason is not None
    assert report.reason.code == "residue"


@pytest.mark.parametrize("start", [b"", struct.pack("<I", 1200)])
def test_a_preview_keeps_its_kind_and_shows_nothing(start: bytes) -> None:
    head = struct.pack("<IiiHHIIiiII", 40, 10, 10, 1, 24, 0, 0, 0, 0, 0, 0)
    data = solidworks_2014(
        Preview=start + head + b"\x07" * 300, PreviewPNG=b"\x89PNG\r\n\x1a\n" * 40
    )
    cleaned, _ = engine.scrub(data, PROFILE)
    assert cleaned is not None
    assert content_of(cleaned, "Preview") == start + head + b"\xff" * 300
    picture = content_of(cleaned, "PreviewPNG")
    assert picture.startswith(native_streams.EMPTY_PNG)
    assert not any(picture[len(native_streams.EMPTY_PNG) :])


def test_a_picture_of_a_sheet_is_the_drawing_and_told() -> None:
    data = solidworks_2014(**{"Images/Sheet_0": packages.photograph() * 0 + b"picture"})
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None
    assert content_of(cleaned, "Images/Sheet_0") == b"picture"
    assert Action.KEPT in {found.action for found in report.findings}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("VBA/dir", ActiveContentError),
        ("_VBA_PROJECT_CUR/VBA/dir", ActiveContentError),
        ("EncryptedPackage", EncryptedError),
        ("Contents/DisplayLists__Zip", OpaqueStreamError),
    ],
)
def test_what_cannot_be_searched_or_must_not_run_is_refused(
    name: str, error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        cfb.plan(solidworks_2014(**{name: b"\x01\x06packed"}), PROFILE)


def test_a_name_inside_a_longer_text_refuses_the_file() -> None:
    header = b"moHeader_c su_CStringArray\x01\0" + mfc(LOGIN)
    data = solidworks_2014(Header2=header, Notes=mfc(f"{LOGIN} made this"))
    report = engine.scrub(data, PROFILE)[1]
    assert report.reason is not None
    assert report.reason.code == "residue"


def test_a_stream_of_the_new_container_keeps_its_place_and_its_checksums() -> None:
    data = sldprt()
    cleaned, _ = engine.scrub(data, PROFILE)
    assert cleaned is not None
    assert len(cleaned) == len(data)
    for before, after in zip(solidworks.chunks(data), solidworks.chunks(cleaned), strict=True):
        assert (before.name, before.start, before.end) == (after.name, after.start, after.end)
        assert len(before.content) == len(after.content)
        crc = zlib.crc32(after.content).to_bytes(4, "little")
        places = (after.checksum_at, *after.listed_at)
        assert {cleaned[at : at + 4] for at in places} == {crc}
        assert len(places) == 2


def test_a_change_that_does_not_fit_refuses_the_file() -> None:
    # A path that repeats what stands before it packs to almost nothing; blanked, it does not.
    path = mfc(f"{HOME}b.SLDPRT")
    noise = bytes((number * 7919 >> 3) & 255 for number in range(200))
    data = chunked({"Contents/Config-0": noise + path, "Header2": b"x"})
    report = engine.scrub(data, PROFILE)[1]
    assert report.reason is None or report.reason.code == "opaque-stream"


@pytest.mark.parametrize("version", [4, 50, 70])
def test_a_model_keeps_its_objects_and_true_checksums(version: int) -> None:
    data = model(version=version)
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None, report.reason
    archive = rhino_chunks.read(cleaned)
    assert archive.end == len(cleaned)
    assert int.from_bytes(cleaned[-(8 if version >= 50 else 4) :], "little") == len(cleaned)
    kinds = [record.type for _, record in archive.records]
    assert 0x20008025 not in kinds
    (names,) = [r for _, r in archive.records if r.type == 0x20008021]
    assert zlib.crc32(cleaned[names.body : names.end - 4]) == int.from_bytes(
        cleaned[names.end - 4 : names.end], "little"
    )
    (thing,) = [r for _, r in archive.records if r.type == 0x20008070]
    inner = cleaned[thing.body + 6 : thing.end - 4]
    head = 12 if version >= 50 else 8
    assert zlib.crc32(inner[head:-4]) == int.from_bytes(inner[-4:], "little")
    assert cleaned[thing.end - 4 : thing.end] == zlib.crc32(b"direct").to_bytes(4, "little")
    assert "texture.png".encode("utf-16-le") in inner


def test_what_follows_the_end_of_a_model_is_gone() -> None:
    once, _ = engine.scrub(model(), PROFILE)
    cleaned, _ = engine.scrub(model() + CANARY.encode(), PROFILE)
    assert cleaned == once


def test_a_model_of_the_first_version_is_refused() -> None:
    with pytest.raises(UnsupportedFormatError):
        rhino.plan(model(version=1), PROFILE)
