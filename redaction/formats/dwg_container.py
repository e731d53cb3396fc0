"""The container of a DWG (releases 2004 to 2006 and 2010 on): pages, sections and checksums.

Room: redaction/formats. Pure. Sections are streams cut into pages; each page has a masked header
with two checksums. A page is changed at its place and never moves. Source: Open Design
Specification for .dwg files 5.4.1, §4.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import EncryptedError, TooLargeError, UnreadableError
from redaction.formats import dwg_packing
from redaction.model import Edit

HEADER_AT: Final = 0x80
HEADER_BYTES: Final = 0x6C
HEADER_MARK: Final = b"AcFssFcAJMB\x00"
PAGES_BEGIN: Final = 0x100
PAGE_HEADER: Final = struct.Struct("<8I")
SYSTEM_HEADER: Final = struct.Struct("<5I")
DATA_PAGE: Final = 0x4163043B
PAGE_MAP: Final = 0x41630E3B
SECTION_MAP: Final = 0x4163003B
PAGE_MASK: Final = 0x4164536B
SECTION: Final = struct.Struct("<Q6I64s")
SECTIONS_BEGIN: Final = 20
NAME_BYTES: Final = 64
SECTION_PAGE: Final = struct.Struct("<IIQ")
SECURITY_AT: Final = 0x18
PACKED: Final = 2
MAX_SYSTEM_BYTES: Final = 64 * 1024 * 1024
MAX_SECTION_BYTES: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a section: its place in the file and in the section."""

    address: int
    slot_bytes: int
    start: int
    packed_bytes: int
    header: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A named stream."""

    name: str
    size: int
    page_bytes: int
    packed: bool
    pages: tuple[Page, ...] = field(repr=False)


class Container:
    """The sections of a file.

    Raises:
        UnreadableError: the tables are damaged.
        EncryptedError: the file asks for a password.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < PAGES_BEGIN:
            raise UnreadableError("cut off")
        if int.from_bytes(data[SECURITY_AT : SECURITY_AT + 4], "little") & 1:
            raise EncryptedError
        header = _unmasked(data[HEADER_AT : HEADER_AT + HEADER_BYTES])
        if not header.startswith(HEADER_MARK):
            raise UnreadableError("no container")
        (map_at,) = struct.unpack_from("<Q", header, 0x54)
        (section_map_id,) = struct.unpack_from("<I", header, 0x5C)
        pages = list(_page_map(self._system(map_at + PAGES_BEGIN, PAGE_MAP)))
        self.slots = {number: place for number, place in pages if number > 0}
        self._gaps = [place for number, place in pages if number < 0]
        if section_map_id not in self.slots:
            raise UnreadableError("no section map")
        table = self._system(self.slots[section_map_id][0], SECTION_MAP)
        self.sections_in_order = tuple(self._sections(table))
        self.sections = {section.name: section for section in self.sections_in_order}

    def _system(self, at: int, mark: int) -> bytes:
        if at + SYSTEM_HEADER.size > len(self.data):
            raise UnreadableError("a table is cut off")
        found, size, packed_bytes, _, _ = SYSTEM_HEADER.unpack_from(self.data, at)
        if found != mark or size > MAX_SYSTEM_BYTES:
            raise UnreadableError("no table")
        begin = at + SYSTEM_HEADER.size
        return dwg_packing.unpacked(self.data[begin : begin + packed_bytes], size)

    def _sections(self, table: bytes) -> Iterator[Section]:
        (count,) = struct.unpack_from("<I", table.ljust(4, b"\x00"))
        at = SECTIONS_BEGIN
        for _ in range(count):
            if at + SECTION.size > len(table):
                raise UnreadableError("the section map is cut off")
            size, pages, page_bytes, _, packing, _, _, name = SECTION.unpack_from(table, at)
            at += SECTION.size
            if at + pages * SECTION_PAGE.size > len(table) or size > MAX_SECTION_BYTES:
                raise UnreadableError("the section map is cut off")
            found = [
                SECTION_PAGE.unpack_from(table, at + n * SECTION_PAGE.size) for n in range(pages)
            ]
            at += pages * SECTION_PAGE.size
            yield Section(
                name.split(b"\x00", 1)[0].decode("ascii", "replace"),
                size,
                page_bytes,
                packing == PACKED,
                tuple(self._page(number, start) for number, _, start in found),
            )

    def _page(self, number: int, start: int) -> Page:
        address, slot_bytes = self.slots.get(number, (0, 0))
        if not address or address + slot_bytes > len(self.data) or slot_bytes < PAGE_HEADER.size:
            raise UnreadableError("a page is missing")
        mask = PAGE_MASK ^ address
        words = PAGE_HEADER.unpack_from(self.data, address)
        header = tuple(word ^ mask & 0xFFFFFFFF for word in words)
        if header[0] != DATA_PAGE or header[2] > slot_bytes - PAGE_HEADER.size:
            raise UnreadableError("a page is damaged")
        return Page(address, slot_bytes, start, header[2], header)

    def stored(self, page: Page) -> bytes:
        """Return a page as it is stored.

        Raises:
            UnreadableError: a checksum is wrong.
        """
        begin = page.address + PAGE_HEADER.size
        stored = self.data[begin : begin + page.packed_bytes]
        data_sum, header_sum = _checksums(page.header, stored)
        if (header_sum, data_sum) != page.header[6:8]:
            raise UnreadableError("a checksum is wrong")
        return stored

    def plain(self, section: Section, page: Page) -> bytes:
        """Return what a page holds."""
        stored = self.stored(page)
        return dwg_packing.unpacked(stored, section.page_bytes) if section.packed else stored

    def read(self, section: Section) -> bytes:
        """Return what a section holds.

        Raises:
            UnreadableError: pages overlap or are damaged.
            TooLargeError: it holds more than is reasonable.
        """
        out = bytearray()
        for page in sorted(section.pages, key=lambda page: page.start):
            if page.start < len(out) and not section.packed:
                raise UnreadableError("pages overlap")
            if page.start > MAX_SECTION_BYTES:
                raise TooLargeError
            out = out[: page.start].ljust(page.start, b"\x00") + self.plain(section, page)
        return bytes(out[: section.size]) if section.size else bytes(out)

    def rewritten(self, section: Section, new: bytes) -> list[Edit]:
        """Return the edits that make ``section`` hold ``new``, which is as long as before.

        Raises:
            TooLargeError: a changed page does not fit into its place.
        """
        edits: list[Edit] = []
        for page in section.pages:
            plain = self.plain(section, page)
            after = new[page.start : page.start + len(plain)]
            # What a plain section does not count as its own is what stood there before.
            after += plain[len(after) :] if section.packed else bytes(len(plain) - len(after))
            if after == plain:
                continue
            stored = dwg_packing.packed(after) if section.packed else after
            room = page.slot_bytes - PAGE_HEADER.size
            if len(stored) > room:
                raise TooLargeError("a changed page does not fit")
            edits.append(
                Edit(page.address, page.address + page.slot_bytes, _sealed(page, stored, room))
            )
        return edits

    def leftovers(self, written: frozenset[int]) -> list[Edit]:
        """Return the edits that empty gaps, pages of no section and the ends of the others.

        ``written`` are the addresses of pages that are rewritten anyway.
        """
        edits = [self._emptied(at, at + size) for at, size in self._gaps]
        used: set[int] = set()
        for section in self.sections.values():
            for page in section.pages:
                used.add(page.address)
                end = page.address + PAGE_HEADER.size + page.packed_bytes
                if page.address not in written:
                    edits.append(self._emptied(end, page.address + page.slot_bytes))
        edits += (
            self._discarded(number, place)
            for number, place in self.slots.items()
            if place[0] not in used
        )
        return [edit for edit in edits if self.data[edit.start : edit.end] != edit.replacement]

    def _emptied(self, start: int, end: int) -> Edit:
        if end > len(self.data):
            raise UnreadableError("a page outside the file")
        return Edit(start, end, bytes(end - start))

    def _discarded(self, number: int, place: tuple[int, int]) -> Edit:
        """Empty a page of no section, or what stands behind a table of the container itself."""
        address, slot_bytes = place
        if address + SYSTEM_HEADER.size <= len(self.data):
            (mark,) = struct.unpack_from("<I", self.data, address)
            if mark == PAGE_MAP:
                return Edit(address, address, b"")  # the copy of the file header stands behind it
            if mark == SECTION_MAP:
                return self._named(address, slot_bytes)
        try:
            page = self._page(number, 0)
        except UnreadableError:
            return self._emptied(address, address + slot_bytes)
        new = _sealed(page, bytes(page.packed_bytes), slot_bytes - PAGE_HEADER.size)
        return Edit(address, address + slot_bytes, new)

    def _named(self, address: int, slot_bytes: int) -> Edit:
        """Empty what was in memory behind the names of sections when the file was written."""
        table = bytearray(self._system(address, SECTION_MAP))
        for at in self._names():
            name = bytes(table[at : at + NAME_BYTES]).split(b"\x00", 1)[0]
            table[at : at + NAME_BYTES] = name.ljust(NAME_BYTES, b"\x00")
        header = SYSTEM_HEADER.unpack_from(self.data, address)
        begin = address + SYSTEM_HEADER.size
        stored = self.data[begin : begin + header[2]]
        if table != dwg_packing.unpacked(stored, header[1]):
            stored = dwg_packing.packed(bytes(table))
        bare = (*header[:2], len(stored), header[3])
        checksum = zlib.adler32(stored, zlib.adler32(SYSTEM_HEADER.pack(*bare, 0), 0))
        new = SYSTEM_HEADER.pack(*bare, checksum) + stored
        if len(new) > slot_bytes or address + slot_bytes > len(self.data):
            raise TooLargeError("the section map does not fit")
        return Edit(address, address + slot_bytes, new.ljust(slot_bytes, b"\x00"))

    def _names(self) -> Iterator[int]:
        """Yield where the names of sections stand in the section map."""
        at = SECTIONS_BEGIN
        for section in self.sections_in_order:
            yield at + SECTION.size - NAME_BYTES
            at += SECTION.size + len(section.pages) * SECTION_PAGE.size


