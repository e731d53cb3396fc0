"""What is going to be changed in a drawing, gathered tag by tag.

Room: redaction/formats. Pure. Strings that no sheet shows are settled here: of a path its last name
stays, so that what it names is still found beside the drawing; an e-mail address becomes a token.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from redaction.carriers import drawing_words
from redaction.carriers.drawing_words import Words
from redaction.formats.dxf_tags import Grid, Tag
from redaction.model import Action, CarrierClass, Category, Edit, Finding
from redaction.text import people

# Without one of these a value holds no path and no address.
SIGNS: Final = re.compile(
    rb"@|[A-Za-z]:[\\/]|\\\\|//|\\U\+|/(?:home|users|volumes|mnt|media|net|export|srv|private)/",
    re.IGNORECASE,
)
ABSOLUTE: Final = re.compile(
    r"[\"'<]?(?:[A-Za-z]:[\\/]|\\\\(?:\\\\)?[\w.$\-]{1,63}\\|//[\w.$\-]{1,63}/|file:"
    r"|~?/(?:home|users|volumes|mnt|media|net|export|srv|private)/)",
    re.IGNORECASE,
)
# What a program installed is the same on every machine.
INSTALLED: Final = re.compile(
    r"[\"'<]?[a-z]:[\\/]+(?:program files|programme|programdata|windows|winnt)\b", re.IGNORECASE
)
LAST_SEPARATOR: Final = re.compile(r".*[\\/]", re.DOTALL)
REMOTE: Final = re.compile(r"(?!file:)[a-z][a-z0-9+.\-]{1,15}://", re.IGNORECASE)
MAX_FINDINGS: Final = 2_000


class Draft:
    """Edits and findings of one file. A value is changed at most once, as a whole."""

    def __init__(self, grid: Grid, codec: str) -> None:
        self.grid = grid
        self.codec = codec
        self.findings: list[Finding] = []
        self._values: dict[Tag, bytes] = {}
        self._cuts: list[Edit] = []
        self._swaps: dict[Tag, list[tuple[int, int, bytes]]] = {}

    def raw(self, tag: Tag) -> bytes:
        """Return the value of ``tag`` as it is going to stand."""
        return self._values.get(tag, self.grid.raw(tag))

    def read(self, tag: Tag, inline: bool = False) -> Words:
        """Return the value of ``tag`` as it is going to be read."""
        return drawing_words.read(self.raw(tag), self.codec, inline)

    def put(self, tag: Tag, value: bytes, found: Iterable[Finding] = ()) -> None:
        """Let ``tag`` hold ``value``; nothing is noted if it holds that already."""
        if value != self.raw(tag):
            self._values[tag] = value
            self.note(found)

    def swap(self, tag: Tag, first: int, last: int, token: bytes) -> None:
        """Let ``token`` stand for a part of the value of ``tag``, counted in its bytes."""
        self._swaps.setdefault(tag, []).append((first, last, token))

    def swapped(self, tag: Tag) -> bool:
        """Return whether a part of ``tag`` is going to be replaced."""
        return tag in self._swaps

    def cut(self, start: int, end: int, found: Iterable[Finding] = ()) -> None:
        """Take out the tags from ``start`` up to ``end``."""
        self._cuts.append(Edit(start, end, b""))
        self.note(found)

    def note(self, found: Iterable[Finding]) -> None:
        """Add findings; a file that names everybody is told by its first ones."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings += found

    def edits(self) -> tuple[Edit, ...]:
        """Return every change, sorted; what lies in a cut is gone with it."""
        cuts = _united(sorted(self._cuts))
        edits = [
            self._edit(tag, value)
            for tag, value in self._values.items()
            if not _inside(tag.at, cuts)
        ]
        parts = [
            Edit(self._begin(tag) + first, self._begin(tag) + last, token)
            for tag, swaps in self._swaps.items()
            for first, last, token in swaps
        ]
        return tuple(sorted([*cuts, *edits, *parts]))

    def _edit(self, tag: Tag, value: bytes) -> Edit:
        at = self._begin(tag)
        return Edit(at, at + len(self.grid.raw(tag)), value)

    def _begin(self, tag: Tag) -> int:
        """Return where the value of ``tag`` begins; blanks around a text are not part of it."""
        old = self.grid.raw(tag)
        return tag.start + self.grid.data[tag.start : tag.end].find(old) if old else tag.start

    def hide(self, tag: Tag, carrier: str, directory: bool = False) -> None:
        """Take paths and addresses out of a string that no sheet shows.

        ``directory`` says that the value is a path whatever it looks like.
        """
        raw = self.raw(tag)
        if not directory and not SIGNS.search(raw):
            return
        words = drawing_words.read(raw, self.codec)
        text = words.text
        if INSTALLED.match(text):
            return
        if ABSOLUTE.match(text) or (directory and text.startswith("/")):
            cut = LAST_SEPARATOR.match(text)
            end = words.place(0, cut.end())[1] if cut else 0
            self.put(tag, raw[end:], [found(carrier, Category.PATH, Action.REPLACED, text)])
            return
        if directory and LAST_SEPARATOR.match(text):
            self.note([found(carrier, Category.PATH, Action.REVIEW, text, content=True)])
        self._hide_spans(tag, words, carrier)

    def _hide_spans(self, tag: Tag, words: Words, carrier: str) -> None:
        raw = self.raw(tag)
        spans = [
            span
            for span in people.find(words.text)
            if span.category in (Category.EMAIL, Category.PATH) and people.is_replaced(span)
        ]
        told: list[Finding] = []
        for span in reversed(spans):
            text = words.text[span.start : span.end]
            start, end = words.place(span.start, span.end)
            raw = raw[:start] + _instead(text, span.category) + raw[end:]
            told.append(found(carrier, span.category, Action.REPLACED, text))
        self.put(tag, raw, told)


def _united(cuts: Iterable[Edit]) -> list[Edit]:
    """Return sorted ``cuts`` with those that overlap as one: a comment may lie in a property."""
    kept: list[Edit] = []
    for cut in cuts:
        if kept and cut.start < kept[-1].end:
            kept[-1] = Edit(kept[-1].start, max(cut.end, kept[-1].end), b"")
        else:
            kept.append(cut)
    return kept


def _inside(at: int, cuts: list[Edit]) -> bool:
    index = bisect_right(cuts, at, key=lambda cut: cut.start) - 1
    return index >= 0 and at < cuts[index].end


def _instead(text: str, category: Category) -> bytes:
    """Return what stands for ``text`` in a hidden string."""
    if category is Category.EMAIL or REMOTE.match(text):
        return people.TOKENS[category].encode("ascii")
    name = re.split(r"[\\/]", text)[-1]
    return name.encode("ascii") if name.isascii() else people.TOKENS[category].encode("ascii")


def found(
    carrier: str,
    category: Category,
    action: Action,
    value: str,
    content: bool = False,
) -> Finding:
    """Return a finding; ``content`` says that the drawing itself shows the value."""
    return Finding(
        f"DXF.{carrier}",
        category,
        action,
        value,
        carrier_class=CarrierClass.CONTENT if content else CarrierClass.METADATA,
    )


def stated(carrier: str, category: Category, value: str, action: Action) -> Finding:
    """Return a finding whose value is our own word for what it is, and so no secret."""
    return Finding(f"DXF.{carrier}", category, action, value, seed=False)
