"""PDF drawings: people go out of the metadata, the pages stay to the pixel.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. A PDF is a graph of objects
with room for metadata at each of them, and keeps its past behind its present; so the reachable
objects are walked once, each rule table cuts what it knows, and the rest is written anew as one
revision. A file that comes out of that unchanged is clean: that is also how a file of our own is
recognised. Specification: ISO 32000-2; carriers: docs/reference/formats/pdf.md.

    data → opened → walk(cut, cut, cut …) → written → the same bytes? then nothing is planned
"""

from collections.abc import Sequence

import pikepdf

from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels
from redaction.formats import (
    pdf_annotations,
    pdf_fidelity,
    pdf_history,
    pdf_objects,
    pdf_signatures,
    pdf_streams,
    pdf_text,
)
from redaction.formats.pdf_document import BROKEN, read, walk, written
from redaction.model import Finding, Plan, Profile, Proof
from redaction.text import people

REWRITE = "rewrite"


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - words on pages are only reported
    """Return what the rewrite takes out, and whom the drawing's own words name.

    Raises:
        EncryptedError: it opens only with a password.
        UnreadableError: damaged beyond repair, or cut off.
        TooLargeError: too many pages or objects, or it unpacks to too much.
        SignedDrawingError: a visible signature draws the name of who signed.
    """
    pdf, removed = _scrubbed(data)
    clean = written(pdf) == data
    history = () if clean else pdf_history.findings(data)
    words = list(pdf_text.kept(pdf))
    pages = pdf_text.pages(data)
    signatures = pdf_signatures.pictures(pdf)
    pdf_signatures.refuse_signers(signatures, removed)
    reviewed = [
        *(finding for page in pages for finding in page.findings),
        *pdf_text.residue(words),
        *pdf_signatures.shown(signatures),
        *pdf_text.echoes((*removed, *history), pages, words, signatures, pdf),
    ]
    return Plan((*removed, *history, *reviewed), tasks=() if clean else (REWRITE,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the document written anew; without a planned rewrite, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    once = written(_scrubbed(data)[0])
    # Some streams are only packed while they are written; the second time nothing is left to do.
    return written(_scrubbed(once)[0])


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every page says and draws the same, by two independent readers.

    Raises:
        NotFaithfulError: a page differs, or earlier revisions are still in the file.
    """
    if plan.changes:
        pdf_history.check(cleaned)
    elif cleaned != original:
        raise NotFaithfulError("changed without a plan")
    return (pdf_fidelity.contents(original, cleaned), pixels.pages(original, cleaned))


def _scrubbed(data: bytes) -> tuple[pikepdf.Pdf, list[Finding]]:
    (pdf, removed), repaired = read(data, lambda pdf: _cut(pdf, len(data)))
    return pdf, [*removed, pdf_history.REPAIRED] if repaired else removed


def _cut(pdf: pikepdf.Pdf, file_bytes: int) -> tuple[pikepdf.Pdf, list[Finding]]:
    budget = pdf_streams.Budget(file_bytes)
    removed = [*pdf_history.protection(pdf), *pdf_history.information(pdf)]
    try:
        for node in walk(pdf):
            removed += pdf_annotations.scrubbed(node)
            removed += pdf_objects.scrubbed(node)
            removed += pdf_streams.scrubbed(node, budget)
    except BROKEN as error:
        raise UnreadableError from error
    return pdf, removed


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
    pixels.warm()