def _unmasked(data: bytes) -> bytes:
    seed, out = 1, bytearray()
    for byte in data:
        seed = (seed * 0x343FD + 0x269EC3) & 0xFFFFFFFF
        out.append(byte ^ (seed >> 16) & 0xFF)
    return bytes(out)


def _page_map(table: bytes) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield (number, (address, size)) of pages; gaps have negative numbers."""
    at, address = 0, PAGES_BEGIN
    while at + 8 <= len(table):
        number, size = struct.unpack_from("<ii", table, at)
        at += 8 if number >= 0 else 24
        if size < 0:
            raise UnreadableError("a page of negative size")
        yield number, (address, size)
        address += size


def _checksums(header: tuple[int, ...], stored: bytes) -> tuple[int, int]:
    """Return the checksums of a page's data and of its header."""
    data_sum = zlib.adler32(stored, 0)
    bare = (*header[:6], 0, data_sum)
    return data_sum, zlib.adler32(PAGE_HEADER.pack(*bare), data_sum)


def _sealed(page: Page, stored: bytes, room: int) -> bytes:
    header = (*page.header[:2], len(stored), *page.header[3:6], 0, 0)
    data_sum, header_sum = _checksums(header, stored)
    mask = PAGE_MASK ^ page.address
    words = (*header[:6], header_sum, data_sum)
    return PAGE_HEADER.pack(*(word ^ mask for word in words)) + stored.ljust(room, b"\x00")
