"""Properties of SOLIDWORKS files since 2015: XML as in Office documents, of a fixed length.

Room: redaction/carriers. Pure; linear in the stream. A text becomes blanks of the same length, a
time the first of 1970. Which custom properties tell of people, their names say.
"""

import re
from typing import Final

from redaction.carriers import labelled_fields
from redaction.carriers.naming import category_of
from redaction.carriers.xml_part import Change, attributes, decoded, local, plain, tokens
from redaction.model import Category

PROPERTIES: Final = re.compile(r"(?:^|/)docProps/[^/]*\.xml$", re.IGNORECASE)
CORE: Final = re.compile(r"(?:^|/)docProps/core\.xml$", re.IGNORECASE)
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")
# "SW_UnitsTimeUnits" is a time by its name, and holds the number of a unit.
MOMENT: Final = re.compile(r"\d\D+\d")
NO_TIME: Final = "1970-01-01T00:00:00Z"
OVERVIEW: Final = frozenset({"Company", "Manager", "Template", "HyperlinkBase"})
# SOLIDWORKS writes itself there, whoever uses it.
MAKER: Final = "Dassault Syst"


def blanked(name: str, content: bytes) -> tuple[bytes, list[Change]]:
    """Return the stream ``name`` with what tells of people blanked, and what it told.

    A stream that holds no properties is returned as it is.

    Raises:
        UnreadableError: it is not XML.
    """
    if not PROPERTIES.search(name) or not content:
        return content, []
    part = decoded(content)
    out: list[str] = []
    changes: list[Change] = []
    outer, element = "", ""
    for token in tokens(part.text):
        text = token.group()
        if token.lastgroup == "attributes":
            element = "" if token["close"] else local(token["name"])
            if element == "property":
                outer = attributes(token["attributes"]).get("name", "")
        elif token.lastgroup == "text" and text.strip():
            category = _category(name, outer, element, plain(text))
            blank = _blank(text, part.encoding)
            if category is not None and blank != text and not text.startswith(MAKER):
                changes.append(Change(outer or element, plain(text), category))
                text = blank
        out.append(text)
    return part.encoded("".join(out)), changes


def _category(name: str, outer: str, element: str, text: str) -> Category | None:
    if CORE.search(name):
        return category_of(element)
    if outer:
        told = labelled_fields.category(outer, text)
        timed = category_of(outer) is Category.TIME and MOMENT.search(text)
        return told or (Category.TIME if timed else None)
    return category_of(element) if element in OVERVIEW else None


def _blank(text: str, encoding: str) -> str:
    if TIME.fullmatch(text):
        return NO_TIME[: len(text)].ljust(len(text))
    return " " * len(text.encode(encoding))
