"""Changed streams of a DWG of release 2007 to 2009, coded and put back in place.

Room: redaction/formats. Pure. A changed page is packed and coded again, its row in the map of
sections gets new checksums, and the map and the header, which stand twice, are coded again too.
What is left over in pages is overwritten by what the file fills unused room with. Source: Open
Design Specification for .dwg files 5.4.1, §5.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Final

from redaction.errors import TooLargeError
from redaction.formats.dwg_coded import (
    FIELDS,
    HEADER_AT,
    HEADER_BLOCKS,
    PROLOGUE,
    SECTION_MAP,
    CodedContainer,
    Page,
    Section,
    filled,
    sealed_header,
)
from redaction.formats.dwg_coding import (
    BLOCK,
    DATA,
    SYSTEM,
    WORD,
    header_crc,
    page_crc,
    page_sum,
)
from redaction.formats.dwg_shuffling import packed
from redaction.model import Edit

# Of a page's row in the map of sections: packed size, checksum and CRC.
ROW: Final = struct.Struct("<qQQ")
ROW_AT: Final = 32


def edits(container: CodedContainer, new: Mapping[str, bytes]) -> list[Edit]:
    """Return the edits that put ``new`` streams, as long as before, in place of the old.

    Raises:
        TooLargeError: a changed page, map or header does not fit into its place.
    """
    recoder = _Recoder(container)
    found = [Edit(at, at + size, bytes(size)) for at, size in container.discarded()]
    for name, section in container.sections.items():
        for page in section.pages:
            found += recoder.page(section, page, new.get(name))
    found += recoder.maps()
    data = container.data
    return sorted(edit for edit in found if data[edit.start : edit.end] != edit.replacement)


class _Recoder:
    def __init__(self, container: CodedContainer) -> None:
        self._container = container
        self._table = bytearray(container.table)

    def page(self, section: Section, page: Page, new: bytes | None) -> Iterator[Edit]:
        """Yield the edit that puts its part of ``new`` into a page, or only clears what is left."""
        words = self._container.words(section, page)
        plain = self._container.plain(section, page)
        after = plain if new is None else new[page.start : page.start + page.size]
        if after == plain and self._is_clear(section, page, words):
            return
        if after != plain:
            stored = packed(after) if page.packed_bytes < page.size else after
            sums = (page_sum(after), page_crc(stored))
            ROW.pack_into(self._table, page.row_at + ROW_AT, len(stored), *sums)
            words = stored + bytes(-len(stored) % WORD)
        blocks = self._filled(words, DATA.blocks(len(words)) * DATA.data)
        coded = DATA.interleaved(blocks) if section.interleaved else words + DATA.behind(blocks)
        yield self._slot(page.address, page.slot_bytes, coded)

    def _is_clear(self, section: Section, page: Page, words: bytes) -> bool:
        """Return whether nothing but filler stands behind what a page holds."""
        held = self._container.data[page.address : page.address + page.slot_bytes]
        count = DATA.blocks(len(words))
        if not section.interleaved:
            used = len(words) + count * DATA.parity
            return held == self._filled(held[:used], len(held))
        inside = DATA.apart(held, count)
        used = count * BLOCK
        return inside == self._filled(words, len(inside)) and held == self._filled(
            held[:used], len(held)
        )

    def _filled(self, data: bytes, size: int) -> bytes:
        """Return ``data`` with filler behind it, or zeros where the filler is not known."""
        room = size - len(data)
        return data + self._container.filler[:room].ljust(room, b"\x00")

    def _slot(self, at: int, size: int, coded: bytes) -> Edit:
        if len(coded) > size:
            raise TooLargeError("a changed page does not fit")
        return Edit(at, at + size, self._filled(coded, size))

    def maps(self) -> Iterator[Edit]:
        """Yield the edits of both maps of sections and of both headers, if a page changed."""
        table = bytes(self._table)
        if table == self._container.table:
            return
        stored = packed(table)
        stored = stored if len(stored) < len(table) else table
        fields = list(self._container.fields)
        one = stored + bytes(filled(len(stored)) - len(stored))
        copies = fields[SECTION_MAP["copies"]]
        count = -(-len(one) * copies // SYSTEM.data)
        coded = SYSTEM.interleaved(self._filled(one * copies, count * SYSTEM.data))
        for at, size in self._container.map_slots():
            yield self._slot(at, size, coded)
        fields[SECTION_MAP["plain_crc"]] = page_crc(table)
        fields[SECTION_MAP["packed"]] = len(stored)
        fields[SECTION_MAP["crc"]] = page_crc(stored)
        yield from self._headers(sealed_header(FIELDS.pack(*fields)))

    def _headers(self, header: bytes) -> Iterator[Edit]:
        stored = packed(header)
        crc, key, _, _, last = PROLOGUE.unpack(self._container.prologue)
        one = PROLOGUE.pack(crc, key, header_crc(stored), len(stored), last) + stored
        one += bytes(-len(one) % WORD)
        room = HEADER_BLOCKS * SYSTEM.data
        if len(one) > room:
            raise TooLargeError("the header does not fit")
        coded = SYSTEM.interleaved(self._filled(one * (room // len(one)), room))
        for at in (HEADER_AT, self._container.second_header):
            yield Edit(at, at + len(coded), coded)
