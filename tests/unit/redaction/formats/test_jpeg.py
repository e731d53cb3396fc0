"""JPEG: segments that tell of people are cut, the picture and how it stands are the same."""

from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from redaction import engine
from redaction.carriers import exif
from redaction.carriers.jpeg_segments import segments
from redaction.errors import NotFaithfulError, RedactionError, TooLargeError, UnreadableError
from redaction.fidelity import pixels
from redaction.formats import jpeg as handler
from redaction.model import Action, Category, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
XMP = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><dc:creator>%b</dc:creator></x:xmpmeta>"


def photograph(orientation: int = 1, icc: bytes = b"", exif_tags: bool = True) -> bytes:
    tags = Image.Exif()
    if exif_tags:
        tags[0x013B] = CANARY
        tags[0x0112] = orientation
        tags[0x9C9D] = (CANARY + "\x00").encode("utf-16-le")
        tags.get_ifd(0x8769)[0xA431] = "SN-4711-4711"
        tags.get_ifd(0x8825).update({1: "N", 2: (54.0, 54.0, 0.0)})
    out = BytesIO()
    picture = Image.linear_gradient("L").resize((24, 16)).convert("RGB")
    picture.save(out, "JPEG", exif=tags, icc_profile=icc or None, dpi=(300, 300))
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2, "big") + body


def planted(data: bytes, marker: int, body: bytes) -> bytes:
    """Return ``data`` with one more segment straight after its start."""
    return data[:2] + segment(marker, body) + data[2:]


def scrubbed(data: bytes) -> bytes:
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert promise.plan(photograph(), PROFILE).changes


def test_the_photographer_the_camera_and_the_place_are_gone_and_told() -> None:
    data = photograph()
    told = {found.carrier: found.value for found in handler.plan(data, PROFILE).findings}
    assert told["Exif.Artist"] == CANARY
    assert told["Exif.XPAuthor"] == CANARY
    assert told["Exif.BodySerialNumber"] == "SN-4711-4711"
    assert "Exif.GPSLatitude" in told
    assert CANARY.encode() not in scrubbed(data)
    assert b"Exif" not in scrubbed(data)


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xE1, XMP % CANARY.encode()),
        (0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + bytes(40) + CANARY.encode()),
        (0xE2, b"MPF\x00" + CANARY.encode()),
        (0xE2, b"FPXR\x00" + CANARY.encode()),
        (0xED, b"Photoshop 3.0\x008BIM\x1c\x02\x50\x00\x17" + CANARY.encode()),
        (0xEB, b"JP\x00\x01" + CANARY.encode()),
        (0xEC, b"Ducky" + CANARY.encode()),
        (0xE0, b"JFXX\x00\x10" + CANARY.encode()),
        (0xEE, b"Adobe" + bytes(7) + CANARY.encode()),
        (0xE5, CANARY.encode()),
        (0xFE, CANARY.encode()),
    ],
)
def test_every_other_segment_is_gone_and_told(marker: int, body: bytes) -> None:
    data = planted(photograph(exif_tags=False), marker, body)
    assert handler.plan(data, PROFILE).findings
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert not handler.plan(cleaned, PROFILE).changes


def test_a_by_line_and_an_xmp_creator_are_named() -> None:
    iptc = b"Photoshop 3.0\x008BIM\x1c\x02\x50\x00\x17" + CANARY.encode()
    data = planted(planted(photograph(), 0xED, iptc), 0xE1, XMP % CANARY.encode())
    told = {found.carrier: found.value for found in handler.plan(data, PROFILE).findings}
    assert told["IPTC.By-line"] == told["XMP.dc:creator"] == CANARY


def test_what_follows_the_end_is_gone() -> None:
    data = photograph() + b"MotionPhoto" + CANARY.encode()
    assert scrubbed(data).endswith(b"\xff\xd9")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_is_still_turned(orientation: int) -> None:
    cleaned = scrubbed(photograph(orientation))
    assert pixels.orientation(pixels.opened(cleaned, "JPEG")) == orientation
    assert (b"Exif" in cleaned) is (orientation != 1)
    assert not handler.plan(cleaned, PROFILE).changes


def test_an_orientation_that_only_xmp_states_is_kept() -> None:
    body = XMP.replace(b"<dc:creator>", b"<tiff:Orientation>6</tiff:Orientation><dc:creator>")
    cleaned = scrubbed(planted(photograph(exif_tags=False), 0xE1, body % CANARY.encode()))
    assert pixels.orientation(pixels.opened(cleaned, "JPEG")) == 6


