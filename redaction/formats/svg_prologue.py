"""The document type of an SVG: a form of old, and the entities Illustrator writes into it.

Room: redaction/formats. Pure; linear in the text. A document type says nothing that is drawn and
goes. Entities stay only as what they stand for, and only where they stand for plain text; anything
else a document type can hold is refused, for there lie files, bombs and other people's servers.
"""

import re
from typing import Final

from redaction.carriers import xml_part
from redaction.carriers.xml_part import Part
from redaction.errors import UnreadableError

_QUOTED: Final = r"(?:\"[^\"<>]*+\"|'[^'<>]*+')"
TYPE: Final = re.compile(
    r"<!DOCTYPE\s++[\w:.-]++"
    rf"(?:\s++(?:PUBLIC\s++{_QUOTED}(?:\s*+{_QUOTED})?|SYSTEM\s++{_QUOTED}))?\s*+"
    r"(?:\[(?P<entities>[^\]]*+)\]\s*+)?>"
)
ENTITY: Final = re.compile(
    r"\s*+<!ENTITY\s++(?P<name>[A-Za-z_][\w.-]*+)\s++"
    r"(?:\"(?P<double>[^\"&%<]{0,300}+)\"|'(?P<single>[^'&%<]{0,300}+)')\s*+>\s*+"
)
MISC: Final = re.compile(r"(?:\ufeff?\s++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
REFERENCE: Final = re.compile(r"&([A-Za-z_][\w.-]*+);")
OWN: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
MAX_ENTITIES: Final = 64


def read(data: bytes) -> tuple[Part, str | None]:
    """Return the drawing without its document type, entities spelled out, and that type.

    Raises:
        UnreadableError: it does not decode, or its document type is more than plain names.
    """
    part = xml_part.decoded(data, document_type=True)
    text, kind = part.text, None
    found = TYPE.match(text, MISC.match(text).end())  # type: ignore[union-attr]
    if found is not None:
        kind = found.group()
        known = _entities(found["entities"] or "")
        text = text[: found.start()] + _spelled(text[found.end() :], known)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableError("a document type")
    return Part(text, part.encoding, part.mark), kind


def _entities(subset: str) -> dict[str, str]:
    known: dict[str, str] = {}
    position = 0
    while position < len(subset):
        found = ENTITY.match(subset, position)
        if found is None and subset[position:].strip():
            raise UnreadableError("a document type")
        if found is None:
            break
        known.setdefault(found["name"], found["double"] or found["single"] or "")
        position = found.end()
    if len(known) > MAX_ENTITIES:
        raise UnreadableError("a document type")
    return known


def _spelled(text: str, known: dict[str, str]) -> str:
    def stands_for(found: re.Match[str]) -> str:
        name = found[1]
        if name in OWN:
            return found.group()
        if name not in known:
            raise UnreadableError("an undeclared entity")
        return xml_part.escaped(known[name])

    return REFERENCE.sub(stands_for, text)
