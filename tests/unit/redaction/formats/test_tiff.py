"""TIFF: fields that tell of people are gone, every picture is the same bytes and pixels."""

import struct
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin

from redaction import engine, sniff
from redaction.errors import (
    NotFaithfulError,
    RedactionError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.fidelity import pixels
from redaction.formats import tiff as handler
from redaction.model import Edit, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
NAMED = {
    269: "document",
    270: "description",
    271: "make",
    285: "page",
    305: "program",
    306: "2024:01:02 03:04:05",
    315: "artist",
    316: "host",
    33432: "copyright",
    65000: "private",
}


def picture(mode: str = "RGB", pages: int = 1, **options: object) -> bytes:
    out = BytesIO()
    images = [Image.linear_gradient("L").resize((24, 16)).convert(mode) for _ in range(pages)]
    for number, image in enumerate(images):
        image.paste(number, (0, 0, 4, 4))
    images[0].save(out, "TIFF", save_all=pages > 1, append_images=images[1:], **options)
    return out.getvalue()


def named(**options: object) -> bytes:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, said in NAMED.items():
        info[tag] = f"{said} {CANARY}"
        info.tagtype[tag] = 2
    info[700] = f"<x><dc:creator>{CANARY}</dc:creator></x>".encode()
    info[33723] = b"\x1c\x02\x50" + struct.pack(">H", len(CANARY)) + CANARY.encode()
    return picture(tiffinfo=info, **options)


def by_hand(
    fields: list[tuple[int, int, int, bytes]],
    order: str = "<",
    big: bool = False,
    tail: bytes = b"",
) -> bytes:
    """Return a TIFF of one directory: tag, type, count and value of each field; then ``tail``."""
    offset, count = ("Q", "Q") if big else ("I", "H")
    room = 8 if big else 4
    magic = struct.pack(f"{order}HHHQ", 43, 8, 0, 16) if big else struct.pack(f"{order}HI", 42, 8)
    head = (b"II" if order == "<" else b"MM") + magic
    values_at = len(head) + struct.calcsize(f"{order}{count}") + len(fields) * (4 + 2 * room) + room
    entries, values = b"", b""
    for tag, kind, number, value in fields:
        entries += struct.pack(f"{order}HH{offset}", tag, kind, number)
        if len(value) <= room:
            entries += value.ljust(room, b"\x00")
        else:
            entries += struct.pack(f"{order}{offset}", values_at + len(values))
            values += value
    listed = struct.pack(f"{order}{count}", len(fields)) + entries + bytes(room)
    return head + listed + values + tail


def bitmap(
    order: str = "<", big: bool = False, extra: tuple[int, bytes, int] | None = None
) -> bytes:
    """Return an 8 by 8 picture whose one strip lies at the end."""

    def made(at: int) -> list[tuple[int, int, int, bytes]]:
        short = struct.Struct(f"{order}H").pack
        long = struct.Struct(f"{order}{'Q' if big else 'I'}").pack
        kind = 16 if big else 4
        fields = [
            *((tag, 3, 1, short(value)) for tag, value in ((256, 8), (257, 8), (258, 8), (259, 1))),
            *((262, 3, 1, short(1)), (273, kind, 1, long(at)), (277, 3, 1, short(1))),
            *((278, 3, 1, short(8)), (279, kind, 1, long(64))),
        ]
        return [*fields, (extra[0], extra[2], len(extra[1]), extra[1])] if extra else fields

    at = len(by_hand(made(0), order, big))
    return by_hand(made(at), order, big, bytes(range(64)))


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
    assert sniff.identify(picture()).name == "tiff"
    assert promise.apply(named(), Plan()) == named()


def test_a_clean_picture_comes_out_byte_for_byte() -> None:
    assert not handler.plan(bitmap(), PROFILE).changes
    assert scrubbed(bitmap()) == bitmap()


@pytest.mark.parametrize("pages", [1, 3])
def test_every_field_that_names_somebody_is_gone_and_told(pages: int) -> None:
    data = named(pages=pages)
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert {f"artist {CANARY}", f"host {CANARY}", CANARY} <= told(data)
    assert Image.open(BytesIO(cleaned)).n_frames == pages


# Pillow, which proves the pixels, does not read the long offsets of the other byte order.
@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
def test_both_byte_orders_and_long_offsets_are_read(order: str, big: bool) -> None:
    data = bitmap(order, big, (315, CANARY.encode(), 2))
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert cleaned.endswith(bytes(range(64)))
    assert sniff.identify(cleaned).name == "tiff"


def test_what_a_short_value_leaves_of_its_room_is_gone() -> None:
    data = bytearray(bitmap())
    at = data.index(struct.pack("<HHIH", 256, 3, 1, 8)) + 10
    data[at : at + 2] = b"JR"
    assert scrubbed(bytes(data)) == bitmap()


@pytest.mark.parametrize("where", ["behind", "between"])
def test_what_no_field_points_at_is_gone(where: str) -> None:
    data = named() + CANARY.encode() if where == "behind" else bitmap(extra=(65000, b"x" * 40, 2))
    cleaned = scrubbed(data)
    assert b"Quillfeather" not in cleaned
    assert where == "behind" or b"xxxx" not in cleaned


@pytest.mark.parametrize("tag", [0x8769, 0x8825])
def test_exif_and_the_place_are_gone_and_told(tag: int) -> None:
    plain = bitmap(extra=(tag, bytes(4), 13))
    at = plain.index(struct.pack("<HHIH", tag, 13, 4, 0)[:8])
    name = CANARY.encode()
    below = struct.pack("<HHHII", 1, 0xA430, 2, len(name), len(plain) + 18) + bytes(4) + name
    field = struct.pack("<HHII", tag, 13, 1, len(plain))
    data = plain[:at] + field + plain[at + 12 :] + below
    assert CANARY in told(data)
    assert b"Quillfeather" not in scrubbed(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_still_turned(orientation: int) -> None:
    tags = Image.Exif()
    tags[0x0112], tags[0x013B] = orientation, CANARY
    cleaned = scrubbed(picture(exif=tags))
    assert pixels.orientation(pixels.opened(cleaned, "TIFF")) == orientation


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        ("1", "group4"),
        ("1", "group3"),
        ("1", "packbits"),
        ("L", "tiff_lzw"),
        ("P", "tiff_adobe_deflate"),
        ("RGB", "jpeg"),
        ("RGBA", "tiff_lzw"),
        ("CMYK", None),
        ("I;16", None),
        ("F", None),
    ],
)
def test_every_kind_of_picture_stays_as_it_is(mode: str, compression: str | None) -> None:
    data = named(mode=mode, compression=compression, dpi=(600, 600))
    before, after = Image.open(BytesIO(data)), Image.open(BytesIO(scrubbed(data)))
    assert before.tobytes() == after.tobytes()
    assert after.info["dpi"] == (600, 600)


