"""What annotations draw, each on a page of its own, so that it can be read like one.

Room: redaction/formats. Pure. Readers of page text leave out what annotations draw; put on a page,
an appearance (ISO 32000-2 §12.5.5) is read as any other form. The pages are for reading only and
are in no file that leaves.
"""

from collections.abc import Iterator
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from redaction.errors import TooLargeError
from redaction.formats.pdf_document import BROKEN, written
from redaction.formats.pdf_glyphs import IDENTITY, Matrix, corner

STATES: Final = ("/N", "/R", "/D")
MAX_APPEARANCES: Final = 20_000
# A page may not be smaller (annex C).
MIN_SIDE: Final = 3.0
MAX_COORDINATE: Final = 1e9


def annotations(pdf: pikepdf.Pdf) -> Iterator[tuple[int, pikepdf.Object]]:
    """Yield every annotation and the number of its page, in the order of the pages."""
    for number, page in enumerate(pdf.pages, 1):
        held = page.obj.get(Name.Annots)
        for annotation in held if isinstance(held, Array) else ():
            if isinstance(annotation, Dictionary):
                yield number, annotation


def appearances(pdf: pikepdf.Pdf) -> list[tuple[int, pikepdf.Object, Stream]]:
    """Return each form that an annotation may draw itself with: page, annotation, form.

    Raises:
        TooLargeError: there are more than any drawing has.
    """
    found = [
        (number, annotation, form)
        for number, annotation in annotations(pdf)
        for form in looks(annotation)
        if _frame(form) is not None
    ]
    if len(found) > MAX_APPEARANCES:
        raise TooLargeError
    return found


def looks(annotation: pikepdf.Object) -> Iterator[Stream]:
    """Yield the streams an annotation may draw itself with."""
    held = annotation.get("/AP")
    several_states = [held.get(state) for state in STATES] if isinstance(held, Dictionary) else []
    for look in several_states:
        several = look.values() if isinstance(look, Dictionary) else [look]
        yield from (one for one in several if isinstance(one, Stream))


def lifted(pdf: pikepdf.Pdf) -> bytes:
    """Return the document with a page for each of ``appearances`` behind its own pages.

    ``pdf`` is of no use afterwards.
    """
    for _, _, form in appearances(pdf):
        page = pdf.add_blank_page().obj
        page.MediaBox = Array(_frame(form) or [])
        page.Resources = Dictionary(XObject=Dictionary(Look=form))
        page.Contents = Stream(pdf, b"/Look Do")
    return written(pdf)


def _frame(form: Stream) -> list[float] | None:
    """Return the page that ``form`` needs; None if it does not say so in numbers."""
    try:
        box = [float(side) for side in form["/BBox"]]
        a, b, c, d, e, f = [float(number) for number in form.get("/Matrix", Array(list(IDENTITY)))]
        matrix: Matrix = (a, b, c, d, e, f)
        corners = [corner(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    except (*BROKEN, IndexError):
        return None
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    bottom, top = min(y for _, y in corners), max(y for _, y in corners)
    if not max(map(abs, (left, right, bottom, top))) < MAX_COORDINATE:
        return None
    return [left, bottom, max(right, left + MIN_SIDE), max(top, bottom + MIN_SIDE)]
