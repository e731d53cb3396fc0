"""PDF, pictures, SVG and DXF: what is on them is on the page, whatever else they say."""

import gzip
import io
import logging

import ezdxf
import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms

from redaction.errors import EncryptedError, RedactionError, TooLargeError, UnreadableError
from redaction.preview import svg_letters
from redaction.preview.errors import NothingToDrawError
from redaction.preview.limits import MAX_PAGES, MAX_PIXELS
from redaction.preview.renderers import dxf, image, pages, svg
from tests.unit.redaction.preview import drawn as files
from tests.unit.redaction.preview.drawn import inked, measured, pixels

BLUE, RED = np.array((20, 20, 200)), np.array((220, 20, 20))


def near(pixel: object, colour: object) -> bool:
    return bool(np.abs(np.asarray(pixel, int) - np.asarray(colour)).max() < 60)


def test_the_first_pages_of_a_paper_are_drawn_and_all_are_counted() -> None:
    drawn = pages.draw(files.pdf(MAX_PAGES + 3))
    assert (len(drawn.pages), drawn.pages_in_all) == (MAX_PAGES, MAX_PAGES + 3)
    assert max(drawn.pages[0].size) == MAX_PIXELS
    assert 0.05 < inked(drawn) < 0.12
    assert measured(drawn) == {"pages": str(MAX_PAGES + 3), "paper_pt": "300 × 200"}


@pytest.mark.parametrize("size", [(14_400, 3), (14_400, 14_400), (3, 3)])
def test_a_page_of_any_size_costs_a_page(size: tuple[float, float]) -> None:
    assert max(pages.draw(files.pdf(1, size)).pages[0].size) <= MAX_PIXELS + 1


def test_a_locked_paper_is_not_opened() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(EncryptedError):
        pages.draw(out.getvalue())


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.4\ntrailer<</Root 1 0 R>>\n"])
def test_a_paper_without_pages_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        pages.draw(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_is_shown_upright(kind: str) -> None:
    drawn = image.draw(files.photograph(kind, turned=6))
    assert drawn.pages[0].size == (40, 80)
    assert near(pixels(drawn)[10, 20], RED)
    assert near(pixels(drawn)[70, 20], BLUE)
    assert measured(drawn)["pixels"] == "40 × 80"


@pytest.mark.parametrize("kind", ["GIF", "BMP"])
def test_a_picture_that_cannot_be_turned_is_shown_as_it_is(kind: str) -> None:
    out = io.BytesIO()
    with Image.open(io.BytesIO(files.photograph())) as picture:
        picture.convert("RGB").save(out, kind)
    drawn = image.draw(out.getvalue())
    assert drawn.pages[0].size == (80, 40)
    assert near(pixels(drawn)[20, 10], RED)


def test_a_large_photograph_is_made_small() -> None:
    drawn = image.draw(files.photograph(size=(4000, 1000)))
    assert drawn.pages[0].size == (MAX_PIXELS, MAX_PIXELS // 4)


def test_pages_of_a_scan_are_counted() -> None:
    drawn = image.draw(files.pages_of_tiff(MAX_PAGES + 1))
    assert (len(drawn.pages), drawn.pages_in_all) == (MAX_PAGES, MAX_PAGES + 1)


def test_what_would_unfold_to_too_much_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MAX_UNFOLDED_PIXELS", 80 * 40 - 1)
    with pytest.raises(TooLargeError):
        image.draw(files.photograph())


def test_sixteen_bits_a_pixel_are_stretched_to_what_a_screen_shows() -> None:
    levels = np.linspace(1000, 1400, 64 * 64, dtype=np.uint16).reshape(64, 64)
    out = io.BytesIO()
    Image.fromarray(levels).save(out, "PNG")
    shown = pixels(image.draw(out.getvalue()))
    assert shown.min() < 10
    assert shown.max() > 245


def test_colours_are_shown_as_their_profile_means_them() -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 100, 50)).save(
        out, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )
    assert near(pixels(image.draw(out.getvalue()))[4, 4], (200, 100, 50))
    # A profile that does not fit spoils nothing.
    Image.new("RGB", (8, 8), (200, 100, 50)).save(
        out := io.BytesIO(), "PNG", icc_profile=swapped.tobytes()
    )
    assert near(pixels(image.draw(out.getvalue()))[4, 4], (200, 100, 50))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\0\0\1\0 an icon", files.photograph()[:40]])
def test_a_broken_picture_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        image.draw(data)


SQUARE = '<rect x="50" y="0" width="50" height="50" fill="#d00000"/>'