def test_the_colour_profile_stays() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    cleaned = scrubbed(named(icc_profile=profile))
    assert Image.open(BytesIO(cleaned)).info["icc_profile"] == profile


def test_what_is_told_inside_a_coded_piece_is_gone() -> None:
    data = picture(compression="jpeg")
    start = data.index(b"\xff\xd8\xff", 8)
    said = b"\xff\xfe" + struct.pack(">H", 2 + len(CANARY)) + CANARY.encode()
    known = handler.directories(data, handler.order_of(data))[0]
    sizes = known.field(279)
    assert sizes is not None
    size = int.from_bytes(data[sizes.start : sizes.end], "little")
    piece = data[start : start + 2] + said + data[start + 2 : start + size]
    longer = bytearray(data + piece)
    starts = known.field(273)
    assert starts is not None
    longer[starts.start : starts.start + 4] = struct.pack("<I", len(data))
    longer[sizes.start : sizes.end] = struct.pack("<I", len(piece))[: sizes.end - sizes.start]
    assert CANARY in told(bytes(longer))
    assert b"Quillfeather" not in scrubbed(bytes(longer))


def test_raw_data_of_a_camera_is_refused() -> None:
    with pytest.raises(UnsupportedFormatError):
        handler.plan(bitmap(extra=(50706, b"\x01\x04\x00\x00\x00", 1)), PROFILE)


