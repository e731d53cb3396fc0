"""Properties that a CAD program hangs on what it draws: who and where go, the part's own stay.

Room: redaction/formats. Pure; works on one node of the walk at a time. A property has a name and a
value that somebody chose; what it holds is told by its name. Layout: ISO 32000-2 §14.7.6.5.
"""

from typing import Final

import pikepdf
from pikepdf import Name

from redaction.carriers import naming
from redaction.formats.pdf_document import Node
from redaction.formats.pdf_words import text_of
from redaction.model import Category, Finding

OWNER: Final = Name.UserProperties
# A day or a program may be the part's own; a person or a path never is.
PERSONAL: Final = frozenset(
    {
        *(Category.PERSON, Category.EMAIL, Category.PHONE, Category.ADDRESS, Category.PATH),
        *(Category.ORGANISATION, Category.LOCATION),
    }
)
VALUES: Final = ("/V", "/F")


def scrubbed(node: Node) -> list[Finding]:
    """Empty the personal properties among ``node``'s, and return what they held."""
    if node.held.get("/O") != OWNER or not isinstance(node.held.get("/P"), pikepdf.Array):
        return []
    found: list[Finding] = []
    for one in node.held["/P"]:
        name = text_of(one.get("/N")) if isinstance(one, pikepdf.Dictionary) else ""
        if naming.category_of("_".join(name.split())) not in PERSONAL:
            continue
        for key in VALUES:
            said = text_of(one.get(key))
            if said:
                found += naming.removed("PDF/UserProperties", "_".join(name.split()), said)
                one[key] = pikepdf.String("")
    return found
