"""The records of a workbook (BIFF8), told apart; and the strings in them.

Room: redaction/formats. Pure; linear in the stream. A record is a number, a size and so many bytes;
what does not fit goes on in records of its own. Source: [MS-XLS] §2.1.4, §2.5.240 and §2.5.294.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import UnreadableError
from redaction.formats.office_paper import Place

HEAD: Final = struct.Struct("<HH")
BEGIN, END, CONTINUE = 0x0809, 0x000A, 0x003C
BIFF8: Final = 0x0600
WIDE: Final = 0x01


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind and where its bytes lie in the stream, without its head."""

    kind: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string: where its characters lie, and whether each has two bytes."""

    place: Place
    wide: bool


def records(stream: bytes) -> Iterator[Record]:
    """Yield the records of ``stream``; zeros behind the last are none.

    Raises:
        UnreadableError: one is cut off.
    """
    position = 0
    while position + HEAD.size <= len(stream):
        kind, size = HEAD.unpack_from(stream, position)
        if not kind and not any(stream[position:]):
            return
        start = position + HEAD.size
        if start + size > len(stream):
            raise UnreadableError("a record is cut off")
        yield Record(kind, start, start + size)
        position = start + size


def counted(stream: bytes | bytearray, at: int, end: int, *, count_bytes: int = 2) -> Text:
    """Return the string at ``at``, before which stands how many characters it has.

    Raises:
        UnreadableError: it leads outside its record.
    """
    chars = int.from_bytes(stream[at : at + count_bytes], "little")
    return sized(stream, at + count_bytes, end, chars)


def sized(stream: bytes | bytearray, at: int, end: int, chars: int) -> Text:
    """Return the string of ``chars`` characters at ``at``, which begins with how they are written.

    Raises:
        UnreadableError: it leads outside its record.
    """
    if not chars:
        return Text((at, at), wide=False)
    if at >= end:
        raise UnreadableError("a string leads outside its record")
    wide = bool(stream[at] & WIDE)
    stop = at + 1 + chars * (2 if wide else 1)
    if stop > end:
        raise UnreadableError("a string leads outside its record")
    return Text((at + 1, stop), wide)


def decoded(stream: bytes | bytearray, text: Text) -> str:
    """Return the characters of ``text``."""
    held = stream[slice(*text.place)]
    return held.decode("utf-16-le" if text.wide else "latin-1", "replace")
