"""A picture is pixels and nothing else, and the trusted side sees to it."""

import io
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from redaction.preview.errors import NothingToDrawError
from redaction.preview.limits import GAP_PIXELS, MAX_PICTURE_BYTES, MAX_PIXELS, MAX_SIDE
from redaction.preview.model import Drawn, fitted
from redaction.preview.paper import printed
from redaction.preview.plain_png import checked


def page(size: tuple[int, int] = (40, 20), colour: object = (10, 20, 30)) -> Image.Image:
    return Image.new("RGB", size, colour)  # type: ignore[arg-type]


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def kinds(png: bytes) -> set[bytes]:
    found, position = set(), 8
    while position < len(png):
        (length,) = struct.unpack_from(">I", png, position)
        found.add(png[position + 4 : position + 8])
        position += 12 + length
    return found


def test_what_a_page_s_own_file_said_stays_behind() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Author", "Wilhelmina Zauberfluss")
    out = io.BytesIO()
    page().save(out, "PNG", pnginfo=note, icc_profile=b"profile of Wilhelmina", dpi=(72, 72))
    with opened(out.getvalue()) as dirty:
        png = printed(Drawn((dirty,), 1))
    assert kinds(png) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert checked(png) == (40, 20)
    with pytest.raises(ValueError, match="plain"):
        checked(out.getvalue())


def test_pages_are_stacked_on_a_ground_that_tells_them_apart() -> None:
    png = printed(Drawn((page(), page((20, 60), (200, 0, 0))), 2))
    assert checked(png) == (40, 20 + GAP_PIXELS + 60)
    shown = opened(png).convert("RGB")
    assert shown.getpixel((20, 10)) == (10, 20, 30)
    assert shown.getpixel((20, 60)) == (200, 0, 0)
    assert shown.getpixel((20, 20 + GAP_PIXELS // 2)) == (214, 217, 221)


def test_a_line_drawing_and_a_photograph_keep_every_colour() -> None:
    few = page()
    few.paste((255, 255, 255), (0, 0, 10, 10))
    many = Image.effect_noise((64, 64), 90).convert("RGB")
    for drawing in (few, many):
        png = printed(Drawn((drawing,), 1))
        assert opened(png).convert("RGB").tobytes() == drawing.tobytes()
        assert printed(Drawn((drawing.copy(),), 1)) == png


def test_what_is_clear_is_white() -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert opened(printed(Drawn((clear,), 1))).convert("RGB").getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(MAX_PIXELS * 3, 30), (3, MAX_PIXELS * 2)])
def test_a_page_is_no_larger_than_a_page_may_be(size: tuple[int, int]) -> None:
    assert max(checked(printed(Drawn((page(size),), 1)))) == MAX_PIXELS


def test_no_page_is_no_picture() -> None:
    with pytest.raises(NothingToDrawError):
        printed(Drawn((), 0))


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
@example(1e-6, 1e6)
def test_a_fitted_page_has_a_pixel_each_way(width: float, height: float) -> None:
    across, down = fitted(width, height)
    assert max(across, down) == MAX_PIXELS
    assert min(across, down) >= 1


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


PNG = printed(Drawn((page(),), 1))
HEADER, REST = PNG[8:33], PNG[33:]


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        PNG[:-1],
        PNG + b"more",
        PNG + PNG[8:],
        PNG[:8] + REST,
        PNG[:8] + HEADER + chunk(b"tEXt", b"Author\0Wilhelmina") + REST,
        PNG[:8] + HEADER + chunk(b"eXIf") + REST,
        PNG[:8] + HEADER + chunk(b"acTL", bytes(8)) + REST,
        PNG[:8] + HEADER + chunk(b"IEND"),
        PNG[:8] + HEADER + HEADER + REST,
        PNG[:8] + chunk(b"IDAT") + HEADER + REST,
        PNG[:8] + header(MAX_SIDE + 1, 1) + REST,
        PNG[:8] + header(0, 5) + REST,
        PNG[:8] + b"\xff\xff\xff\xffIHDR" + REST,
        PNG + bytes(MAX_PICTURE_BYTES),
    ],
)
def test_what_is_no_plain_picture_is_not_believed(untrusted: bytes) -> None:
    with pytest.raises(ValueError, match="picture"):
        checked(untrusted)


@given(st.binary(max_size=60), st.integers(0, len(PNG)))
def test_any_bytes_are_checked_without_surprise(noise: bytes, at: int) -> None:
    for untrusted in (noise, PNG[:at] + noise, PNG[:at] + noise + PNG[at:]):
        try:
            width, height = checked(untrusted)
        except ValueError:
            continue
        assert 0 < width <= MAX_SIDE
        assert 0 < height <= MAX_SIDE
