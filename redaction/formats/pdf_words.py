"""Text out of PDF objects, and findings made of it.

Room: redaction/formats. Pure. Strings are PDFDocEncoding, UTF-16 or UTF-8 by their mark
(ISO 32000-2 §7.9.2); pikepdf decodes them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import pikepdf

from redaction.carriers.naming import removed
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

MAX_STRINGS: Final = 500
MAX_DEPTH: Final = 12
# Names of fields that mean something else in PDF than the words say.
MEANINGS: Final = {"/Creator": "CreatorTool", "/M": "ModDate"}
# Ways from a removed object back into what stays: its field, its page, what a signature covers.
WAYS_OUT: Final = frozenset(
    {
        *("/Parent", "/P", "/Pg", "/Page", "/Kids", "/Data", "/Popup", "/IRT", "/D", "/Dest"),
        *("/Fields", "/Pages", "/Root", "/AcroForm", "/Annots", "/StructTreeRoot", "/Resources"),
    }
)

# Strings under these keys are numbers in disguise, or names that only the file itself reads.
BINARY: Final = frozenset({"/ID", "/Lookup", "/CharSet", "/CIDSet", "/CheckSum", "/Panose", "/DA"})
# Strings that readers see: bookmarks and structure titles, notes, field values and their names,
# alternative texts, layers, choices, captions, page labels. Only these may repeat a removed value.
SHOWN: Final = frozenset(
    {
        *("/Title", "/Contents", "/V", "/DV", "/T", "/TU", "/TM", "/Alt", "/ActualText", "/E"),
        *("/Name", "/Opt", "/CA", "/RC", "/AC", "/P", "/Lbl", "/RV", "/IN", "/XN"),
    }
)
# Strings that other strings refer to: one cannot be blanked without losing the way.
REFERENCES: Final = frozenset({"/Dest", "/D", "/Names", "/Limits", "/URI", "/DA", "/DS", "/JS"})


def text_of(value: object) -> str:
    """Return a string or name as text, and nothing for every other object."""
    if isinstance(value, (pikepdf.String, pikepdf.Name)):
        return str(value).strip("\x00 \t\r\n")
    return ""


def strings(held: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (key, text) for the strings in ``held`` and below it, to a bounded depth."""
    if isinstance(held, pikepdf.String):
        yield name, text_of(held)
    elif depth < MAX_DEPTH and isinstance(held, pikepdf.Array):
        for child in held:
            yield from strings(child, name, depth + 1)
    elif depth < MAX_DEPTH and isinstance(held, (pikepdf.Dictionary, pikepdf.Stream)):
        for key in held.keys():  # noqa: SIM118 - a PDF dictionary is no Mapping
            if key not in WAYS_OUT:
                yield from strings(held[key], key, depth + 1)


def gone(carrier: str, held: object, meanings: Mapping[str, str] = MEANINGS) -> list[Finding]:
    """Return the findings for ``held`` that is removed with everything below it.

    ``meanings`` says what a key names where PDF uses the same key for different things.
    """
    found: list[Finding] = []
    for count, (key, text) in enumerate(strings(held)):
        if count >= MAX_STRINGS:
            break
        if text.isprintable():
            found += removed(carrier, meanings.get(key, key.lstrip("/")), text)
    return found


def stated(
    carrier: str, category: Category, value: str, action: Action = Action.REMOVED
) -> Finding:
    """Return a finding whose value is our own word for what it is, and so no secret."""
    return Finding(carrier, category, action, value, seed=False)


def shown(carrier: str, text: str, where: str) -> list[Finding]:
    """Return, for review, who is named in words that stay because they are the drawing's."""
    return [
        Finding(
            carrier,
            span.category,
            Action.REVIEW,
            text[span.start : span.end],
            where,
            CarrierClass.CONTENT,
            confidence=span.confidence,
            rule=span.rule,
        )
        for span in people.find(text)
    ]
