"""What a metadata field holds, told by its name: who, where, when, or by which program.

Room: redaction/carriers. Pure. PDF information, XMP, Exif, IPTC and PNG text all name their
fields in much the same English words; one table reads them all.
"""

import re
from typing import Final

from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

MAX_VALUE_CHARS: Final = 4_000

# The first row that is found in the field's name decides, so the telling words stand first.
_PROGRAM: Final = r"creatortool|software|producer|toolkit|engine|program|version|agent"
_PLACE: Final = r"gps|latitude|longitude|location|^geo|city|country|province|state$"
_COMPANY: Final = r"company|organi[sz]ation|publisher|department|institution"
_PERSON: Final = (
    r"author|creator|artist|by-?line|owner|manager|writer|editor|credit|person|licensor|supplier"
    r"|photographer|(?:saved|modified|created|checked|drawn)_?by|contact|user(?!_?comment)|copyright"
)
_MARK: Final = r"serial|uuid|guid|identifier|unique|(?:document|instance|original|image)_?id|id$"
_ORIGIN: Final = r"path|file|folder|base$|source$|url|uri|template"

# The first row that is found in the field's name decides, so the telling words stand first.
_FIELDS: Final = (
    (Category.SOFTWARE, _PROGRAM),
    (Category.EMAIL, r"e-?mail"),
    (Category.PHONE, r"phone|fax|mobile"),
    (Category.LOCATION, _PLACE),
    (Category.ADDRESS, r"address|street|postal|postcode|zip"),
    (Category.ORGANISATION, _COMPANY),
    (Category.PERSON, _PERSON),
    (Category.TIME, r"date|time|^when"),
    (Category.IDENTIFIER, _MARK),
    (Category.PATH, _ORIGIN),
    (Category.SOFTWARE, r"make$|model$|^lens|camera|device"),
)
FIELDS: Final = tuple((category, re.compile(words, re.IGNORECASE)) for category, words in _FIELDS)
# These are stated by every other file and tell nobody; a sweep for them would only ever stumble.
COMMON: Final = frozenset({Category.TIME, Category.SOFTWARE, Category.COMMENT})
# A place on the web is nobody's path; a drawing may well name its maker's.
PUBLIC: Final = ("http://", "https://", "www.")


def category_of(name: str) -> Category:
    """Return what a field called ``name`` holds; what cannot be told is a comment."""
    bare = name.rsplit(":", 1)[-1].lstrip("/")
    return next((known for known, words in FIELDS if words.search(bare)), Category.COMMENT)


def removed(carrier: str, name: str, value: str, where: str = "") -> list[Finding]:
    """Return the findings for a field that is removed: what it is, and who is named inside it.

    Comments are not sought again by the sweep, for a title may well stand on the drawing;
    an address or path inside one is.
    """
    value = value.strip("\x00 \t\r\n")[:MAX_VALUE_CHARS]
    if not value:
        return []
    category = category_of(name)
    found = [
        Finding(
            f"{carrier}.{name}",
            category,
            Action.REMOVED,
            value,
            where=where,
            seed=category not in COMMON and not value.lower().startswith(PUBLIC),
        )
    ]
    if category in (Category.COMMENT, Category.SOFTWARE, Category.PATH):
        found += [
            _within(carrier, name, value[span.start : span.end], span, where)
            for span in people.find(value)
            if span.category in people.TOKENS
        ]
    return found


def _within(carrier: str, name: str, value: str, span: people.Span, where: str) -> Finding:
    return Finding(
        f"{carrier}.{name}",
        span.category,
        Action.REMOVED,
        value,
        where=where,
        carrier_class=CarrierClass.METADATA,
        confidence=span.confidence,
    )
