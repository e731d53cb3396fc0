"""What an enhanced metafile tells besides its strokes: where it stands, and what stands there.

Room: redaction/formats. Pure; linear in the file. Sources: [MS-EMF] §2.3.3 (comments), §2.3.4.2
(header), §2.3.5 (text), §2.3.7.2 and §2.3.11 (colour profiles); [MS-EMFPLUS] §2.3.5 (objects).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import blanks, buried_paths, naming
from redaction.carriers.slots import Slot, gathered, packing_of
from redaction.errors import OpaqueStreamError, UnreadableError
from redaction.formats import metafile_emf_plus, metafile_emf_records, metafile_wmf_sight
from redaction.formats.metafile_emf_records import COMMENT, HEADER, PLUS, PUBLIC, Record
from redaction.model import Action, Category, Edit, Finding

# Records in which a driver or a colour profile is named: of those only local paths go.
NAMING: Final = frozenset({99, 102, 103, 105, 106, 110, 112, 113, 121, 122})
CARRIERS: Final = frozenset({HEADER, COMMENT}) | NAMING
TEXT_NARROW, TEXT_WIDE, TEXT_SMALL = 83, 84, 108
POLY_NARROW, POLY_WIDE = 96, 97
TO_DEVICE, STRETCHED = 80, 81
GLYPHS: Final = 0x10
# A picture in a bitmap's place ([MS-WMF] §2.1.1.7).
PACKED_BITMAPS: Final = (4, 5)
# What OLE writes so that an icon is told from a picture; the same in every such file.
ICON: Final = "IconOnly\0".encode("utf-16-le")
FONT: Final = b"ENOT"


@dataclass(slots=True)
class Sight:
    """What was seen in one metafile."""

    data: bytes = field(repr=False)
    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)

    def text(self) -> str:
        """Return the drawn text; what stands at one height makes one line."""
        out: list[str] = []
        height = None
        for at, line in self.lines:
            out += ("\n" if at != height else " ", line)
            height = at
        return "".join(out).strip()

    def blank(self, start: int, end: int, blank: bytes, name: str, where: str) -> None:
        """Overwrite what stands there, and tell what it was."""
        held = self.data[start:end]
        if held == blank:
            return
        self.edits.append(Edit(start, end, blank))
        said = blanks.words(held)
        told = naming.removed("EMF", name, said, where) or [
            Finding(f"EMF.{name}", Category.COMMENT, Action.REMOVED, "data", where, seed=False)
        ]
        self.findings += told

    def keep(self, pieces: tuple[tuple[int, int], ...]) -> None:
        """Note that a file lies there."""
        packing = packing_of(gathered(self.data, pieces))
        self.slots.append(Slot(f"picture {len(self.slots) + 1}", pieces, packing))


def seen(data: bytes) -> Sight:
    """Return what ``data`` tells.

    Raises:
        UnreadableError: damaged or cut off.
        OpaqueStreamError: the picture is there a second time in another format.
    """
    sight = Sight(data)
    pictures = metafile_emf_plus.Pictures()
    found = metafile_emf_records.records(data)
    for number, record in enumerate(found, 1):
        where = f"record {number}"
        try:
            if record.kind == COMMENT:
                _comment(sight, record, where, pictures)
            elif record.kind in NAMING:
                _paths(sight, record, where)
            else:
                READ.get(record.kind, _nothing)(sight, record)
        except struct.error as error:
            raise UnreadableError("a damaged record") from error
    end = found[-1].end
    sight.blank(end, len(data), bytes(len(data) - end), "comment", "behind the end")
    for pieces in pictures.found:
        sight.keep(pieces)
    return sight


def _nothing(sight: Sight, record: Record) -> None:
    """Read a record that only draws."""


def _header(sight: Sight, record: Record) -> None:
    """Blank the description: the program, a zero, the title."""
    chars, offset = struct.unpack_from("<II", sight.data, 60)
    start, end = offset, offset + 2 * chars
    if not chars or not offset:
        return
    if start < metafile_emf_records.MIN_HEADER_BYTES or end > record.end:
        raise UnreadableError("a damaged description")
    first = sight.data[start:end].decode("utf-16-le", "replace").partition("\0")[0]
    middle = min(start + 2 * len(first), end)
    for begin, stop, name in ((start, middle, "program"), (middle, end, "title")):
        sight.blank(begin, stop, blanks.wide(sight.data[begin:stop]), name, "header")


def _comment(
    sight: Sight, record: Record, where: str, pictures: metafile_emf_plus.Pictures
) -> None:
    start, end = metafile_emf_records.text_of(sight.data, record)
    mark = sight.data[start : start + 4]
    if mark == PLUS:
        for plus in metafile_emf_records.plus_records(sight.data, start + 4, end):
            metafile_emf_plus.read(sight.data, plus, pictures)
            if plus.kind == metafile_emf_plus.COMMENT:
                blank = b" " * (plus.end - plus.start)
                sight.blank(plus.start, plus.end, blank, "comment", where)
            line = metafile_emf_plus.drawn(sight.data, plus)
            if line:
                sight.lines.append((plus.start, line))
    elif mark == PUBLIC:
        _public(sight, start, end, where)
    elif not _is_font(sight.data, start) and sight.data[start:end] != ICON:
        sight.blank(start, end, b" " * (end - start), "comment", where)


def _is_font(data: bytes, start: int) -> bool:
    """Return whether a comment holds a font for the spooler ([MS-EMFSPOOL] §2.2.3.3)."""
    return data[start : start + 8] == metafile_emf_records.SPOOL + FONT


def _public(sight: Sight, start: int, end: int, where: str) -> None:
    (kind,) = struct.unpack_from("<I", sight.data, start + 4)
    if kind == metafile_emf_records.BEGIN_GROUP:
        (chars,) = struct.unpack_from("<I", sight.data, start + 24)
        begin, stop = start + 28, start + 28 + 2 * chars
        if stop > end:
            raise UnreadableError("a damaged group")
        sight.blank(begin, stop, blanks.wide(sight.data[begin:stop]), "group", where)
    elif kind == metafile_emf_records.WINDOWS_METAFILE:
        if metafile_wmf_sight.tells(sight.data[start + 24 : end]):
            raise OpaqueStreamError  # it is summed up, and stands for the whole picture
    elif kind == metafile_emf_records.MULTIPLE_FORMATS:
        raise OpaqueStreamError


def _paths(sight: Sight, record: Record, where: str) -> None:
    for buried in buried_paths.paths(sight.data[record.start : record.end]):
        edit = buried.edit
        start = record.start + edit.start
        sight.edits.append(Edit(start, record.start + edit.end, edit.replacement))
        told = Finding("EMF.path", Category.PATH, Action.REMOVED, buried.path, where)
        sight.findings.append(told)


def _numbers(sight: Sight, record: Record, form: str, at: int) -> tuple[int, ...]:
    """Return the numbers at ``at``; whoever looks behind the record finds another's."""
    if at + struct.calcsize(form) > record.end:
        raise UnreadableError("a damaged record")
    return struct.unpack_from(form, sight.data, at)


