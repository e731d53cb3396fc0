"""Pages become one PNG: stacked on a grey ground, without a word of metadata.

Room: redaction/preview. Pure. The same pages always make the same bytes.
"""

from io import BytesIO
from typing import Final

import numpy as np
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
    # Made anew of its pixels: what the page's own file said of itself stays behind.
    plain = _with_palette(page) or Image.frombytes("RGB", page.size, page.tobytes())
    out = BytesIO()
    plain.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _with_palette(page: Image.Image) -> Image.Image | None:
    """Return ``page`` with numbered colours, which is a third the size; None if it has too many."""
    if page.getcolors(MAX_COLOURS) is None:
        return None
    red, green, blue = np.moveaxis(np.asarray(page, dtype=np.uint32), 2, 0)
    colours, numbers = np.unique(red << 16 | green << 8 | blue, return_inverse=True)
    numbered = numbers.reshape(page.height, page.width).astype(np.uint8)
    palette = Image.frombytes("P", page.size, numbered.tobytes())
    palette.putpalette(b"".join(int(colour).to_bytes(3, "big") for colour in colours))
    return palette
