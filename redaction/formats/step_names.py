"""Names of products, bodies and layers in a STEP model, as numbers, where a profile asks for it.

Room: redaction/formats. Pure; linear in the file. STEP refers by instance numbers and never by
names, so a name may be any other; the same one gets the same number wherever a string says it and
nothing else, so that what belongs together still reads so. Source: ISO 10303-41 (product,
product_definition_relationship), 10303-42 (bodies), 10303-46 (layers).
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.carriers.changes import Changes
from redaction.carriers.numbered_names import Numbered, renamed
from redaction.formats import step_syntax
from redaction.formats.step_syntax import Statement, Value
from redaction.model import Category, Edit, Profile

# Which arguments are names, and of what.
NAMED: Final = {
    b"PRODUCT": ("part ", (0, 1, 2)),
    b"NEXT_ASSEMBLY_USAGE_OCCURRENCE": ("part ", (0, 1, 2, 5)),
    b"PRESENTATION_LAYER_ASSIGNMENT": ("layer ", (0, 1)),
    b"MANIFOLD_SOLID_BREP": ("part ", (0,)),
    b"BREP_WITH_VOIDS": ("part ", (0,)),
    b"FACETED_BREP": ("part ", (0,)),
    b"SHELL_BASED_SURFACE_MODEL": ("part ", (0,)),
    b"SHAPE_REPRESENTATION": ("part ", (0,)),
    b"ADVANCED_BREP_SHAPE_REPRESENTATION": ("part ", (0,)),
    b"MANIFOLD_SURFACE_SHAPE_REPRESENTATION": ("part ", (0,)),
    b"IFCPROJECT": ("part ", (2, 3, 5)),
    b"IFCSITE": ("part ", (2, 3, 7)),
    b"IFCBUILDING": ("part ", (2, 3, 7)),
    b"IFCBUILDINGSTOREY": ("part ", (2, 3, 7)),
    b"IFCPRESENTATIONLAYERASSIGNMENT": ("layer ", (0, 1)),
}
NAMING: Final = re.compile(
    rb"(?<![A-Za-z0-9_])(?:" + b"|".join(NAMED) + rb")(?=\s*+\()", re.IGNORECASE
)
START: Final = re.compile(rb"#[0-9]++\s*+=")
# Elsewhere, a shorter word or a number is a dimension or a unit as likely as the name.
MIN_CHARS: Final = 3


def numbered(data: bytes, profile: Profile, changes: Changes, end: int) -> frozenset[bytes]:
    """Plan that names become numbers, if ``profile`` asks for names.

    Returns the strings, as they are written, that go wherever they stand.
    """
    if Category.NAME not in profile.redact_content:
        return frozenset()
    gone: set[bytes] = set()
    names = Numbered()
    edited = {edit.start for edit in changes.edits}
    for value in _named(data, end):
        said = step_syntax.decoded(data[value.start + 1 : value.end - 1])
        kind = NAMED[value.entity][0]
        _put(data, (value.start, value.end), names.of(kind, said, _carrier(value)), changes, edited)
    telling = {
        said: instead
        for said, instead in names.known.items()
        if len(said) >= MIN_CHARS and any(map(str.isalpha, said))
    }
    for found in step_syntax.STRINGS.finditer(data, 0, end) if telling else ():
        if found[1]:
            said = step_syntax.decoded(found[1])
            if said not in telling or said == telling[said]:
                continue
            gone.add(found[1])
            if found.start() not in edited:
                _put(data, found.span(), telling[said], changes, edited)
                changes.findings.append(renamed("STEP.string", said))
    changes.findings += names.findings
    return frozenset(gone)


def _named(data: bytes, end: int) -> Iterator[Value]:
    """Yield the strings that are names, in the order of the file."""
    position = 0
    for found in NAMING.finditer(data, 0, end):
        if found.start() < position:
            continue
        start = data.rfind(b"#", 0, found.start())
        while start > 0 and not START.match(data, start):
            start = data.rfind(b"#", 0, start)
        statement = step_syntax.STATEMENT.match(data, max(start, 0))
        if statement is None or statement.end() <= found.start():
            continue
        position = statement.end()
        whole = Statement(statement.start(), statement.end(), 1, b"")
        for value in step_syntax.values(data, whole):
            _, indices = NAMED.get(value.entity, ("", ()))
            if value.kind == "string" and value.index in indices:
                yield value


def _put(
    data: bytes, place: tuple[int, int], name: str, changes: Changes, edited: set[int]
) -> None:
    start, end = place
    token = b"'" + name.encode("ascii", "replace") + b"'"
    if start in edited or not data[start + 1 : end - 1].strip():
        return
    if name.isascii() and data[start:end] != token and "'" not in name and "\\" not in name:
        edited.add(start)
        changes.edits.append(Edit(start, end, token))


def _carrier(value: Value) -> str:
    return f"{value.entity.decode('latin-1')}.name"
