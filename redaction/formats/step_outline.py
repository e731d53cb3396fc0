"""The sections of a STEP file, and in them the few statements that may hold people.

Room: redaction/formats. Pure; one pass, linear in the file, nothing kept of geometry. Source:
ISO 10303-21:2016 §5.3 (exchange structure): header, anchors, references, data, then signatures.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import UnreadableError
from redaction.formats.step_rules import ENTITIES
from redaction.formats.step_stretches import LEAST_BYTES, PROPERTIES, Stretches, parts
from redaction.formats.step_syntax import STATEMENT, Statement

BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?+[\s\x00]*+")
FIRST: Final = b"ISO-10303-21"
LAST: Final = b"END-ISO-10303-21"
SECTIONS: Final = frozenset({b"HEADER", b"ANCHOR", b"REFERENCE", b"DATA", b"SIGNATURE"})
LINKED: Final = frozenset({b"ANCHOR", b"REFERENCE"})


@dataclass(slots=True)
class Outline:
    """What was found: statements by what is to be done with them, and where the file ends.

    ``signatures`` are byte ranges. ``keywords`` are the names of all entities outside the plain
    ``stretches``.
    """

    stretches: Stretches
    header: list[Statement] = field(default_factory=list)
    linked: list[Statement] = field(default_factory=list)
    ruled: list[Statement] = field(default_factory=list)
    properties: list[Statement] = field(default_factory=list)
    signatures: list[tuple[int, int]] = field(default_factory=list)
    keywords: set[bytes] = field(default_factory=set)
    end: int = 0


def outlined(data: bytes) -> Outline:
    """Return the outline of ``data``.

    Raises:
        UnreadableError: it does not begin or end as an exchange structure, or a statement,
            string or comment in it does not end.
    """
    outline = Outline(Stretches(data))
    blank = BEGINNING.match(data)
    position = blank.end() if blank else 0
    first = STATEMENT.match(data, position)
    if first is None or first[2].upper() != FIRST:
        raise UnreadableError("does not begin as an exchange structure")
    section = b""
    position = first.end()
    while not outline.end:
        statement = _section(data, position, outline) if section == b"DATA" else None
        statement = statement or _next(data, position)
        section = _entered(data, statement, section, outline)
        position = statement.end
    return outline


def _section(data: bytes, position: int, outline: Outline) -> Statement:
    """Run through the instances of a data section; return the statement that is none."""
    other: Statement | None = None
    while other is None:
        end = outline.stretches.end(position)
        if end == position:
            end, other = _instances(data, position, outline)
        position = end
    return other


def _instances(data: bytes, start: int, outline: Outline) -> tuple[int, Statement | None]:
    """Read a few instances one by one.

    Returns where the next one begins, and the statement that is none if one was met.
    """
    match, keywords, wanted = STATEMENT.match, outline.keywords, PROPERTIES
    position = start
    while position < start + LEAST_BYTES:
        found = match(data, position)
        if found is None:
            raise UnreadableError("a statement does not end")
        number, keyword = found.groups()
        keyword = keyword.upper()
        if number is None:
            return position, Statement(found.start(), found.end(), 0, keyword)
        keywords.add(keyword)
        ruled = keyword in ENTITIES
        if not keyword:
            named = parts(found.group())
            keywords |= named
            ruled = not named.isdisjoint(ENTITIES)
        if ruled:
            outline.ruled.append(Statement(found.start(), found.end(), int(number), keyword))
        elif keyword in wanted:
            outline.properties.append(Statement(found.start(), found.end(), int(number), keyword))
        position = found.end()
    return position, None


def _next(data: bytes, position: int) -> Statement:
    found = STATEMENT.match(data, position)
    if found is None:
        raise UnreadableError("a statement does not end")
    return Statement(found.start(), found.end(), int(found[1] or 0), found[2].upper())


def _entered(data: bytes, statement: Statement, section: bytes, outline: Outline) -> bytes:
    """File ``statement`` and return the section that the next one stands in."""
    keyword = statement.keyword
    if section == b"SIGNATURE" or keyword == b"SIGNATURE":
        # Its content is no statement, and ends where the section does.
        began = outline.signatures.pop()[0] if section == b"SIGNATURE" else statement.start
        outline.signatures.append((began, statement.end))
        ended = data.endswith((b"ENDSEC;", b"endsec;"), statement.start, statement.end)
        return b"" if ended else b"SIGNATURE"
    if not statement.number and keyword in SECTIONS:
        return keyword
    if keyword == b"ENDSEC":
        return b""
    if keyword == LAST and data.endswith(LAST, statement.start, statement.end - 1):
        outline.end = statement.end
    elif section == b"HEADER":
        outline.header.append(statement)
    elif section in LINKED:
        outline.linked.append(statement)
    return section