def _patched(data: bytes, tag: int, value: int) -> bytes:
    at = data.index(struct.pack("<HH", tag, 4)) + 8
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\x00",
        bitmap()[:20],
        bitmap()[:-10],
        _patched(bitmap(), 273, 8),
        _patched(bitmap(), 273, 1 << 30),
        _patched(bitmap(), 279, 1 << 30),
        bitmap()[:4] + struct.pack("<I", 1 << 30) + bitmap()[8:],
        bitmap()[:4] + bytes(4) + bitmap()[8:],
    ],
)
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(data, PROFILE)


def test_directories_in_a_circle_are_refused() -> None:
    data = bitmap()
    count = int.from_bytes(data[8:10], "little")
    at = 10 + 12 * count
    with pytest.raises(UnreadableError):
        handler.directories(
            data[:at] + struct.pack("<I", 8) + data[at + 4 :], handler.order_of(data)
        )


def test_a_changed_picture_is_not_faithful() -> None:
    data = named()
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, cleaned[:-1] + b"\x07", plan)
    edits = tuple(edit for edit in plan.edits)
    worse = Plan(edits=(*edits[:-1],))
    assert handler.apply(data, worse) != cleaned


def test_a_plan_that_touches_the_picture_is_not_faithful() -> None:
    data = bitmap()
    plan = Plan(edits=(Edit(len(data) - 1, len(data), b"\x00"),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, plan), plan)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 250), st.binary(min_size=1, max_size=4))
@example(4, b"\xff\xff\xff\xff")
@example(8, b"\xff\xff")
@example(12, b"\x00")
def test_whatever_stands_in_a_directory_it_is_cleaned_or_refused(at: int, noise: bytes) -> None:
    data = named()
    data = data[:at] + noise + data[at + len(noise) :]
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


@pytest.mark.parametrize("count", [4_000, 20_000])
def test_a_directory_of_many_fields_takes_no_more_than_linear_time(count: int) -> None:
    data = by_hand([(65000, 2, 8, b"eight ch")] * count)
    assert_cpu_seconds(5, lambda: engine.scrub(data, PROFILE))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ([(273, 4, 1, struct.pack("<I", 8))], UnreadableError),  # no length
        ([(273, 4, 2, bytes(8)), (279, 4, 1, bytes(4))], UnreadableError),  # one length missing
        ([(273, 2, 4, bytes(4)), (279, 4, 1, bytes(4))], UnreadableError),  # no numbers
        ([(519, 4, 1, struct.pack("<I", 1 << 30))], UnreadableError),
    ],
)
def test_a_picture_whose_pieces_are_not_told_is_refused(
    fields: list[tuple[int, int, int, bytes]], error: type[RedactionError]
) -> None:
    data = by_hand(fields)
    order = handler.order_of(data)
    (known,) = handler.directories(data, order)
    with pytest.raises(error):
        list(handler.coded(data, known, order))


def test_tables_of_the_first_kind_of_jpeg_stay() -> None:
    table = bytes([1] * 16) + bytes(16)
    at = len(by_hand([(520, 4, 1, bytes(4))]))
    data = by_hand([(520, 4, 1, struct.pack("<I", at))], tail=table)
    order = handler.order_of(data)
    (known,) = handler.directories(data, order)
    assert list(handler.coded(data, known, order)) == [(at, at + 32)]


def test_images_below_a_page_are_found() -> None:
    below = len(by_hand([(330, 13, 1, bytes(4))]))
    data = by_hand(
        [(330, 13, 1, struct.pack("<I", below))], tail=by_hand([(256, 3, 1, b"\x08\x00")])[8:]
    )
    assert len(handler.directories(data, handler.order_of(data))) == 2
