"""Streams of legacy Office documents and embedded objects: which holds what, and what goes.

Room: redaction/formats. Pure. A table leads from a stream's name to its reader; a stream of unknown
name refuses the document, for nobody can say what is in it. An object inside a document is a
storage with streams of its own, told by the same names. Sources: [MS-OLEDS] §2.3 (objects,
presentations, packages), [MS-DOC] §2.1, [MS-XLS] §2.1.7, [MS-PPT] §2.1 (streams).
"""

import re
import struct
from collections.abc import Callable, Mapping
from typing import Final

from redaction.carriers import property_sets, wmf_records
from redaction.carriers.compound_file import MINI_CUTOFF, Stream
from redaction.carriers.slots import Packing, Slot, within
from redaction.errors import OpaqueStreamError, UnreadableError
from redaction.formats import (
    office_art,
    office_doc_streams,
    office_ppt_carriers,
    office_properties,
    office_xls_carriers,
)
from redaction.formats.office_paper import Paper
from redaction.model import Category

METAFILE_PICTURE, ENHANCED_METAFILE, BITMAP = 3, 14, 8
NO_FORMAT: Final = 0
STANDARD_FORMATS: Final = (0xFFFFFFFF, 0xFFFFFFFE)
EMBEDDED: Final = 3
EMF: Final = re.compile(rb"\x01\0\0\0.{36} EMF", re.DOTALL)
WMF: Final = re.compile(rb"\xd7\xcd\xc6\x9a|[\x01\x02]\0\x09\0\0[\x01\x03]")
DOCUMENT, CACHES, FORMS = "WordDocument", "_SX_DB_CUR", "MsoDataStore"
EMPTY_DATA: Final = b"<data/>"
Reader = Callable[[Paper, Stream], None]


def read(paper: Paper, stream: Stream) -> None:
    """Blank what ``stream`` tells, note the files inside it.

    Raises:
        OpaqueStreamError: nobody knows what it holds.
        RedactionError: it is damaged, or must be refused for what is in it.
    """
    for name, reader in READERS.items():
        if name.fullmatch(stream.path[-1]):
            try:
                reader(paper, stream)
            except struct.error as error:
                raise UnreadableError("a damaged stream") from error
            return
    raise OpaqueStreamError


def _properties(paper: Paper, stream: Stream) -> None:
    content = bytes(paper.contents[stream.name])
    if property_sets.is_set(content):
        office_properties.read(paper, stream.name)
    elif content.strip(b"\0"):
        raise UnreadableError("a damaged property set")


def _kept(paper: Paper, stream: Stream) -> None:
    """Read a stream of numbers and of names of programs."""


def _links(paper: Paper, stream: Stream) -> None:
    """Take local paths out of a stream that says where an object comes from."""
    paper.paths(stream.name, (0, stream.size), "object.link")


def _package(paper: Paper, stream: Stream) -> None:
    """Read a file that was dragged into a document: its name stays, where it lay goes."""
    name, content = stream.name, bytes(paper.contents[stream.name])
    label = content.find(b"\0", 6)
    source = content.find(b"\0", label + 1)
    at = source + 9
    if content[4:6] != b"\x02\0" or label < 0 or source < 0 or at > len(content):
        _native(paper, stream)
        return
    kind, size = struct.unpack_from("<2xHI", content, source + 1)
    begins = at + size + 4
    if kind != EMBEDDED or begins > len(content):
        raise OpaqueStreamError  # it leads to a file on somebody's disk, or is none
    (held,) = struct.unpack_from("<I", content, begins - 4)
    ends = begins + held
    if ends > len(content):
        raise UnreadableError("a damaged package")
    for start, stop in ((6, label), (label + 1, source), (at, at + size)):
        _directories(paper, name, start, stop)
    # What follows says the same in UTF-16, for programs that can do without.
    if any(content[ends:]):
        paper.wipe(name, (ends, len(content)), "package.path", Category.PATH)
    room = within(stream.extents, begins, len(content))
    length = within(stream.extents, begins - 4, begins)
    paper.slots.append(Slot(f"file {len(paper.slots) + 1}", room, Packing.COUNTED, length))


