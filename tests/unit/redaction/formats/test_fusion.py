"""Fusion archives: people are overwritten in the design's streams, shapes and names stay."""

import json
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from redaction import engine, members, registry
from redaction.carriers import native_streams
from redaction.errors import NotFaithfulError, RedactionError
from redaction.formats import fusion
from redaction.model import Action, Category, Profile
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN, unzipped, zipped

PROFILE = Profile()
ASSET = "FusionAssetName[Active]"
DESIGN = f"{ASSET}/Design1/BulkStream.dat"
SHAPE = f"{ASSET}/Breps.BlobParts/BREP.1.smb"
MATERIALS = f"{ASSET}/ProteinAssets.BlobParts/ProteinAsset.1.protein"
PREVIEW = f"{ASSET}/Previews/small.png"
CANVAS = f"{ASSET}/Images.BlobParts/canvas.jpg"
SAVED = b"Thu May  2 07:08:09 2024"


def counted(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def settings(**values: str) -> bytes:
    text = json.dumps(values).encode()
    return struct.pack("<I", len(text)) + text


def shape() -> bytes:
    return b"ASM BinaryFile4" + bytes(20) + b"\x07\x18" + SAVED + b"\x06" + b"geometry" * 90


def materials(texture: str = "steel.png") -> bytes:
    xml = f"<root><string name='texture'>{texture}</string></root>"
    return zipped({"core.xml": xml, "A/AssetData/Instance.bin": b"\x01\x02" * 90})


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def archive(extra: dict[str, bytes] | None = None) -> bytes:
    """Return a design whose author is named wherever Fusion could name one."""
    path = f"{HOME}gearbox\\shaft.f3d"
    return zipped(
        {
            f"{ASSET}/": b"",
            "Manifest.dat": counted("Fusion Document") + bytes(8),
            "Properties.dat": settings(partNumber="4711", designer=CANARY),
            "ComponentReferenceData.json": b"{}",
            DESIGN: b"\x03\0\0\0"
            + counted(path)
            + bytes(4)
            + b"numbers" * 20
            + counted("Rod")
            + counted(LOGIN),
            SHAPE: shape(),
            MATERIALS: materials(),
            PREVIEW: picture(),
            CANVAS: packages.photograph(),
        }
        | (extra or {})
    )


def scrubbed(data: bytes, profile: Profile = PROFILE) -> dict[str, bytes]:
    cleaned, report = engine.scrub(data, profile)
    assert cleaned is not None, report.reason
    return unzipped(cleaned)


def test_shapes_and_names_stay_and_the_preview_shows_nothing() -> None:
    before, after = unzipped(archive()), scrubbed(archive())
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {
        *("Properties.dat", DESIGN, PREVIEW, CANVAS)
    }
    assert after[PREVIEW] == native_streams.EMPTY_PNG
    assert CANARY.encode() not in after[CANVAS]


def test_settings_lose_names_and_keep_their_length() -> None:
    who = {"createdBy": "Zoë \\ Roe", "QAApproval": "Zoë Roe", "author": " "}
    said = settings(partNumber="4711", description="bracket", **who)
    after = scrubbed(archive({"Properties.dat": said}))["Properties.dat"]
    assert len(after) == len(said)
    assert after[:4] == said[:4]
    left = json.loads(after[4:])
    assert left["partNumber"] == "4711"
    assert left["description"] == "bracket"
    assert not any(left[name].strip() for name in who)


def test_a_path_loses_the_home_and_keeps_what_the_design_is_found_by() -> None:
    before, after = unzipped(archive())[DESIGN], scrubbed(archive())[DESIGN]
    assert len(after) == len(before)
    assert "gearbox\\shaft.f3d".encode("utf-16-le") in after
    assert LOGIN.encode("utf-16-le") not in after
    (asked,) = [
        f
        for f in engine.inspect(archive(), PROFILE).findings
        if f.carrier == "F3D.path" and f.action is Action.REVIEW
    ]
    for profile in (
        Profile("strict", frozenset({Category.PATH})),
        Profile(redact_findings=frozenset({asked.id})),
    ):
        assert "gearbox".encode("utf-16-le") not in scrubbed(archive(), profile)[DESIGN]


def test_materials_are_packed_anew_only_if_they_tell_of_somebody() -> None:
    assert scrubbed(archive())[MATERIALS] == unzipped(archive())[MATERIALS]
    telling = materials(f"{HOME}steel.png")
    after = scrubbed(archive({MATERIALS: telling}))[MATERIALS]
    parts = unzipped(after)
    assert parts["A/AssetData/Instance.bin"] == b"\x01\x02" * 90
    assert b"steel.png" in parts["core.xml"]
    assert LOGIN.encode() not in parts["core.xml"]


def test_a_picture_among_the_materials_is_cleaned_by_its_own_handler() -> None:
    packed = zipped({"core.xml": "<root/>", "A/wood.jpg": packages.photograph()})
    after = unzipped(scrubbed(archive({MATERIALS: packed}))[MATERIALS])
    assert CANARY.encode() not in after["A/wood.jpg"]
    assert after["A/wood.jpg"].startswith(b"\xff\xd8")


def test_other_parts_that_fusion_wrote_are_streams_like_the_rest() -> None:
    mesh = f"{ASSET}/Meshes.BlobParts/MESH.1.pmesh"
    kept = b"\x01triangles" * 30
    after = scrubbed(archive({mesh: kept}))
    assert after[mesh] == kept
    telling = kept + counted(f"{HOME}scan.obj") + kept
    after = scrubbed(archive({mesh: telling}))
    assert len(after[mesh]) == len(telling)
    assert LOGIN.encode("utf-16-le") not in after[mesh]


def test_the_time_of_a_shape_and_places_in_the_cloud_are_told() -> None:
    place = "urn:adsk.wipprod:dm.lineage:AbC123"
    data = archive({"Manifest.dat": counted(place) + b"\0" + b"urn:adsk.x:y"})
    found = engine.scrub(data, PROFILE)[1].findings
    told = {(f.carrier, f.action, f.value) for f in found}
    assert ("F3D.cloud", Action.REVIEW, place) in told
    assert ("F3D.cloud", Action.REVIEW, "urn:adsk.x:y") in told
    assert ("F3D.shape", Action.KEPT, "time of a shape") in told


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"Properties.dat": b"\x05\0\0\0{no}!"}, "unreadable"),
        ({"Properties.dat": b"\xff\xfe"}, "unreadable"),
        ({MATERIALS: b"no archive"}, "unreadable"),
        ({f"{ASSET}/tool.exe": b"MZ" + bytes(100)}, "member-refused"),
        ({DESIGN: zlib.compress(f"{HOME}a.f3d".encode("utf-16-le") * 9)}, "opaque-stream"),
    ],
)
def test_what_cannot_be_read_or_searched_is_refused(extra: dict[str, bytes], code: str) -> None:
    cleaned, report = engine.scrub(archive(extra), PROFILE)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == code


@pytest.mark.parametrize("name", [SHAPE, DESIGN, MATERIALS, PREVIEW, "Properties.dat"])
def test_a_changed_part_is_not_faithful(name: str) -> None:
    handler = members.handler_of("f3d", registry.load)
    data = archive()
    plan = handler.plan(data, PROFILE)
    cleaned = unzipped(handler.apply(data, plan))
    content = cleaned[name]
    cleaned[name] = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(RedactionError):  # a damaged package cannot be looked into
        handler.prove(data, zipped(cleaned), plan)
    with pytest.raises(NotFaithfulError):
        fusion.prove(data, zipped(cleaned), plan)
    del cleaned[name]
    with pytest.raises(NotFaithfulError):
        fusion.prove(data, zipped(cleaned), plan)
