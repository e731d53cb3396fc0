"""Proof that a page without chosen words is the same but for them.

Room: redaction/formats. Pure. Three questions, by two readers: does every other character stand
where it stood (pdfium), is every dot outside the words' boxes the same (pdfium), and does each
page, besides showing less text, do the same in the same order (qpdf)?
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pikepdf

from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels
from redaction.formats import pdf_choices, pdf_cuts, pdf_fidelity, pdf_lifted, pdf_sheet
from redaction.formats.pdf_choices import NEAR, Spot
from redaction.formats.pdf_document import BROKEN, opened, read, written
from redaction.formats.pdf_sheet import Box, Sheet
from redaction.formats.pdf_words import text_of
from redaction.model import Finding, Proof

# Whether one at the end of a line belongs to the word depends on the next line, for pdfium.
HYPHENS: Final = "-\u00ad\u2010"

Letter = tuple[str, Spot | None]
Letters = Counter[Letter]
Boxes = dict[int, list[tuple[float, float, float, float]]]


def proofs(
    original: bytes, base: bytes, cleaned: bytes, asked: Sequence[Finding]
) -> tuple[Proof, ...]:
    """Prove that ``cleaned`` is ``original`` but for the words in ``asked``.

    ``base`` is ``original`` without metadata, as it is written.

    Raises:
        NotFaithfulError: something else differs, or a word is still there.
    """
    spots = pdf_choices.taken(base, asked).spots
    plain = _plain(original)
    boxes = _covered(plain, spots)
    compared = _same_letters(_letters(plain, spots), _letters(cleaned, spots))
    for page, found in _changed_annotations(original, cleaned).items():
        boxes.setdefault(page, []).extend(found)
    return (
        pdf_fidelity.contents(original, cleaned, but_text=True),
        Proof("entities", compared, "every other character of the pages stands where it stood"),
        pixels.pages(original, cleaned, boxes),
    )


def _plain(original: bytes) -> bytes:
    """Return ``original`` as it is drawn, without second wordings that readers take for text."""

    def plain(pdf: pikepdf.Pdf) -> bytes:
        try:
            pdf_cuts.plainly(pdf)
        except BROKEN as error:
            raise UnreadableError from error
        return written(pdf)

    return read(original, plain)[0]


def _covered(data: bytes, spots: Mapping[int, frozenset[Spot]]) -> Boxes:
    """Return what the characters at ``spots`` cover, by page."""
    boxes: Boxes = {}

    def look(sheet: Sheet) -> None:
        marked = spots.get(sheet.number, frozenset())
        boxes[sheet.number] = [
            sheet.ink(at).joined(sheet.room(at))
            for at in range(len(sheet.text))
            if _stands(sheet, at, marked)
        ]

    pdf_sheet.each(data, look)
    return boxes


def _stands(sheet: Sheet, at: int, marked: frozenset[Spot]) -> bool:
    if not marked or not sheet.is_drawn(at):
        return False
    spot = pdf_choices.spot_of(*sheet.origin(at))
    return spot is not None and any((spot[0] + x, spot[1] + y) in marked for x, y in NEAR)


def _letters(data: bytes, spots: Mapping[int, frozenset[Spot]]) -> list[Letters]:
    """Return how many of which character stand where, by page, ``spots`` aside."""
    pages: list[Letters] = []

    def look(sheet: Sheet) -> None:
        marked = spots.get(sheet.number, frozenset())
        pages.append(
            Counter(
                (character, pdf_choices.spot_of(*sheet.origin(at)))
                for at, character in enumerate(sheet.text)
                if not (character.isspace() or character in HYPHENS)
                and sheet.is_drawn(at)
                and not _stands(sheet, at, marked)
            )
        )

    pdf_sheet.each(data, look)
    return pages


def _same_letters(before: list[Letters], after: list[Letters]) -> int:
    if [page.total() for page in before] != [page.total() for page in after]:
        raise NotFaithfulError("another number of characters")
    for page, other in zip(before, after, strict=True):
        moved = other - page
        # Two readings of one place may lie on two sides of a border between spots.
        left = page - other
        for character, spot in moved.elements():
            near = next((one for one in _near(character, spot) if left[one] > 0), None)
            if near is None:
                raise NotFaithfulError("a character moved")
            left[near] -= 1
    return sum(page.total() for page in after)


def _near(character: str, spot: Spot | None) -> Iterator[Letter]:
    if spot is None:
        yield character, None
        return
    yield from ((character, (spot[0] + x, spot[1] + y)) for x, y in NEAR)


def _changed_annotations(original: bytes, cleaned: bytes) -> Boxes:
    """Return the rectangles of annotations that say or draw something else now."""
    before, _ = read(original, _annotations)
    after = _annotations(opened(cleaned))
    if [page for page, *_ in before] != [page for page, *_ in after]:
        raise NotFaithfulError("another number of annotations")
    boxes: Boxes = {}
    for (page, box, *said), (_, same, *other) in zip(before, after, strict=True):
        if box != same:
            raise NotFaithfulError("an annotation moved")
        if said != other:
            boxes.setdefault(page, []).append(box)
    return boxes


def _annotations(pdf: pikepdf.Pdf) -> list[tuple[int, Box, list[str], list[bytes]]]:
    try:
        return list(_said(pdf))
    except BROKEN as error:
        raise UnreadableError from error


def _said(pdf: pikepdf.Pdf) -> Iterator[tuple[int, Box, list[str], list[bytes]]]:
    for page, annotation in pdf_lifted.annotations(pdf):
        above = annotation.get("/Parent")
        holders = [annotation, *([above] if isinstance(above, pikepdf.Dictionary) else [])]
        words = [text_of(one.get(key)) for one in holders for key in ("/Contents", "/V", "/CA")]
        drawn = [pdf_fidelity.digest_of(look) for look in pdf_lifted.looks(annotation)]
        yield page, _box(annotation), words, drawn


def _box(annotation: pikepdf.Object) -> Box:
    try:
        left, bottom, right, top = (float(side) for side in annotation["/Rect"])
    except (KeyError, TypeError, ValueError):
        return Box(0, 0, 0, 0)
    return Box(min(left, right), min(bottom, top), max(left, right), max(bottom, top))
