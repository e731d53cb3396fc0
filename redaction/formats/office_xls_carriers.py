"""Where a workbook (XLS, BIFF8) names people, printers and paths; cells and formulas stay.

Room: redaction/formats. Pure; linear in the stream. Every record keeps its place and its size.
Sources: [MS-XLS] §2.4 (records, in the table at the end), §2.5.277 (encoded paths), §2.1.7.9
(caches of pivot tables); for printers, DEVMODE in the Windows SDK.
"""

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from redaction.carriers import blanks
from redaction.carriers.compound_file import Stream
from redaction.carriers.slots import within
from redaction.errors import ActiveContentError, EncryptedError, UnsupportedFormatError
from redaction.formats import office_art, office_xls_records
from redaction.formats.office_paper import Paper, Place
from redaction.formats.office_xls_records import BEGIN, BIFF8, CONTINUE, Record, Text
from redaction.model import Category

TEXT_BOX, DRAWINGS, PRINTER = 0x01B6, 0x00EB, 0x004D
# Strings of cells, formulas, headers, names; and what follows a string or a text box.
SHOWN: Final = frozenset({0x00FC, 0x0204, 0x0207, 0x0014, 0x0015, 0x0018, 0x00D6, 0x0085})
MACRO_SHEETS: Final = (1, 6)
SELF, ADD_IN = 0x0401, 0x3A01
CONNECTION: Final = re.compile(rb"=[^;]*;")
PRINTED: Final = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){2,}|[\x20-\x7e\xa0-\xff]{3,}")
NO_DAY: Final = struct.pack("<d", 25569.0)
DEVICE_NAME: Final = (2, 66)
DEVICE_SIZE_AT: Final = 70
DEVICE_SIZES: Final = range(100, 241)

Reader = Callable[[Paper, str, Record], None]


def read(paper: Paper, stream: Stream) -> None:
    """Blank whom the workbook in ``stream`` names.

    Raises:
        RedactionError: it is damaged, protected, or of a kind that cannot be cleaned.
    """
    content = bytes(paper.contents[stream.name])
    found = list(office_xls_records.records(content))
    if not found or found[0].kind != BEGIN:
        raise UnsupportedFormatError
    if struct.unpack_from("<H", content, found[0].start)[0] != BIFF8:
        raise UnsupportedFormatError
    shown: list[str] = []
    drawings: list[Place] = []
    boxes: list[Place] = []
    for record, leader in led(found):
        reader = READERS.get(leader if leader == PRINTER else record.kind)
        if reader is not None:
            reader(paper, stream.name, record)
        if leader == DRAWINGS:
            drawings.append((record.start, record.end))
        elif leader == TEXT_BOX and record.kind == CONTINUE:
            boxes.append((record.start, record.end))
        elif leader in SHOWN:
            shown += blanks.runs(content[record.start : record.end])
    _pictures(paper, stream, content, drawings)
    people = list(paper.names()) if boxes else []
    for box in boxes:
        _nameless(paper, stream.name, box, people)
        shown += blanks.runs(bytes(paper.contents[stream.name][slice(*box)]))
    paper.wipe(stream.name, (found[-1].end, stream.size), "XLS.unused", Category.HISTORY)
    paper.show(stream.name, "\n".join(shown))


def read_cache(paper: Paper, stream: Stream) -> None:
    """Blank who refreshed a pivot table, and when, in the stream of its cache."""
    content = bytes(paper.contents[stream.name])
    shown: list[str] = []
    for record in office_xls_records.records(content):
        if record.kind == 0x00C6:
            (chars,) = struct.unpack_from("<H", content, record.start + 18)
            text = office_xls_records.sized(content, record.start + 20, record.end, chars)
            _blank(paper, stream.name, text, "XLS.refreshed by", Category.PERSON)
        elif record.kind == 0x0122 and paper.write(stream.name, record.start, NO_DAY):
            paper.tell("XLS.refreshed", Category.TIME, "time", stream.name)
        else:
            shown += blanks.runs(content[record.start : record.end])
    paper.show(stream.name, "\n".join(shown))


