"""The container of a DWG of release 2007 to 2009: coded pages, and two maps of them.

Room: redaction/formats. Pure. The file header tells where the map of pages and the map of sections
are; the latter holds the checksums of every page, and the header those of the map. So a changed
page changes the map of sections, and that the header; both stand twice. This module reads;
``dwg_recoded`` writes. Source: Open Design Specification for .dwg files 5.4.1, §5.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import EncryptedError, TooLargeError, UnreadableError
from redaction.formats.dwg_coding import BLOCK, DATA, SYSTEM, WORD, header_crc, page_crc, page_sum
from redaction.formats.dwg_shuffling import unpacked

SECURITY_AT: Final = 0x18
HEADER_AT: Final = 0x80
HEADER_BYTES: Final = 0x400
HEADER_BLOCKS: Final = 3
PAGES_BEGIN: Final = HEADER_AT + HEADER_BYTES
# What is packed into the header: its own checksum, a key, the checksum and the size of the rest.
PROLOGUE: Final = struct.Struct("<QQQiI")
FIELDS: Final = struct.Struct("<34Q")
FIELD_BYTES: Final = 8
# Fields by their number.
PAGE_MAP: Final = {"crc": 2, "copies": 3, "at": 7, "packed": 10, "size": 11, "plain_crc": 16}
SECTION_MAP: Final = {"plain_crc": 21, "packed": 22, "size": 25, "crc": 26, "copies": 27}
SECTION_MAP_PAGES: Final = (24, 23)
PAGE_MAP_PAGES: Final = (8, 6)
SECOND_HEADER: Final = 9
HEADER_CRC: Final = 33
PAGE: Final = struct.Struct("<qq")
SECTION: Final = struct.Struct("<8q")
SECTION_PAGE: Final = struct.Struct("<5q2Q")
INTERLEAVED: Final = 4
BEHIND: Final = 1
ENCRYPTED: Final = 1
MAX_MAP_BYTES: Final = 64 * 1024 * 1024
MAX_PAGE_BYTES: Final = 16 * 1024 * 1024
MAX_SECTION_BYTES: Final = 512 * 1024 * 1024
MAX_COPIES: Final = 64


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a section: its place in the file, in the section, and of its row in the map."""

    address: int
    slot_bytes: int
    start: int
    size: int
    packed_bytes: int
    sums: tuple[int, int]
    row_at: int


@dataclass(frozen=True, slots=True)
class Section:
    """A named stream."""

    name: str
    size: int
    interleaved: bool
    pages: tuple[Page, ...] = field(repr=False)


