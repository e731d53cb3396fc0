"""Pages become one PNG: stacked on a grey ground, without a word of metadata.

Room: redaction/preview. Pure. The same pages always make the same bytes.
"""

from io import BytesIO
from itertools import chain
from typing import Any, Final

from PIL import Image

from redaction.preview.errors import NothingToDrawError
from redaction.preview.limits import GAP_PIXELS, MAX_PIXELS
from redaction.preview.model import Drawn, fitted

GROUND: Final = (214, 217, 221)
WHITE: Final = (255, 255, 255)
# More colours than a line drawing has: then it is a photograph, and a palette would spoil it.
MAX_COLOURS: Final = 256


def printed(drawn: Drawn) -> bytes:
    """Return the pages of ``drawn``, one below the other, as a PNG.

    Raises:
        NothingToDrawError: there is no page.
    """
    if not drawn.pages:
        raise NothingToDrawError
    pages = [_on_white(page) for page in drawn.pages]
    if len(pages) == 1:
        return _png(pages[0])
    width = max(page.width for page in pages)
    height = sum(page.height for page in pages) + GAP_PIXELS * (len(pages) - 1)
    sheet, top = Image.new("RGB", (width, height), GROUND), 0
    for page in pages:
        sheet.paste(page, ((width - page.width) // 2, top))
        top += page.height + GAP_PIXELS
    return _png(sheet)


def reduced(page: Image.Image) -> Image.Image:
    """Return ``page`` no larger than a page may be."""
    if max(page.size) <= MAX_PIXELS:
        return page
    return page.resize(fitted(*page.size), Image.Resampling.LANCZOS)


def _on_white(page: Image.Image) -> Image.Image:
    if page.mode in {"RGBA", "LA", "PA"} or "transparency" in page.info:
        clear = page.convert("RGBA")
        white = Image.new("RGBA", clear.size, (*WHITE, 255))
        return reduced(Image.alpha_composite(white, clear).convert("RGB"))
    return reduced(page.convert("RGB"))


def _png(page: Image.Image) -> bytes:
    colours = page.getcolors(MAX_COLOURS)
    if colours is not None:
        page = _with_palette(page, [colour for _, colour in colours])
    # A fresh image: what the page's own file said of itself stays behind.
    plain = Image.frombytes(page.mode, page.size, page.tobytes())
    if page.mode == "P":
        plain.putpalette(page.getpalette() or [])
    out = BytesIO()
    plain.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _with_palette(page: Image.Image, colours: list[Any]) -> Image.Image:
    ordered = sorted(colours, key=repr)
    palette = Image.new("P", (1, 1))
    palette.putpalette(list(chain.from_iterable(ordered)))
    return page.quantize(palette=palette, dither=Image.Dither.NONE)
