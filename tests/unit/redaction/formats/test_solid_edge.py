"""Solid Edge files, made by rule: properties, previews, users, links are overwritten in place."""

import struct
import zlib
from uuid import UUID

import pytest

from redaction import engine
from redaction.carriers import compound_file
from redaction.carriers.property_sets import (
    NO_FILETIME,
    SOLID_EDGE_PROJECT,
    SOLID_EDGE_SUMMARY,
    SUMMARY,
)
from redaction.errors import MemberRefusedError
from redaction.formats import cfb
from redaction.model import Action, Category, Profile
from redaction.sniff import identify
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()
VERSIONS = UUID("1d60e652-7833-11d3-b83d-00c04f79b2c2")
EXTENDED = "\x05C3teagxwOttdbfkuIaamtae3Ie"
PROJECT = "\x05Rfunnyd1AvtdbfkuIaamtae3Ie"
SHEET = "JDraftViewerInfo/0"


def clip(pixels: bytes) -> bytes:
    """Return a preview as property sets keep it: a format of the clipboard and its bytes."""
    return struct.pack("<IIi", 0x47, len(pixels) + 4, -1) + pixels.ljust(-(-len(pixels) // 4) * 4)


def moniker(path: str) -> bytes:
    """Return a link to a file as OLE keeps it: the path in 8 bits, and again in UTF-16."""
    narrow = path.encode("latin-1") + b"\0"
    wide = path.encode("utf-16-le")
    ends = struct.pack("<HH", 0xFFFF, 0xDEAD) + bytes(20)
    counted = struct.pack("<IIH", len(wide) + 6, len(wide), 3)
    return struct.pack("<HI", 0, len(narrow)) + narrow + ends + counted + wide


def streams() -> dict[str, bytes]:
    sets = packages.property_set
    return {
        "\x05SummaryInformation": sets(
            SUMMARY.bytes_le, {4: packages.lpstr(CANARY), 12: packages.filetime()}
        ),
        EXTENDED: sets(
            SOLID_EDGE_SUMMARY.bytes_le,
            {
                2: packages.lpwstr("Solid Edge"),
                8: packages.lpwstr(LOGIN),
                10: clip(b"\x07" * 400),
                11: struct.pack("<II", 0x41, 40) + b"\x07" * 40,
            },
        ),
        PROJECT: sets(SOLID_EDGE_PROJECT.bytes_le, {2: packages.lpwstr("4711-A")}),
        "\x05Versions": sets(VERSIONS.bytes_le, {14: packages.lpwstr("Hans Müller")}),
        "BuildVersions": struct.pack("<8H", *range(8)),
        "PARASOLID/P1": b"geometry" * 700,
    }


def assembly(**more: bytes) -> bytes:
    """Return an assembly of one part, which lay in its author's home."""
    links = {"Attachments": bytes(16) + moniker(f"{HOME}gearbox\\shaft.par") + b"\x03\x03matrix"}
    return packages.compound(streams() | links | more, slack=CANARY.encode())


def draft() -> bytes:
    """Return a drawing whose sheet is kept as a packed picture as well."""
    sheet = {SHEET: zlib.compress(b"EMF picture" * 20), "JDraftDocumentInfo": b"\x3d\0"}
    return packages.compound(streams() | sheet)


def content_of(data: bytes, name: str) -> bytes:
    (stream,) = [s for s in compound_file.read(data).streams if s.name == name]
    return stream.content(data)


@pytest.mark.parametrize("name", ["BuildVersions", "JSitesList", "JDraftViewerInfo/x"])
def test_it_is_told_by_the_names_of_its_streams(name: str) -> None:
    assert identify(packages.compound({name: b"x", "other": b"y"})).name == "solidedge"


def test_properties_previews_and_links_are_overwritten_and_the_model_stays() -> None:
    data = assembly()
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None, report.reason
    assert len(cleaned) == len(data)
    for name in ("BuildVersions", "PARASOLID/P1", PROJECT):
        assert content_of(cleaned, name) == streams()[name]
    summary, extended = content_of(cleaned, "\x05SummaryInformation"), content_of(cleaned, EXTENDED)
    assert NO_FILETIME in summary
    assert "Solid Edge".encode("utf-16-le") in extended
    assert LOGIN.encode("utf-16-le") not in extended
    assert b"\x07" not in extended.partition(struct.pack("<I", 0x47))[2]
    links = content_of(cleaned, "Attachments")
    assert links.count(b"shaft.par") == 1
    assert "shaft.par".encode("utf-16-le") in links
    assert LOGIN.encode() not in links.replace(b"\0", b"")
    told = {(found.category, found.value) for found in report.findings}
    assert {(Category.PERSON, LOGIN), (Category.PERSON, "Hans Müller")} <= told
    assert {proof.oracle for proof in report.oracles} == {"allowed-diff", "members"}


def test_the_picture_of_a_sheet_is_the_drawing_and_told() -> None:
    cleaned, report = engine.scrub(draft(), PROFILE)
    assert cleaned is not None, report.reason
    assert content_of(cleaned, SHEET) == content_of(draft(), SHEET)
    assert [f.where for f in report.findings if f.action is Action.KEPT] == [SHEET]


def test_a_name_in_the_packed_picture_of_a_sheet_refuses_the_file() -> None:
    picture = zlib.compress(b"\x01" * 40 + LOGIN.encode("utf-16-le") + b"\x01" * 40)
    report = engine.scrub(packages.compound(streams() | {SHEET: picture}), PROFILE)[1]
    assert report.reason is not None
    assert report.reason.code == "residue"


@pytest.mark.parametrize("name", ["JSite1/WordDocument", "JSite1/Workbook", "JSite1/Package"])
def test_a_document_put_into_the_model_refuses_it(name: str) -> None:
    with pytest.raises(MemberRefusedError):
        cfb.plan(assembly(**{name: b"names of its own"}), PROFILE)
    assert cfb.plan(assembly(**{name: b""}), PROFILE).changes


def test_a_compound_file_of_an_unknown_kind_is_refused() -> None:
    report = engine.scrub(
        packages.compound({"\x05SummaryInformation": b"x", "Model": b"y"}), PROFILE
    )[1]
    assert report.reason is not None
    assert report.reason.code == "unsupported-native-cad"
