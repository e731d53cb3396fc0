"""What a PDF says about itself as a file: its information dictionary, identifiers, revisions.

Room: redaction/formats. Pure. Layout: ISO 32000-2 §14.3.3 (information), §14.4 (identifiers),
§7.5.6 (incremental updates).
"""

import re
from typing import Final

import pikepdf

from redaction.carriers.naming import removed
from redaction.errors import NotFaithfulError
from redaction.formats.pdf_words import MEANINGS, stated, text_of
from redaction.model import Action, CarrierClass, Category, Finding

END: Final = re.compile(rb"%%EOF")
PREVIOUS: Final = re.compile(rb"/Prev\s++[0-9]")
# Written by qpdf for everybody, so that no two files can be told apart or joined by it.
STATIC_ID: Final = b"<31415926535897932384626433832795>"
IDENTIFIER: Final = re.compile(rb"/ID\s*+\[\s*+(<[0-9a-fA-F]*+>)\s*+(<[0-9a-fA-F]*+>)")
TRAILER: Final = (
    *("/Root", "/Size", "/Prev", "/ID", "/XRefStm", "/Type", "/W", "/Index", "/Length"),
    *("/Filter", "/DecodeParms", "/Encrypt"),
)
REPAIRED: Final = stated("PDF/history", Category.HISTORY, "damaged tables, made anew")


def information(pdf: pikepdf.Pdf) -> list[Finding]:
    """Return what the trailer's information dictionary and unknown trailer keys tell."""
    found: list[Finding] = []
    for key in pdf.trailer.keys():  # noqa: SIM118 - a PDF dictionary is no Mapping
        value = pdf.trailer[key]
        if key == "/Info" and isinstance(value, pikepdf.Dictionary):
            for name in value.keys():  # noqa: SIM118
                found += removed(
                    "PDF/Info", MEANINGS.get(name, name.lstrip("/")), text_of(value[name])
                )
        elif key not in TRAILER:
            found.append(stated("PDF/trailer", Category.HISTORY, "unknown entry"))
    return found


def protection(pdf: pikepdf.Pdf) -> list[Finding]:
    """Return, for review, that the file forbade things and that the cleaned one cannot.

    It opens without a password, so this keeps nobody from reading it; whether it may go out
    without is for its owner to say, who sees this before anything is released.
    """
    if not pdf.is_encrypted:
        return []
    forbidden = [word for word, allowed in pdf.allow._asdict().items() if not allowed]
    return [
        Finding(
            "PDF/Encrypt",
            Category.HISTORY,
            Action.REVIEW,
            "protected without a password; the cleaned file is not protected against: "
            + (", ".join(forbidden).replace("_", " ") or "anything"),
            carrier_class=CarrierClass.CONTENT,
            seed=False,
        )
    ]


def findings(data: bytes) -> tuple[Finding, ...]:
    """Return what the rewrite leaves behind: earlier revisions, identifiers, hidden bytes."""
    found: list[Finding] = []
    revisions = len(END.findall(data))
    if revisions > 1:
        found.append(stated("PDF/history", Category.HISTORY, f"{revisions - 1} earlier revisions"))
    ends = [end.end() for end in END.finditer(data)]
    if ends and data[ends[-1] :].strip(b"\x00\r\n\t "):
        found.append(stated("PDF/history", Category.HISTORY, "bytes after the end"))
    for identifier in IDENTIFIER.finditer(data):
        if STATIC_ID not in identifier.groups():
            found.append(stated("PDF/ID", Category.IDENTIFIER, "identifiers of the file"))
            break
    return tuple(found)


def check(cleaned: bytes) -> None:
    """Doubt that ``cleaned`` has one revision, ends where it ends, and has nobody's identifier.

    Raises:
        NotFaithfulError: it does not.
    """
    if len(END.findall(cleaned)) != 1 or not cleaned.endswith(b"%%EOF\n"):
        raise NotFaithfulError("more than one revision")
    if PREVIOUS.search(cleaned, max(0, len(cleaned) - 4096)):
        raise NotFaithfulError("a revision before this one")
    if any(set(found.groups()) != {STATIC_ID} for found in IDENTIFIER.finditer(cleaned)):
        raise NotFaithfulError("an identifier of its own")
