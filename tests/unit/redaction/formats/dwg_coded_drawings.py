"""Synthetic DWG files of release 2007: coded pages, two maps and two headers."""

import struct

from redaction.formats.dwg_coding import DATA, SYSTEM, header_crc, page_crc, page_sum
from redaction.formats.dwg_shuffling import packed
from tests.unit.redaction.formats.dwg_drawings import (
    dependencies,
    drawing_object,
    handle_map,
    history,
    preview,
    summary,
)

PAGE_BYTES = 0x400
FILLER = bytes((at * 73 + 19) & 0xFF | 1 for at in range(600))
COPIES = 5


def words(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def filled(data: bytes, size: int) -> bytes:
    return data + FILLER[: size - len(data)].ljust(size - len(data), b"\x00")


def data_page(stored: bytes, interleaved: bool, slack: bytes) -> bytes:
    whole = words(stored)
    blocks = filled(whole, -(-len(whole) // 251) * 251)
    coded = DATA.interleaved(blocks) if interleaved else whole + DATA.behind(blocks)
    room = len(coded) + 96
    return (coded + slack).ljust(room, b"\x00") if slack else filled(coded, room)


def system_page(stored: bytes) -> bytes:
    copies = words(stored) * COPIES
    count = -(-len(copies) // 239)
    coded = SYSTEM.interleaved(filled(copies, count * 239))
    return filled(coded, len(coded) + 512)


class Pages:
    """The pages of a file that is being written."""

    def __init__(self) -> None:
        self.data = b""
        self.map: list[tuple[int, int]] = []

    def add(self, number: int, page: bytes) -> None:
        self.map.append((len(page), number))
        self.data += page


def section_row(
    name: str, data: bytes, pages: list[tuple[bytes, bytes, int, int]], encrypted: int
) -> bytes:
    """Return the row of a section; pages are (plain, stored, start, number)."""
    label = (name + "\x00").encode("utf-16-le") if name else b""
    coding = 4 if name in ("AcDb:AcDbObjects", "AcDb:Handles") or not name else 1
    row = struct.pack(
        "<8q", len(data), PAGE_BYTES, encrypted, 77, len(label), 0, coding, len(pages)
    )
    row += label
    for plain, stored, start, number in pages:
        sums = (page_sum(plain), page_crc(stored))
        sizes = (start, PAGE_BYTES, number, len(plain), len(stored))
        row += struct.pack("<5q2Q", *sizes, *sums)
    return row


def streams(bodies: list[str] | None, extra: dict[str, bytes] | None) -> dict[str, bytes]:
    objects, places = b"\x00" * 4, []
    for body in bodies or ["1010"]:
        places.append(len(objects))
        objects += drawing_object(body, new=False)
    return {
        "AcDb:SummaryInfo": summary(wide=True),
        "AcDb:AppInfoHistory": history(),
        "AcDb:FileDepList": dependencies(wide=True),
        "AcDb:Preview": preview(),
        "AcDb:AcDbObjects": objects,
        "AcDb:Handles": handle_map(places),
        **(extra or {}),
    }


def coded(
    bodies: list[str] | None = None,
    *,
    slack: bytes = b"",
    security: int = 0,
    encrypted: int = 0,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return a DWG of release 2007 with the objects ``bodies``."""
    pages, table, number = Pages(), b"", 3
    pages.add(1, bytes(0x400))  # the map of pages, written when all of them are known
    pages.add(-2, slack.ljust(64, b"\x00"))
    for name, data in streams(bodies, extra).items():
        rows = []
        for start in range(0, len(data), PAGE_BYTES):
            plain = data[start : start + PAGE_BYTES]
            interleaved = name in ("AcDb:AcDbObjects", "AcDb:Handles")
            stored = packed(plain) if interleaved else plain
            stored = stored if len(stored) < len(plain) else plain
            pages.add(number, data_page(stored, interleaved, slack))
            rows.append((plain, stored, start, number))
            number += 1
        table += section_row(name, data, rows, encrypted)
    table += section_row("", b"", [], 0)
    pages.add(900, slack.ljust(128, b"\x00"))  # a page that no section knows
    stored_table = packed(table)
    for copy in (901, 902):
        pages.add(copy, system_page(stored_table))
    return _assembled(pages, table, stored_table, security)


def _assembled(pages: Pages, table: bytes, stored_table: bytes, security: int) -> bytes:
    page_map = b"".join(struct.pack("<qq", *row) for row in pages.map)
    stored_map = packed(page_map)
    one = words(stored_map)
    copies = 0x400 // 255 * 239 // len(one)
    coded_map = SYSTEM.interleaved(filled(one * copies, -(-len(one) * copies // 239) * 239))
    body = filled(coded_map, 0x400) + pages.data[0x400:]
    fields = [0] * 34
    fields[1] = 0x480 + len(body) + 0x400
    fields[2:4] = page_crc(stored_map), copies
    fields[8], fields[6] = 1, 1
    fields[9] = len(body)
    fields[10:12] = len(stored_map), len(page_map)
    fields[16] = page_crc(page_map)
    fields[21:29] = (
        *(page_crc(table), len(stored_table), 902, 901),
        *(len(table), page_crc(stored_table), COPIES, 0),
    )
    bare = struct.pack("<34Q", *fields)
    header = bare[:-8] + header_crc(bare).to_bytes(8, "little")
    coded_header = _header(header)
    head = bytearray(0x80)
    head[:6] = b"AC1021"
    struct.pack_into("<H", head, 0x13, 30)
    struct.pack_into("<I", head, 0x18, security)
    return bytes(head) + coded_header + body + coded_header


def _header(header: bytes) -> bytes:
    stored = packed(header)
    one = words(struct.pack("<QQQiI", 11, 22, header_crc(stored), len(stored), 0) + stored)
    coded_header = SYSTEM.interleaved(filled(one * (717 // len(one)), 717))
    return filled(coded_header, 0x3D8) + b"check data, 40 bytes that stay as they are"[:40]
