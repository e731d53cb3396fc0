"""A DWG of any accepted release as named streams that are read, and written back in place.

Room: redaction/formats. Pure. Up to release 2000 the file itself is one stream with a table of
places; from 2004 on it is a container, which release 2007 codes in a way of its own. Source: Open
Design Specification for .dwg files 5.4.1, §3 to §5.
"""

import codecs
import struct
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from redaction.errors import UnreadableError, UnsupportedFormatError
from redaction.formats import dwg_recoded
from redaction.formats.dwg_bits import Text
from redaction.formats.dwg_coded import CodedContainer
from redaction.formats.dwg_container import Container
from redaction.formats.dwg_objects import Objects
from redaction.model import Edit

PLAIN: Final = (b"AC1012", b"AC1014", b"AC1015")
PACKED: Final = (b"AC1018", b"AC1024", b"AC1027", b"AC1032")
CODED: Final = b"AC1021"
WIDE_SINCE: Final = b"AC1021"
# Since when an object tells how much of it is handles.
SIZED_SINCE: Final = b"AC1024"
CODE_PAGE_AT: Final = 0x13
# How a DWG numbers its code pages.
_PAGES: Final = """
    28=cp1250 29=cp1251 30=cp1252 31=gbk 32=cp1253 33=cp1254 34=cp1255 35=cp1256 36=cp1257
    37=cp874 38=cp932 39=gbk 40=cp949 41=big5 42=johab 44=cp1258
"""
PAGES: Final = {int(one.split("=")[0]): one.split("=")[1] for one in _PAGES.split()}
LOCATOR: Final = struct.Struct("<BII")
LOCATORS_AT: Final = 0x15
MAX_LOCATORS: Final = 16
LOCATED: Final = {0: "AcDb:Header", 2: "AcDb:Handles", 5: "AcDb:AuxHeader"}
PREVIEW_AT: Final = 0x0D
PREVIEW_FRAME_BYTES: Final = 36
MAX_PREVIEW_BYTES: Final = 64 * 1024 * 1024
OBJECTS: Final = "AcDb:AcDbObjects"
HANDLES: Final = "AcDb:Handles"
HEADER: Final = "AcDb:Header"
AUXILIARY: Final = "AcDb:AuxHeader"
PREVIEW: Final = "AcDb:Preview"
# Up to release 2000: everything that is in no other stream.
WHOLE: Final = "file"
BLOCK_BYTES: Final = 256


class Drawing:
    """The streams of a drawing.

    Raises:
        UnreadableError: damaged or cut off.
        UnsupportedFormatError: a release that is not written here.
        EncryptedError: it asks for a password.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.version = data[:6]
        (page,) = struct.unpack_from("<H", data.ljust(CODE_PAGE_AT + 2, b"\x00"), CODE_PAGE_AT)
        wide = self.version >= WIDE_SINCE
        self.text = Text(wide, "utf-16-le" if wide else PAGES.get(page, "cp1252"))
        self._container: Container | CodedContainer | None = None
        self._places: dict[str, tuple[int, int]] = {}
        if self.version in PACKED:
            self._container = Container(data)
            sections = self._container.sections
            self.streams = {
                name: self._container.read(section)
                for name, section in sections.items()
                if section.pages
            }
        elif self.version == CODED:
            self._container = CodedContainer(data)
            self.streams = self._container.streams
        elif self.version in PLAIN:
            self._places = _places(data)
            self.streams = {
                WHOLE: data,
                **{name: data[start:end] for name, (start, end) in self._places.items()},
            }
        else:
            raise UnsupportedFormatError
        if HANDLES not in self.streams:
            raise UnreadableError("no handle map")

    def place(self, name: str) -> tuple[int, int]:
        """Return where a stream of a plain file lies; nowhere if there is none."""
        return self._places.get(name, (0, 0))

    @property
    def body(self) -> str:
        """Return the name of the stream that holds the objects."""
        return OBJECTS if self._container else WHOLE

    def objects(self, stream: bytes | None = None) -> Objects:
        """Return the objects, of ``stream`` in place of the drawing's own."""
        held = self.streams.get(self.body, b"") if stream is None else stream
        return Objects(held, self.streams[HANDLES], self.version >= SIZED_SINCE)

    def edits(self, new: Mapping[str, bytes]) -> list[Edit]:
        """Return the edits that put ``new`` streams in place of those of the same name.

        Raises:
            TooLargeError: a changed page does not fit into its place.
            UnreadableError: pages overlap.
        """
        if self._container is None:
            return _blocks(self.data, self._merged(new))
        if isinstance(self._container, CodedContainer):
            return dwg_recoded.edits(self._container, new)
        edits: list[Edit] = []
        for name, stream in new.items():
            edits += self._container.rewritten(self._container.sections[name], stream)
        edits += self._container.leftovers(frozenset(edit.start for edit in edits))
        edits.sort()
        if any(edit.end > after.start for edit, after in pairwise(edits)):
            raise UnreadableError("pages overlap")
        return edits

    def _merged(self, new: Mapping[str, bytes]) -> bytes:
        """Return a plain file with ``new`` parts in it."""
        merged = bytearray(new.get(WHOLE, self.data))
        for name, stream in new.items():
            if name in self._places:
                start, end = self._places[name]
                merged[start:end] = stream
        return bytes(merged)


def _places(data: bytes) -> dict[str, tuple[int, int]]:
    """Return where the headers, the handle map and the preview lie in a plain file."""
    if len(data) < LOCATORS_AT + 4:
        raise UnreadableError("cut off")
    (count,) = struct.unpack_from("<I", data, LOCATORS_AT)
    if count > MAX_LOCATORS or LOCATORS_AT + 4 + count * LOCATOR.size > len(data):
        raise UnreadableError("no table of places")
    places: dict[str, tuple[int, int]] = {}
    for index in range(count):
        number, start, size = LOCATOR.unpack_from(data, LOCATORS_AT + 4 + index * LOCATOR.size)
        if start + size > len(data):
            raise UnreadableError("a place outside the file")
        if number in LOCATED:
            places[LOCATED[number]] = (start, start + size)
    (at,) = struct.unpack_from("<I", data, PREVIEW_AT)
    if at:
        size = int.from_bytes(data[at + 16 : at + 20], "little")
        end = at + PREVIEW_FRAME_BYTES + size
        if size <= MAX_PREVIEW_BYTES and end <= len(data):
            places[PREVIEW] = (at, end)
    return places


def _blocks(old: bytes, new: bytes) -> list[Edit]:
    """Return the blocks in which ``new`` differs."""
    return [
        Edit(at, min(at + BLOCK_BYTES, len(old)), new[at : at + BLOCK_BYTES])
        for at in range(0, len(old), BLOCK_BYTES)
        if old[at : at + BLOCK_BYTES] != new[at : at + BLOCK_BYTES]
    ]


def warm() -> None:
    """Load the code pages, so that no file is opened afterwards."""
    for page in PAGES.values():
        codecs.lookup(page)
