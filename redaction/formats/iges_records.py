"""The lines of an IGES file, by section, and the fields of a line of text made of them.

Room: redaction/formats. Pure; linear in the file. Every record has 80 columns: 72 of content, a
letter for its section, a number. Programs write them with or without line ends. Source: IGES 5.3
(ANSI US PRO/IPO-100-1996) §2.2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import UnreadableError, UnsupportedFormatError

CONTENT_COLUMNS: Final = 72
COLUMNS: Final = 80
# In the parameter section the last eight columns of content point back to the directory.
PARAMETER_COLUMNS: Final = 64
ORDER: Final = b"SGDPT"
LINE: Final = re.compile(rb"([^\r\n]*+)(\r\n|\r|\n|\Z)")
HOLLERITH: Final = re.compile(rb"\s*+([0-9]{1,9})[Hh]")
BLANK: Final = re.compile(rb"\s*+")


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its section, where its 80 columns start and end, and where the next line is."""

    section: int
    start: int
    end: int
    stop: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field from ``start`` to ``end``, blanks around it included; a string has its ``inside``."""

    start: int
    end: int
    inside: tuple[int, int] | None


def records(data: bytes) -> Iterator[Record]:
    """Yield the records of ``data`` up to the terminate record, which is the last.

    Raises:
        UnsupportedFormatError: the compressed or the binary form.
        UnreadableError: a line that is no record, sections out of order, or no terminate record.
    """
    section = 0
    for start, end, stop in _lines(data):
        if end - start < CONTENT_COLUMNS + 1:
            if data[start:end].strip():
                raise UnreadableError("a line that is no record")
            continue
        letter = data[start + CONTENT_COLUMNS] & 0xDF
        if letter in b"CB":
            raise UnsupportedFormatError("compressed or binary")
        at = ORDER.find(letter)
        if at < section:
            raise UnreadableError("sections out of order")
        section = at
        yield Record(letter, start, min(end, start + COLUMNS), stop)
        if letter == ORDER[-1]:
            return
    raise UnreadableError("no terminate record")


def _lines(data: bytes) -> Iterator[tuple[int, int, int]]:
    if LINE.match(data, 0) is not None and _unbroken(data):
        for start in range(0, len(data), COLUMNS):
            end = min(start + COLUMNS, len(data))
            yield start, end, end
        return
    for line in LINE.finditer(data):
        yield line.start(), line.end(1), line.end()


def _unbroken(data: bytes) -> bool:
    """Return whether records follow each other without line ends."""
    head = data[: 2 * COLUMNS]
    return len(head) == 2 * COLUMNS and b"\n" not in head and b"\r" not in head


def delimiters(text: bytes) -> tuple[bytes, bytes, int]:
    """Return what ends a parameter and a record, and where the third global field begins.

    Raises:
        UnreadableError: the first two fields name no delimiters.
    """
    parameter, position = _named(text, 0, b",")
    # A record may end here: then every other field has its default, which no file does.
    if text[position : position + 1] != parameter:
        raise UnreadableError("no parameter delimiter")
    record, position = _named(text, position + 1, b";")
    if text[position : position + 1] != parameter or record == parameter:
        raise UnreadableError("no record delimiter")
    return parameter, record, position + 1


def _named(text: bytes, position: int, default: bytes) -> tuple[bytes, int]:
    found = HOLLERITH.match(text, position)
    if found is None:
        blank = BLANK.match(text, position)
        return default, blank.end() if blank else position
    return text[found.end() : found.end() + 1], found.end() + 1


def fields(text: bytes, position: int, parameter: bytes, record: bytes) -> Iterator[Field]:
    """Yield the fields of ``text`` from ``position`` up to the record delimiter.

    A string whose count is wrong ends at the next delimiter, as most readers have it.

    Raises:
        UnreadableError: no record delimiter.
    """
    ends = re.compile(b"[" + re.escape(parameter) + re.escape(record) + b"]")
    while True:
        start, inside = position, None
        counted = HOLLERITH.match(text, position)
        if counted is not None:
            position = counted.end() + int(counted[1])
            after = BLANK.match(text, position)
            position = after.end() if after else position
            if ends.match(text, position) is None:
                position = counted.end()
            inside = (counted.end(), min(counted.end() + int(counted[1]), len(text)))
        found = ends.search(text, position)
        if found is None:
            raise UnreadableError("no record delimiter")
        if counted is not None and inside is not None and inside[1] > found.start():
            inside = (inside[0], found.start())
        yield Field(start, found.start(), inside)
        if found.group() == record:
            return
        position = found.end()
