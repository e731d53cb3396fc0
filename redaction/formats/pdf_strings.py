"""Words to take out, and strings of a PDF without them.

Room: redaction/formats. Pure; linear in the text. Only strings that readers show are changed and
to which nothing refers: notes, values of fields, bookmarks, alternative texts. What stands for a
word afterwards tells of what kind it was, and not which.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pikepdf

from redaction.formats.pdf_document import Node
from redaction.formats.pdf_words import text_of
from redaction.model import Category, Finding
from redaction.text import people

# Of what readers show, the strings that nothing else in the file refers to.
WRITTEN: Final = frozenset(
    {"/Title", "/Contents", "/V", "/DV", "/TU", "/Alt", "/ActualText", "/E", "/Opt", "/CA", "/Name"}
)
# The same words again, with their looks.
RICH: Final = ("/RC", "/RV")
# As for the sweep: shorter than this, it counts only as a word of its own.
WORD_CHARS: Final = 8
NOTES: Final = frozenset({"PDF/Annot.Contents", "PDF/Field"})


class Words:
    """Words to take out, and notes and values that go as a whole."""

    def __init__(self, asked: Sequence[Finding]) -> None:
        whole = {_folded(found.value) for found in asked if _is_note(found)}
        tokens = {
            _folded(found.value): people.token(found.category)
            for found in asked
            if not _is_note(found)
        }
        self._whole = frozenset(whole)
        self._tokens = tokens
        self._pattern = pattern([found.value for found in asked if not _is_note(found)])

    def places(self, text: str) -> Iterator[int]:
        """Yield where in ``text`` a character of a word stands."""
        for found in self._pattern.finditer(text):
            yield from range(*found.span())

    def is_emptied(self, annotation: pikepdf.Object) -> bool:
        """Return whether all that an annotation says goes."""
        above = annotation.get("/Parent")
        holders = [annotation, *([above] if isinstance(above, pikepdf.Dictionary) else [])]
        return any(
            self._is_whole(said)
            for holder in holders
            for key in ("/Contents", "/V")
            for said in _said(holder.get(key))
        )

    def replaced(self, node: Node) -> None:
        """Write the strings of ``node`` without the words."""
        held = node.held
        if node.named:
            return
        changed = False
        for key in WRITTEN.intersection(held.keys()):
            value = held[key]
            if isinstance(value, pikepdf.String):
                after = self._without(str(value))
                if after != str(value):
                    held[key] = pikepdf.String(after)
                    changed = True
            elif isinstance(value, pikepdf.Array):
                changed = self._each(value) or changed
        for key in RICH:
            if key in held and (changed or self._pattern.search(text_of(held[key]))):
                del held[key]

    def _each(self, several: pikepdf.Array) -> bool:
        changed = False
        for at, value in enumerate(several):
            if isinstance(value, pikepdf.String) and self._without(str(value)) != str(value):
                several[at] = pikepdf.String(self._without(str(value)))
                changed = True
        return changed

    def _without(self, said: str) -> str:
        if self._is_whole(said):
            return ""
        return self._pattern.sub(lambda word: self._tokens.get(_folded(word.group()), ""), said)

    def _is_whole(self, said: str) -> bool:
        folded = _folded(said)
        return any(folded.startswith(whole) for whole in self._whole if whole)


def _is_note(found: Finding) -> bool:
    return found.category is Category.COMMENT and found.carrier in NOTES


def _said(value: object) -> Iterable[str]:
    if isinstance(value, pikepdf.Array):
        return [text_of(one) for one in value]
    return [text_of(value)]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def pattern(values: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of ``values``, the longest first, however their words are apart."""
    words = {_folded(value): value for value in values}
    longest = sorted((word for word in words if word), key=len, reverse=True)
    return re.compile("|".join(map(_bounded, longest)) or r"(?!)", re.IGNORECASE)


def _bounded(word: str) -> str:
    """Return a pattern for ``word``: within a longer one it is meant only if it is long itself."""
    short = len(word) < WORD_CHARS
    before = r"(?<![^\W_])" if short and word[:1].isascii() and word[:1].isalnum() else ""
    after = r"(?![^\W_])" if short and word[-1:].isascii() and word[-1:].isalnum() else ""
    return before + r"\s+".join(map(re.escape, word.split())) + after
