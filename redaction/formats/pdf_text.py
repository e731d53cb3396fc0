"""The words a PDF shows or keeps: who is named in them, for its owner to decide.

Room: redaction/formats. Pure. Page text is read by pdfium, which gives a box for each character.
Nothing here is changed: text on a page is the drawing's own. What was removed from the metadata
and still stands on a page is looked for by name, since such words are the drawing's, too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Name

from redaction.formats import pdf_cells, pdf_lifted, pdf_sheet, pdf_signatures, pdf_strings
from redaction.formats.pdf_document import BROKEN, opened, walk
from redaction.formats.pdf_sheet import Box, Sheet
from redaction.formats.pdf_words import BINARY, SHOWN, shown, text_of
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text.latin import Familiarity, familiarity

PAGE: Final = "PDF/page text"
PICTURE: Final = "PDF/Annot.picture"
GONE: Final = (Action.REMOVED, Action.REPLACED)
MIN_PART_CHARS: Final = 4
# Words of a name, and the parts of a path that name a person or a machine.
NAME_PARTS: Final = re.compile(r"[^\W\d_]{4,}+")
HOMES: Final = re.compile(
    r"[\\/](?:users|home|documents and settings|docume~1)[\\/]+([^\\/]{4,}+)", re.IGNORECASE
)
SERVERS: Final = re.compile(r"^[\\/]{2,}([^\\/.]{4,}+)")
ECHOED: Final = frozenset(
    {
        *(Category.PERSON, Category.ORGANISATION, Category.EMAIL, Category.PHONE),
        *(Category.ADDRESS, Category.PATH, Category.HOST, Category.NETWORK),
        *(Category.LOCATION, Category.IDENTIFIER, Category.SIGNATURE, Category.COMMENT),
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, or of what an annotation draws, and the boxes of its findings."""

    where: str
    carrier: str
    text: str
    findings: tuple[Finding, ...]


def pages(data: bytes, pdf: pikepdf.Pdf) -> list[Page]:
    """Return the text of each page and appearance, and whom it names, with page and box in points.

    ``pdf`` is the same document as ``data``, opened.

    Raises:
        UnreadableError: pdfium cannot read the document.
    """
    count = len(pdf.pages)
    places = [(f"page {number}", PAGE) for number in range(1, count + 1)]
    looks = pdf_lifted.appearances(pdf)
    for page, annotation, _ in looks:
        signed = pdf_signatures.is_signature(annotation)
        places.append((f"note on page {page}", pdf_signatures.CARRIER if signed else PICTURE))
    found: list[Page] = []
    read = pdf_lifted.lifted(opened(data)) if looks else data
    pdf_sheet.each(read, lambda sheet: found.append(_page(sheet, *places[sheet.number - 1])))
    return found


def _page(sheet: Sheet, where: str, carrier: str) -> Page:
    findings = tuple(
        Finding(
            carrier,
            span.category,
            Action.REVIEW,
            sheet.text[span.start : span.end],
            f"{where}{_place_of(sheet.box(span.start, span.end))}",
            CarrierClass.CONTENT,
            confidence=span.confidence,
            rule=span.rule,
        )
        for span in pdf_cells.find(sheet)
    )
    return Page(where, carrier, sheet.text, findings)


def _place_of(box: Box | None) -> str:
    if box is None:
        return ""
    return f" at {box.left:.0f},{box.bottom:.0f}–{box.right:.0f},{box.top:.0f} pt"


def kept(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    """Yield (key, text) for each string left in the document: bookmarks, fields, layers …"""
    for node in walk(pdf):
        for key in node.held.keys():  # noqa: SIM118 - a PDF dictionary is no Mapping
            value = node.held[key]
            several = value if isinstance(value, pikepdf.Array) else (value,)
            if key not in BINARY:
                for one in several:
                    text = text_of(one) if isinstance(one, pikepdf.String) else ""
                    if len(text) >= MIN_PART_CHARS and text.isprintable():
                        yield key, text


def residue(strings: Iterable[tuple[str, str]]) -> list[Finding]:
    """Return, for review, who is named in strings that stay.

    A name that no reader shows is not for review: it would excuse what the sweep must find.
    """
    return [
        finding
        for key, text in strings
        for finding in shown(f"PDF{key}", text, "")
        if key in SHOWN or finding.category is not Category.PERSON
    ]


def echoes(
    removed: Iterable[Finding],
    page_texts: Iterable[Page],
    strings: Iterable[tuple[str, str]],
    signatures: Iterable[pdf_signatures.Picture],
    pdf: pikepdf.Pdf,
) -> list[Finding]:
    """Return removed values and parts of them that the drawing itself repeats.

    They are for review; a word of everybody's that was part of a name is only told.
    """
    parts = {
        (part, found.category, part == found.value.strip())
        for found in removed
        if found.seed and found.action in GONE and found.category in ECHOED
        for part in _parts(found)
    }
    if not parts:
        return []
    places = [(page.where, page.text) for page in page_texts]
    places += [(f"PDF{key}", text) for key, text in strings if key in SHOWN]
    for picture in signatures:
        places += [(pdf_signatures.WHERE, picture.words), (pdf_signatures.WHERE, picture.content)]
    places += list(_drawn(pdf))
    return [
        Finding(
            "PDF/drawing",
            category,
            Action.REVIEW if whole or not _is_word(part) else Action.KEPT,
            part,
            where,
            CarrierClass.CONTENT,
        )
        for part, category, whole in sorted(parts)
        if (where := _place(part, places))
    ]


def _parts(found: Finding) -> Iterator[str]:
    value = found.value.strip()
    yield value
    if found.category is Category.PERSON:
        yield from NAME_PARTS.findall(value)
    if found.category is Category.EMAIL:
        yield value.partition("@")[0]
    if found.category is Category.PATH:
        yield from HOMES.findall(value)
        yield from SERVERS.findall(value)


def _place(part: str, places: list[tuple[str, str]]) -> str:
    if len(part) < MIN_PART_CHARS:
        return ""
    pattern = pdf_strings.pattern([part])
    return next((where for where, text in places if pattern.search(text)), "")


def _is_word(part: str) -> bool:
    return familiarity(part) in (Familiarity.WORD, Familiarity.AMBIGUOUS)


def _drawn(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    """Yield what content streams say as it stands, for text that no page shows."""
    for node in walk(pdf):
        held = node.held
        content = node.key == "/Contents" or (
            isinstance(held, pikepdf.Stream) and held.get(Name.Subtype) == Name.Form
        )
        if content and isinstance(held, pikepdf.Stream):
            try:
                yield "content of a page", held.read_bytes().decode("latin-1")
            except BROKEN:
                continue
