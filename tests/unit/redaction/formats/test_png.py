"""PNG: chunks that tell of people are cut, the picture is the same chunks and pixels."""

import zlib
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from redaction import engine
from redaction.carriers import exif
from redaction.errors import NotFaithfulError, RedactionError, TooLargeError, UnreadableError
from redaction.fidelity import pixels
from redaction.formats import png as handler
from redaction.model import Edit, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
RED = (255, 0, 0)


def picture(mode: str = "RGB", frames: int = 1, **options: object) -> bytes:
    out = BytesIO()
    images = [
        Image.linear_gradient("L").resize((24 + 0 * n, 16)).convert(mode) for n in range(frames)
    ]
    for number, image in enumerate(images):
        image.paste(number, (0, 0, 4, 4))
    images[0].save(out, "PNG", save_all=frames > 1, append_images=images[1:], **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def planted(data: bytes, kind: bytes, body: bytes) -> bytes:
    """Return ``data`` with one more chunk straight after its header."""
    return data[:33] + chunk(kind, body) + data[33:]


def scrubbed(data: bytes) -> bytes:
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert not promise.plan(picture(), PROFILE).changes


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"tEXt", b"Author\x00" + CANARY.encode()),
        (b"zTXt", b"Author\x00\x00" + zlib.compress(CANARY.encode())),
        (b"iTXt", b"Author\x00\x00\x00de\x00Autor\x00" + CANARY.encode()),
        (b"iTXt", b"Author\x00\x01\x00de\x00Autor\x00" + zlib.compress(CANARY.encode())),
        (
            b"iTXt",
            b"XML:com.adobe.xmp\x00\x00\x00\x00\x00<dc:creator>%b</dc:creator>" % CANARY.encode(),
        ),
    ],
)
def test_who_is_named_in_a_text_is_gone_and_told(kind: bytes, body: bytes) -> None:
    data = planted(picture(), kind, body)
    assert CANARY in {found.value for found in handler.plan(data, PROFILE).findings}
    assert kind not in scrubbed(data)


@pytest.mark.parametrize("kind", [b"tIME", b"eXIf", b"caBX", b"prVt", b"dSIG", b"sPLT", b"hIST"])
def test_every_other_chunk_is_gone_and_told(kind: bytes) -> None:
    data = planted(picture(), kind, b"Quillfeather")
    assert handler.plan(data, PROFILE).findings
    assert scrubbed(data) == picture()


def test_exif_is_read_before_it_goes() -> None:
    tags = Image.Exif()
    tags[0x013B] = CANARY
    told = {f.carrier: f.value for f in handler.plan(picture(exif=tags), PROFILE).findings}
    assert told["Exif.Artist"] == CANARY


def test_what_follows_the_end_is_gone() -> None:
    assert scrubbed(picture() + b"cropped away: Quillfeather") == picture()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_still_turned(orientation: int) -> None:
    tags = Image.Exif()
    tags[0x013B] = CANARY
    tags[0x0112] = orientation
    cleaned = scrubbed(picture(exif=tags))
    assert pixels.orientation(pixels.opened(cleaned, "PNG")) == orientation
    assert not handler.plan(cleaned, PROFILE).changes
    assert b"Quillfeather" not in cleaned


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_picture_stays_as_it_is(mode: str) -> None:
    image = Image.linear_gradient("L").resize((24, 16)).convert(mode)
    out = BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    assert scrubbed(planted(out.getvalue(), b"tIME", bytes(7))) == out.getvalue()


def test_every_frame_of_an_animation_stays() -> None:
    data = picture(frames=3, duration=40)
    plan = handler.plan(data, PROFILE)
    assert not plan.changes
    proofs = handler.prove(data, data, plan)
    assert proofs[1].compared == 3 * 24 * 16


def test_the_name_of_a_colour_profile_is_the_same_for_everybody() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = picture(icc_profile=profile)
    named = data.replace(b"ICC Profile", b"Quillfeather")
    start = data.index(b"iCCP") - 4
    size = int.from_bytes(data[start : start + 4], "big")
    body = b"Quillfeather" + data[start + 8 : start + 8 + size].removeprefix(b"ICC Profile")
    named = data[:start] + chunk(b"iCCP", body) + data[start + 12 + size :]
    cleaned = scrubbed(named)
    assert b"Quillfeather" not in cleaned
    assert Image.open(BytesIO(cleaned)).info["icc_profile"] == profile
    assert not handler.plan(cleaned, PROFILE).changes


@pytest.mark.parametrize("keep", [9, 40, -4, -12, -20])
def test_half_a_picture_never_looks_whole(keep: int) -> None:
    with pytest.raises(UnreadableError):
        scrubbed(picture()[:keep])


def test_a_wrong_checksum_is_refused() -> None:
    data = bytearray(picture())
    data[-20] ^= 1
    with pytest.raises(UnreadableError):
        handler.plan(bytes(data), PROFILE)


def test_an_unknown_critical_chunk_is_refused() -> None:
    with pytest.raises(UnreadableError):
        handler.plan(planted(picture(), b"ABCD", b""), PROFILE)


def test_a_picture_without_header_is_refused() -> None:
    with pytest.raises(UnreadableError):
        handler.chunks(handler.SIGNATURE + chunk(b"IEND", b""))


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    header = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    data = handler.SIGNATURE + chunk(b"IHDR", header) + picture()[33:]
    with pytest.raises(TooLargeError):
        handler.plan(data, PROFILE)


def test_a_long_text_is_cut_and_a_text_bomb_refused() -> None:
    for size, outcome in ((4_000_000, True), (64_000_000, False)):
        data = planted(
            picture(), b"zTXt", b"Author\x00\x00" + zlib.compress(b"Jane " * (size // 5))
        )
        if outcome:
            assert scrubbed(data) == picture()
            assert all(len(f.value) < 10_000 for f in handler.plan(data, PROFILE).findings)
        else:
            with pytest.raises(UnreadableError):
                handler.plan(data, PROFILE)


def test_a_changed_picture_is_noticed() -> None:
    data = planted(picture(), b"tIME", bytes(7))
    plan = handler.plan(data, PROFILE)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, picture("L"), plan)


def test_a_plan_that_cuts_the_picture_is_noticed() -> None:
    data = picture(transparency=RED)
    cut = next(one for one in handler.chunks(data) if one.type == b"tRNS")
    plan = Plan(edits=(Edit(cut.start, cut.end, b""),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, plan), plan)


def test_the_engine_believes_it() -> None:
    data = planted(picture(), b"tEXt", b"Author\x00" + CANARY.encode())
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned == picture()


@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from([b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP"]),
)
@example(body=b"", kind=b"iTXt")
@example(body=b"\x00", kind=b"zTXt")
@example(body=b"name\x00\x00not deflated", kind=b"iCCP")
@example(body=exif.minimal(6)[:-3], kind=b"eXIf")
def test_hostile_chunks_are_cut_or_refused_and_never_crash(body: bytes, kind: bytes) -> None:
    data = planted(picture(), kind, body)
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        assert not handler.plan(cleaned, PROFILE).changes
    except RedactionError:
        pass
