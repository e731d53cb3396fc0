"""Where a Word document (DOC) names people: who saved it where, who revised it, who remarked.

Room: redaction/formats. Pure; linear in the streams. Strings are blanked in their place, times
become zero, text that was deleted is wiped. Sources: [MS-DOC] §2.5.6 (where), §2.7.2 (times of the
document), §2.8.3 and §2.9.6 (comments), §2.9.272 (saved by), §2.9.274 (associated strings).
"""

import struct
from collections.abc import Iterator
from typing import Final

from redaction.carriers.compound_file import Stream
from redaction.errors import UnreadableError
from redaction.formats import office_art, office_doc_fib, office_doc_fields, office_doc_marks
from redaction.formats.office_doc_fib import Fib, Piece
from redaction.formats.office_paper import Paper
from redaction.model import Category

UNKNOWN: Final = "Unknown"
# What the strings that belong to a document are, by their number (§2.9.274).
ASSOCIATED: Final = {
    1: ("template", Category.PATH),
    2: ("title", Category.COMMENT),
    3: ("subject", Category.COMMENT),
    4: ("keywords", Category.COMMENT),
    5: ("comments", Category.COMMENT),
    6: ("author", Category.PERSON),
    7: ("last author", Category.PERSON),
    8: ("mail merge", Category.PATH),
    9: ("mail merge", Category.PATH),
    17: ("password", Category.COMMENT),
}
# Printers, mail merge, autosave, e-mail, undo, protection: structures that may as well not be.
GONE: Final = {
    **dict.fromkeys((27, 28, 29), Category.HOST),
    **dict.fromkeys((35, 44, 126, 127), Category.PATH),
    **dict.fromkeys((77, 78, 79, 80, 94, 97, 119), Category.HISTORY),
    office_doc_fib.VARIABLES: Category.COMMENT,
}
READ: Final = (
    *(office_doc_fib.CHARACTERS, office_doc_fib.PARAGRAPHS, office_doc_fib.SECTIONS),
    *(office_doc_fib.ANNOTATIONS, office_doc_fib.PROPERTIES, office_doc_fib.ASSOCIATED),
    *(office_doc_fib.TEXT, office_doc_fib.OWNERS, office_doc_fib.REVISERS, office_doc_fib.FILES),
    *(office_doc_fib.SAVED_BY, office_doc_fib.ANNOTATION_TIMES, office_doc_fib.PROTECTED_USERS),
    office_doc_fields.OUTLINE_PAGES,
)
# When it was made, revised and printed; how often; how long it was edited (§2.7.2).
TIMES: Final = (20, 38)
COMMENT_BYTES, INITIALS_BYTES = 30, 20
TIMES_BYTES: Final = 18


def read(paper: Paper, stream: Stream) -> None:
    """Blank whom the document in ``stream`` and its tables name.

    Raises:
        RedactionError: it is damaged, protected, or of a kind that cannot be cleaned.
    """
    document = bytes(paper.contents[stream.name])
    fib = office_doc_fib.read(document)
    beside = paper.stream((*stream.path[:-1], fib.table))
    if beside is None:
        raise UnreadableError("no table stream")
    table = bytes(paper.contents[beside.name])
    office_doc_fib.check(fib, table, (*GONE, *READ))
    pieces = office_doc_fib.pieces(fib, table, len(document))
    paper.show(
        stream.name, office_doc_fib.text(document, pieces).replace("\r", "\n").replace("\x07", "\n")
    )
    _strings(paper, fib, beside.name, table)
    _remarks(paper, fib, beside.name, table)
    _times(paper, fib, (stream.name, beside.name))
    _gone(paper, fib, stream.name, beside.name)
    _fields(paper, stream.name, document, pieces)
    _residue(paper, stream.name, fib, table)
    office_doc_marks.read(paper, stream.name, fib, table)
    other = paper.stream((*stream.path[:-1], "0Table" if fib.table == "1Table" else "1Table"))
    if other is not None:  # of an earlier saving; nothing leads to it
        paper.wipe(other.name, (0, other.size), "DOC.other table", Category.HISTORY)
    for picture in office_art.pictures(document):
        paper.keep(stream, [picture.place], picture.packing)
    paper.paths(beside.name, (0, beside.size), "DOC.path")


