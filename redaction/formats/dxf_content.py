"""Words that a sheet shows: who is named in them is reported, and replaced only if asked for.

Room: redaction/formats. Pure. All words are searched together, each on its line, so that a name
written below its label is found; an attribute stands behind its tag, which labels it.
"""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Final

from redaction.formats import dxf_words
from redaction.formats.dxf_draft import Draft
from redaction.formats.dxf_objects import NAMES, SHOWN
from redaction.formats.dxf_tags import Record, Tag, handle
from redaction.formats.dxf_words import Words
from redaction.model import Action, CarrierClass, Finding, Profile
from redaction.text import people

# Multi-line text whose codes stand inside words.
INLINE: Final = frozenset(SHOWN) - {"TEXT", "BLOCK", "GROUP"}
MAX_LABEL_CHARS: Final = 60


@dataclass(slots=True)
class _Passage:
    """Words that stand together, and every place they stand at."""

    label: str
    words: Words
    record: Record
    name: bool  # parts of the drawing refer to each other by it, so it never changes
    places: list[list[Tag]] = field(default_factory=list)


class Content:
    """The words of one drawing, each passage once."""

    def __init__(self, draft: Draft, profile: Profile) -> None:
        self._draft = draft
        self._profile = profile
        self._passages: dict[tuple[str, bytes, bool], _Passage] = {}
        self._text: str | None = None

    def add(self, record: Record) -> None:
        """Take in the words of ``record`` that a sheet or a list shows."""
        codes = SHOWN.get(record.kind, ())
        label = self._label(record) if record.kind in ("ATTRIB", "ATTDEF") else ""
        pieces = [tag for tag in record.tags if tag.code in codes]
        if pieces and record.kind in ("MTEXT", "ATTRIB", "ATTDEF"):
            # Long text comes in pieces of 250 bytes, the last one under another code.
            self._take(record, label, pieces)
        else:
            for tag in pieces:
                self._take(record, label, [tag])
        for tag in record.tags:
            if tag.code in NAMES.get(record.kind, ()) and record.kind != "SECTION":
                self._take(record, "", [tag], name=True)

    def _take(self, record: Record, label: str, pieces: list[Tag], *, name: bool = False) -> None:
        raw = b"".join(self._draft.raw(tag) for tag in pieces)
        if not raw:
            return
        passage = self._passages.get((label, raw, name))
        if passage is None:
            words = dxf_words.read(raw, self._draft.codec, record.kind in INLINE)
            passage = _Passage(label, words, record, name)
            self._passages[label, raw, name] = passage
        if self._profile.asks_any or not passage.places:
            passage.places.append(pieces)

    def _label(self, record: Record) -> str:
        tag = next((tag for tag in record.tags if tag.code == 2), None)
        if tag is None:
            return ""
        return self._draft.read(tag).text.replace("_", " ")[:MAX_LABEL_CHARS] + ": "

    @property
    def text(self) -> str:
        """Return everything that is shown, a passage a line."""
        if self._text is None:
            self._text = "\n".join(
                passage.label + passage.words.text for passage in self._passages.values()
            )
        return self._text

    def plan(self) -> None:
        """Report who is named, and plan to replace what the profile asks for."""
        passages = list(self._passages.values())
        begins = [0]
        for passage in passages:
            begins.append(begins[-1] + len(passage.label) + len(passage.words.text) + 1)
        for span in people.find(self.text):
            at = bisect_right(begins, span.start) - 1
            offset = begins[at] + len(passages[at].label)
            end = min(span.end, begins[at + 1] - 1)
            start = max(span.start, offset)
            if start < end:
                moved = replace(span, start=start - offset, end=end - offset)
                self._settle(passages[at], moved)

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
            where=f"handle {handle(self._draft.grid, passage.record)}",
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
