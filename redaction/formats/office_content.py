"""What must be the same after cleaning: the text of a document, cells, slides, and all other bytes.

Room: redaction/formats. Pure; linear in the streams. The second reading of a legacy document: it
takes the streams as they are before and after, and excuses only what the tables of carriers name.
"""

import struct
from typing import Final

from redaction.carriers.compound_file import Compound
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import (
    office_doc_fib,
    office_doc_fields,
    office_ppt_carriers,
    office_ppt_records,
    office_xls_carriers,
    office_xls_records,
)
from redaction.model import Proof

BLANKS: Final = frozenset(b" \0")


def compared(compound: Compound, original: bytes, cleaned: bytes) -> list[Proof]:
    """Return what was proved of the content of every document in ``compound``.

    Raises:
        NotFaithfulError: text, a cell or a slide differs.
    """
    proofs: list[Proof] = []
    streams = {stream.path: stream for stream in compound.streams}
    for path, stream in streams.items():
        before, after = stream.content(original), stream.content(cleaned)
        try:
            if path[-1] == "WordDocument":
                table = streams[(*path[:-1], office_doc_fib.read(before).table)]
                tables = table.content(original), table.content(cleaned)
                proofs.append(_text((before, after), tables))
            elif path[-1] in ("Workbook", "Book"):
                proofs.append(_cells(before, after))
            elif path[-1] == "PowerPoint Document":
                user = streams[(*path[:-1], office_ppt_carriers.USER_STREAM)].content(original)
                proofs.append(_slides(before, after, office_ppt_carriers.last_edit(user)))
        except (struct.error, KeyError) as error:
            raise UnreadableError("a damaged stream") from error
    return proofs


def _text(documents: tuple[bytes, bytes], tables: tuple[bytes, bytes]) -> Proof:
    """Prove that every character that is shown is the same, and is formatted at the same place."""
    fibs = [office_doc_fib.read(document) for document in documents]
    pieces = [
        office_doc_fib.pieces(fib, table, len(document))
        for fib, table, document in zip(fibs, tables, documents, strict=True)
    ]
    if pieces[0] != pieces[1]:
        raise NotFaithfulError("the pieces of the text differ")
    shown = [office_doc_fields.shown(d, p) for d, p in zip(documents, pieces, strict=True)]
    if shown[0] != shown[1]:
        raise NotFaithfulError("the text differs")
    for number in (office_doc_fib.CHARACTERS, office_doc_fib.PARAGRAPHS):
        places = [
            list(office_doc_fib.pages(f, t, number)) for f, t in zip(fibs, tables, strict=True)
        ]
        if places[0] != places[1]:
            raise NotFaithfulError("the formatting lies elsewhere")
    return Proof("tokens", len(shown[0]), "every character of the text is the same")


def _cells(before: bytes, after: bytes) -> Proof:
    """Prove that every record but the carriers is the same; comments but for blanked names."""
    found = list(office_xls_records.records(before))
    if found != list(office_xls_records.records(after)):
        raise NotFaithfulError("records are missing, added or moved")
    for record, leader in office_xls_carriers.led(found):
        held, left = before[record.start : record.end], after[record.start : record.end]
        if held == left or leader in office_xls_carriers.CARRIERS:
            continue
        if leader != office_xls_carriers.TEXT_BOX or not _blanked(held, left):
            raise NotFaithfulError("a cell, a formula or a drawing differs")
    return Proof("tokens", len(found), "every record with cells and formulas is the same")


def _slides(before: bytes, after: bytes, last_edit: int) -> Proof:
    """Prove that every record that is valid is the same, but for the carriers."""
    valid = [office_ppt_records.split(content, last_edit)[0] for content in (before, after)]
    found = list(office_ppt_records.records(before, valid[0]))
    if found != list(office_ppt_records.records(after, valid[1])):
        raise NotFaithfulError("records are missing, added or moved")
    for record in found:
        held, left = before[record.start : record.end], after[record.start : record.end]
        if held != left and not (record.contains or office_ppt_carriers.carries(record)):
            raise NotFaithfulError("a slide differs")
    return Proof("tokens", len(found), "every record with slides is the same")


def _blanked(held: bytes, left: bytes) -> bool:
    """Return whether ``left`` is ``held`` but for blanks."""
    pairs = zip(held, left, strict=True)
    return all(old == new or new in BLANKS for old, new in pairs)
