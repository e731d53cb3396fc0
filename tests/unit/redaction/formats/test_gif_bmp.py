"""GIF and BMP: notes of programs and paths go, every dot of every frame stays."""

import struct
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from redaction import engine
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import bmp, gif
from redaction.model import FormatHandler, Profile
from redaction.sniff import identify
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()


def saved(kind: str, **options: object) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((9, 7)).save(out, kind, **options)
    return out.getvalue()


def chained(content: bytes) -> bytes:
    pieces = [content[at : at + 255] for at in range(0, len(content), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def moving(*blocks: bytes, behind: bytes = b"") -> bytes:
    """Return a picture of two frames with ``blocks`` before the first."""
    frames = [Image.new("P", (9, 7), colour) for colour in (1, 2)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=3, duration=40)
    data = out.getvalue()
    at = 13 + (3 << ((data[10] & 7) + 1))
    return data[:at] + b"".join(blocks) + data[at:] + behind


# XMP is no chain of lengths; wherever a reader lands in it, this leads to its end.
TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
DIRTY_GIF = moving(
    b"\x21\xfe" + chained(f"by {CANARY}".encode() * 30),
    b"\x21\xff\x0bXMP DataXMP" + f"<dc:creator>{LOGIN}</dc:creator>".encode() + TRAILER,
    b"\x21\xff\x0bACDSee  2.0" + chained(f"{HOME}a.gif".encode()),
    behind=CANARY.encode(),
)


def bitmap(profile: bytes, kind: bytes, behind: bytes = b"") -> bytes:
    """Return a bitmap of the fifth version with a profile, or the path of one."""
    dots = bytes(range(48))
    head = struct.pack("<IiiHHIIiiII", 124, 4, 4, 1, 24, 0, len(dots), 0, 0, 0, 0)
    head += bytes(16) + kind + bytes(48) + struct.pack("<IIII", 0, 124 + 48, len(profile), 0)
    start = 14 + len(head)
    size = start + len(dots) + len(profile)
    return b"BM" + struct.pack("<IHHI", size, 7, 7, start) + head + dots + profile + behind


DIRTY_BMP = bitmap(f"{HOME}screen.icm\0".encode(), b"KNIL", CANARY.encode())
BOTH: list[tuple[FormatHandler, bytes]] = [(gif, DIRTY_GIF), (bmp, DIRTY_BMP)]


def cleaned(data: bytes) -> bytes:
    result, report = engine.scrub(data, PROFILE)
    assert result is not None, report.reason
    assert engine.scrub(result, PROFILE)[0] == result
    assert CANARY.encode() not in result
    assert LOGIN.encode() not in result
    return result


@pytest.mark.parametrize(("handler", "data"), BOTH)
def test_a_picture_loses_its_notes_and_keeps_its_dots(handler: FormatHandler, data: bytes) -> None:
    assert identify(data).name == handler.__name__.rpartition(".")[2]
    result = cleaned(data)
    before, after = (Image.open(BytesIO(one)) for one in (data, result))
    assert getattr(before, "n_frames", 1) == getattr(after, "n_frames", 1)
    assert before.tobytes() == after.tobytes()
    assert before.info.get("loop") == after.info.get("loop")


@pytest.mark.parametrize("data", [moving(), saved("GIF"), saved("BMP")])
def test_a_clean_picture_is_left_as_it_is(data: bytes) -> None:
    assert cleaned(data) == data


def test_a_profile_inside_a_bitmap_loses_its_owner() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert len(cleaned(bitmap(profile, b"DEBM"))) == len(bitmap(profile, b"DEBM"))


@pytest.mark.parametrize(
    ("handler", "data"),
    [
        (gif, DIRTY_GIF[:-30]),
        (gif, b"GIF89a"),
        (gif, moving(b"\x77")),
        (gif, moving(b"\x21\xfe\xff")),
        (bmp, saved("BMP")[:-9]),
        (bmp, bitmap(b"x", b"KNIL")[:-1]),
        (bmp, b"BM" + bytes(60)),
    ],
)
def test_a_damaged_picture_is_refused(handler: FormatHandler, data: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(data, PROFILE)


@pytest.mark.parametrize(("handler", "data"), BOTH)
def test_a_dot_that_changes_is_not_faithful(handler: FormatHandler, data: bytes) -> None:
    plan = handler.plan(data, PROFILE)
    result = handler.apply(data, plan)
    assert handler.prove(data, result, plan)
    at = 150 if handler is bmp else len(result) // 2
    with pytest.raises(RedactionError):
        handler.prove(data, result[:at] + bytes([result[at] ^ 1]) + result[at + 1 :], plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, data, plan)


@settings(max_examples=60, deadline=None)
@example(number=0, at=10, value=0xFF)
@given(number=st.integers(0, 1), at=st.integers(0, 900), value=st.integers(0, 255))
def test_a_damaged_byte_is_refused_or_cleaned_but_never_crashes(
    number: int, at: int, value: int
) -> None:
    changed = bytearray(BOTH[number][1])
    changed[at % len(changed)] = value
    result, report = engine.scrub(bytes(changed), PROFILE)
    assert (result is None) == (report.reason is not None)
