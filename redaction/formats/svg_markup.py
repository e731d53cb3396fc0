"""Where an SVG tells of people: every place that is cut or changed, and what it said.

Room: redaction/formats. Pure; linear in the text. Nothing is parsed into a tree and written again:
whatever is not named in ``svg_tables`` stays character for character.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from redaction.carriers import xml_part, xml_walk
from redaction.carriers.changes import Changes
from redaction.carriers.naming import category_of
from redaction.carriers.xml_walk import Attribute, Cut, Kind, Piece
from redaction.errors import UnreadableError
from redaction.formats import svg_tables as tables
from redaction.model import Category

# Names that a drawing gives to its own parts.
LABELS: Final = frozenset({"id", "class", "label", "title", "aria-label", "data-name", "href"})
SHEET: Final = re.compile(r"xml-stylesheet\s.*?href\s*+=\s*+[\"']#", re.DOTALL)
DECLARATION: Final = re.compile(r"xml\s")
_GRAMMAR: Final = """
    SVG PATH GROUP LAYER TEXT TITLE DESC STYLE RECT CIRCLE LINE IMAGE PATTERN FILTER MASK SYMBOL
    MARKER GRADIENT INKSCAPE SODIPODI ADOBE ILLUSTRATOR COREL W3C CREATIVE COMMONS USE DEFS CLIP
    STROKE FILL COLOR FONT NONE BLACK WHITE MATRIX TRANSFORM SOLID NORMAL INLINE BLOCK POINT
"""
MAX_TOLD_CHARS: Final = 4_000


class Markup:
    """Reads the pieces of a drawing; afterwards has its cuts, changes and labels."""

    def __init__(self, text: str) -> None:
        """Read ``text``, an SVG without a document type.

        Raises:
            UnreadableError: not well-formed, or no SVG.
            ActiveContentError, OpaqueStreamError: something can neither stay nor go.
        """
        self.cuts: list[Cut] = []
        self.changes = Changes(keywords=set(_GRAMMAR.split()))
        self.labels: list[str] = []
        self._text = text
        self._lines = [at for at, character in enumerate(text) if character == "\n"]
        self._goes: Piece | None = None
        self._names: list[str] = []
        self._told = 0
        for piece in xml_walk.walk(text):
            self._take(piece)

    def _take(self, piece: Piece) -> None:
        if piece.depth == 0 and piece.kind is Kind.OPEN and piece.name != "svg":
            raise UnreadableError("no SVG")
        if self._goes is not None:
            self._inside(self._goes, piece)
        elif piece.kind is Kind.OPEN:
            self._open(piece)
        elif piece.kind is Kind.COMMENT:
            self._cut(piece.start, piece.end, "")
            self._tell("comment", Category.COMMENT, piece.words, piece)
        elif piece.kind is Kind.INSTRUCTION and not (
            DECLARATION.match(piece.words) or SHEET.match(piece.words)
        ):
            self._cut(piece.start, piece.end, "")
            self._tell("instruction", Category.SOFTWARE, piece.words, piece)
        elif piece.kind is Kind.TEXT and piece.name == "style" and piece.space in tables.KEPT:
            self._style(piece)

    def _open(self, piece: Piece) -> None:
        category = tables.element_goes(piece.space, piece.name, piece.depth)
        if category is None:
            for held in piece.held:
                self._attribute(piece, held)
            return
        self._goes, self._names, self._told = piece, [piece.name], 0
        if category is Category.SCRIPT or piece.space not in tables.DRAWN:
            self.changes.gone(f"SVG.{piece.name}", category, piece.name, self._where(piece.start))
            self._told = MAX_TOLD_CHARS
        self._hear(piece)
        if piece.empty:
            self._end(piece)

    def _inside(self, opened: Piece, piece: Piece) -> None:
        if piece.kind is Kind.OPEN:
            if not piece.empty:
                self._names.append(piece.name)
            self._hear(piece)
        elif piece.kind is Kind.TEXT and piece.words.strip():
            self._heard(self._names, piece.words, piece)
        elif piece.kind is Kind.CLOSE:
            self._names.pop()
            if piece.depth == opened.depth:
                self._end(piece)

    def _hear(self, piece: Piece) -> None:
        for held in piece.held:
            if held.name == "resource":
                self._heard([*self._names, piece.name], held.value, piece)

    def _heard(self, names: Sequence[str], words: str, piece: Piece) -> None:
        if self._told < MAX_TOLD_CHARS:
            self._told += len(words)
            name, category = _meaning(names)
            self._tell(name, category, words[:MAX_TOLD_CHARS], piece)

    def _end(self, last: Piece) -> None:
        if self._goes is not None:
            self._cut(self._goes.start, last.end, "")
        self._goes = None

    def _attribute(self, piece: Piece, held: Attribute) -> None:
        after = tables.field((piece.name, piece.depth), held.space, held.name, held.value)
        if after == held.value:
            if held.name in LABELS and not held.value.startswith("data:"):
                self.labels.append(held.value)
            return
        category = tables.field_category(held.space, held.name)
        self._tell(held.name, category, held.value[:MAX_TOLD_CHARS], piece)
        if after is None:
            self._cut(held.start, held.end, "")
        else:
            self._cut(held.value_start, held.value_end, xml_part.escaped(after))

    def _style(self, piece: Piece) -> None:
        after = tables.css(piece.words)
        self.labels.append(after)
        if after != piece.words:
            self.changes.gone("SVG.style", Category.COMMENT, "style", self._where(piece.start))
            raw = self._text.startswith("<![CDATA[", piece.start)
            written = f"<![CDATA[{after}]]>" if raw else xml_part.escaped(after)
            self._cut(piece.start, piece.end, written)

    def _tell(self, name: str, category: Category, value: str, piece: Piece) -> None:
        where = self._where(piece.start)
        if category in (Category.SCRIPT, Category.HISTORY):
            self.changes.gone(f"SVG.{name}", category, value, where)
        else:
            self.changes.tell(f"SVG.{name}", category, value, where)

    def _cut(self, start: int, end: int, instead: str) -> None:
        self.cuts.append((start, end, instead))

    def _where(self, at: int) -> str:
        return f"line {bisect_left(self._lines, at) + 1}"


def _meaning(names: Sequence[str]) -> tuple[str, Category]:
    """Return the name of a metadata field and what it holds: the outermost name that tells."""
    for name in names:
        category = Category.PERSON if name == "contributor" else category_of(name)
        if category is not Category.COMMENT:
            return name, category
    return names[-1] if names else "metadata", Category.COMMENT
