"""Annotations and form fields: who wrote them goes, what they show stays.

Room: redaction/formats. Pure; works on one node of the walk at a time. What an annotation draws
is part of the page and is kept to the pixel; a note's author, dates and name are cut, its words
are shown for review. Layout: ISO 32000-2 §12.5 (annotations), §12.7 (forms).
"""

from typing import Final

import pikepdf
from pikepdf import Name

from redaction.carriers.naming import removed
from redaction.formats.pdf_document import Node
from redaction.formats.pdf_words import gone, stated, text_of
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

IDENTITY: Final = ("/T", "/M", "/CreationDate", "/NM", "/Subj")
# A field's name hangs on a widget under the key that elsewhere names an author.
FIELD_IDENTITY: Final = ("/M", "/CreationDate", "/NM")
NOTE: Final = {"/T": "Author", "/M": "ModDate", "/NM": "NoteId"}
# Invisible copies of every string of a drawing (AutoCAD's system variable PDFSHX).
SHX: Final = "AutoCAD SHX Text"
# Carriers of files: what they draw stays as a stamp, what they carry goes.
CARRIERS: Final = {
    "/FileAttachment": ("/FS", "/Name"),
    "/Sound": ("/Sound",),
    "/Movie": ("/Movie",),
    "/RichMedia": (),
}
RICH_MEDIA: Final = ("/RichMediaContent", "/RichMediaSettings")
FRAME: Final = ("/Type", "/Subtype", "/Rect", "/P")
# Flags (table 167): hidden, and never shown on a screen.
UNSEEN: Final = 0b100010
MAX_WORDS_CHARS: Final = 500
MAX_LABEL_CHARS: Final = 60


def scrubbed(node: Node) -> list[Finding]:
    """Remove from an annotation, a page or a field what tells of people; return what it was."""
    held = node.held
    if node.named:
        return []
    if "/Annots" in held and isinstance(held["/Annots"], pikepdf.Array):
        # While the page is at hand, for a window no longer knows its text once that is nameless.
        silenced = [told for one in held["/Annots"] for told in _silenced(one)]
        return silenced + _without_reviews(held)
    found: list[Finding] = []
    if "/Rect" in held and isinstance(held.get("/Subtype"), Name):
        found += _annotation(held)
    if "/V" in held and ("/FT" in held or "/Parent" in held or "/T" in held):
        found += _field(held)
    return found


def _annotation(held: pikepdf.Object) -> list[Finding]:
    kind = str(held["/Subtype"])
    found = _carried(held, kind)
    identity = IDENTITY if kind != "/Widget" else FIELD_IDENTITY
    for key in identity:
        if key in held:
            value, name = text_of(held[key]), NOTE.get(key, key.lstrip("/"))
            found += (
                removed("PDF/Annot", name, value)
                if key != "/Subj"
                else gone("PDF/Annot", pikepdf.Dictionary({key: held[key]}))
            )
            del held[key]
    if "/RC" in held and "/AP" in held:
        # The same words as Contents, in XML that names its program.
        del held["/RC"]
        found.append(stated("PDF/Annot", Category.HISTORY, "rich text"))
    words = text_of(held.get("/Contents"))
    if words and kind != "/Widget":
        found += _words("PDF/Annot.Contents", words)
    return found


def _carried(held: pikepdf.Object, kind: str) -> list[Finding]:
    if kind not in CARRIERS or (kind == "/RichMedia" and _shows_model(held)):
        return []
    found = [stated(f"PDF{kind}", Category.ATTACHMENT, "file carried by an annotation")]
    keys = CARRIERS[kind] or RICH_MEDIA
    for key in keys:
        if key in held:
            found += gone(f"PDF{kind}", held[key])
            del held[key]
    held["/Subtype"] = Name.Stamp
    return found


def _shows_model(held: pikepdf.Object) -> bool:
    content = held.get("/RichMediaContent")
    if not isinstance(content, pikepdf.Dictionary):
        return False
    configurations = content.get("/Configurations")
    return isinstance(configurations, pikepdf.Array) and any(
        isinstance(one, pikepdf.Dictionary) and one.get("/Subtype") == Name("/3D")
        for one in configurations
    )


def _without_reviews(page: pikepdf.Object) -> list[Finding]:
    """Take the states of a review ("accepted by …") off a page: they draw nothing."""
    found: list[Finding] = []
    kept: list[pikepdf.Object] = []
    for annotation in page["/Annots"]:
        if not isinstance(annotation, pikepdf.Dictionary):
            continue
        flags = annotation.get("/F", 0)
        unseen = isinstance(flags, int) and bool(flags & UNSEEN)
        if "/StateModel" not in annotation or not unseen:
            kept.append(annotation)
            continue
        found.append(stated("PDF/Review", Category.COMMENT, "state of a review"))
        found += gone("PDF/Review", annotation, NOTE)
        # The structure tree may refer to it still, so nothing may be left in it.
        for key in list(annotation.keys()):
            if key not in FRAME:
                del annotation[key]
    if found:
        page["/Annots"] = pikepdf.Array(kept)
    return found


def _silenced(held: pikepdf.Object) -> list[Finding]:
    """Empty an SHX text or its window: a square stays that draws what it drew before."""
    if not isinstance(held, pikepdf.Dictionary):
        return []
    parent = held.get("/Parent")
    window = isinstance(parent, pikepdf.Dictionary) and text_of(parent.get("/T")) == SHX
    if text_of(held.get("/T")) != SHX and not window:
        return []
    for key in ("/Contents", "/RC"):
        if key in held:
            del held[key]
    return [stated("PDF/SHX", Category.COMMENT, "invisible copy of a text")]


def _field(held: pikepdf.Object) -> list[Finding]:
    value = held["/V"]
    words = (
        [text_of(one) for one in value] if isinstance(value, pikepdf.Array) else [text_of(value)]
    )
    if isinstance(value, Name):
        return []
    label = _label(held)
    return [finding for word in words if word for finding in _words("PDF/Field", word, label)]


def _label(held: pikepdf.Object) -> str | None:
    """Return what a field is called, for people or else for programs."""
    above = held.get("/Parent")
    holders = [held, *([above] if isinstance(above, pikepdf.Dictionary) else [])]
    names = [text_of(holder.get(key)) for key in ("/TU", "/T") for holder in holders]
    return next((name[:MAX_LABEL_CHARS] for name in names if name), None)


def _words(carrier: str, words: str, label: str | None = None) -> list[Finding]:
    """Return, for review, the whole of what somebody wrote, and whom it names."""
    spans = people.find(words, label)
    whole = Finding(
        carrier,
        Category.COMMENT,
        Action.REVIEW,
        words[:MAX_WORDS_CHARS],
        carrier_class=CarrierClass.CONTENT,
        confidence=0.5,
    )
    return [
        whole,
        *(
            Finding(
                carrier,
                span.category,
                Action.REVIEW,
                words[span.start : span.end],
                carrier_class=CarrierClass.CONTENT,
                confidence=span.confidence,
                rule=span.rule,
            )
            for span in spans
        ),
    ]