def _text(sight: Sight, record: Record) -> None:
    start = record.start
    graphics = 36 if record.kind in (TEXT_NARROW, TEXT_WIDE) else 40
    texts = 1
    if record.kind in (POLY_NARROW, POLY_WIDE):
        (texts,) = _numbers(sight, record, "<I", start + 36)
    wide = record.kind in (TEXT_WIDE, POLY_WIDE)
    for number in range(texts):
        at = start + graphics + 40 * number
        _, height, chars, offset, options = _numbers(sight, record, "<iiIII", at)
        if not options & GLYPHS:
            _line(sight, record, height, (start + offset, chars, wide))


def _small(sight: Sight, record: Record) -> None:
    at = record.start + 8
    _, height, chars, options = _numbers(sight, record, "<iiII", at)
    offset = at + (28 if options & 0x100 else 44)
    if not options & GLYPHS:
        _line(sight, record, height, (offset, chars, not options & 0x200))


def _line(sight: Sight, record: Record, height: int, place: tuple[int, int, bool]) -> None:
    start, chars, wide = place
    end = start + chars * (2 if wide else 1)
    if end > record.end:
        raise UnreadableError("a text leads outside")
    line = sight.data[start:end].decode("utf-16-le" if wide else "cp1252", "replace")
    sight.lines.append((height, line))


def _bitmap(sight: Sight, record: Record) -> None:
    """Note a picture that stands, packed, where the dots of a bitmap stand otherwise."""
    info, info_size, bits, bits_size = _numbers(sight, record, "<4I", record.start + 48)
    if info_size < 20 or not bits_size:
        return
    (packing,) = _numbers(sight, record, "<I", record.start + info + 16)
    if packing in PACKED_BITMAPS:
        start = record.start + bits
        if start + bits_size > record.end:
            raise UnreadableError("a picture leads outside")
        sight.keep(((start, start + bits_size),))


READ: Final[dict[int, Callable[[Sight, Record], None]]] = {
    HEADER: _header,
    **dict.fromkeys((TEXT_NARROW, TEXT_WIDE, POLY_NARROW, POLY_WIDE), _text),
    TEXT_SMALL: _small,
    TO_DEVICE: _bitmap,
    STRETCHED: _bitmap,
}
