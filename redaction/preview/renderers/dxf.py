"""DXF: the model and its first filled layouts, as ezdxf understands them, drawn by resvg.

Room: redaction/preview. Runs only inside the sandbox worker. A reader that had no part in cleaning
the drawing: what it counts is a second opinion. Every font a drawing asks for is one of
``redaction.preview.lettering``; pictures and drawings that it refers to are not fetched.
"""

import codecs
import contextlib
import logging
import pkgutil
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from io import BytesIO, StringIO
from typing import Any, Final

from ezdxf import math, recover, render
from ezdxf.addons.drawing import layout, svg
from ezdxf.addons.drawing.config import (
    BackgroundPolicy,
    ColorPolicy,
    Configuration,
    ImagePolicy,
    LineweightPolicy,
)
from ezdxf.addons.drawing.frontend import Frontend
from ezdxf.addons.drawing.properties import RenderContext
from ezdxf.document import Drawing
from ezdxf.filemanagement import new, read
from ezdxf.fonts import fonts
from ezdxf.fonts.glyphs import Glyphs
from ezdxf.fonts.ttfonts import TTFontRenderer
from ezdxf.lldxf.const import DXFError
from ezdxf.lldxf.tagger import binary_tags_loader
from ezdxf.math import BoundingBox2d
from ezdxf.tools import codepage

from redaction.errors import RedactionError, TooComplexError, UnreadableError
from redaction.preview import lettering
from redaction.preview.errors import NothingToDrawError
from redaction.preview.limits import MAX_PAGES, MAX_PIXELS
from redaction.preview.model import Drawn, Measure, fitted
from redaction.preview.renderers.svg import rastered

BINARY: Final = b"AutoCAD Binary DXF\r\n\x1a\x00"
# One pixel of a page is half a millimetre of the paper it is laid out on.
PAPER_MM: Final = MAX_PIXELS / 2
MARGIN_MM: Final = 12
MAX_ASPECT: Final = 25.0
COLOUR: Final = re.compile(r"#([0-9a-f]{6})\b")
LIGHTNESS: Final = (0.2126, 0.7152, 0.0722)
MAX_LIGHTNESS: Final = 0.5
ALMOST_WHITE: Final = 200
MAX_SVG_CHARS: Final = 200_000_000
LOOKS: Final = Configuration(
    background_policy=BackgroundPolicy.WHITE,
    color_policy=ColorPolicy.COLOR,
    lineweight_policy=LineweightPolicy.ABSOLUTE,
    lineweight_scaling=1.6,
    min_lineweight=6.0,  # in 1/300 inch: a thin line is one pixel
    image_policy=ImagePolicy.RECT,
    max_flattening_distance=0.05,
)


class _Letters(TTFontRenderer):
    """Draws every character of every style; what its font has not, the next one has."""

    def __init__(self) -> None:
        super().__init__(lettering.faces()[0].font)

    def get_generic_glyph(self, char: str) -> Any:
        face = lettering.face_of(char)
        scale = lettering.faces()[0].em / face.em
        glyph = face.glyph(char)
        return glyph if scale == 1 else _Scaled(glyph, scale)


class _Scaled:
    """A glyph of a font that counts its em in other units."""

    def __init__(self, glyph: Any, scale: float) -> None:
        self._glyph, self._scale = glyph, scale
        self.width = glyph.width * scale

    def draw(self, pen: Any) -> None:
        self._glyph.draw(lettering.scaling(pen, self._scale))


class _EveryFont(dict[str, Glyphs]):
    """Answers every font's name with the same letters, so that none is looked for on disk."""

    def __init__(self) -> None:
        super().__init__()
        self._letters = _Letters()

    def __missing__(self, name: str) -> TTFontRenderer:
        return self._letters


