"""Words of a PDF that its owner wants out: really taken out, wherever the file shows them.

Room: redaction/formats. Pure. A word goes from the page by its characters, from what annotations
draw, and from the strings that readers show; nothing is painted over. How often it is looked again
is bounded: what is still there then is told, and the file is refused by who asked for it.

    words → strings replaced, pages and appearances read by pdfium → glyphs at those spots → cut
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pikepdf
from pikepdf import Name

from redaction.errors import CannotRedactContentError, UnreadableError
from redaction.formats import (
    pdf_cuts,
    pdf_glyphs,
    pdf_lifted,
    pdf_sheet,
    pdf_signatures,
    pdf_strings,
)
from redaction.formats.pdf_document import BROKEN, opened, walk, written
from redaction.formats.pdf_glyphs import Glyph, Script
from redaction.formats.pdf_sheet import Sheet
from redaction.model import Action, CarrierClass, Category, Finding, Profile

MAX_ROUNDS: Final = 6
# In points; what stands nearer is at the same spot.
SPOT_POINTS: Final = 0.05
NEAR: Final = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1))

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """A document without the words, and where on its pages they stood."""

    data: bytes = field(repr=False)
    spots: Mapping[int, frozenset[Spot]]


def settled(
    data: bytes, profile: Profile, look: Callable[[bytes, Sequence[Finding]], list[Finding]]
) -> tuple[bytes, list[Finding]]:
    """Return the document without what ``profile`` asks for, and what was and is to be told.

    ``look`` tells, for review, what a document shows, and what it repeats of words that went.
    """
    gone: list[Finding] = []
    for _ in range(MAX_ROUNDS):
        told = look(data, gone)
        asked = [found for found in told if _is_asked(found, profile)]
        after = taken(data, asked).data if asked else data
        if after == data:
            break
        gone += [replace(found, action=Action.REPLACED) for found in asked]
        data = after
    return data, [*gone, *told]


def _is_asked(found: Finding, profile: Profile) -> bool:
    review = found.action is Action.REVIEW and found.carrier_class is CarrierClass.CONTENT
    return review and profile.asks(found.carrier, found.category, found.value)


def of(findings: Iterable[Finding]) -> list[Finding]:
    """Return what a plan with ``findings`` takes out of the document's own words."""
    return [
        found
        for found in findings
        if found.action is Action.REPLACED
        and found.carrier_class is CarrierClass.CONTENT
        # Names of layers stand on no page.
        and found.category is not Category.NAME
    ]


def taken(data: bytes, asked: Sequence[Finding]) -> Taken:
    """Return the document ``data`` without the words in ``asked``, wherever they are shown.

    Raises:
        CannotRedactContentError: they are part of a picture.
        UnreadableError: the document is damaged.
    """
    spots: defaultdict[int, set[Spot]] = defaultdict(set)
    words = pdf_strings.Words(asked)
    try:
        pdf = opened(data)
        pdf_cuts.plainly(pdf)
        data = written(pdf)
        for _ in range(MAX_ROUNDS):
            after = _without(data, asked, words, spots)
            if after == data:
                break
            data = after
    except (*BROKEN, IndexError, OverflowError) as error:
        raise UnreadableError from error
    return Taken(data, {page: frozenset(found) for page, found in spots.items()})


def _without(
    data: bytes,
    asked: Sequence[Finding],
    words: pdf_strings.Words,
    spots: defaultdict[int, set[Spot]],
) -> bytes:
    pdf = opened(data)
    looks = pdf_lifted.appearances(pdf)
    emptied = {
        number for number, (_, annotation, _) in enumerate(looks) if words.is_emptied(annotation)
    }
    pages = len(pdf.pages)
    marks = _marks(data, words, {pages + number + 1 for number in emptied})
    for node in walk(pdf):
        words.replaced(node)
    if any(found.carrier == pdf_signatures.CARRIER for found in asked):
        pdf_signatures.without_pictures(pdf)
    for number, marked in sorted(marks.items()):
        if number <= pages:
            script, page = Script(), pdf.pages[number - 1]
            spots[number] |= marked
            _cut(script, script.glyphs(page), marked)
        else:
            script = Script()
            _cut(script, script.drawn(looks[number - pages - 1][2]), marked)
    return written(pdf)


def _cut(script: Script, glyphs: Iterable[Glyph], marked: set[Spot]) -> None:
    gone = [glyph for glyph in glyphs if _is_marked(glyph, marked)]
    pdf_cuts.cut(script, gone)


def _is_marked(glyph: Glyph, marked: set[Spot]) -> bool:
    spot = spot_of(glyph.x, glyph.y)
    return spot is not None and any((spot[0] + x, spot[1] + y) in marked for x, y in NEAR)


def spot_of(x: float, y: float) -> Spot | None:
    """Return the spot at ``x`` and ``y``; None if they are no place on any page."""
    if not abs(x) + abs(y) < 1e9:
        return None
    return round(x / SPOT_POINTS), round(y / SPOT_POINTS)


def _marks(data: bytes, words: pdf_strings.Words, emptied: set[int]) -> dict[int, set[Spot]]:
    """Return where the words stand, by the number of the page or of the lifted appearance."""
    marks: dict[int, set[Spot]] = {}
    pictured = [_has_pictures(page) for page in opened(data).pages]

    def look(sheet: Sheet) -> None:
        every = range(len(sheet.text))
        found = every if sheet.number in emptied else words.places(sheet.text)
        drawn = [at for at in found if sheet.is_drawn(at) and not sheet.text[at].isspace()]
        hidden = sheet.number <= len(pictured) and pictured[sheet.number - 1]
        if hidden and any(map(sheet.is_invisible, drawn)):
            # What was read in a scan stands in its picture, too.
            raise CannotRedactContentError
        spots = {spot_of(*sheet.origin(at)) for at in drawn} - {None}
        if spots:
            marks[sheet.number] = {spot for spot in spots if spot is not None}

    pdf_sheet.each(pdf_lifted.lifted(opened(data)), look)
    return marks


def _has_pictures(page: pikepdf.Page) -> bool:
    resources = pdf_glyphs.resources(page.obj)
    named = resources.get(Name.XObject)
    drawn = named.values() if isinstance(named, pikepdf.Dictionary) else []
    return any(one.get(Name.Subtype) in (Name.Image, Name.Form) for one in drawn)
