"""What a Windows metafile (WMF) tells besides its strokes: where it stands, and what stands there.

Room: redaction/formats. Pure; linear in the file. A metafile is a list of records; escapes among
them are orders to printers, notes of programs, and the same picture once more as an EMF, cut into
pieces. Source: [MS-WMF] §2.3.2.3 (placeable), §2.3.3 (text), §2.3.6 (escapes).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Final

from redaction.carriers import blanks, buried_paths, naming
from redaction.carriers.slots import Extent, Slot, gathered, packing_of
from redaction.carriers.wmf_records import RECORD, Record, records
from redaction.errors import UnreadableError
from redaction.model import Action, Category, Edit, Finding

ESCAPE, TEXT, LONG_TEXT = 0x0626, 0x0521, 0x0A32
STRETCHED, TO_DEVICE = 0x0F43, 0x0D33
BITMAP_AT: Final = {STRETCHED: 22, TO_DEVICE: 18}
PACKED_BITMAPS: Final = (4, 5)
COMMENT, DOCUMENT = 0x000F, 0x000A
ENHANCED: Final = b"WMFC\x01\0\0\0\0\0\x01\0"
ENHANCED_BYTES: Final = 34
CHECKSUM_AT: Final = 12
GLYPHS, RECTANGLE = 0x10, 0x06


@dataclass(slots=True)
class Sight:
    """What was seen in one metafile; ``chunks`` are the pieces of an EMF inside."""

    data: bytes = field(repr=False)
    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    chunks: list[Extent] = field(default_factory=list)
    checksums: list[Extent] = field(default_factory=list)

    def keep(self, pieces: tuple[Extent, ...]) -> None:
        """Note that a file lies there."""
        packing = packing_of(gathered(self.data, pieces))
        self.slots.append(Slot(f"picture {len(self.slots) + 1}", pieces, packing))


def seen(data: bytes) -> Sight:
    """Return what ``data`` tells.

    Raises:
        UnreadableError: damaged or cut off.
    """
    sight = Sight(data)
    found = records(data)
    for number, record in enumerate(found, 1):
        read = READ.get(record.kind)
        if read is not None:
            read(sight, record, f"record {number}")
    end = found[-1].end
    _blank(sight, end, len(data), bytes(len(data) - end), "behind the end")
    if sight.chunks:
        sight.keep(tuple(sight.chunks))
    return sight


def tells(data: bytes) -> bool:
    """Return whether ``data`` holds anything but strokes and text.

    Raises:
        UnreadableError: damaged or cut off.
    """
    sight = seen(data)
    return bool(sight.edits or sight.slots)


def summed(data: bytes) -> int:
    """Return the sum by which an EMF inside is checked: all words, one bit at a time (§2.3.6.1)."""
    words = struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])
    return reduce(xor, words, 0)


def _blank(sight: Sight, start: int, end: int, blank: bytes, where: str) -> None:
    held = sight.data[start:end]
    if held == blank:
        return
    sight.edits.append(Edit(start, end, blank))
    sight.findings += naming.removed("WMF", "comment", blanks.words(held), where) or [
        Finding("WMF.comment", Category.COMMENT, Action.REMOVED, "data", where, seed=False)
    ]


def _escape(sight: Sight, record: Record, where: str) -> None:
    function, size = _numbers(sight, record, "<HH", record.start + RECORD.size)
    start = record.start + RECORD.size + 4
    if start + size > record.end:
        raise UnreadableError("a damaged escape")
    held = sight.data[start : start + size]
    if function == COMMENT and held.startswith(ENHANCED):
        _chunk(sight, start, start + size)
    elif function in (COMMENT, DOCUMENT):
        _blank(sight, start, record.end, b" " * (record.end - start), where)
    else:
        for buried in buried_paths.paths(held):
            edit = buried.edit
            moved = Edit(start + edit.start, start + edit.end, edit.replacement)
            sight.edits.append(moved)
            told = Finding("WMF.path", Category.PATH, Action.REMOVED, buried.path, where)
            sight.findings.append(told)


def _numbers(sight: Sight, record: Record, form: str, at: int) -> tuple[int, ...]:
    """Return the numbers at ``at``; whoever looks behind the record finds another's."""
    if at + struct.calcsize(form) > record.end:
        raise UnreadableError("a damaged record")
    return struct.unpack_from(form, sight.data, at)


def _chunk(sight: Sight, start: int, end: int) -> None:
    """Note a piece of the EMF; it is cleaned as a whole, by its own handler."""
    if start + ENHANCED_BYTES > end:
        raise UnreadableError("a damaged piece of a metafile")
    (size,) = struct.unpack_from("<I", sight.data, start + 22)
    begin = start + ENHANCED_BYTES
    if begin + size > end:
        raise UnreadableError("a damaged piece of a metafile")
    sight.chunks.append((begin, begin + size))
    sight.checksums.append((start + CHECKSUM_AT, start + CHECKSUM_AT + 2))


def _text(sight: Sight, record: Record, where: str) -> None:  # noqa: ARG001 - as the others
    at = record.start + RECORD.size
    if record.kind == TEXT:
        (chars,) = _numbers(sight, record, "<H", at)
        start = at + 2
    else:
        _, _, chars, options = _numbers(sight, record, "<4H", at)
        start = at + (16 if options & RECTANGLE else 8)
        if options & GLYPHS:
            return
    if start + chars > record.end:
        raise UnreadableError("a text leads outside")
    sight.lines.append(sight.data[start : start + chars].decode("cp1252", "replace"))


def _bitmap(sight: Sight, record: Record, where: str) -> None:  # noqa: ARG001 - as the others
    """Note a picture that stands, packed, where the dots of a bitmap stand otherwise."""
    at = record.start + RECORD.size + BITMAP_AT[record.kind]
    if at + 20 > record.end:
        return
    size, packing = struct.unpack_from("<I12xI", sight.data, at)
    if packing in PACKED_BITMAPS and at + size < record.end:
        sight.keep(((at + size, record.end),))


READ: Final[dict[int, Callable[[Sight, Record, str], None]]] = {
    ESCAPE: _escape,
    TEXT: _text,
    LONG_TEXT: _text,
    STRETCHED: _bitmap,
    TO_DEVICE: _bitmap,
}
