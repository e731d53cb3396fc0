"""The text of a Word document, by character: what fields are told to do, what was deleted.

Room: redaction/formats. Pure; linear in the text. A field is its instruction, a separator and its
result; fields stand within fields. Source: [MS-DOC] §2.8.25 (field characters), §2.4.1 (text).
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from redaction.formats import office_art, office_doc_fib
from redaction.formats.office_doc_fib import Fib, Piece
from redaction.formats.office_paper import Place

BEGIN, SEPARATOR, END = "\x13", "\x14", "\x15"
MARK: Final = re.compile(f"[{BEGIN}{SEPARATOR}{END}]")
MAX_DEPTH: Final = 100
OUTLINE_PAGES: Final = 86


def instructions(document: bytes, pieces: list[Piece]) -> Iterator[Place]:
    """Yield where the instructions of fields lie in the document's stream."""
    return (place for place, told in _runs(document, pieces) if told)


def shown(document: bytes, pieces: list[Piece]) -> bytes:
    """Return the bytes of all characters that are no instruction, in the order of reading."""
    runs = (place for place, told in _runs(document, pieces) if not told)
    return b"".join(document[start:end] for start, end in runs)


def _runs(document: bytes, pieces: list[Piece]) -> Iterator[tuple[Place, bool]]:
    """Yield every run between two marks of fields, and whether it is an instruction."""
    open_fields: list[bool] = []
    for piece in pieces:
        width = 2 if piece.wide else 1
        held = document[piece.start : piece.end]
        # One character for every unit, so that positions can be counted.
        units = struct.unpack(f"<{len(held) // 2}H", held) if piece.wide else held
        text = "".join(map(chr, units))
        position = 0
        for mark in MARK.finditer(text):
            yield _place(piece, width, position, mark.start()), any(open_fields)
            position = mark.end()
            if mark[0] == BEGIN and len(open_fields) < MAX_DEPTH:
                open_fields.append(True)
            elif mark[0] == SEPARATOR and open_fields:
                open_fields[-1] = False
            elif mark[0] == END and open_fields:
                open_fields.pop()
        yield _place(piece, width, position, len(text)), any(open_fields)


def _place(piece: Piece, width: int, start: int, end: int) -> Place:
    return piece.start + width * start, piece.start + width * end


def gaps(document: bytes, fib: Fib, table: bytes) -> Iterator[Place]:
    """Yield what lies between the first and the last piece of the text and belongs to nothing."""
    pieces = office_doc_fib.pieces(fib, table, len(document))
    if not pieces:
        return
    used = [(piece.start, piece.end) for piece in pieces]
    first, last = min(used)[0], max(end for _, end in used)
    for number in (office_doc_fib.CHARACTERS, office_doc_fib.PARAGRAPHS, OUTLINE_PAGES):
        used += [
            (at, at + office_doc_fib.FKP_BYTES) for at in office_doc_fib.pages(fib, table, number)
        ]
    used += office_doc_fib.sections(fib, table, document)
    used += [(picture.head, picture.place[1]) for picture in office_art.pictures(document)]
    position = first
    for start, end in sorted(used):
        if position < min(start, last):
            yield position, min(start, last)
        position = max(position, end)
