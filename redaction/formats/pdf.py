"""PDF drawings: people go out of the metadata, the pages stay to the pixel.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. A PDF is a graph of objects
with room for metadata at each of them, and keeps its past behind its present; so the reachable
objects are walked once, each rule table cuts what it knows, and the rest is written anew as one
revision. A file that comes out of that unchanged is clean: that is also how a file of our own is
recognised. Specification: ISO 32000-2; carriers: docs/reference/formats/pdf.md.

    data → opened → walk(cut, cut, cut …) → written → the same bytes? then nothing is planned
"""

from collections.abc import Sequence
from typing import NamedTuple

import pikepdf

from redaction.errors import NotFaithfulError, SignedDrawingError, UnreadableError
from redaction.fidelity import pixels
from redaction.formats import (
    pdf_annotations,
    pdf_choices,
    pdf_choices_proof,
    pdf_fidelity,
    pdf_fonts,
    pdf_history,
    pdf_names,
    pdf_objects,
    pdf_properties,
    pdf_signatures,
    pdf_streams,
    pdf_text,
)
from redaction.formats.pdf_document import BROKEN, read, walk, written
from redaction.model import Action, Category, Finding, Plan, Profile, Proof
from redaction.text import people

REWRITE = "rewrite"
RENAME = "rename"


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what the rewrite takes out, and whom the drawing's own words name.

    Raises:
        EncryptedError: it opens only with a password.
        UnreadableError: damaged beyond repair, or cut off.
        TooLargeError: too many pages or objects, or it unpacks to too much.
        SignedDrawingError: a visible signature draws the name of who signed.
        CannotRedactContentError: a word that is to go stands in a picture.
    """
    pdf, found = _scrubbed(data)
    base = written(pdf)
    clean = base == data
    history = () if clean else pdf_history.findings(data)
    removed = [*(one for one in found if one.action is not Action.REVIEW), *history]

    def look(now: bytes, gone: Sequence[Finding]) -> list[Finding]:
        now_pdf, told = (pdf, found) if now is base else _scrubbed(now)
        document = _Document(now, now_pdf, told)
        try:
            return _told(document, (*removed, *gone), profile)
        except BROKEN as error:
            raise UnreadableError from error

    after, told = pdf_choices.settled(base, profile, look)
    changed = not clean or after != base
    findings = (*removed, *pdf_history.protection(pdf), *told)
    named = pdf_names.renamed(after)[1] if Category.NAME in profile.redact_content else []
    tasks = (REWRITE, RENAME) if named else (REWRITE,) if changed else ()
    return Plan((*findings, *named), tasks=tasks)


class _Document(NamedTuple):
    """A document as it is written, opened, and what was found while metadata was cut from it."""

    data: bytes
    pdf: pikepdf.Pdf
    found: Sequence[Finding]


def _told(document: _Document, gone: Sequence[Finding], profile: Profile) -> list[Finding]:
    """Return, for review, whom ``document`` still names, and what of ``gone`` it repeats.

    Raises:
        SignedDrawingError: a visible signature spells the name of who signed, and is to stay.
    """
    pdf = document.pdf
    words = list(pdf_text.kept(pdf))
    pages = pdf_text.pages(document.data, pdf)
    signatures = pdf_signatures.pictures(pdf)
    spelt = [said for picture in signatures for said in (picture.words, picture.content)]
    signers = pdf_signatures.signers(spelt, gone)
    if not all(profile.asks(one.carrier, one.category, one.value) for one in signers):
        raise SignedDrawingError
    drawn = [page.text for page in pages if page.carrier == pdf_signatures.CARRIER]
    signers += pdf_signatures.signers(drawn, gone)
    return [
        *(one for one in document.found if one.action is Action.REVIEW),
        *(finding for page in pages for finding in page.findings),
        *pdf_text.residue(words),
        *pdf_signatures.shown(signatures),
        *signers,
        *pdf_text.echoes(gone, pages, words, signatures, pdf),
    ]


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the document written anew; without a planned rewrite, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    asked = pdf_choices.of(plan.findings)
    cleaned = pdf_choices.taken(_base(data), asked).data if asked else _base(data)
    return pdf_names.renamed(cleaned)[0] if RENAME in plan.tasks else cleaned


def _base(data: bytes) -> bytes:
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
    asked = pdf_choices.of(plan.findings)
    if asked:
        return pdf_choices_proof.proofs(original, _base(original), cleaned, asked)
    return (pdf_fidelity.contents(original, cleaned), pixels.pages(original, cleaned))


def _scrubbed(data: bytes) -> tuple[pikepdf.Pdf, list[Finding]]:
    (pdf, removed), repaired = read(data, lambda pdf: _cut(pdf, len(data)))
    return pdf, [*removed, pdf_history.REPAIRED] if repaired else removed


def _cut(pdf: pikepdf.Pdf, file_bytes: int) -> tuple[pikepdf.Pdf, list[Finding]]:
    budget = pdf_streams.Budget(file_bytes)
    removed: list[Finding] = pdf_history.information(pdf)
    try:
        for node in walk(pdf):
            removed += pdf_annotations.scrubbed(node)
            removed += pdf_properties.scrubbed(node)
            removed += pdf_objects.scrubbed(node)
            removed += pdf_streams.scrubbed(node, budget)
    except BROKEN as error:
        raise UnreadableError from error
    return pdf, removed


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
    pdf_fonts.warm()
    pixels.warm()
