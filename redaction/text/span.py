"""A place in a text that names or locates somebody.

Room: redaction/text. Pure. Offsets count characters of a ``str``, not bytes.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from redaction.model import Category

_START: Final = attrgetter("start")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters from ``start`` up to, not including, ``end``; ``confidence`` within 0 and 1.

    ``rule`` is the stable name of the rule that found it (``name.labelled``); what it says in
    a sentence stands in ``redaction.text.reasons``.
    """

    start: int
    end: int
    category: Category
    confidence: float
    rule: str = ""


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """Return ``spans`` sorted; of two that overlap, the longer and then the surer one."""
    return _apart(sorted(spans, key=lambda span: (span.start - span.end, -span.confidence, span)))


def surest(spans: Iterable[Span]) -> list[Span]:
    """Return ``spans`` sorted; of two that overlap, the surer and then the longer one."""
    return _apart(sorted(spans, key=lambda span: (-span.confidence, span.start - span.end, span)))


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Return those of ``spans``, first come first kept, that touch no other."""
    kept: list[Span] = []
    for span in spans:
        at = bisect_left(kept, span.start, key=_START)
        before = at == 0 or kept[at - 1].end <= span.start
        after = at == len(kept) or span.end <= kept[at].start
        if before and after:
            kept.insert(at, span)
    return kept
