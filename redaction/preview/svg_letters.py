"""The text of an SVG turned into outlines, because the renderer can open no font.

Room: redaction/preview. Pure but for the fonts of ``redaction.preview.lettering``. It follows
sizes, anchors and positions (SVG 2, §11) closely enough to read a drawing by; kerning, text on a
path and letters' own rotation it leaves out. Elements keep their attributes, so that colours and
styles still reach what was text.

    <text x= y=>words <tspan>more</tspan></text>  →  <g><path d=…/><g><path d=…/></g></g>
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from redaction.preview import lettering

SVG: Final = "{http://www.w3.org/2000/svg}"
SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
CLASS_RULE: Final = re.compile(r"\.([\w-]++)\s*+(?:,[^{}]*+)?\{([^{}]*+)\}")
LENGTH: Final = re.compile(r"\s*+([-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?)([a-z%]*+)")
# CSS Values 4, §6.2; an em and a per cent are of the font's size.
PIXELS: Final = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}
OF_FONT: Final = {"em": 1.0, "%": 0.01, "ex": 0.5, "rem": 1.0}
DEFAULT_PIXELS: Final = 16.0
ANCHORS: Final = {"middle": 0.5, "end": 1.0}
PLACING: Final = ("x", "y", "dx", "dy", "rotate", "textLength", "lengthAdjust")
MAX_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Style:
    """What is inherited: the font's size in pixels, the anchor, whether blanks are kept."""

    size: float = DEFAULT_PIXELS
    anchor: str = "start"
    kept: bool = False


@dataclass(slots=True)
class _Run:
    """Words in one style at one place. ``x`` and ``y`` are None where they follow what stood."""

    element: Any
    after: int  # among the children of ``element``, how many stand before it
    words: str
    style: _Style
    x: float | None
    y: float | None
    dx: float
    dy: float


class Outlines:
    """Turns every text of a parsed SVG into paths, in place."""

    def __init__(self, root: Any) -> None:
        """Read the style rules of ``root``."""
        self._left = MAX_CHARACTERS
        sheets = " ".join(sheet.text or "" for sheet in root.iter(f"{SVG}style"))
        self._rules = dict(CLASS_RULE.findall(sheets))
        self._walk(root, _Style())

    def _walk(self, element: Any, style: _Style) -> None:
        for child in list(element):
            inner = self._style(child, style)
            if child.tag == f"{SVG}text":
                self._outline(child, inner)
            else:
                self._walk(child, inner)

    def _outline(self, text: Any, style: _Style) -> None:
        runs = list(self._runs(text, style))
        _trim(runs)
        for element in [*text.iter(f"{SVG}tspan"), text]:
            element.tag, element.text = f"{SVG}g", None
            for name in PLACING:
                element.attrib.pop(name, None)
        x = y = 0.0
        placed: list[tuple[_Run, str]] = []
        for at, run in enumerate(runs):
            if run.x is not None or at == 0:
                x = (run.x or 0.0) - _lead(runs, at)
            y = (run.y if run.y is not None else y) + run.dy
            x += run.dx
            placed.append((run, lettering.outlines(run.words, x, y, run.style.size)))
            x += lettering.width(run.words) * run.style.size
        for run, path in reversed(placed):
            if path:
                run.element.insert(run.after, run.element.makeelement(f"{SVG}path", {"d": path}))
        for child in text.iter():
            child.tail = None

    def _runs(self, element: Any, style: _Style) -> Iterator[_Run]:
        places = {name: lengths(element.get(name), style.size) for name in ("x", "y", "dx", "dy")}
        yield from self._placed(element, element.text or "", style, places)
        for number, child in enumerate(element):
            if child.tag == f"{SVG}tspan":
                yield from self._runs(child, self._style(child, style))
            words = child.tail or ""
            yield _Run(element, number + 1, self._cut(words, style), style, None, None, 0, 0)

    def _placed(
        self, element: Any, words: str, style: _Style, places: dict[str, list[float]]
    ) -> Iterator[_Run]:
        words = self._cut(words, style)
        each = max(len(places["x"]), len(places["y"]))
        pieces = [*words[: each - 1], words[each - 1 :]] if each > 1 else [words]
        for number, piece in enumerate(pieces):
            x, y, dx, dy = (
                places[name][number] if number < len(places[name]) else None
                for name in ("x", "y", "dx", "dy")
            )
            yield _Run(element, 0, piece, style, x, y, dx or 0.0, dy or 0.0)

    def _cut(self, words: str, style: _Style) -> str:
        words = words.replace("\n", " ").replace("\t", " ")
        words = words if style.kept else re.sub(r" {2,}", " ", words)
        words = "".join(c for c in words[: max(0, self._left)] if c.isprintable())
        self._left -= len(words)
        return words

    def _style(self, element: Any, style: _Style) -> _Style:
        if not isinstance(element.tag, str):
            return style
        declared = ";".join(self._rules.get(name, "") for name in element.get("class", "").split())
        told = {
            name.strip(): value.strip()
            for name, _, value in (
                one.partition(":") for one in f"{declared};{element.get('style', '')}".split(";")
            )
        }
        size = told.get("font-size") or element.get("font-size")
        anchor = told.get("text-anchor") or element.get("text-anchor")
        kept = element.get(SPACE)
        sizes = lengths(size, style.size)
        return replace(
            style,
            size=sizes[0] if sizes and sizes[0] > 0 else style.size,
            anchor=anchor or style.anchor,
            kept=style.kept if kept is None else kept == "preserve",
        )


def _trim(runs: list[_Run]) -> None:
    """Take the blanks away that a text begins and ends with, and those that follow a blank."""
    before = " "
    for run in runs:
        if not run.style.kept and before.endswith(" "):
            run.words = run.words.lstrip(" ")
        before = run.words or before
    for run in reversed(runs):
        if run.words:
            run.words = run.words if run.style.kept else run.words.rstrip(" ")
            return


def _lead(runs: list[_Run], at: int) -> float:
    """Return how far before its place a chunk begins: none of it, half or all."""
    share = ANCHORS.get(runs[at].style.anchor, 0.0)
    chunk = [runs[at]]
    for run in runs[at + 1 :]:
        if run.x is not None:
            break
        chunk.append(run)
    return share * sum(lettering.width(run.words) * run.style.size for run in chunk)


def lengths(value: str | None, size: float) -> list[float]:
    """Return the lengths in ``value`` in pixels; an em is ``size``."""
    found = LENGTH.finditer((value or "").replace(",", " ")[:10_000])
    return [
        float(number) * (PIXELS[unit] if unit in PIXELS else OF_FONT.get(unit, 1.0) * size)
        for number, unit in (one.groups() for one in found)
    ]
