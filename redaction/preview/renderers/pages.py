"""PDF: the first pages as PDFium draws them.

Room: redaction/preview. Runs only inside the sandbox worker. Pages are drawn to a fixed number of
pixels whatever size they claim. Fonts that a file does not bring are those built into PDFium.
"""

from contextlib import closing
from typing import Final

import pypdfium2
from PIL import Image

from redaction.errors import EncryptedError, UnreadableError
from redaction.preview.limits import MAX_PAGES, MAX_PIXELS
from redaction.preview.model import Drawn, Measure

# FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY (public/fpdfview.h).
LOCKED: Final = frozenset({4, 5})

_SAMPLE: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F"
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 25>>stream\nBT /F 9 Tf (sample) Tj ET\nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)


def warm() -> None:
    """Load PDFium and its built-in fonts."""
    draw(_SAMPLE)


def draw(data: bytes) -> Drawn:
    """Return the first pages of ``data``.

    Raises:
        EncryptedError: it wants a password.
        UnreadableError: it cannot be read, or has no page.
    """
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            count = len(document)
            document.init_forms()
            pages = [_page(document, number) for number in range(min(count, MAX_PAGES))]
            sizes = {document.get_page_size(number) for number in range(len(pages))}
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in LOCKED:
            raise EncryptedError from error
        raise UnreadableError from error
    if not pages:
        raise UnreadableError
    measures = [Measure.count("pages", count)]
    if len(sizes) == 1:
        measures.append(Measure.length("paper_pt", *sizes.pop()))
    return Drawn(tuple(pages), count, tuple(measures))


def _page(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    with closing(document[number]) as page:
        longest = max(page.get_size())
        if not longest > 0:
            raise UnreadableError
        bitmap = page.render(scale=MAX_PIXELS / longest, draw_annots=True, may_draw_forms=True)
        with closing(bitmap):
            picture: Image.Image = bitmap.to_pil().convert("RGB")
            return picture