def led(found: Sequence[Record]) -> list[tuple[Record, int]]:
    """Return each record with the kind of the one it goes on with."""
    out: list[tuple[Record, int]] = []
    leader = 0
    for record in found:
        leader = leader if record.kind == CONTINUE else record.kind
        out.append((record, leader))
    return out


def _blank(paper: Paper, name: str, text: Text, carrier: str, category: Category) -> None:
    paper.blank(name, text.place, carrier, category, wide=text.wide)


def _user(paper: Paper, name: str, record: Record) -> None:
    """Blank the user who wrote the file: a string, filled up with blanks (and residue).

    Some programs write the name alone, without how long it is.
    """
    chars = int.from_bytes(paper.contents[name][record.start : record.start + 2], "little")
    if record.start + 3 + chars > record.end:
        place = record.start, record.end
        paper.blank(name, place, "XLS.user", Category.PERSON, wide=False)
        return
    text = office_xls_records.counted(paper.contents[name], record.start, record.end)
    _blank(paper, name, text, "XLS.user", Category.PERSON)
    rest = text.place[1], record.end
    paper.blank(name, rest, "XLS.residue", Category.COMMENT, wide=False)


def _counted(at: int, carrier: str) -> Reader:
    """Return what blanks the person whose string stands at ``at`` in a record."""

    def blank(paper: Paper, name: str, record: Record) -> None:
        if record.start + at + 2 < record.end:
            content = paper.contents[name]
            text = office_xls_records.counted(content, record.start + at, record.end)
            _blank(paper, name, text, carrier, Category.PERSON)

    return blank


def _view(paper: Paper, name: str, record: Record) -> None:
    """Blank the name of a view of the workbook, by default a person's; it stands at the end."""
    content = paper.contents[name]
    for chars in range(1, 256):
        for wide in (0, 1):
            at = record.end - chars * (1 + wide) - 3
            if at > record.start and content[at : at + 3] == struct.pack("<HB", chars, wide):
                text = office_xls_records.counted(content, at, record.end)
                _blank(paper, name, text, "XLS.view", Category.COMMENT)
                return


def _printed(carrier: str, category: Category) -> Reader:
    """Return what blanks every text in a record, whatever else is in it."""

    def blank(paper: Paper, name: str, record: Record) -> None:
        content = bytes(paper.contents[name][record.start : record.end])
        for run in PRINTED.finditer(content):
            place = record.start + run.start(), record.start + run.end()
            paper.blank(name, place, carrier, category, wide=run.group()[1] == 0)

    return blank


def _printer(paper: Paper, name: str, record: Record) -> None:
    """Blank a printer's name and what its driver noted; paper and direction stay."""
    content = bytes(paper.contents[name][record.start : record.end])
    public = 0
    if record.kind == PRINTER and len(content) >= DEVICE_SIZE_AT + 2:
        (size,) = struct.unpack_from("<H", content, DEVICE_SIZE_AT)
        public = 2 + size if size in DEVICE_SIZES else 0
        start, end = (record.start + at for at in DEVICE_NAME)
        paper.wipe(name, (start, end), "XLS.printer", Category.HOST)
    start = min(record.start + public, record.end)
    paper.wipe(name, (start, record.end), "XLS.printer", Category.HOST)


def _workbook(paper: Paper, name: str, record: Record) -> None:
    """Take away where another workbook lay; its name stays."""
    content = paper.contents[name]
    (chars,) = struct.unpack_from("<H", content, record.start + 2)
    if record.end - record.start > 4 and chars not in (SELF, ADD_IN):
        _path(paper, name, office_xls_records.sized(content, record.start + 4, record.end, chars))


def _source(paper: Paper, name: str, record: Record) -> None:
    """Take away where data that were consolidated lay."""
    content = paper.contents[name]
    if record.end - record.start > 9:
        _path(paper, name, office_xls_records.counted(content, record.start + 6, record.end))


