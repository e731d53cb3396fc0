"""HEIC and AVIF: what tells of people is overwritten, coded pictures are the same bytes."""

import struct
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from redaction import engine, sniff
from redaction.errors import (
    NotFaithfulError,
    RedactionError,
    TooLargeError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.formats import heif as handler
from redaction.model import Edit, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
XMP = f"<x><dc:creator>{CANARY}</dc:creator></x>".encode()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def tags() -> Image.Exif:
    known = Image.Exif()
    known[0x013B] = CANARY
    return known


def exif() -> bytes:
    return struct.pack(">I", 6) + b"Exif\x00\x00" + tags().tobytes().removeprefix(b"Exif\x00\x00")


def avif(**options: object) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((32, 16)).convert("RGB").save(out, "AVIF", **options)
    return out.getvalue()


def picture(
    *items: tuple[bytes, bytes],
    more: bytes = b"",
    properties: bytes = b"",
    gap: bytes = b"",
    inside: bytes = b"",
    method: int = 0,
    name: bytes = b"",
) -> bytes:
    """Return a picture whose ``items`` (type, bytes) lie one after the other in one box."""
    ftyp = box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic")

    def meta(at: int) -> bytes:
        places = struct.pack(">HH", 0x4400, len(items))
        infos = struct.pack(">IH", 0, len(items))
        for number, (kind, content) in enumerate(items, 1):
            places += struct.pack(">HHHHII", number, method, 0, 1, at, len(content))
            at += len(content)
            typed = b"application/rdf+xml\x00" if kind == b"mime" else b""
            infos += box(
                b"infe",
                b"\x02\x00\x00\x00",
                struct.pack(">HH4s", number, 0, kind),
                name,
                b"\x00",
                typed,
            )
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8) + b"pict" + bytes(12) + b"camera of Jane\x00"),
            box(b"pitm", struct.pack(">IH", 0, 1)),
            box(b"iinf", infos),
            box(b"iprp", box(b"ipco", box(b"ispe", bytes(12)), properties), box(b"ipma", bytes(8))),
            inside,
            box(b"iloc", b"\x01\x00\x00\x00", places),
        )

    data = box(b"mdat", *(content for _, content in items), gap)
    return ftyp + meta(len(ftyp) + len(meta(0)) + 8) + data + more


CODED = (b"hvc1", bytes(range(200)))


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def told(data: bytes) -> set[str]:
    return {found.value for found in handler.plan(data, PROFILE).findings}


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert sniff.identify(picture(CODED)).name == "heif"
    assert promise.apply(picture(CODED), Plan()) == picture(CODED)


def test_a_clean_picture_comes_out_byte_for_byte() -> None:
    clean = scrubbed(picture(CODED))
    assert not handler.plan(clean, PROFILE).changes
    assert b"Jane" not in clean


def test_exif_and_xmp_are_overwritten_in_their_place_and_told() -> None:
    data = picture(CODED, (b"Exif", exif()), (b"mime", XMP), name=b"by Jane")
    cleaned = scrubbed(data)
    assert len(cleaned) == len(data)
    assert b"Quillfeather" not in cleaned
    assert b"Jane" not in cleaned
    assert CODED[1] in cleaned
    assert CANARY in told(data)


def test_what_is_left_of_exif_is_an_empty_block() -> None:
    cleaned = scrubbed(picture(CODED, (b"Exif", exif())))
    block = cleaned[cleaned.index(b"Exif\x00\x00MM") :]
    read = Image.Exif()
    read.load(block)
    assert dict(read) == {0x0112: 1}


def test_a_real_picture_decodes_to_the_same_pixels() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = avif(exif=tags(), xmp=XMP, icc_profile=profile)
    cleaned = scrubbed(data)
    before, after = Image.open(BytesIO(data)), Image.open(BytesIO(cleaned))
    assert b"Quillfeather" not in cleaned
    assert before.tobytes() == after.tobytes()
    assert after.info["icc_profile"] == profile
    assert 0x013B not in after.getexif()


@pytest.mark.parametrize("kind", [b"uuid", b"mpvd", b"skip", b"free"])
def test_boxes_beside_the_picture_are_gone(kind: bytes) -> None:
    behind = picture(CODED, more=box(kind, b"film by Quillfeather"))
    assert scrubbed(behind) == scrubbed(picture(CODED))
    before = picture(CODED, inside=box(kind, b"film by Quillfeather"))
    assert b"Quillfeather" not in scrubbed(before)


