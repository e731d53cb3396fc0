"""What the property parts of an Office document say; read only to be told, for they are replaced.

Room: redaction/formats. Pure; linear in the part. Core, extended and custom properties
(ECMA-376 part 2 §8.3, part 1 §22.2 and §22.3), people, labels, and the data behind forms.
"""

from typing import Final

from redaction.carriers.naming import removed
from redaction.carriers.xml_part import attributes, decoded, local, plain, tokens
from redaction.model import Action, Category, Finding

# Attributes that name people in these parts; the others are numbers and marks of the syntax.
TELLING: Final = frozenset({"author", "userId", "displayName", "siteId"})
CUSTOM: Final = "property"
# Containers whose items say nothing by their own name.
ITEMS: Final = frozenset({"lpstr", "lpwstr", "bstr", "filetime", "i4", "bool", "r8", "date"})
MAX_FIELDS: Final = 2_000


def told(data: bytes, where: str) -> list[Finding]:
    """Return what a property part says, at least that there was one."""
    found = [Finding(f"OOXML.{where}", Category.HISTORY, Action.REPLACED, "properties", seed=False)]
    names: list[str] = []
    outer = ""
    for token in list(tokens(decoded(data).text))[: MAX_FIELDS * 4]:
        if token.lastgroup == "text" and names:
            value = plain(token["text"]).strip()
            name = outer if names[-1] in ITEMS and outer else names[-1]
            if value and not value.replace(".", "").isdigit():
                found += removed("OOXML", name, value, where)
        elif token.lastgroup == "attributes" and token["close"]:
            if names:
                names.pop()
        elif token.lastgroup == "attributes":
            element = local(token["name"])
            held = attributes(token["attributes"])
            outer = held.get("name", "custom") if element == CUSTOM else outer
            for name in sorted(TELLING & held.keys()):
                found += removed("OOXML", name, held[name], where)
            if not token["attributes"].endswith("/"):
                names.append(element)
    return found


def data_told(data: bytes, where: str) -> list[Finding]:
    """Return what the data behind a form says: nobody knows its fields, so each is a comment."""
    found = [
        Finding("OOXML.customXml", Category.HISTORY, Action.REPLACED, "data", where, seed=False)
    ]
    for token in list(tokens(decoded(data).text))[: MAX_FIELDS * 4]:
        if token.lastgroup == "text" and token["text"].strip():
            found += removed("OOXML", "comment", plain(token["text"]), where)
    return found