def test_an_svg_is_drawn_at_a_fixed_size_whatever_it_claims() -> None:
    for more in (
        'viewBox="0 0 200 100"',
        'width="9000000mm" height="4500000mm"',
        'width="2" height="1"',
    ):
        drawn = svg.draw(files.svg(SQUARE, more))
        assert drawn.pages[0].size == (MAX_PIXELS, MAX_PIXELS // 2)
    assert near(pixels(svg.draw(files.svg(SQUARE)))[100, 600], (208, 0, 0))
    assert svg.draw(files.svg(SQUARE, 'viewBox="0 0 100 200"')).pages[0].size == (800, 1600)


@pytest.mark.parametrize(
    "reference",
    ["http://127.0.0.1:9/a.png", "file:///etc/passwd", "/etc/passwd", "//tracker.example/a.png"],
)
def test_what_an_svg_refers_to_is_not_fetched(reference: str) -> None:
    inside = f'<image href="{reference}" width="200" height="100"/>'
    linked = (
        '<image xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" '
        f'xlink:href="{reference}"/>'
    )
    sheet = f'<style>@import url("{reference}"); rect{{fill:url("{reference}")}}</style>'
    for one in (inside, linked, sheet):
        assert inked(svg.draw(files.svg(one))) == 0


def test_words_are_drawn_as_outlines_in_their_own_colour() -> None:
    words = '<text x="10" y="60" font-size="40" fill="#d00000">Zeichnung Ø 中</text>'
    drawn = svg.draw(files.svg(words))
    assert 0.02 < inked(drawn) < 0.3
    assert (np.abs(pixels(drawn).astype(int) - (208, 0, 0)).max(axis=2) < 20).any()
    assert measured(drawn) == {"shapes": "0", "texts": "1"}


def box_of(inside: str) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what is drawn, in pixels of a 1600 wide page."""
    rows, columns = np.nonzero(pixels(svg.draw(files.svg(inside))).min(axis=2) < 200)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def test_words_stand_where_and_as_large_as_they_are_told() -> None:
    left, top, right, bottom = box_of('<text x="100" y="50" font-size="20">H</text>')
    assert abs(bottom - 400) <= 2
    assert abs((bottom - top) - 0.714 * 160) < 4  # the height of Noto's capitals
    middle = box_of('<text x="100" y="50" font-size="20" text-anchor="middle">H</text>')
    end = box_of('<text x="100" y="50" font-size="20" style="text-anchor:end">H</text>')
    assert abs((middle[0] + middle[2]) / 2 - 800) <= 3
    assert end[2] <= 801 < left + right
    ruled = box_of('<style>.t{font-size:40px}</style><text class="t" x="100" y="50">H</text>')
    assert abs((ruled[3] - ruled[1]) - 2 * (bottom - top)) < 4
    inherited = box_of('<g font-size="2em"><text x="100" y="50">H</text></g>')
    assert abs((inherited[3] - inherited[1]) - 1.6 * (bottom - top)) < 4


def test_pieces_of_a_text_follow_one_another() -> None:
    whole = box_of('<text x="10" y="50" font-size="20">AB CD</text>')
    pieces = box_of('<text x="10" y="50" font-size="20">A<tspan>B</tspan> <tspan>C</tspan>D</text>')
    assert np.allclose(whole, pieces, atol=1)
    lines = box_of('<text x="10" y="20" font-size="10">A<tspan x="10" dy="20">B</tspan></text>')
    assert abs(lines[3] - 40 * 8) <= 2
    spread = box_of('<text y="50" font-size="20" x="0 50 100">ABC</text>')
    assert spread[2] > 800


def test_blanks_count_once_and_only_between_words() -> None:
    plain = box_of('<text x="10" y="50" font-size="20">A B</text>')
    assert box_of('<text x="10" y="50" font-size="20">\n  A \n  B  \n</text>') == plain
    kept = box_of('<text x="10" y="50" font-size="20" xml:space="preserve">  A B</text>')
    assert kept[0] > plain[0] + 20


def test_a_flood_of_words_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    outlined: list[str] = []

    def outlines(words: str, *_: float) -> str:
        outlined.append(words)
        return ""

    monkeypatch.setattr(svg_letters, "MAX_CHARACTERS", 100)
    monkeypatch.setattr(svg_letters.lettering, "outlines", outlines)
    flood = "".join(f"<tspan>word {number}</tspan>" for number in range(1000))
    svg.draw(files.svg(f'<text x="0" y="9" font-size="9">{flood}</text>'))
    assert 80 <= sum(map(len, outlined)) <= 100


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg",
        b"<html/>",
        files.svg("", 'viewBox="0 0 0 5"'),
        files.svg("", 'width="100000" height="1"'),
        b'<?xml version="1.0" encoding="no-such"?>' + files.svg(""),
        files.svg("").replace(b"svg ", b"\xff\xfesvg "),
    ],
)
def test_an_svg_without_sense_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        svg.draw(data)


def test_an_svg_that_unfolds_without_end_is_not_unfolded() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<!DOCTYPE svg [<!ENTITY e0 "ha">{entities}]>'.encode() + files.svg(
        "<text>&e11;</text>"
    )
    with pytest.raises(UnreadableError):
        svg.draw(laughs)
    # Declarations alone, as some programs write them, do no harm.
    declared = b'<!DOCTYPE svg [<!ENTITY ns "http://example.org">]>' + files.svg(SQUARE)
    assert inked(svg.draw(declared)) > 0


def test_a_packed_svg_is_unpacked() -> None:
    plain = svg.draw(files.svg(SQUARE))
    assert np.array_equal(pixels(svg.draw(gzip.compress(files.svg(SQUARE)))), pixels(plain))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_an_svg_in_another_encoding_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + files.svg(SQUARE).decode()
    assert inked(svg.draw(text.encode(encoding))) > 0.05


def test_a_drawing_s_lines_are_on_its_page() -> None:
    drawn = dxf.draw(files.dxf(files.plate()))
    assert drawn.pages_in_all == 1
    assert abs(drawn.pages[0].width / drawn.pages[0].height - 2) < 0.2
    assert 0.002 < inked(drawn) < 0.05
    more = files.plate()
    more.modelspace().add_circle((50, 50), 5)
    counts = [measured(one)["entities"] for one in (drawn, dxf.draw(files.dxf(more)))]
    assert int(counts[1]) - int(counts[0]) == 1


@pytest.mark.parametrize("words", ["Ø16 ±0.1", "支架", "Zeichnung"])
def test_words_of_a_drawing_are_drawn_in_fonts_of_ours(words: str) -> None:
    plain, lettered = files.plate(), files.plate()
    for style in ("OpenSans", "Standard"):
        lettered.modelspace().add_text(words, height=9, dxfattribs={"style": style})
    lettered.modelspace().add_mtext(words).dxf.char_height = 9
    assert inked(dxf.draw(files.dxf(lettered))) > 1.2 * inked(dxf.draw(files.dxf(plain)))


@pytest.mark.parametrize("colour", range(1, 10))
def test_every_colour_of_a_black_screen_shows_on_paper(colour: int) -> None:
    document = files.plate()
    document.layers.get("0").color = colour
    assert (pixels(dxf.draw(files.dxf(document))).min(axis=2) < 140).mean() > 0.001


def test_layouts_with_something_on_them_are_pages_too() -> None:
    document = files.plate()
    document.layout("Layout1").add_circle((50, 50), 20)
    document.new_layout("empty")
    assert dxf.draw(files.dxf(document)).pages_in_all == 2


def test_a_binary_drawing_is_the_same_drawing() -> None:
    document, out = files.plate(), io.BytesIO()
    document.write(out, fmt="bin")
    binary = dxf.draw(out.getvalue())
    assert np.array_equal(pixels(binary), pixels(dxf.draw(files.dxf(document))))


def test_a_block_that_holds_itself_ends() -> None:
    document = files.plate()
    block = document.blocks.new("LOOP")
    block.add_circle((0, 0), 5)
    block.add_blockref("LOOP", (10, 0))
    document.modelspace().add_blockref("LOOP", (0, 0))
    with pytest.raises((RedactionError, RecursionError)):
        dxf.draw(files.dxf(document))


def test_something_far_away_costs_a_page_and_no_more() -> None:
    document = files.plate()
    document.modelspace().add_line((0, 0), (1e12, 1))
    drawn = dxf.draw(files.dxf(document))
    assert max(drawn.pages[0].size) <= MAX_PIXELS + 1


def test_pictures_a_drawing_refers_to_are_not_opened() -> None:
    document = files.plate()
    definition = document.add_image_def("/etc/passwd", (10, 10))
    document.modelspace().add_image(definition, (0, 0), (50, 50))
    assert inked(dxf.draw(files.dxf(document))) < 0.2


def test_an_empty_drawing_has_nothing_to_show() -> None:
    with pytest.raises(NothingToDrawError):
        dxf.draw(files.dxf(ezdxf.new("R2010")))


@pytest.mark.parametrize("data", [b"", b"0\nSECTION\n", b"\x00" * 100, dxf.BINARY + b"\x01"])
def test_a_drawing_without_sense_is_unreadable(data: bytes) -> None:
    with pytest.raises(RedactionError):
        dxf.draw(data)


def test_a_warm_reader_says_nothing_of_what_it_reads(caplog: pytest.LogCaptureFixture) -> None:
    dxf.warm()
    assert not logging.getLogger("ezdxf").isEnabledFor(logging.ERROR)
    svg.warm()
    image.warm()
    pages.warm()
    assert caplog.records == []
