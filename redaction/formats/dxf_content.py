"""Words that a sheet shows: who is named in them is reported, and replaced only if asked for.

Room: redaction/formats. Pure. All words are searched together, each on its line, so that a name
written below its label is found; an attribute stands behind its tag, which labels it. In a title
block, what stands beside or below a label is searched once more as that label's (``dxf_labels``).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from redaction.carriers import drawing_words
from redaction.carriers.drawing_words import Words
from redaction.formats.dxf_draft import Draft
from redaction.formats.dxf_labels import MAX_LABEL_CHARS, Labels, where
from redaction.formats.dxf_objects import NAMES, SHOWN
from redaction.formats.dxf_tags import Record, Tag
from redaction.model import Action, CarrierClass, Category, Finding, Profile
from redaction.text import people
from redaction.text.span import surest

# Multi-line text whose codes stand inside words.
INLINE: Final = frozenset(SHOWN) - {"TEXT", "BLOCK", "GROUP"}
# Patterns of lines ("Long Dash") and programs are called after nobody.
NAMELESS: Final = frozenset({"LTYPE", "APPID"})
ATTRIBUTES: Final = ("ATTRIB", "ATTDEF")
# Behind this mark an attribute of many lines holds them as multi-line text.
EMBEDDED: Final = 101
PROMPT: Final = 3


@dataclass(slots=True)
class _Passage:
    """Words that stand together, and every place they stand at."""

    label: str
    words: Words
    record: Record
    block: str
    name: bool  # parts of the drawing refer to each other by it, so it never changes
    places: list[list[Tag]] = field(default_factory=list)


class Content:
    """The words of one drawing, each passage once."""

    def __init__(self, draft: Draft, profile: Profile) -> None:
        self._draft = draft
        self._profile = profile
        self._passages: dict[tuple[str, bytes, bool], tuple[int, _Passage]] = {}
        self._labels = Labels(draft.grid)

    def add(self, record: Record) -> None:
        """Take in the words of ``record`` that a sheet or a list shows."""
        self._labels.follow(record)
        if record.kind in ATTRIBUTES:
            self._add_attribute(record)
        else:
            codes = SHOWN.get(record.kind, ())
            pieces = [tag for tag in record.tags if tag.code in codes]
            # Long text comes in pieces of 250 bytes, the last one under another code.
            for held in [pieces] if record.kind == "MTEXT" else [[tag] for tag in pieces]:
                self._take(record, "", held)
        for tag in record.tags:
            if tag.code in NAMES.get(record.kind, ()) and record.kind != "SECTION":
                self._take(record, "", [tag], name=True)

    def _add_attribute(self, record: Record) -> None:
        """Take in the value of an attribute, or its default value and what is asked for."""
        codes = [tag.code for tag in record.tags]
        own = codes.index(EMBEDDED) if EMBEDDED in codes else len(codes)
        attribute, label = self._label(record)
        values = [tag for tag in record.tags[:own] if tag.code == 1]
        prompts = [tag for tag in record.tags[:own] if tag.code == PROMPT]
        lines = [tag for tag in record.tags[own:] if tag.code in (PROMPT, 1)]
        if record.kind == "ATTRIB":
            values, prompts = [*prompts, *values], []
        for pieces in (values, lines):
            number = self._take(record, label, pieces)
            if number is not None:
                self._labels.tagged(number, attribute)
        for tag in prompts:
            self._take(record, "", [tag])
            self._labels.prompts(attribute, self._draft.read(tag).text)

    def _take(
        self, record: Record, label: str, pieces: list[Tag], *, name: bool = False
    ) -> int | None:
        """Take in words as one passage; return its number, or None if they are empty."""
        raw = b"".join(self._draft.raw(tag) for tag in pieces)
        if not raw:
            return None
        known = self._passages.get((label, raw, name))
        if known is None:
            words = drawing_words.read(raw, self._draft.codec, record.kind in INLINE)
            block = self._labels.block_of(record)
            known = len(self._passages), _Passage(label, words, record, block, name)
            self._passages[label, raw, name] = known
        number, passage = known
        if self._profile.asks_any or not passage.places:
            passage.places.append(pieces)
        if not name:
            self._labels.stands(number, record)
        return number

    def _label(self, record: Record) -> tuple[str, str]:
        """Return the tag of an attribute, as a program and as a reader knows it."""
        tag = next((tag for tag in record.tags if tag.code == 2), None)
        if tag is None:
            return "", ""
        attribute = self._draft.read(tag).text
        return attribute, attribute.replace("_", " ")[:MAX_LABEL_CHARS] + ": "

    def plan(self) -> None:
        """Report who is named, and plan to replace what the profile asks for."""
        passages = [passage for _, passage in self._passages.values()]
        spans = _spans(passages)
        for number, labels in self._labels.announced([p.words.text for p in passages]).items():
            text = passages[number].words.text
            also = [span for label in labels for span in people.find(text, label)]
            if also:
                spans[number] = surest([*spans.get(number, ()), *also])
        for number, found in sorted(spans.items()):
            for span in found:
                self._settle(passages[number], span)

    def _settle(self, passage: _Passage, span: people.Span) -> None:
        carrier = f"DXF.{passage.record.kind}"
        value = passage.words.text[span.start : span.end]
        done = not passage.name and self._profile.asks(carrier, span.category, value)
        for pieces in passage.places if done else ():
            done = self._replace(pieces, passage.words, span) and done
        told = Finding(
            carrier,
            span.category,
            Action.REPLACED if done else Action.REVIEW,
            value,
            where=where(self._draft.grid, passage.record, passage.block),
            carrier_class=CarrierClass.CONTENT,
            seed=done,
            confidence=span.confidence,
            rule=span.rule,
        )
        self._draft.note([told])

    def _replace(self, pieces: list[Tag], words: Words, span: people.Span) -> bool:
        """Replace ``span`` at one place; return False if codes inside it forbid that."""
        start, end = words.place(span.start, span.end)
        old = b"".join(self._draft.grid.raw(tag) for tag in pieces)
        if any(brace in old[start:end] for brace in b"{}"):
            return False
        token = people.token(span.category).encode("ascii")
        begins = 0
        for tag in pieces:
            held = self._draft.grid.raw(tag)
            first, last = max(start - begins, 0), min(end - begins, len(held))
            if first < last:
                self._draft.swap(tag, first, last, token)
                token = b""
            begins += len(held)
        return True


def _spans(passages: Sequence[_Passage]) -> dict[int, list[people.Span]]:
    """Return who is named in the passages, by their number; found in all of them together."""
    begins = [0]
    for passage in passages:
        begins.append(begins[-1] + len(passage.label) + len(passage.words.text) + 1)
    spans: dict[int, list[people.Span]] = defaultdict(list)
    for span in _found("\n".join(passage.label + passage.words.text for passage in passages)):
        at = bisect_right(begins, span.start) - 1
        offset = begins[at] + len(passages[at].label)
        end = min(span.end, begins[at + 1] - 1)
        start = max(span.start, offset)
        nameless = span.category is Category.PERSON and passages[at].record.kind in NAMELESS
        if start < end and not nameless:
            spans[at].append(replace(span, start=start - offset, end=end - offset))
    return spans


@lru_cache(maxsize=2)
def _found(text: str) -> Sequence[people.Span]:
    """Return who ``text`` names; remembered, for a cleaned drawing mostly says the same words."""
    return tuple(people.find(text))
