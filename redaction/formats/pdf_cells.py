"""The cells of a title block: which words stand together, and what stands beside or above them.

Room: redaction/formats. Pure. A PDF knows no cells, only characters and where they stand. What
follows on a line without a gap is one cell; a cell that says what the next one holds ("Drawn by",
绘图) labels the cell to its right and the one below it. Layouts: ISO 7200 (fields of title blocks).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from redaction.formats.pdf_sheet import LINE_ENDS, Box, Sheet
from redaction.text import people
from redaction.text.announcing import labels
from redaction.text.han_words import LABEL as HAN_LABEL
from redaction.text.labels import Strength
from redaction.text.span import Span, surest

# In heights of the type: a gap that parts two cells, and how far a label reaches.
GAP_HEIGHTS: Final = 0.8
LINE_HEIGHTS: Final = 0.5
RIGHT_HEIGHTS: Final = 12.0
BELOW_HEIGHTS: Final = 4.0
COLUMN_HEIGHTS: Final = 1.5
# How sure at most a name is beside a lone word that labels other things, too ("Name").
DOUBTED: Final = 0.78
MAX_LABEL_CHARS: Final = 40
MAX_VALUE_CHARS: Final = 80
MAX_CELLS: Final = 20_000
MAX_LABELS: Final = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """Characters ``start`` up to ``end`` and their box, turned so that the line is level."""

    start: int
    end: int
    turn: int
    box: Box

    @property
    def height(self) -> float:
        """The height of the type, never nothing."""
        return max(self.box.top - self.box.bottom, 0.1)


def find(sheet: Sheet) -> list[Span]:
    """Return whom the text of ``sheet`` names, by itself and by the cells beside it."""
    spans = people.find(sheet.text)
    return surest([*spans, *_labelled(sheet)]) if sheet.text.strip() else spans


def _labelled(sheet: Sheet) -> Iterator[Span]:
    every = list(cells(sheet))
    if len(every) > MAX_CELLS:
        return
    announcing = [cell for cell in every if _is_label(_text(sheet, cell))][:MAX_LABELS]
    known = set(announcing)
    values = [c for c in every if c.end - c.start <= MAX_VALUE_CHARS and c not in known]
    for label in announcing:
        said = _text(sheet, label)
        strong = _strength(said) is Strength.STRONG
        alone = not strong and not any(_is_kin(label, other) for other in announcing)
        for value in _beside(label, [cell for cell in values if cell.turn == label.turn]):
            text = _text(sheet, value)
            for span in people.find(text, label=said):
                # A word in small letters may be a login, and in a listing it is anything.
                small = text[span.start].islower()
                if _is_whole(text, span) and (strong or not small):
                    yield _moved(span, value.start, DOUBTED if alone or small else 1.0)


def _moved(span: Span, by: int, at_most: float) -> Span:
    sure = min(span.confidence, at_most)
    return replace(span, start=span.start + by, end=span.end + by, confidence=sure)


def _is_whole(text: str, span: Span) -> bool:
    """Return whether the cell holds the name, perhaps with a date, and no other words."""
    rest = text[: span.start] + text[span.end :]
    return not any(character.isalpha() for character in rest)


def _is_kin(label: Cell, other: Cell) -> bool:
    """Return whether two labels stand below or beside each other, as those of a block do."""
    if other is label or other.turn != label.turn:
        return False
    high, far = abs(other.box.bottom - label.box.bottom), abs(other.box.left - label.box.left)
    height = label.height
    below = far <= COLUMN_HEIGHTS * height and high <= BELOW_HEIGHTS * height
    return below or (high <= LINE_HEIGHTS * height and far <= RIGHT_HEIGHTS * height)


def _text(sheet: Sheet, cell: Cell) -> str:
    return sheet.text[cell.start : cell.end]


def _is_label(said: str) -> bool:
    """Return whether a cell says what the next one holds and nothing else."""
    if len(said) > MAX_LABEL_CHARS:
        return False
    found = labels(said)
    ends = bool(found) and not any(character.isalnum() for character in said[found[-1].end :])
    return ends or HAN_LABEL.fullmatch(said.strip() + " ") is not None


def _strength(said: str) -> Strength:
    found = labels(said)
    return found[-1].strength if found else Strength.STRONG


def _beside(label: Cell, values: Iterable[Cell]) -> Iterator[Cell]:
    """Yield the nearest cell to the right of ``label`` and the nearest one below it."""
    right = below = None
    for cell in values:
        if cell is label:
            continue
        if _is_right(label, cell) and (right is None or cell.box.left < right.box.left):
            right = cell
        if _is_below(label, cell) and (below is None or cell.box.top > below.box.top):
            below = cell
    yield from (cell for cell in (right, below) if cell is not None)


def _is_right(label: Cell, cell: Cell) -> bool:
    overlap = min(label.box.top, cell.box.top) - max(label.box.bottom, cell.box.bottom)
    gap = cell.box.left - label.box.right
    level = overlap > LINE_HEIGHTS * min(label.height, cell.height)
    return level and -0.1 * label.height <= gap <= RIGHT_HEIGHTS * label.height


def _is_below(label: Cell, cell: Cell) -> bool:
    overlap = min(label.box.right, cell.box.right) - max(label.box.left, cell.box.left)
    gap = label.box.bottom - cell.box.top
    height = max(label.height, cell.height)
    return overlap > 0 and -LINE_HEIGHTS * height <= gap <= BELOW_HEIGHTS * height


def cells(sheet: Sheet) -> Iterator[Cell]:
    """Yield the cells of a page in the order of its characters."""
    held: Cell | None = None
    for at, character in enumerate(sheet.text):
        if character in LINE_ENDS and held is not None:
            yield held
            held = None
        if character.isspace() or not sheet.is_drawn(at):
            continue
        turn = sheet.turn(at)
        box = _level(sheet.room(at), turn)
        if held is not None and _follows(held, turn, box):
            held = Cell(held.start, at + 1, turn, held.box.joined(box))
            continue
        if held is not None:
            yield held
        held = Cell(at, at + 1, turn, box)
    if held is not None:
        yield held


def _follows(held: Cell, turn: int, box: Box) -> bool:
    height = held.height
    gap = box.left - held.box.right
    rise = abs(box.bottom - held.box.bottom)
    return turn == held.turn and -height <= gap <= GAP_HEIGHTS * height and rise <= height / 2


def _level(box: Box, turn: int) -> Box:
    """Return ``box`` on a page that is turned back by as many quarters as its text is."""
    left, bottom, right, top = box
    return (
        box,
        Box(bottom, -right, top, -left),
        Box(-right, -top, -left, -bottom),
        Box(-top, left, -bottom, right),
    )[turn]
