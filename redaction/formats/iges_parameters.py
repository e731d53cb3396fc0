"""The parameter section of an IGES file: strings of the model, and text that is none of it.

Room: redaction/formats. Pure; linear in the file. Lengths and columns never change: behind the
record delimiter a line may hold comments, which are blanked; of a path only the name of its file
is left, and blanks. Other strings are shown to their owner. Source: IGES 5.3 §2.2.4.5, §4.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from redaction.carriers import path_cuts
from redaction.carriers.changes import Changes
from redaction.errors import UnreadableError
from redaction.formats.iges_records import PARAMETER_COLUMNS, Record, fields
from redaction.model import Category, Edit, Profile
from redaction.text import people
from redaction.text.span import Span, without_overlaps

BETWEEN: Final = "\n\0\n"
MIN_CHARS: Final = 4
POINTER: Final = slice(PARAMETER_COLUMNS, PARAMETER_COLUMNS + 8)


def read(
    data: bytes,
    found: list[Record],
    delimiters: tuple[bytes, bytes],
    profile: Profile,
    changes: Changes,
) -> str:
    """Plan what is blanked, and report whom the strings name; return all strings."""
    strings: list[tuple[list[Record], int, str]] = []
    for entity in entities(data, found):
        text = content(data, entity)
        end = _end(text, delimiters)
        _comment(data, entity, (text, end), changes)
        if b"H" in text or b"h" in text:
            for field in fields(text, 0, *delimiters):
                if field.inside and field.inside[1] - field.inside[0] >= MIN_CHARS:
                    said = text[slice(*field.inside)].decode("latin-1")
                    strings.append((entity, field.inside[0], said))
    joined = BETWEEN.join(said for _, _, said in strings)
    starts = [0]
    for _, _, said in strings:
        starts.append(starts[-1] + len(said) + len(BETWEEN))
    removed = [told.value for told in changes.findings if told.category is Category.PATH]
    for span in without_overlaps([*people.find(joined), *path_cuts.found(joined, removed)]):
        at = bisect_right(starts, span.start) - 1
        entity, offset, said = strings[at]
        local = replace(span, start=span.start - starts[at], end=span.end - starts[at])
        _settle(data, (entity, offset), said, local, (profile, changes))
    return joined


def entities(data: bytes, found: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield the records of each entity, which point back to the same directory entry."""
    group: list[Record] = []
    pointer = b""
    for record in found:
        points = data[record.start + POINTER.start : record.start + POINTER.stop]
        if group and points != pointer:
            yield group
            group = []
        group.append(record)
        pointer = points
    if group:
        yield group


def content(data: bytes, entity: list[Record]) -> bytes:
    """Return the parameters of an entity as one text of 64 columns a record."""
    return b"".join(data[record.start : record.start + PARAMETER_COLUMNS] for record in entity)


def _end(text: bytes, delimiters: tuple[bytes, bytes]) -> int:
    parameter, record = delimiters
    if b"H" not in text and b"h" not in text:
        end = text.find(record)
        if end < 0:
            raise UnreadableError("no record delimiter")
        return end + 1
    end = 0
    for field in fields(text, 0, parameter, record):
        end = field.end
    return end + 1


def _comment(
    data: bytes, entity: list[Record], parsed: tuple[bytes, int], changes: Changes
) -> None:
    text, end = parsed
    said = text[end:]
    if said.strip():
        _blank(entity, end, len(text), b"", changes)
        changes.tell("comment", Category.COMMENT, said.decode("latin-1"), _where(data, entity))


def _settle(
    data: bytes,
    place: tuple[list[Record], int],
    said: str,
    span: Span,
    wanted: tuple[Profile, Changes],
) -> None:
    profile, changes = wanted
    entity, offset = place
    value = said[span.start : span.end]
    where = _where(data, entity)
    asked = profile.asks("string", span.category, value)
    if span.category is Category.PATH or asked:
        for begins, ends, _ in path_cuts.cuts(said, [span]):
            name = said[ends : span.end] if ends < span.end else ""
            start, stop = offset + begins, offset + max(ends, span.end)
            _blank(entity, start, stop, name.encode("latin-1"), changes)
    if span.category is Category.PATH:
        changes.tell("string", span.category, value, where)
    else:
        changes.content("string", span, value, where, out=asked)


def _blank(entity: list[Record], start: int, stop: int, instead: bytes, changes: Changes) -> None:
    """Plan ``instead`` and blanks in the columns ``start`` to ``stop`` of an entity's text."""
    text = instead.ljust(stop - start)
    for number in range(start // PARAMETER_COLUMNS, (stop - 1) // PARAMETER_COLUMNS + 1):
        begins = max(start, number * PARAMETER_COLUMNS)
        ends = min(stop, (number + 1) * PARAMETER_COLUMNS)
        at = entity[number].start - number * PARAMETER_COLUMNS
        changes.edits.append(Edit(at + begins, at + ends, text[begins - start : ends - start]))


def _where(data: bytes, entity: list[Record]) -> str:
    pointer = data[entity[0].start + POINTER.start : entity[0].start + POINTER.stop]
    return f"entity {pointer.decode('latin-1').strip(' 0')}"
