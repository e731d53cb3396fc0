"""SVG: drawn by resvg, to a fixed number of pixels whatever size it claims.

Room: redaction/preview. Runs only inside the sandbox worker. Nothing outside the file is drawn:
there is no network and no file system to fetch it from. Text becomes outlines first.
"""

import re
from io import BytesIO
from typing import Any, Final

import resvg_py
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, tostring
from PIL import Image

from redaction.errors import UnreadableError
from redaction.preview import lettering
from redaction.preview.limits import MAX_PIXELS
from redaction.preview.model import Drawn, Measure
from redaction.preview.packing import unpacked
from redaction.preview.svg_letters import SVG, Outlines, lengths

DPI: Final = 96
DECLARED: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*+<\?xml[^>]*?encoding\s*+=\s*+[\"']([\w.-]++)"
)
DRAWN: Final = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "image", "use")
MAX_ASPECT: Final = 50.0

_SAMPLE: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>.a{fill:red}</style>'
    b'<text class="a" x="1" y="8" font-size="4">Ab<tspan dy="1">c</tspan></text></svg>'
)


def warm() -> None:
    """Load resvg and the fonts."""
    lettering.faces()
    draw(_SAMPLE)


def draw(data: bytes) -> Drawn:
    """Return a picture of ``data``.

    Raises:
        UnreadableError: it cannot be read, or has no size.
    """
    text = _decoded(unpacked(data))
    try:
        root: Any = fromstring(text.encode(), forbid_dtd=False, forbid_entities=True)
    except DefusedXmlException:
        # Entities are not unfolded here; resvg does it within bounds, and without letters.
        return Drawn((rastered(text, wide=True),), 1)
    except (ParseError, ValueError) as error:
        raise UnreadableError from error
    measures = _measured(root)
    wide = _aspect(root)
    Outlines(root)
    return Drawn((rastered(tostring(root, encoding="unicode"), wide=wide),), 1, measures)


def rastered(svg: str, *, wide: bool, pixels: int = MAX_PIXELS) -> Image.Image:
    """Return an SVG without text as pixels, its longer side ``pixels``.

    Raises:
        UnreadableError: resvg cannot draw it.
    """
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg,
            dpi=DPI,
            skip_system_fonts=True,
            background="white",
            width=pixels if wide else None,
            height=None if wide else pixels,
        )
    except ValueError as error:
        raise UnreadableError from error
    with Image.open(BytesIO(bytes(png)), formats=("PNG",)) as picture:
        return picture.convert("RGB")


def _decoded(data: bytes) -> str:
    declared = DECLARED.match(data)
    encoding = declared[1].decode("ascii") if declared else "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise UnreadableError from error
    # It is text now: what its first line says of its bytes no longer holds.
    return re.sub(r"\A\ufeff?\s*<\?xml[^>]*\?>", "", text)


def _aspect(root: Any) -> bool:
    """Return whether a drawing is wider than high.

    Raises:
        UnreadableError: it is a line, which no page can show.
    """
    sides = [lengths(root.get(name), 1.0)[:1] for name in ("width", "height")]
    box = lengths(root.get("viewBox"), 1.0)
    if all(sides) and "%" not in f"{root.get('width')}{root.get('height')}":
        width, height = sides[0][0], sides[1][0]
    elif len(box) == 4:
        width, height = box[2:]
    else:
        return True
    if not (width > 0 and height > 0 and 1 / MAX_ASPECT < width / height < MAX_ASPECT):
        raise UnreadableError
    return width >= height


def _measured(root: Any) -> tuple[Measure, ...]:
    shapes = sum(1 for name in DRAWN for _ in root.iter(f"{SVG}{name}"))
    letters = sum(1 for _ in root.iter(f"{SVG}text"))
    return (Measure.count("shapes", shapes), Measure.count("texts", letters))