def _path(paper: Paper, name: str, text: Text) -> None:
    """Replace the folders of an encoded path by the folder it is in, as often as they fit."""
    said = office_xls_records.decoded(paper.contents[name], text)
    last = max(map(said.rfind, "\x01\x02\x03\x04/\\")) + 1
    if not said.startswith("\x01") or last <= 1:
        return
    room = last - 1
    instead = ".\x03" * (room // 2) + "\x03" * (room % 2)
    width, encoding = (2, "utf-16-le") if text.wide else (1, "latin-1")
    if paper.write(name, text.place[0] + width, instead.encode(encoding)):
        path = said[1:].replace("\x01", "").translate({2: "\\", 3: "\\", 4: "..\\"})
        drive = path[:1] + ":\\" + path[1:] if said[1:2] == "\x01" and path[:1] != "@" else path
        paper.tell("XLS.path", Category.PATH, drive.replace("@", "\\\\", 1), name)


def _query(paper: Paper, name: str, record: Record) -> None:
    """Blank how a database was reached; other strings of this kind are texts."""
    held = bytes(paper.contents[name][record.start : record.end]).replace(b"\0", b"")
    if CONNECTION.search(held):
        _printed("XLS.connection", Category.PATH)(paper, name, record)


def _scenario(paper: Paper, name: str, record: Record) -> None:
    """Blank who made a scenario, and the comment in which the program says so too."""
    content = paper.contents[name]
    title, comment, user = struct.unpack_from("<BBB", content, record.start + 4)
    at = office_xls_records.sized(content, record.start + 7, record.end, title).place[1]
    for chars, carrier, category in (
        (user, "XLS.scenario author", Category.PERSON),
        (comment, "XLS.scenario comment", Category.COMMENT),
    ):
        text = office_xls_records.sized(content, at, record.end, chars)
        _blank(paper, name, text, carrier, category)
        at = text.place[1]


def _links(paper: Paper, name: str, record: Record) -> None:
    paper.paths(name, (record.start, record.end), "XLS.link")


def _sheet(paper: Paper, name: str, record: Record) -> None:
    if paper.contents[name][record.start + 5] in MACRO_SHEETS:
        raise ActiveContentError


def _protected(paper: Paper, name: str, record: Record) -> None:  # noqa: ARG001 - as the others
    raise EncryptedError


def _pictures(paper: Paper, stream: Stream, content: bytes, places: Sequence[Place]) -> None:
    joined = b"".join(content[start:end] for start, end in places)
    for picture in office_art.pictures(joined):
        paper.keep(stream, within(places, *picture.place), picture.packing)


def _nameless(paper: Paper, name: str, box: Place, people: Sequence[str]) -> None:
    """Blank the author of a comment where the program wrote him into its text."""
    start, end = box
    for person in people:
        for encoding in ("utf-16-le", "cp1252"):
            spelled = person.encode(encoding, "replace")
            at = paper.contents[name].find(spelled, start, end)
            while at >= 0:
                wide = encoding == "utf-16-le"
                place = at, at + len(spelled)
                paper.blank(name, place, "XLS.comment author", Category.PERSON, wide=wide)
                at = paper.contents[name].find(spelled, at + len(spelled), end)


READERS: Final[Mapping[int, Reader]] = {
    0x002F: _protected,  # FilePass
    0x0085: _sheet,  # BoundSheet8
    0x005C: _user,  # WriteAccess
    0x005B: _counted(4, "XLS.reserved by"),  # FileSharing
    0x001C: _counted(8, "XLS.comment author"),  # Note
    0x01AE: _workbook,  # SupBook
    0x0051: _source,  # DConRef
    0x01B5: _source,  # DConBin
    PRINTER: _printer,  # Pls
    0x00AF: _scenario,  # SCENARIO
    0x00CD: _query,  # SXString
    0x01A9: _view,  # UserBView
    0x00B8: _printed("XLS.routing", Category.PERSON),  # DocRoute
    0x00B9: _printed("XLS.routing", Category.PERSON),  # RecipName
    0x0195: _printed("XLS.lock", Category.PERSON),  # FileLock
    0x01B8: _links,  # HLink
    0x0023: _links,  # ExternName
    0x00EC: _links,  # MsoDrawing
}
# Records that may differ from those of the original.
CARRIERS: Final = frozenset(READERS) - {0x002F, 0x0085}
