"""Letters as outlines: the same fonts on every machine, held in memory, never looked up on disk.

Room: redaction/preview. Loaded while the worker's parent can still open files. Noto Sans comes
with the package; Chinese, Japanese and Korean need a font of the host's, which is read once if
there is one. A character that no font has is drawn as an empty box.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pymupdf_fonts
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

BUNDLED: Final = ("notos", "math", "symbol1", "symbol2")
# Where Linux distributions put a font with Han; the first one found is taken.
HAN: Final = (
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "noto-cjk/NotoSansCJK-Regular.ttc",
    "google-noto-cjk/NotoSansCJK-Regular.ttc",
    "google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "truetype/wqy/wqy-microhei.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
    "truetype/arphic/uming.ttc",
)
FONT_FOLDERS: Final = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
MAX_CACHED_GLYPHS: Final = 20_000


class Face:
    """One font: which characters it has, and their outlines in units of its em."""

    def __init__(self, content: bytes) -> None:
        """Read the font that ``content`` is; of a collection its first."""
        self.font = TTFont(BytesIO(content), fontNumber=0, lazy=True)
        self.characters: dict[int, str] = self.font.getBestCmap() or {}
        self.glyphs = self.font.getGlyphSet()
        self.em = float(self.font["head"].unitsPerEm)

    def has(self, character: str) -> bool:
        """Whether it has this character."""
        return ord(character) in self.characters

    def glyph(self, character: str) -> Any:
        """Return the glyph, or the one that stands for those it has not."""
        return self.glyphs[self.characters.get(ord(character), ".notdef")]


@cache
def faces() -> Sequence[Face]:
    """Return every font there is, the first choice first."""
    found = [Face(pymupdf_fonts.fontbuffers[name]()) for name in BUNDLED]
    for folder in FONT_FOLDERS:
        for place in HAN:
            if (folder / place).is_file():
                return (*found, Face((folder / place).read_bytes()))
    return tuple(found)


def face_of(character: str) -> Face:
    """Return the font that has ``character``, the first one if none has."""
    return next((face for face in faces() if face.has(character)), faces()[0])


def width(words: str) -> float:
    """Return how long a line of ``words`` is, in ems."""
    return sum(_drawn(character)[1] for character in words)


def outlines(words: str, x: float, y: float, size: float) -> str:
    """Return SVG path data for ``words`` from (x, y) on, ``size`` high, y downwards."""
    return "".join(_placed(words, x, y, size))


def _placed(words: str, x: float, y: float, size: float) -> Iterator[str]:
    for character in words:
        face = face_of(character)
        scale = size / face.em
        pen = SVGPathPen(face.glyphs, ntos=lambda number: f"{number:.6g}")
        face.glyph(character).draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
        yield pen.getCommands()
        x += _drawn(character)[1] * size


@cache
def _drawn(character: str) -> tuple[Face, float]:
    face = face_of(character)
    return face, float(face.glyph(character).width) / face.em


def scaling(pen: Any, scale: float) -> Any:
    """Return a pen that draws ``scale`` times as large with ``pen``."""
    return TransformPen(pen, (scale, 0, 0, scale, 0, 0))
