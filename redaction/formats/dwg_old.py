"""DWG drawings of release 11 and 12: records of whole bytes, each closed by a checksum.

Room: redaction/formats. Pure. Nothing there tells who drew; paths of fonts, shapes and external
drawings are cut in place, and who is named on the sheet is reported. The records of the drawing and
of its blocks must follow each other without a gap, or the file is refused. Source: the layout was
read off files and checked by their checksums; the Open Design Specification begins with release 13.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.errors import NotFaithfulError, UnreadableError, UnsupportedFormatError
from redaction.formats.dwg_bits import Text, crc16
from redaction.formats.dwg_content import stand_in
from redaction.formats.dwg_paths import LIKELY, MIN_CHARS, relative
from redaction.model import (
    Action,
    CarrierClass,
    Category,
    Edit,
    Finding,
    Plan,
    Profile,
    Proof,
    patched,
)
from redaction.text import people

VERSION: Final = b"AC1009"
# Where the entities begin and end, where the blocks begin, and their size with a byte of flags.
PLACES_AT: Final = 0x14
PLACES: Final = struct.Struct("<4I")
SIZE_MASK: Final = 0xFFFFFF
# Behind its variables the header has a checksum and a mark of 16 bytes.
HEADER_END: Final = 18
MIN_RECORD: Final = 6
TABLES_AT: Final = (0x2C, 0x36, 0x40, 0x4A, 0x54)
TABLE: Final = struct.Struct("<HHHI")
TEXT: Final = "DWG.text"
CODEC: Final = "cp1252"
SPACE: Final = 0x20
RUN: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}+")
SOUGHT: Final = Text(wide=False, codec=CODEC)


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """An entity or the row of a table; its checksum stands at ``end``."""

    start: int
    end: int


def records(data: bytes) -> list[Record]:
    """Return the records of a drawing, every one with a sound checksum.

    Raises:
        UnreadableError: damaged or cut off.
    """
    if len(data) < TABLES_AT[-1] + TABLE.size:
        raise UnreadableError("cut off")
    begin, end, blocks, size = PLACES.unpack_from(data, PLACES_AT)
    if not _is_sound(data, Record(0, begin - HEADER_END)):
        raise UnreadableError("the header's checksum is wrong")
    found = [*_entities(data, begin, end), *_entities(data, blocks, blocks + (size & SIZE_MASK))]
    for at in TABLES_AT:
        row_bytes, count, _, first = TABLE.unpack_from(data, at)
        rows = (
            Record(first + n * row_bytes, first + (n + 1) * row_bytes - 2) for n in range(count)
        )
        found += rows
    found.sort()
    if not all(_is_sound(data, record) for record in found):
        raise UnreadableError("a checksum is wrong")
    return found


def _entities(data: bytes, at: int, end: int) -> Iterator[Record]:
    while at < end:
        size = int.from_bytes(data[at + 2 : at + 4], "little")
        if size < MIN_RECORD or at + size > min(end, len(data)):
            raise UnreadableError("a record is cut off")
        yield Record(at, at + size - 2)
        at += size


def _is_sound(data: bytes, record: Record) -> bool:
    stored = data[record.end : record.end + 2]
    if record.start < 0 or record.end <= record.start or len(stored) < 2:
        return False
    return crc16(data[record.start : record.end]) == int.from_bytes(stored, "little")


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the places to overwrite.

    Raises:
        UnreadableError: no such DWG, damaged or cut off.
        UnsupportedFormatError: a path stands where it cannot be cut.
    """
    draft = _Draft(data)
    for at, path in _paths(data):
        short = relative(path)
        if short is not None:
            if not draft.put(at, short.encode("latin-1")):
                raise UnsupportedFormatError
            value = path.encode("latin-1").decode(CODEC, "replace")
            draft.found.append(Finding("DWG.object", Category.PATH, Action.REPLACED, value))
    _plan_words(draft, profile)
    return Plan(tuple(draft.found), tuple(draft.edits()))


class _Draft:
    """A drawing that is being changed, record by record."""

    def __init__(self, data: bytes) -> None:
        self.new = bytearray(data)
        self.found: list[Finding] = []
        self._records = records(data)
        self._touched: set[Record] = set()

    def put(self, at: int, value: bytes) -> bool:
        """Overwrite bytes; return False, and change nothing, if they lie in no record."""
        index = bisect_right(self._records, Record(at, len(self.new))) - 1
        record = self._records[max(index, 0)]
        if not record.start <= at < at + len(value) <= record.end:
            return False
        self.new[at : at + len(value)] = value
        self._touched.add(record)
        return True

    def edits(self) -> Iterator[Edit]:
        """Yield the changed records, each with its checksum made anew."""
        for record in sorted(self._touched):
            changed = bytes(self.new[record.start : record.end])
            checksum = crc16(changed).to_bytes(2, "little")
            yield Edit(record.start, record.end + 2, changed + checksum)


def _paths(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield (place, path), each as long as announced, or up to the zero behind it."""
    for match in SOUGHT.paths().finditer(data):
        at, run = match.start(), match[0]
        if data[at - 1] >= SPACE:
            continue  # the middle of a word: http://
        announced = int.from_bytes(data[max(at - 2, 0) : at], "little")
        length = announced if MIN_CHARS <= announced <= len(run) else len(run)
        path = run[:length].decode("latin-1")
        if len(path) >= MIN_CHARS and LIKELY.match(path):
            yield at, path


def _words(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield (place, text) of texts, which tell their length, and of names, closed by a zero."""
    for run in RUN.finditer(data):
        for start in range(run.start(), run.end() - MIN_CHARS + 1):
            length = int.from_bytes(data[start - 2 : start], "little")
            if MIN_CHARS <= length <= run.end() - start:
                yield start, data[start : start + length].decode(CODEC, "replace")
                break
        else:
            if run[0].isascii() and data[run.end() : run.end() + 1] == b"\x00":
                yield run.start(), run[0].decode("ascii")


def _plan_words(draft: _Draft, profile: Profile) -> None:
    """Report who is named anywhere in the file, and plan to overwrite what the profile asks for."""
    words = list(_words(bytes(draft.new)))
    begins = [0]
    for _, word in words:
        begins.append(begins[-1] + len(word) + 1)
    shown = "\n".join(word for _, word in words)
    for span in people.find(shown):
        index = bisect_right(begins, span.start) - 1
        end = min(span.end, begins[index + 1] - 1)
        value = shown[span.start : end]
        place = words[index][0] + span.start - begins[index]
        blank = stand_in(span.category, len(value)).encode("ascii")
        done = profile.asks(TEXT, span.category, value) and draft.put(place, blank)
        draft.found.append(
            Finding(
                TEXT,
                span.category,
                Action.REPLACED if done else Action.REVIEW,
                value,
                where=f"byte {place}",
                carrier_class=CarrierClass.CONTENT,
                seed=done,
                confidence=span.confidence,
                rule=span.rule,
            )
        )


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every record keeps its place and size, and only planned ones differ.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits) or len(cleaned) != len(original):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = records(original), records(cleaned)
    if before != after:
        raise NotFaithfulError("other records")
    starts = {record.start for record in before}
    if any(edit.start not in starts for edit in plan.edits):
        raise NotFaithfulError("bytes outside records differ")
    changed = len(plan.edits)
    planned = sum(found.action is Action.REPLACED for found in plan.findings)
    if changed > planned:
        raise NotFaithfulError("more records differ than were planned")
    statement = f"every record keeps its place, size and checksum; {changed} hold other words"
    return (Proof("allowed-diff", len(before), statement),)
