"""IGES models: people go out of the start, global and terminate sections; the model stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. The
directory section is never touched; the parameter section only where text stands that is no
parameter, or a path in a string, and then column for column. Specification: IGES 5.3 §2.2;
carriers: docs/reference/formats/iges.md.
"""

from collections.abc import Sequence
from typing import Final

from redaction.carriers import repeats
from redaction.carriers.changes import Changes
from redaction.errors import UnreadableError
from redaction.formats import iges_fidelity, iges_global, iges_parameters
from redaction.formats.iges_records import CONTENT_COLUMNS, Record, records
from redaction.model import Category, Edit, Plan, Profile, Proof, patched
from redaction.text import people

MAX_TAIL_BYTES: Final = 64 * 1024


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the records to rewrite, and whom the model's own words name.

    Raises:
        UnreadableError: a line is no record, or sections, delimiters or the end are missing.
        UnsupportedFormatError: the compressed or the binary form.
    """
    changes = Changes()
    sections: dict[int, list[Record]] = {letter: [] for letter in b"SGDPT"}
    for record in records(data):
        sections[record.section].append(record)
    if not (sections[ord("S")] and sections[ord("G")] and sections[ord("D")]):
        raise UnreadableError("a section is missing")
    starts = _start(data, sections[ord("S")], changes)
    counted, delimiters = iges_global.rewritten(data, sections[ord("G")], changes)
    words = iges_parameters.read(data, sections[ord("P")], delimiters, profile, changes)
    _terminate(data, sections[ord("T")][0], (starts, counted), changes)
    labels = "\n".join(
        data[record.start : record.end].decode("latin-1") for record in sections[ord("D")][1::2]
    )
    changes.findings += repeats.repeated(changes.findings, f"{words}\n{labels}")
    return Plan(tuple(changes.findings), tuple(sorted(changes.edits)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned records rewritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the directory and every parameter are the same, and every global number.

    Raises:
        NotFaithfulError: something else differs.
    """
    return iges_fidelity.proofs(original, cleaned, plan.edits)


def _start(data: bytes, found: list[Record], changes: Changes) -> int:
    """Plan one blank record instead of a prologue; return how many there are then."""
    said = [data[record.start : record.start + CONTENT_COLUMNS] for record in found]
    if not b"".join(said).strip():
        return len(found)
    for line in said:
        changes.tell("start section", Category.COMMENT, line.decode("latin-1"), "")
    first = found[0]
    blank = b" " * CONTENT_COLUMNS + data[first.start + CONTENT_COLUMNS : first.stop]
    changes.edits.append(Edit(first.start, found[-1].stop, blank))
    return 1


def _terminate(data: bytes, record: Record, counts: tuple[int, int], changes: Changes) -> None:
    """Plan the counts of start and global records, and cut what follows."""
    for number, (letter, count) in enumerate(zip(b"SG", counts, strict=True)):
        start = record.start + 8 * number
        if data[start] & 0xDF != letter:
            raise UnreadableError("the terminate record counts nothing")
        before = data[start + 1 : start + 8]
        pad = b"0" if before.startswith(b"0") else b" "
        after = (b"%d" % count).rjust(7, pad)
        if before.split() != after.split():
            changes.edits.append(Edit(start + 1, start + 8, after))
    tail = data[record.end :]
    if tail.strip(b"\r\n "):
        ending = tail[: len(tail) - len(tail.lstrip(b"\r\n"))][:2]
        changes.edits.append(Edit(record.end, len(data), ending))
        said = tail[:MAX_TAIL_BYTES].decode("latin-1").strip("\x00\x1a \r\n")
        changes.tell("after the end", Category.COMMENT, said, "")


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