class CodedContainer:
    """The sections of a file.

    Raises:
        UnreadableError: a table or a checksum is damaged.
        EncryptedError: the file or a section asks for a password.
        TooLargeError: it unpacks to more than is reasonable.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        if int.from_bytes(data[SECURITY_AT : SECURITY_AT + 4], "little") & ENCRYPTED:
            raise EncryptedError
        self.prologue, self.fields = self._header()
        page_map = self._map(PAGES_BEGIN + self.fields[PAGE_MAP["at"]], PAGE_MAP)
        self._slots, self._gaps = _places(page_map, len(data))
        self.second_header = PAGES_BEGIN + self.fields[SECOND_HEADER]
        if self.second_header + HEADER_BYTES > len(data):
            raise UnreadableError("the second header is cut off")
        at = self.map_slots()[0][0]
        self.table = self._map(at, SECTION_MAP)
        self.sections = {section.name: section for section in self._sections()}
        pages = [page for section in self.sections.values() for page in section.pages]
        if len({page.address for page in pages}) < len(pages):
            raise UnreadableError("a page stands in two places")
        if sum(page.size for page in pages) > MAX_SECTION_BYTES:
            raise TooLargeError
        self.filler = self._stretch_of_filler(at)
        self.streams = {
            name: self._read(section) for name, section in self.sections.items() if section.pages
        }

    def _header(self) -> tuple[bytes, list[int]]:
        if len(self.data) < PAGES_BEGIN:
            raise UnreadableError("cut off")
        coded = self.data[HEADER_AT : HEADER_AT + HEADER_BLOCKS * BLOCK]
        plain = SYSTEM.apart(coded, HEADER_BLOCKS)
        _, _, crc, size, _ = PROLOGUE.unpack_from(plain)
        body = plain[PROLOGUE.size : PROLOGUE.size + max(size, 0)]
        if header_crc(body) != crc:
            raise UnreadableError("the header's checksum is wrong")
        header = unpacked(body, FIELDS.size)
        if sealed_header(header) != header:
            raise UnreadableError("the header's checksum is wrong")
        return plain[: PROLOGUE.size], list(FIELDS.unpack(header))

    def _map(self, at: int, names: Mapping[str, int]) -> bytes:
        """Return one of the two maps, unpacked."""
        told = {name: self.fields[number] for name, number in names.items()}
        size, copies = told["packed"], told["copies"]
        if told["size"] > MAX_MAP_BYTES or size > MAX_MAP_BYTES or not 0 < copies <= MAX_COPIES:
            raise UnreadableError("no map")
        count = -(-filled(size) * copies // SYSTEM.data)
        stored = SYSTEM.apart(self.data[at : at + count * BLOCK], count)[:size]
        plain = unpacked(stored, told["size"]) if size < told["size"] else stored
        if (page_crc(stored), page_crc(plain)) != (told["crc"], told["plain_crc"]):
            raise UnreadableError("a map's checksum is wrong")
        return plain

    def map_slots(self) -> list[tuple[int, int]]:
        """Return where the map of sections and its copy are."""
        found = [self._slots.get(self.fields[number]) for number in SECTION_MAP_PAGES]
        if None in found:
            raise UnreadableError("no section map")
        return [slot for slot in found if slot]

    def _sections(self) -> Iterator[Section]:
        at = 0
        while at + SECTION.size <= len(self.table):
            size, _, encrypted, _, name_bytes, _, coding, count = SECTION.unpack_from(
                self.table, at
            )
            at += SECTION.size
            end = at + name_bytes + count * SECTION_PAGE.size
            if min(size, name_bytes, count) < 0 or end > len(self.table):
                raise UnreadableError("the section map is cut off")
            if size > MAX_SECTION_BYTES:
                raise TooLargeError
            if encrypted == ENCRYPTED:
                raise EncryptedError
            if count and coding not in (INTERLEAVED, BEHIND):
                raise UnreadableError("an unknown coding")
            name = self.table[at : at + name_bytes].decode("utf-16-le", "replace").rstrip("\x00")
            rows = range(at + name_bytes, end, SECTION_PAGE.size)
            yield Section(name, size, coding == INTERLEAVED, tuple(map(self._page, rows)))
            at = end

    def _page(self, row_at: int) -> Page:
        start, _, number, size, packed_bytes, checksum, crc = SECTION_PAGE.unpack_from(
            self.table, row_at
        )
        address, slot_bytes = self._slots.get(number, (0, 0))
        coded = DATA.blocks(packed_bytes) * BLOCK
        if not address or not 0 < packed_bytes <= size <= MAX_PAGE_BYTES or coded < packed_bytes:
            raise UnreadableError("a page is missing")
        if start < 0 or start + size > MAX_SECTION_BYTES:
            raise TooLargeError
        return Page(address, slot_bytes, start, size, packed_bytes, (checksum, crc), row_at)

    def words(self, section: Section, page: Page) -> bytes:
        """Return a page as it is stored, without its code, in whole words of 8 bytes.

        Raises:
            UnreadableError: it is cut off, or a checksum is wrong.
        """
        held = self.data[page.address : page.address + page.slot_bytes]
        if section.interleaved:
            count = DATA.blocks(page.packed_bytes)
            if count * BLOCK > len(held):
                raise UnreadableError("a page is cut off")
            held = DATA.apart(held, count)
        words = held[: filled(page.packed_bytes)]
        if len(words) % WORD or page_crc(words[: page.packed_bytes]) != page.sums[1]:
            raise UnreadableError("a checksum is wrong")
        return words

    def plain(self, section: Section, page: Page) -> bytes:
        """Return what a page holds."""
        stored = self.words(section, page)[: page.packed_bytes]
        plain = unpacked(stored, page.size) if page.packed_bytes < page.size else stored
        if page_sum(plain) != page.sums[0]:
            raise UnreadableError("a checksum is wrong")
        return plain

    def _read(self, section: Section) -> bytes:
        out = bytearray()
        for page in sorted(section.pages, key=lambda page: page.start):
            if page.start < len(out):
                raise UnreadableError("pages overlap")
            out = out.ljust(page.start, b"\x00") + self.plain(section, page)
        return bytes(out)

    def discarded(self) -> list[tuple[int, int]]:
        """Return (address, size) of what belongs to nothing: gaps, pages of no section, the end."""
        used = {page.address for section in self.sections.values() for page in section.pages}
        maps = [self.fields[number] for number in (*SECTION_MAP_PAGES, *PAGE_MAP_PAGES)]
        unused = [
            slot
            for number, slot in self._slots.items()
            if number not in maps and slot[0] not in used
        ]
        end = self.second_header + HEADER_BYTES
        return [*self._gaps, *unused, (end, len(self.data) - end)]

    def _stretch_of_filler(self, map_at: int) -> bytes:
        """Return what this file fills unused room with: every stretch of it begins alike."""
        told = {name: self.fields[number] for name, number in SECTION_MAP.items()}
        count = -(-filled(told["packed"]) * told["copies"] // SYSTEM.data)
        slot_bytes = self.map_slots()[0][1]
        return self.data[map_at + count * BLOCK : map_at + slot_bytes]


def filled(size: int) -> int:
    """Return ``size`` as a multiple of 8."""
    return size + -size % WORD


def sealed_header(header: bytes) -> bytes:
    """Return the header with its checksum made anew."""
    bare = header[: HEADER_CRC * FIELD_BYTES]
    return bare + header_crc(bare + bytes(FIELD_BYTES)).to_bytes(FIELD_BYTES, "little")


def _places(table: bytes, size: int) -> tuple[dict[int, tuple[int, int]], list[tuple[int, int]]]:
    """Return (address, size) of pages by number, and of the gaps between them."""
    slots: dict[int, tuple[int, int]] = {}
    gaps: list[tuple[int, int]] = []
    address = PAGES_BEGIN
    for at in range(0, len(table) - PAGE.size + 1, PAGE.size):
        slot_bytes, number = PAGE.unpack_from(table, at)
        if slot_bytes < 0 or address + slot_bytes > size or number in slots:
            raise UnreadableError("a page outside the file")
        if number > 0:
            slots[number] = (address, slot_bytes)
        else:
            gaps.append((address, slot_bytes))
        address += slot_bytes
    return slots, gaps