def _directories(paper: Paper, name: str, start: int, stop: int) -> None:
    said = bytes(paper.contents[name][start:stop])
    length = max(said.rfind(b"\\"), said.rfind(b"/")) + 1
    blank = b".\\" * (length // 2) + b"\\" * (length % 2)
    if length and paper.write(name, start, blank):
        path = said.rstrip(b"\0").decode("cp1252", "replace")
        paper.tell("package.path", Category.PATH, path, name)


def _native(paper: Paper, stream: Stream) -> None:
    """Note the file of a program of the nineties, behind its length."""
    if stream.size < 4 or int.from_bytes(paper.contents[stream.name][:4], "little") > stream.size:
        raise UnreadableError("a damaged object")
    paper.keep(stream, [(4, stream.size)])


def _whole(paper: Paper, stream: Stream) -> None:
    """Note a stream that is a file; it may become shorter, or fill its last sector."""
    if not stream.size:
        return
    small = stream.size < MINI_CUTOFF
    room = within(stream.room, 0, MINI_CUTOFF - 1) if small else stream.room
    least = 1 if small else MINI_CUTOFF
    name = f"file {len(paper.slots) + 1}"
    paper.slots.append(Slot(name, room, Packing.COUNTED, (stream.counted,), least))


def _presentation(paper: Paper, stream: Stream) -> None:
    """Blank the printer for which an object was drawn; its picture is a file of its own."""
    name, content = stream.name, bytes(paper.contents[stream.name])
    marker, kind = struct.unpack_from("<II", content)
    if marker == NO_FORMAT:
        return
    if marker not in STANDARD_FORMATS:
        raise OpaqueStreamError
    (device,) = struct.unpack_from("<I", content, 8)
    if device > 12:
        paper.wipe(name, (20, 8 + device), "object.printer", Category.HOST)
    (size,) = struct.unpack_from("<I", content, 8 + max(device, 4) + 24)
    start = 8 + max(device, 4) + 28
    if start + size > len(content):
        raise UnreadableError("a damaged presentation")
    if kind in (METAFILE_PICTURE, ENHANCED_METAFILE) and size:
        paper.keep(stream, [(start, start + size)])
    elif kind != BITMAP and size:
        raise OpaqueStreamError
    paper.wipe(name, (start + size, len(content)), "object.targets", Category.HOST)


def _picture(paper: Paper, stream: Stream) -> None:
    """Note a metafile, which may stand behind eight bytes that say its extent."""
    content = bytes(paper.contents[stream.name])
    for start in (0, 8):
        if EMF.match(content, start) or WMF.match(content, start):
            end = stream.size
            if WMF.match(content, start):
                end = start + wmf_records.records(content[start:])[-1].end
            paper.keep(stream, [(start, end)])
            return
    if content:
        raise OpaqueStreamError


def _pictures(paper: Paper, stream: Stream) -> None:
    position = 0
    for picture in office_art.pictures(bytes(paper.contents[stream.name])):
        start, end = picture.place
        paper.keep(stream, [picture.place], picture.packing)
        paper.paths(stream.name, (position, start), "picture.path")
        position = end
    paper.paths(stream.name, (position, stream.size), "picture.path")


def _table(paper: Paper, stream: Stream) -> None:
    """Read a table that belongs to a text; the text's own reader blanks what is in it."""
    if paper.stream((*stream.path[:-1], DOCUMENT)) is None:
        raise OpaqueStreamError


def _cache(paper: Paper, stream: Stream) -> None:
    if stream.path[-2:-1] != (CACHES,):
        raise OpaqueStreamError
    office_xls_carriers.read_cache(paper, stream)


def _schemas(paper: Paper, stream: Stream) -> None:  # noqa: ARG001 - as the others
    """Read what the data behind a form are called; nobody is."""
    if stream.path[0] != FORMS:
        raise OpaqueStreamError


def _data(paper: Paper, stream: Stream) -> None:
    """Replace the data behind a form by an empty element, filled up with blanks."""
    _schemas(paper, stream)
    blank = EMPTY_DATA.ljust(stream.size)
    if stream.size >= len(EMPTY_DATA) and paper.write(stream.name, 0, blank):
        paper.tell("data", Category.COMMENT, "data behind a form", stream.name)


READERS: Final[Mapping[re.Pattern[str], Reader]] = {
    re.compile(pattern): reader
    for pattern, reader in (
        (r"\x05.*", _properties),
        (r"\x01CompObj|\x03ObjInfo|\x03LinkInfo|Equation Native|\x02Internal", _kept),
        (r"\x01Ole|\x01Ole10ItemName", _links),
        (r"\x01Ole10Native", _package),
        (r"\x02OlePres\d{3}", _presentation),
        (r"\x03(?:E?PRINT|META|PIC)", _picture),
        (r"Package|CONTENTS|Contents", _whole),
        (r"Data|Pictures", _pictures),
        (r"[01]Table", _table),
        (r"WordDocument", office_doc_streams.read),
        (r"Workbook|Book", office_xls_carriers.read),
        (r"\d{4}", _cache),
        (r"PowerPoint Document", office_ppt_carriers.read),
        (r"Current User", office_ppt_carriers.read_user),
        (r"Item", _data),
        (r"Properties", _schemas),
    )
}
