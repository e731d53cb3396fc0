"""What the objects of a DWG say: every string, with the place where it stands.

Room: redaction/formats. Pure. From release 2007 on an object keeps its strings together and each is
read by its length. Before, they stand among its other bits: what is printable, as long as announced
and closed by a zero is taken for one. Source: Open Design Specification for .dwg files 5.4.1, §2.5,
§20.1.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.formats.dwg_bits import Text, bits, little, shifted
from redaction.formats.dwg_objects import Objects, Stretch

# How the length of a string is written, by its first two bits: bits of the number, or the number.
LENGTHS: Final = {0: 16, 1: 8}
EMPTY: Final = 2
# In an object as large as this hardly anything is text.
LARGE_BYTES: Final = 8 * 1024
PLAIN_RUN: Final = re.compile(rb"[\t\n\r\x20-\x7e]{6,2000}+")
RUN: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{4,2000}+")
# Lines, curves, solids, insertions, pictures and embedded documents say nothing that is read here.
SHAPES: Final = frozenset({5, 6, *range(7, 20), *range(27, 42), 43, 45, 47, 74, 77, 78, 80, 81})
MIN_CHARS: Final = 4
MIN_OPEN_CHARS: Final = 5
WORDS: Final = re.compile(rb"(?:[A-Za-z0-9 .,:;()@_/\\-]{2,}+[^\x80-\xff]?)++")
# By chance bytes above 127 are printable as often as not; so many of them are letters rarely.
MIN_FOREIGN_CHARS: Final = 6
FOREIGN_SHARE: Final = 0.8
# The length of a string is one byte or two, and may look like a letter itself.
MAX_BEFORE: Final = 3


@dataclass(frozen=True, slots=True)
class String:
    """A string of an object; ``at`` is the bit where its bytes ``raw`` begin."""

    stretch: Stretch
    at: int
    raw: bytes = field(repr=False)


def strings(objects: Objects, text: Text) -> Iterator[String]:
    """Yield what the objects say, object by object."""
    for stretch in objects.stretches:
        if text.wide:
            yield from _together(objects, stretch)
        elif objects.kind(stretch) not in SHAPES:
            yield from _without_overlaps(_apart(objects, stretch, text))


def _without_overlaps(found: Iterable[String]) -> list[String]:
    """Return those of ``found`` that are apart: plain text before other, and the longer first."""
    kept: list[String] = []
    for one in sorted(found, key=lambda one: (not one.raw.isascii(), -len(one.raw))):
        at = bisect(kept, one.at, key=lambda other: other.at)
        free_before = at == 0 or kept[at - 1].at + 8 * len(kept[at - 1].raw) <= one.at
        if free_before and (at == len(kept) or one.at + 8 * len(one.raw) <= kept[at].at):
            kept.insert(at, one)
    return kept


def _together(objects: Objects, stretch: Stretch) -> Iterator[String]:
    """Yield the strings at the end of an object; none if their lengths do not fit."""
    place = objects.strings(stretch)
    if place is None:
        return
    at, end = place
    found: list[String] = []
    while at + EMPTY <= end:
        form = bits(objects.stream, at, 2)
        size = LENGTHS.get(form, 0)
        count = little(bits(objects.stream, at + 2, size), size // 8) if size else 0
        at += 2 + size
        if form > EMPTY or at + 16 * count > end:
            return
        raw = bits(objects.stream, at, 16 * count).to_bytes(2 * count, "big")
        if raw.strip(b"\x00"):
            found.append(String(stretch, at, raw))
        at += 16 * count
    yield from found


def _apart(objects: Objects, stretch: Stretch, text: Text) -> Iterator[String]:
    """Yield what looks like a string at any bit of an object."""
    held = objects.stream[stretch.start : stretch.end]
    shape = RUN if len(held) < LARGE_BYTES else PLAIN_RUN
    for shift, copy in shifted(held):
        for run in shape.finditer(copy):
            for start, count in _announced(copy, run.start(), run.end()):
                at = start * 8 + shift
                raw = copy[start : start + count].rstrip(b"\x00")
                if count in text.announced(held, at) and _is_likely(raw, text):
                    if objects.sound(stretch):
                        yield String(stretch, 8 * stretch.start + at, raw)
                    break


def _announced(copy: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (start, count) of strings in printable bytes, by the whole bytes before them.

    Most runs are chance, and bytes tell that faster than bits. A string ends with a zero, but for
    the oldest releases, which close none.
    """
    if copy[end : end + 1] == b"\x00":
        for start in range(max(begin, 1), end - MIN_CHARS + 2):
            count = end + 1 - start
            if copy[start - 1] == count & 0xFF or count in _words(copy, start):
                yield start, count
    for start in range(max(begin, 1), min(begin + MAX_BEFORE, end - MIN_OPEN_CHARS + 1)):
        for count in (copy[start - 1], *_words(copy, start)):
            fits = MIN_OPEN_CHARS <= count <= end - start
            if fits and WORDS.fullmatch(copy, start, start + count):
                yield start, count


def _words(copy: bytes, at: int) -> Iterator[int]:
    """Yield the numbers of two bytes that may announce a string at ``at``."""
    for before in (2, 3):
        if at >= before:
            yield copy[at - before] | copy[at - before + 1] << 8


def _is_likely(raw: bytes, text: Text) -> bool:
    if raw.isascii():
        return len(raw) >= MIN_CHARS
    shown = raw.decode(text.codec, "replace")
    letters = sum(one.isalnum() or one in " .,-:;()" for one in shown)
    return len(raw) >= MIN_FOREIGN_CHARS and letters >= FOREIGN_SHARE * len(shown)