@pytest.mark.parametrize("kind", [b"udes", b"crtt", b"uuid", b"abcd"])
def test_properties_that_only_tell_are_gone(kind: bytes) -> None:
    cleaned = scrubbed(picture(CODED, properties=box(kind, b"by Quillfeather")))
    assert b"Quillfeather" not in cleaned
    assert box(b"free", bytes(15)) in cleaned


def test_items_of_other_kinds_and_gaps_are_overwritten() -> None:
    data = picture(CODED, (b"uri ", b"by Quillfeather"), gap=b"by Brandywine")
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert b"Brandywine" not in cleaned


def test_a_picture_in_jpeg_is_cleaned_where_it_lies() -> None:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", exif=tags())
    data = picture((b"jpeg", out.getvalue()))
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert CANARY in told(data)


def test_a_picture_may_lie_beside_its_list() -> None:
    inside = box(b"idat", CODED[1], b"by Quillfeather")
    data = picture(CODED, inside=inside, method=1)
    at = data.index(struct.pack(">HHHH", 1, 1, 0, 1)) + 8
    cleaned = scrubbed(data[:at] + bytes(4) + data[at + 4 :])
    assert CODED[1] in cleaned
    assert b"Quillfeather" not in cleaned


@pytest.mark.parametrize(
    "data",
    [
        picture(CODED)[:-10],
        picture(CODED)[:60],
        picture(),
        picture(CODED, inside=box(b"pitm", bytes(6))),
        picture(CODED).replace(b"iloc", b"ilok"),
        picture(CODED).replace(b"\x02\x00\x00\x00\x00\x01", b"\x01\x00\x00\x00\x00\x01"),
        box(b"ftyp", b"heic\x00\x00\x00\x00") + box(b"mdat"),
    ],
)
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(data, PROFILE)


def test_an_item_inside_a_picture_is_refused() -> None:
    data = picture(CODED, (b"Exif", exif()))
    at = data.index(struct.pack(">HHHH", 2, 0, 0, 1)) + 8
    start = int.from_bytes(data[at : at + 4], "big") - 4
    with pytest.raises(UnreadableError):
        handler.plan(data[:at] + struct.pack(">I", start) + data[at + 4 :], PROFILE)


@pytest.mark.parametrize(
    "data",
    [
        picture(CODED, more=box(b"moov", bytes(8))),
        picture(CODED, inside=box(b"ipro", bytes(8))),
        picture(CODED, method=2),
        b"abcd",
    ],
)
def test_films_and_protected_pictures_are_refused(data: bytes) -> None:
    with pytest.raises((UnsupportedFormatError, UnreadableError)):
        handler.plan(data, PROFILE)


def test_too_many_rooms_are_refused() -> None:
    with pytest.raises(TooLargeError):
        handler.plan(picture(CODED, more=box(b"mdat") * 100), PROFILE)


def test_a_changed_picture_is_not_faithful() -> None:
    data = picture(CODED, (b"Exif", exif()))
    plan = handler.plan(data, PROFILE)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, plan) + b"a", plan)
    for place in (CODED[1], b"ispe", b"pitm"):
        at = data.index(place) + len(place) - 1
        worse = Plan(edits=(Edit(at, at + 1, b"\xee"),))
        with pytest.raises((NotFaithfulError, UnreadableError)):
            handler.prove(data, handler.apply(data, worse), worse)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 500), st.binary(min_size=1, max_size=4))
@example(24, b"\x00\x00\x00\x01")
@example(24, b"\x00\x00\x00\x00")
@example(150, b"\xff\xff")
def test_whatever_stands_in_a_picture_it_is_cleaned_or_refused(at: int, noise: bytes) -> None:
    data = picture(CODED, (b"Exif", exif()), (b"mime", XMP))
    data = data[:at] + noise + data[at + len(noise) :]
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


def test_many_items_take_no_more_than_linear_time() -> None:
    data = picture(CODED, *[(b"uri ", b"x")] * 20_000)
    assert_cpu_seconds(5, lambda: engine.scrub(data, PROFILE))