def _strings(paper: Paper, fib: Fib, name: str, table: bytes) -> None:
    """Blank the string tables whose strings are people and paths."""
    for number, (start, end, wide) in enumerate(_table(fib, table, office_doc_fib.ASSOCIATED)):
        carrier, category = ASSOCIATED.get(number, ("associated", Category.COMMENT))
        paper.blank(name, (start, end), f"DOC.{carrier}", category, wide=wide)
    for number, (start, end, wide) in enumerate(_table(fib, table, office_doc_fib.SAVED_BY)):
        category = Category.PATH if number % 2 else Category.PERSON
        paper.blank(name, (start, end), "DOC.saved by", category, wide=wide)
    for which, carrier, category in (
        (office_doc_fib.REVISERS, "DOC.reviser", Category.PERSON),
        (office_doc_fib.PROTECTED_USERS, "DOC.editor", Category.PERSON),
        (office_doc_fib.FILES, "DOC.file", Category.PATH),
    ):
        for start, end, wide in _table(fib, table, which):
            if table[start:end] != UNKNOWN.encode("utf-16-le" if wide else "cp1252"):
                paper.blank(name, (start, end), carrier, category, wide=wide)


def _table(fib: Fib, table: bytes, which: int) -> Iterator[tuple[int, int, bool]]:
    start, end = fib.place(which)
    return office_doc_fib.strings(table, start, end)


def _remarks(paper: Paper, fib: Fib, name: str, table: bytes) -> None:
    """Blank who wrote comments, and when."""
    at, end = fib.place(office_doc_fib.OWNERS)
    while at + 2 <= end:
        (chars,) = struct.unpack_from("<H", table, at)
        stop = at + 2 + 2 * chars
        paper.blank(name, (at + 2, stop), "DOC.comment author", Category.PERSON, wide=True)
        at = stop
    start, end = fib.place(office_doc_fib.ANNOTATIONS)
    count = max(0, (end - start - 4) // (4 + COMMENT_BYTES))
    for number in range(count):
        at = start + 4 * (count + 1) + COMMENT_BYTES * number
        place = at + 2, at + INITIALS_BYTES
        paper.blank(name, place, "DOC.comment initials", Category.COMMENT, wide=True)
    start, end = fib.place(office_doc_fib.ANNOTATION_TIMES)
    for at in range(start, end - TIMES_BYTES + 1, TIMES_BYTES):
        paper.wipe(name, (at, at + 4), "DOC.comment time", Category.TIME)


def _times(paper: Paper, fib: Fib, names: tuple[str, str]) -> None:
    """Wipe when the document was made, changed and printed."""
    start, end = fib.place(office_doc_fib.PROPERTIES)
    if end - start >= TIMES[1]:
        paper.wipe(names[1], (start + TIMES[0], start + TIMES[1]), "DOC.times", Category.TIME)
    if len(fib.pairs) > office_doc_fib.TIME:
        at = office_doc_fib.PAIRS_AT + 8 * office_doc_fib.TIME
        paper.wipe(names[0], (at, at + 8), "DOC.time", Category.TIME)


def _gone(paper: Paper, fib: Fib, document: str, table: str) -> None:
    """Wipe the structures that go, and say that there are none."""
    for number, category in GONE.items():
        start, end = fib.place(number)
        if end > start:
            paper.wipe(table, (start, end), f"DOC.structure {number}", category)
            paper.write(document, office_doc_fib.PAIRS_AT + 8 * number + 4, bytes(4))


def _fields(paper: Paper, name: str, document: bytes, pieces: list[Piece]) -> None:
    """Take local paths out of what fields are told to do; what they show is the text."""
    for place in office_doc_fields.instructions(document, pieces):
        paper.paths(name, place, "DOC.field")


def _residue(paper: Paper, name: str, fib: Fib, table: bytes) -> None:
    """Wipe what lies between the pieces of the text and belongs to nothing."""
    for place in office_doc_fields.gaps(bytes(paper.contents[name]), fib, table):
        paper.wipe(name, place, "DOC.deleted text", Category.HISTORY)
