"""Where things lie in a Word document: the table at its beginning ([MS-DOC] §2.5), and its text.

Room: redaction/formats. Pure; linear in the stream. The text is cut into pieces, each in one or two
bytes a character; whatever lies between the pieces was deleted and never wiped.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import EncryptedError, UnreadableError, UnsupportedFormatError

WORD_97: Final = 0xA5EC
FIRST_VERSION: Final = 0x00C0
COMPLEX, ENCRYPTED, TABLE_1, OBFUSCATED = 0x0004, 0x0100, 0x0200, 0x8000
PAIRS_AT: Final = 154
FKP_BYTES: Final = 512
COMPRESSED: Final = 0x40000000
MAX_PIECES: Final = 200_000

# Numbers of the pairs that are read here (§2.5.6 and later).
(CHARACTERS, PARAGRAPHS, SECTIONS) = (12, 13, 6)
(ANNOTATIONS, PROPERTIES, ASSOCIATED, TEXT) = (4, 31, 32, 33)
(OWNERS, VARIABLES, REVISERS, SAVED_BY, FILES) = (36, 60, 51, 71, 72)
(TIME, ANNOTATION_TIMES, PROTECTED_USERS) = (87, 112, 144)


@dataclass(frozen=True, slots=True)
class Fib:
    """The table: the name of the stream that holds the structures, and where each lies in it."""

    flags: int
    table: str
    pairs: tuple[tuple[int, int], ...]
    size: int

    def place(self, number: int) -> tuple[int, int]:
        """Return where a structure lies in the table stream; nowhere if there is none."""
        if number >= len(self.pairs):
            return 0, 0
        start, size = self.pairs[number]
        return start, start + size


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text: where it lies in the document's stream, and its characters' width."""

    start: int
    end: int
    wide: bool


def read(document: bytes) -> Fib:
    """Return the table of ``document``.

    Raises:
        EncryptedError: protected by a password.
        UnsupportedFormatError: written by Word 95 or before, or saved in pieces.
        UnreadableError: cut off.
    """
    mark, version = struct.unpack_from("<HH", document)
    (flags,) = struct.unpack_from("<H", document, 10)
    if flags & (ENCRYPTED | OBFUSCATED):
        raise EncryptedError
    if mark != WORD_97 or version < FIRST_VERSION or flags & COMPLEX:
        raise UnsupportedFormatError
    if struct.unpack_from("<H", document, 32)[0] != 14:
        raise UnreadableError("an unusual document")
    (count,) = struct.unpack_from("<H", document, PAIRS_AT - 2)
    numbers = struct.unpack_from(f"<{2 * count}I", document, PAIRS_AT)
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    table = "1Table" if flags & TABLE_1 else "0Table"
    return Fib(flags, table, pairs, PAIRS_AT + 8 * count)


def check(fib: Fib, table: bytes, numbers: Iterable[int]) -> None:
    """Return if the structures with these ``numbers`` lie in the table stream.

    Raises:
        UnreadableError: one leads outside.
    """
    for number in numbers:
        start, end = fib.place(number)
        if end > start and end > len(table):
            raise UnreadableError("a structure leads outside its stream")


def pieces(fib: Fib, table: bytes, document_bytes: int) -> list[Piece]:
    """Return the pieces of the text, in the order of reading.

    Raises:
        UnreadableError: one leads outside, or there are too many.
    """
    at, end = fib.place(TEXT)
    while at < end and table[at : at + 1] == b"\x01":
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    if at >= end or table[at : at + 1] != b"\x02":
        raise UnreadableError("no text")
    (size,) = struct.unpack_from("<I", table, at + 1)
    count = (size - 4) // 12
    if not 0 <= count <= MAX_PIECES or at + 5 + size > end:
        raise UnreadableError("a damaged text")
    places = struct.unpack_from(f"<{count + 1}I", table, at + 5)
    found: list[Piece] = []
    for number in range(count):
        chars = places[number + 1] - places[number]
        (start,) = struct.unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * number + 2)
        wide = not start & COMPRESSED
        start = start if wide else (start & ~COMPRESSED) // 2
        stop = start + chars * (2 if wide else 1)
        if chars < 0 or stop > document_bytes:
            raise UnreadableError("text outside the document")
        found.append(Piece(start, stop, wide))
    return found


def text(document: bytes, found: list[Piece]) -> str:
    """Return the characters of the pieces ``found``."""
    return "".join(
        document[piece.start : piece.end].decode("utf-16-le" if piece.wide else "cp1252", "replace")
        for piece in found
    )


def pages(fib: Fib, table: bytes, number: int) -> Iterator[int]:
    """Yield where the pages of formatting listed in the structure ``number`` begin (§2.8.5)."""
    start, end = fib.place(number)
    count = max(0, (end - start - 4) // 8)
    for entry in range(count):
        (page,) = struct.unpack_from("<I", table, start + 4 * (count + 1) + 4 * entry)
        yield (page & 0x3FFFFF) * FKP_BYTES


def sections(fib: Fib, table: bytes, document: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the properties of sections lie in the document's stream (§2.8.26)."""
    start, end = fib.place(SECTIONS)
    count = max(0, (end - start - 4) // 16)
    for entry in range(count):
        (at,) = struct.unpack_from("<I", table, start + 4 * (count + 1) + 12 * entry + 2)
        if at + 2 <= len(document):
            yield at, at + 2 + struct.unpack_from("<H", document, at)[0]


def strings(table: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each string of a string table, and whether it is wide (§2.2.4).

    Raises:
        UnreadableError: one leads outside.
    """
    at = start
    if end - start < 4:
        return
    wide = table[at : at + 2] == b"\xff\xff"
    at += 2 if wide else 0
    count, extra = struct.unpack_from("<HH", table, at)
    at += 4
    for _ in range(count):
        if wide:
            (chars,) = struct.unpack_from("<H", table, at)
            first, at = at + 2, at + 2 + 2 * chars
        else:
            first, at = at + 1, at + 1 + int.from_bytes(table[at : at + 1], "little")
        if at > end:
            raise UnreadableError("a string leads outside its table")
        yield first, at, wide
        at += extra
