"""Which words of a drawing stand beside a label that announces a person, and where words are.

Room: redaction/formats. Pure. Gathered while the drawing is read, settled at its end: most drawings
have few such labels, and only then are places read at all (``dxf_cells`` says what belongs
together). An attribute is also announced by the prompt of its definition.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.formats.dxf_cells import Insert, Place, Sheet, facts, insert, place
from redaction.formats.dxf_tags import Grid, Record, Tag
from redaction.text import people

MAX_LABEL_CHARS: Final = 60
MAX_VALUE_CHARS: Final = 120
# Words that stand in more places than this are part of what is drawn.
MAX_TIMES: Final = 32
MAX_OCCURRENCES: Final = 200_000
MAX_INSERTS: Final = 20_000
MAX_CARRIED: Final = 2_000
LETTER: Final = re.compile(r"[^\W\d_]")
PLACED: Final = frozenset({"TEXT", "MTEXT", "ATTRIB", "ATTDEF"})


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """Words at one place: the number of their passage, and the record they stand in."""

    number: int
    head: Tag
    kind: str
    block: str


class Labels:
    """What is needed to tell which passages are announced by others."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._occurrences: list[_Occurrence] = []
        self._blocks: dict[str, Tag] = {}
        self._inserts: list[tuple[str, Tag, str]] = []
        self._prompts: dict[str, str] = {}
        self._tagged: dict[int, str] = {}
        self._block = ""

    def block_of(self, record: Record) -> str:
        """Return the name of the block that ``record`` stands in; empty if in none."""
        return self._block if record.section == "BLOCKS" else ""

    def follow(self, record: Record) -> None:
        """Take note of where blocks begin, and of where they are inserted."""
        if record.kind == "BLOCK":
            self._block = self._name(record)
            self._blocks[self._block] = record.head
        elif record.kind == "INSERT" and len(self._inserts) < MAX_INSERTS:
            self._inserts.append((self._name(record), record.head, self.block_of(record)))

    def stands(self, number: int, record: Record) -> None:
        """Take note that the passage ``number`` stands in ``record``."""
        if record.kind in PLACED and len(self._occurrences) < MAX_OCCURRENCES:
            block = self.block_of(record)
            self._occurrences.append(_Occurrence(number, record.head, record.kind, block))

    def prompts(self, attribute: str, prompt: str) -> None:
        """Take note of what is asked for when a block with this attribute is inserted."""
        self._prompts.setdefault(attribute, prompt)

    def tagged(self, number: int, attribute: str) -> None:
        """Take note that the passage ``number`` is the value of ``attribute``."""
        self._tagged.setdefault(number, attribute)

    def announced(self, texts: Sequence[str]) -> Mapping[int, Sequence[str]]:
        """Return, for the numbers of passages, the labels beside them; ``texts`` are all passages.

        Labels are no values themselves, and long texts are neither.
        """
        labels = {
            number: text
            for number, text in enumerate(texts)
            if 1 < len(text.strip()) <= MAX_LABEL_CHARS and people.announces(text)
        }
        found: dict[int, list[str]] = defaultdict(list)
        for number, attribute in self._tagged.items():
            prompt = self._prompts.get(attribute, "")
            if people.announces(prompt[:MAX_LABEL_CHARS]):
                found[number].append(prompt)
        for number, label in self._beside(texts, labels) if labels else ():
            if label not in found[number]:
                found[number].append(label)
        return found

    def _beside(self, texts: Sequence[str], labels: Mapping[int, str]) -> Iterator[tuple[int, str]]:
        """Yield what stands beside or below a label, and the label."""
        placed: list[tuple[Place, int]] = []
        announcing: list[tuple[Place, str]] = []
        carried: dict[str, list[tuple[Place, str]]] = defaultdict(list)
        times: Counter[int] = Counter()
        for one in self._occurrences:
            text = texts[one.number]
            times[one.number] += 1
            # Numbers and dates may stand between a label and a name.
            if len(text) > MAX_VALUE_CHARS or not LETTER.search(text):
                continue
            if times[one.number] > MAX_TIMES and one.number not in labels:
                continue
            where = place(facts(self._grid, one.head), one.kind, one.block, text)
            if where is None:
                continue
            placed.append((where, one.number))
            if one.number in labels:
                announcing.append((where, text))
                carried[one.block].append((where, text))
        announcing += self._carried(carried)
        sheet = Sheet(placed)
        for where, label in announcing:
            yield from (
                (number, label) for number in sheet.announced(where) if number not in labels
            )

    def _carried(
        self, labels: Mapping[str, Sequence[tuple[Place, str]]]
    ) -> Iterator[tuple[Place, str]]:
        """Yield the labels inside blocks where their blocks are inserted."""
        left = MAX_CARRIED
        for name, head, block in self._inserts:
            held = labels.get(name, ()) if name else ()
            if not held or left < len(held):
                continue
            left -= len(held)
            put = self._insert(name, head, block)
            yield from ((put.carried(where), text) for where, text in held)

    def _insert(self, name: str, head: Tag, block: str) -> Insert:
        begin = self._blocks.get(name)
        base = facts(self._grid, begin) if begin is not None else None
        origin = (base.number(10), base.number(20)) if base is not None else (0.0, 0.0)
        return insert(facts(self._grid, head), name, block, origin)

    def _name(self, record: Record) -> str:
        tag = next((tag for tag in record.tags if tag.code == 2), None)
        return self._grid.raw(tag).decode("utf-8", "replace") if tag is not None else ""


def where(grid: Grid, record: Record, block: str) -> str:
    """Return where words stand, for whoever looks for them: handle, layer, layout.

    A layer, layout or block that may be called after somebody is not named.
    """
    known = facts(grid, record.head)
    layer = known.texts.get(8, "")
    names = [f"handle {known.handle}" if known.handle else "", f"layer {layer}" if layer else ""]
    if record.kind in PLACED:
        names.append(known.space(block))
    return ", ".join(name for name in names if name and _is_plain(name))


def _is_plain(name: str) -> bool:
    return len(name) <= MAX_LABEL_CHARS and name.isprintable() and not people.pinpoint(name)
