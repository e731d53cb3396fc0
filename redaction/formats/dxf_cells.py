"""Title blocks: which words stand beside or below the words that announce a person.

Room: redaction/formats. Pure. A title block is lines and loose texts; that "DRAWN BY" and a name
belong together is told by where they stand alone: on one line within a few letters' heights, or
one below the other. Labels often stand in a block that is inserted and names on the sheet, so
labels are carried to where their block is inserted. Sources: DXF Reference, "TEXT", "MTEXT",
"ATTRIB", "INSERT", "BLOCK".
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sin
from typing import Final, NamedTuple

from redaction.formats.dxf_tags import Grid, Tag

# How far apart a label and its value may stand, in heights of the taller one's letters.
BESIDE_HEIGHTS: Final = 10.0
BELOW_HEIGHTS: Final = 3.5
SAME_LINE_HEIGHTS: Final = 0.6
INDENT_HEIGHTS: Final = 4.0
# A letter is about so wide for its height, in most fonts a drawing is written in.
LETTER_WIDTH: Final = 0.7
MAX_PLACED: Final = 50_000
MODEL: Final = "model space"
PAPER: Final = "paper space"
_WANTED: Final = frozenset({5, 8, 10, 20, 40, 41, 42, 50, 67, 71, 105, 410})


class Place(NamedTuple):
    """Where words stand: in which space, and the lower left corner, in the sheet's own units."""

    space: str
    x: float
    y: float
    height: float
    width: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record says of itself beside its words; the first of each code counts."""

    texts: dict[int, str]
    numbers: dict[int, float]

    def number(self, code: int, default: float = 0.0) -> float:
        """Return a number of the record; NaN and infinity are no numbers."""
        value = self.numbers.get(code, default)
        return value if abs(value) < 1e15 else default

    @property
    def handle(self) -> str:
        """By which a program finds the record."""
        return self.texts.get(5, self.texts.get(105, ""))[:16]

    def space(self, block: str) -> str:
        """Return in which block, layout or space it stands."""
        if block:
            return f"block {block}"
        layout = self.texts.get(410, "")
        paper = self.number(67) == 1
        return f"layout {layout}" if layout else PAPER if paper else MODEL


def facts(grid: Grid, head: Tag) -> Facts:
    """Return what stands in the record that begins with ``head``."""
    texts: dict[int, str] = {}
    numbers: dict[int, float] = {}
    for tag in grid.tags(head.after, len(grid.data)):
        code = tag.code
        if code == 0 or code == 101:
            break
        if code not in _WANTED:
            continue
        if code in (5, 8, 105, 410):
            texts.setdefault(code, grid.raw(tag).decode("utf-8", "replace"))
        elif code not in numbers and (value := grid.value(tag)) is not None:
            numbers[code] = value
    return Facts(texts, numbers)


def place(known: Facts, kind: str, block: str, text: str) -> Place | None:
    """Return where ``text`` stands; None if the record does not say."""
    if 10 not in known.numbers or 20 not in known.numbers:
        return None
    height = abs(known.number(40)) or 1.0
    lines = text.split("\n")
    width = LETTER_WIDTH * height * max(map(len, lines))
    x, y = known.number(10), known.number(20)
    if kind == "MTEXT":
        # Nine points it may hang from: rows from the top, columns from the left.
        row, column = divmod(int(known.number(71, 1.0)) - 1, 3)
        x -= width * column / 2
        y -= height * (1, 0.5, 0)[row] if row in (0, 1, 2) else 0
    turn = radians(-known.number(50)) if kind != "MTEXT" else 0.0
    x, y = x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)
    space = known.space(block)
    return Place(f"{space} {known.number(50):.0f}" if turn else space, x, y, height, width)


@dataclass(frozen=True, slots=True)
class Insert:
    """A block put somewhere: its name, the space it is put into, and how it is moved there."""

    block: str
    space: str
    at: tuple[float, float]
    base: tuple[float, float]
    scale: tuple[float, float]
    turn: float

    def carried(self, label: Place) -> Place:
        """Return where a place of the block comes to stand."""
        x = (label.x - self.base[0]) * self.scale[0]
        y = (label.y - self.base[1]) * self.scale[1]
        turn = radians(self.turn)
        moved_x = self.at[0] + x * cos(turn) - y * sin(turn)
        moved_y = self.at[1] + x * sin(turn) + y * cos(turn)
        size = hypot(*self.scale) / hypot(1, 1) or 1.0
        return Place(self.space, moved_x, moved_y, label.height * size, label.width * size)


def insert(known: Facts, name: str, block: str, base: tuple[float, float]) -> Insert:
    """Return what the INSERT of the block ``name`` does, whose own origin is ``base``."""
    return Insert(
        name,
        known.space(block),
        (known.number(10), known.number(20)),
        base,
        (known.number(41, 1.0), known.number(42, 1.0)),
        known.number(50),
    )


class Sheet:
    """Where all words stand that may be announced, in rows from the bottom to the top."""

    def __init__(self, words: Iterable[tuple[Place, int]]) -> None:
        """``words`` are places and whatever numbers their words."""
        self._rows: dict[str, list[tuple[float, Place, int]]] = defaultdict(list)
        for where, number in words:
            self._rows[where.space].append((where.y, where, number))
        for row in self._rows.values():
            row.sort()

    def announced(self, label: Place) -> Iterator[int]:
        """Yield the number of the words beside ``label``, and of those below it."""
        beside: tuple[float, int] | None = None
        below: tuple[float, int] | None = None
        for where, number in self._near(label):
            tall = max(label.height, where.height)
            gap = where.x - label.x - label.width
            down = label.y - where.y
            if abs(down) <= SAME_LINE_HEIGHTS * tall:
                if where.x > label.x and -2 * tall < gap <= BESIDE_HEIGHTS * tall:
                    beside = min(beside or (gap, number), (gap, number))
            elif 0 < down <= BELOW_HEIGHTS * tall and _overlap(label, where, tall):
                distance = down + abs(where.x - label.x)
                below = min(below or (distance, number), (distance, number))
        yield from (found[1] for found in (beside, below) if found is not None)

    def _near(self, label: Place) -> Sequence[tuple[Place, int]]:
        row = self._rows.get(label.space, [])
        reach = BELOW_HEIGHTS * 4 * label.height
        begin = bisect_left(row, label.y - reach, key=lambda entry: entry[0])
        end = bisect_left(row, label.y + reach, key=lambda entry: entry[0])
        return [(where, number) for _, where, number in row[begin:end] if where != label]


def _overlap(label: Place, where: Place, tall: float) -> bool:
    """Return whether ``where`` begins under ``label``, or a little beside it."""
    indent = INDENT_HEIGHTS * tall
    return label.x - indent <= where.x <= label.x + max(label.width, indent)
