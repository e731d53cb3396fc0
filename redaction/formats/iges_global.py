"""The global section of an IGES file: who sent what, from where, when, and with which program.

Room: redaction/formats. Pure. Numbers, units and the application protocol stay as they are
written; the section is wrapped and numbered anew. Source: IGES 5.3 §2.2.4.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.carriers.changes import Changes
from redaction.formats.iges_records import CONTENT_COLUMNS, Record, delimiters, fields
from redaction.model import Category, Edit

FIRST: Final = 3
# Number of the field, its name, and what it tells.
EMPTIED: Final = {
    3: ("product_id_of_sender", Category.PATH),
    4: ("file_name", Category.PATH),
    5: ("native_system_id", Category.SOFTWARE),
    6: ("preprocessor_version", Category.SOFTWARE),
    12: ("product_id_for_receiver", Category.PATH),
    21: ("author", Category.PERSON),
    22: ("organization", Category.ORGANISATION),
}
DATES: Final = {18: "date_of_file", 25: "date_of_model"}
LONG_AGO: Final = {13: b"13H700101.000000", 15: b"15H19700101.000000"}
HEAD_COLUMNS: Final = 8


@dataclass(frozen=True, slots=True)
class Global:
    """The section as text; ``values`` are the fields from the third on, without blanks."""

    parameter: bytes
    record: bytes
    head: bytes
    values: tuple[bytes, ...]
    strings: tuple[str | None, ...]


def parsed(data: bytes, found: list[Record]) -> Global:
    """Return the fields of the global section.

    Raises:
        UnreadableError: it names no delimiters or does not end.
    """
    text = b"".join(data[record.start : record.start + CONTENT_COLUMNS] for record in found)
    parameter, record, position = delimiters(text)
    values, strings = [], []
    for field in fields(text, position, parameter, record):
        inside = text[slice(*field.inside)] if field.inside else None
        strings.append(None if inside is None else _decoded(inside))
        # Blanks before a count are padding; those inside a string belong to it.
        raw = text[field.start : field.end]
        values.append(b"%dH%b" % (len(inside), inside) if inside is not None else raw.strip())
    return Global(parameter, record, text[:position], tuple(values), tuple(strings))


def rewritten(
    data: bytes, found: list[Record], changes: Changes
) -> tuple[int, tuple[bytes, bytes]]:
    """Plan the section without people; return how many records it has then, and its delimiters."""
    section = parsed(data, found)
    values = list(section.values)
    for index, said in enumerate(section.strings):
        number = index + FIRST
        if said is None:
            continue
        if number in EMPTIED:
            name, category = EMPTIED[number]
            values[index] = b""
            changes.tell(f"global.{name}", category, said, f"field {number}")
        elif number in DATES:
            values[index] = LONG_AGO.get(len(said), b"")
            if values[index] != section.values[index]:
                changes.tell(f"global.{DATES[number]}", Category.TIME, said, f"field {number}")
    if tuple(values) == section.values:
        return len(found), (section.parameter, section.record)
    tokens = [section.head.strip(), *(value + section.parameter for value in values[:-1])]
    lines = list(_wrapped([*tokens, values[-1] + section.record]))
    changes.edits.append(Edit(found[0].start, found[-1].stop, _records(data, found, lines)))
    return len(lines), (section.parameter, section.record)


def _wrapped(tokens: list[bytes]) -> Iterator[bytes]:
    """Yield lines of content; a token is broken only if it alone is longer than a line."""
    line = b""
    for token in tokens:
        if len(line) + len(token) > CONTENT_COLUMNS and len(token) <= CONTENT_COLUMNS:
            yield line
            line = b""
        line += token
        while len(line) > CONTENT_COLUMNS:
            yield line[:CONTENT_COLUMNS]
            line = line[CONTENT_COLUMNS:]
    if line:
        yield line


def _records(data: bytes, found: list[Record], lines: list[bytes]) -> bytes:
    first = found[0]
    letter = data[first.start + CONTENT_COLUMNS : first.start + CONTENT_COLUMNS + 1]
    number = data[first.start + CONTENT_COLUMNS + 1 : first.end]
    pad = b"0" if number.startswith(b"0") else b" "
    ending = data[first.end : first.stop].lstrip(b" ")
    return b"".join(
        line.ljust(CONTENT_COLUMNS) + letter + (b"%d" % (count + 1)).rjust(7, pad) + ending
        for count, line in enumerate(lines)
    )


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