def warm() -> None:
    """Load ezdxf's drawing add-on, the fonts, and what they load when first used."""
    logging.getLogger("ezdxf").setLevel(logging.CRITICAL)  # it quotes the drawing
    for package in (math, render):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):  # of an extra that is not installed
                import_module(found.name)
    for encoding in {*codepage.codepage_to_encoding.values(), "utf_16_le"}:
        codecs.lookup(encoding)
    document = new("R2010", setup=True)
    model = document.modelspace()
    model.add_text("A", dxfattribs={"style": "OpenSans"})
    model.add_mtext("A {\\b B}").dxf.char_height = 2
    model.add_linear_dim((0, 2), (0, 0), (3, 0)).render()
    hatch = model.add_hatch()
    hatch.paths.add_polyline_path([(0, 0), (1, 0), (1, 1)], is_closed=True)
    hatch.set_pattern_fill("ANSI31", scale=0.1)
    model.add_spline([(0, 0), (1, 2), (3, 1)])
    out = StringIO()
    document.write(out)
    draw(out.getvalue().encode())


def draw(data: bytes) -> Drawn:
    """Return pictures of the model and of layouts with something on them.

    Raises:
        UnreadableError: ezdxf cannot read it.
        NothingToDrawError: there is nothing that has an extent.
    """
    fonts.TrueTypeFont._glyph_caches = _EveryFont()
    try:
        document = _read(data)
        pages = [page for page in _pages(document) if page is not None]
    except (RedactionError, MemoryError, RecursionError):
        raise
    except Exception as error:  # drawings are wrong in more ways than it has errors for
        raise UnreadableError from error
    if not pages:
        raise NothingToDrawError
    return Drawn(tuple(pages[:MAX_PAGES]), len(pages), _measured(document))


def _read(data: bytes) -> Drawing:
    if data.startswith(BINARY):
        return Drawing.load(binary_tags_loader(data, errors="surrogateescape"))
    try:
        document, _ = recover.read(BytesIO(data))
    except DXFError:
        text = data.decode("utf-8", errors="surrogateescape").replace("\r\n", "\n")
        return read(StringIO(text))
    return document


def _pages(document: Drawing) -> Iterator[Any]:
    yield _page(document, document.modelspace())
    for name in document.layouts.names_in_taborder()[1:MAX_PAGES]:
        shown = document.paperspace(name)
        # A viewport alone shows the model again.
        if any(entity.dxftype() != "VIEWPORT" for entity in shown):
            yield _page(document, shown)


def _page(document: Drawing, shown: Any) -> Any:
    backend = svg.SVGBackend()
    Frontend(RenderContext(document), backend, config=LOOKS).draw_layout(shown)
    box = backend.player().bbox()
    if not box.has_data or not 0 < max(box.size) < float("inf"):
        return None
    width, height = _paper(box)
    paper = layout.Page(width, height, layout.Units.mm, layout.Margins.all(MARGIN_MM))
    drawn = backend.get_string(paper, settings=layout.Settings(fit_page=True), render_box=box)
    if len(drawn) > MAX_SVG_CHARS:
        raise TooComplexError
    # All colours stand in the style rules, which come first.
    rules, found, shapes = drawn.partition("</defs>")
    return rastered(COLOUR.sub(_legible, rules) + found + shapes, wide=width >= height)


def _legible(colour: re.Match[str]) -> str:
    """Return a colour as it can be seen on paper; drawings are made on a black screen."""
    parts = [int(colour[1][at : at + 2], 16) for at in (0, 2, 4)]
    light = sum(share * part for share, part in zip(LIGHTNESS, parts, strict=True)) / 255
    if light <= MAX_LIGHTNESS:
        return colour[0]
    if min(parts) > ALMOST_WHITE:
        return "#000000"
    return "#" + "".join(f"{round(part * MAX_LIGHTNESS / light):02x}" for part in parts)


def _paper(box: BoundingBox2d) -> Sequence[float]:
    width, height = (max(float(side), max(box.size) / MAX_ASPECT) for side in box.size)
    return [side / 2 for side in fitted(width, height, MAX_PIXELS)]


def _measured(document: Drawing) -> tuple[Measure, ...]:
    layers, blocks = len(document.layers), len(document.blocks)
    counts = {"entities": sum(len(one) for one in document.blocks), "layers": layers}
    return tuple(Measure.count(name, n) for name, n in (counts | {"blocks": blocks}).items())