def test_the_colours_stay_and_a_name_in_them_goes() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert profile in scrubbed(photograph(icc=profile))
    at = profile.index("sRGB built-in".encode("utf-16-be"))
    name = "Jane's iMac".encode("utf-16-be")
    owned = profile[:at] + name + profile[at + len(name) :]
    cleaned = scrubbed(photograph(icc=owned))
    assert name not in cleaned
    assert len(Image.open(BytesIO(cleaned)).info["icc_profile"]) == len(owned)


def test_resolution_and_colour_transform_stay() -> None:
    cleaned = scrubbed(photograph())
    assert Image.open(BytesIO(cleaned)).info["jfif_density"] == (300, 300)
    adobe = planted(photograph(), 0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x00")
    assert b"Adobe" in scrubbed(adobe)


def test_a_thumbnail_in_the_first_segment_is_gone() -> None:
    body = b"JFIF\x00\x01\x02\x01\x01\x2c\x01\x2c\x01\x01" + b"\x99\x98\x97"
    data = planted(photograph(exif_tags=False), 0xE0, body)
    assert b"\x99\x98\x97" not in scrubbed(data)


def test_a_clean_picture_is_left_alone() -> None:
    cleaned = scrubbed(photograph())
    assert handler.apply(cleaned, Plan()) == cleaned
    assert not handler.plan(cleaned, PROFILE).findings


def test_the_engine_believes_it() -> None:
    cleaned, report = engine.scrub(photograph(6), PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert {proof.oracle for proof in report.oracles} == {"bytes", "pixels"}


@pytest.mark.parametrize("keep", [3, 40, 300, -2, -1])
def test_half_a_picture_never_looks_whole(keep: int) -> None:
    data = photograph()
    with pytest.raises(UnreadableError):
        scrubbed(data[:keep])


def test_bytes_between_segments_are_refused() -> None:
    data = photograph()
    with pytest.raises(UnreadableError):
        segments(data[:2] + b"hidden" + data[2:])


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    data = photograph()
    frame = data.index(b"\xff\xc0")
    flood = data[: frame + 5] + b"\xff\xff\xff\xff" + data[frame + 9 :]
    with pytest.raises(TooLargeError):
        handler.plan(flood, PROFILE)


def test_a_changed_picture_is_noticed() -> None:
    data = photograph()
    plan = handler.plan(data, PROFILE)
    cleaned = bytearray(handler.apply(data, plan))
    cleaned[-40] ^= 0x10
    with pytest.raises(NotFaithfulError):
        handler.prove(data, bytes(cleaned), plan)


def test_a_lost_table_is_noticed_even_where_the_plan_asks_for_it() -> None:
    data = photograph()
    table = next(part for part in segments(data) if part.marker == 0xDB)
    plan = handler.plan(data, PROFILE)
    edit = type(plan.edits[0])(table.start, table.end, b"")
    worse = Plan(plan.findings, tuple(sorted([*plan.edits, edit])))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, worse), worse)


def test_an_upside_down_picture_is_noticed() -> None:
    data = photograph(6)
    plan = handler.plan(data, PROFILE)
    minimal = exif.SIGNATURE + exif.minimal(6)
    edits = tuple(
        type(edit)(
            edit.start,
            edit.end,
            edit.replacement.replace(minimal, exif.SIGNATURE + exif.minimal(3)),
        )
        for edit in plan.edits
    )
    worse = Plan(plan.findings, edits)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, worse), worse)


@given(body=st.binary(max_size=400), marker=st.sampled_from([0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE]))
@example(body=exif.SIGNATURE, marker=0xE1)
@example(body=exif.SIGNATURE + b"MM\x00\x2a\xff\xff\xff\xff", marker=0xE1)
@example(body=exif.SIGNATURE + b"II\x2a\x00\x08\x00\x00\x00\xff\xff", marker=0xE1)
@example(body=b"ICC_PROFILE\x00", marker=0xE2)
@example(body=b"", marker=0xFE)
def test_hostile_segments_are_cut_or_refused_and_never_crash(body: bytes, marker: int) -> None:
    data = planted(photograph(exif_tags=False), marker, body)
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        assert not handler.plan(cleaned, PROFILE).changes
    except RedactionError:
        pass


def test_findings_say_what_was_done() -> None:
    findings = handler.plan(photograph(), PROFILE).findings
    assert {found.action for found in findings} == {Action.REMOVED}
    assert {Category.PERSON, Category.LOCATION, Category.IDENTIFIER} <= {
        found.category for found in findings
    }
