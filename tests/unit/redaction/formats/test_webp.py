"""WebP: chunks that tell of people are cut, the picture is the same bytes and pixels."""

from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from redaction import engine, sniff
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.fidelity import pixels
from redaction.formats import webp as handler
from redaction.model import Edit, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
XMP = f"<x><dc:creator>{CANARY}</dc:creator></x>".encode()


def picture(frames: int = 1, mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    images = [Image.linear_gradient("L").resize((24, 16)).convert(mode) for _ in range(frames)]
    for number, image in enumerate(images):
        image.paste(Image.new(image.mode, (8, 8), 90 * number).getpixel((0, 0)), (0, 0, 8, 8))
    images[0].save(out, "WEBP", save_all=frames > 1, append_images=images[1:], **options)
    return out.getvalue()


def planted(data: bytes, kind: bytes, body: bytes) -> bytes:
    """Return ``data`` with one more chunk at its end."""
    whole = data + kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def tags(orientation: int = 1) -> Image.Exif:
    known = Image.Exif()
    known[0x013B], known[0x0112] = CANARY, orientation
    return known


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert sniff.identify(picture()).name == "webp"
    assert not promise.plan(picture(), PROFILE).changes
    assert handler.apply(picture(exif=tags()), Plan()) == picture(exif=tags())


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_exif_and_xmp_are_gone_and_told(mode: str, lossless: bool) -> None:
    data = picture(mode=mode, lossless=lossless, exif=tags(), xmp=XMP)
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert {chunk.type for chunk in handler.chunks(cleaned)}.isdisjoint({b"EXIF", b"XMP "})
    assert CANARY in {found.value for found in handler.plan(data, PROFILE).findings}
    assert Image.open(BytesIO(cleaned)).tobytes() == Image.open(BytesIO(data)).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_still_turned(orientation: int) -> None:
    cleaned = scrubbed(picture(exif=tags(orientation), xmp=XMP))
    assert pixels.orientation(pixels.opened(cleaned, "WEBP")) == orientation
    assert b"Quillfeather" not in cleaned


def test_every_frame_of_an_animation_stays() -> None:
    cleaned = scrubbed(picture(3, exif=tags(), duration=40))
    assert Image.open(BytesIO(cleaned)).n_frames == 3


def test_what_stands_beside_the_picture_of_a_frame_is_gone() -> None:
    data = picture(2, duration=40)
    frame = next(chunk for chunk in handler.chunks(data) if chunk.type == b"ANMF")
    body = frame.content(data) + b"note" + (4).to_bytes(4, "little") + b"Jane"
    longer = data[: frame.start] + b"ANMF" + len(body).to_bytes(4, "little") + body
    whole = longer + data[frame.end :]
    whole = whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]
    assert scrubbed(whole) == data


def test_the_colour_profile_stays() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    cleaned = scrubbed(picture(icc_profile=profile, exif=tags()))
    assert Image.open(BytesIO(cleaned)).info["icc_profile"] == profile


@pytest.mark.parametrize("kind", [b"C2PA", b"abcd", b"XMP "])
def test_every_other_chunk_is_gone_and_told(kind: bytes) -> None:
    data = planted(picture(), kind, b"Quillfeather!")
    assert handler.plan(data, PROFILE).findings
    assert scrubbed(data) == picture()


def test_what_follows_the_end_is_gone() -> None:
    assert scrubbed(picture() + b"cropped away: Quillfeather") == picture()


@pytest.mark.parametrize("keep", [9, 14, 30, -4])
def test_half_a_picture_never_looks_whole(keep: int) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(picture()[:keep], PROFILE)


def test_a_file_without_a_picture_is_refused() -> None:
    with pytest.raises(UnreadableError):
        handler.chunks(planted(b"RIFF\x04\x00\x00\x00WEBP", b"EXIF", b"abcd"))


def test_a_changed_picture_is_not_faithful() -> None:
    data = picture(exif=tags())
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, cleaned + b"a", plan)
    at = handler.chunks(data)[1].body + 20
    worse = Plan(edits=(Edit(at, at + 1, bytes((data[at] ^ 255,))),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, worse), worse)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 120), st.binary(min_size=1, max_size=4))
@example(4, b"\xff\xff\xff\xff")
@example(12, b"EXIF")
@example(20, b"\xff")
def test_whatever_stands_in_a_picture_it_is_cleaned_or_refused(at: int, noise: bytes) -> None:
    data = picture(exif=tags(6), xmp=XMP)
    data = data[:at] + noise + data[at + len(noise) :]
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes
