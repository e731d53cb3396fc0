"""Synthetic DWG files, built bit by bit: a container of pages, or a plain file."""

import struct
import zlib

from redaction.formats import dwg_packing

PERSON = "quillfeather"
HOME = "C:\\Users\\quillfeather\\Drawings\\"
HISTORY = (
    '<prop_set><prop id="8"><string>quillfeather</string></prop>'
    '<prop id="10"><datetime>2021-05-06T07:08:09</datetime></prop>'
    '<prop id="258"><string>Autodesk AutoCAD 2013</string></prop></prop_set>'
)
PREVIEW_BEGIN = bytes.fromhex("1f256d07d43628289d57ca3f9d44102b")
PREVIEW_END = bytes.fromhex("e0da92f82bc9d7d762a835c062bbefd4")
PAGE_BYTES = 0x7400


def crc16(data: bytes) -> int:
    crc = 0xC0C1
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def bits(number: int, count: int) -> str:
    return format(number, f"0{count}b")


def stream(value: bytes) -> str:
    return "".join(bits(byte, 8) for byte in value)


def string(text: str, wide: bool) -> str:
    """Return a text with its announced length."""
    return "01" + bits(len(text), 8) + stream(text.encode("utf-16-le" if wide else "cp1252"))


def record(tags: list[tuple[int, object]], wide: bool) -> str:
    """Return an extension record of group codes and values."""
    out = b""
    for code, value in tags:
        out += struct.pack("<H", code)
        if isinstance(value, str):
            out += struct.pack("<H", len(value)) + (b"" if wide else b"\x1e")
            out += value.encode("utf-16-le" if wide else "cp1252")
        elif isinstance(value, float):
            out += struct.pack("<d", value)
        else:
            out += struct.pack("<I", value)
    return stream(out)


def drawing_object(body: str, new: bool) -> bytes:
    """Return an object of the bits ``body`` with its size and checksum."""
    body += "0" * (-len(body) % 8)
    data = bytes(int(body[at : at + 8], 2) for at in range(0, len(body), 8))
    framed = struct.pack("<H", len(data)) + (b"\x08" if new else b"") + data
    return framed + struct.pack("<H", crc16(framed))


def modular(value: int) -> bytes:
    out, sign, value = [], 0x40 if value < 0 else 0, abs(value)
    while value > 0x3F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value | sign])


def handle_map(places: list[int]) -> bytes:
    body, last = b"", 0
    for place in places:
        body += modular(1) + modular(place - last)
        last = place
    block = struct.pack(">H", len(body) + 2) + body
    end = struct.pack(">H", 2)
    return block + b"\x00\x00" + end + b"\x00\x00"


def text16(value: str, wide: bool) -> bytes:
    raw = (value + "\x00").encode("utf-16-le" if wide else "cp1252")
    return struct.pack("<H", len(value) + 1) + raw


def text32(value: str, wide: bool) -> bytes:
    raw = value.encode("utf-16-le" if wide else "cp1252")
    return struct.pack("<I", len(raw)) + raw


def summary(wide: bool) -> bytes:
    words = ["Bracket", "", "Wilhelmina Brandywine", "", "", PERSON, "", "\\\\brandywine\\share\\"]
    times = struct.pack("<6I", 0, 360, 2459000, 1, 2459001, 2)
    custom = text16("Checked by", wide) + text16("Peregrin Tuckborough", wide)
    return b"".join(text16(word, wide) for word in words) + times + b"\x01\x00" + custom + bytes(8)


def dependencies(wide: bool) -> bytes:
    one = text32("logo.png", wide) + text32(HOME, wide) + text32("{A1B2}", wide) + text32("", wide)
    font = text32("arial.ttf", wide) + text32("C:\\Windows\\FONTS\\", wide) + text32("", wide) * 2
    rest = struct.pack("<IIIHI", 0, 777, 4096, 1, 1)
    return (
        struct.pack("<I", 1)
        + text32("Acad:Image", wide)
        + struct.pack("<I", 2)
        + one
        + rest
        + font
        + rest
    )


def preview() -> bytes:
    picture = b"\x01\x02" + bytes(8) + b"\x89PNG picture of a title block"
    return PREVIEW_BEGIN + struct.pack("<I", len(picture)) + picture + PREVIEW_END


def history() -> bytes:
    return b"\x53\xde" * 8 + b"\x01" + HISTORY.encode("utf-16-le") + bytes(17)


class Pages:
    """A container that is being written."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.map: list[tuple[int, int]] = []

    def add(self, page: bytes, number: int = 0) -> int:
        number = number or len(self.map) + 1
        self.map.append((number, len(page)))
        self.data += page
        return number

    def data_page(self, section: int, stored: bytes, start: int, slack: bytes = b"") -> int:
        slot = 32 + len(stored) + 96
        address = 0x100 + len(self.data)
        words = [0x4163043B, section, len(stored), slot, start, 0, 0, 0]
        words[7] = zlib.adler32(stored, 0)
        words[6] = zlib.adler32(struct.pack("<8I", *words[:6], 0, words[7]), words[7])
        mask = 0x4164536B ^ address
        head = struct.pack("<8I", *(word ^ mask for word in words))
        return self.add(head + stored + slack.ljust(96, b"\x00"))


def system_page(mark: int, table: bytes, slot: int) -> bytes:
    stored = dwg_packing.packed(table)
    bare = struct.pack("<5I", mark, len(table), len(stored), 2, 0)
    checksum = zlib.adler32(stored, zlib.adler32(bare, 0))
    page = struct.pack("<5I", mark, len(table), len(stored), 2, checksum) + stored
    return page.ljust(slot, b"\x00")


def container(
    version: bytes = b"AC1032",
    bodies: list[str] | None = None,
    *,
    slack: bytes = b"",
    behind_names: bytes = b"",
    security: int = 0,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return a DWG of release 2004 or 2010 on with the objects ``bodies``."""
    wide = version >= b"AC1024"
    objects, places = b"\x00" * 4, []
    for body in bodies or ["1010"]:
        places.append(len(objects))
        objects += drawing_object(body, new=wide)
    sections = {
        "AcDb:SummaryInfo": (summary(wide), False),
        "AcDb:AppInfoHistory": (history(), False),
        "AcDb:FileDepList": (dependencies(wide), False),
        "AcDb:Preview": (preview(), False),
        "AcDb:AcDbObjects": (objects, True),
        "AcDb:Handles": (handle_map(places), True),
        **{name: (data, False) for name, data in (extra or {}).items()},
    }
    pages, table = Pages(), b""
    for index, (name, (data, packing)) in enumerate(sections.items(), 1):
        pieces = []
        for start in range(0, len(data), PAGE_BYTES):
            piece = data[start : start + PAGE_BYTES]
            stored = piece + bytes(-len(piece) % 16)
            if packing:
                stored = dwg_packing.packed(piece.ljust(PAGE_BYTES, b"\x00"))
            pieces.append((pages.data_page(index, stored, start, slack), len(piece), start))
        label = name.encode() + b"\x00" + behind_names
        table += struct.pack(
            "<Q6I64s", len(data), len(pieces), PAGE_BYTES, 1, 2 if packing else 1, index, 0, label
        )
        table += b"".join(struct.pack("<IIQ", *piece) for piece in pieces)
    if slack:
        pages.data_page(99, slack, 0, slack)  # a page that no section knows
        pages.add(slack.ljust(64, b"\x00"), -1)
    table = struct.pack("<5I", len(sections), 2, 0x7400, 0, len(sections)) + table
    section_map = pages.add(system_page(0x4163003B, table, len(table) + 64))
    map_at = len(pages.data)
    entries = b"".join(
        struct.pack("<ii", number, size) + (bytes(16) if number < 0 else b"")
        for number, size in [*pages.map, (len(pages.map) + 1, 512)]
    )
    pages.add(system_page(0x41630E3B, entries, 0x800))
    return _header(version, security, map_at, section_map) + bytes(pages.data)


def _header(version: bytes, security: int, map_at: int, section_map: int) -> bytes:
    plain = bytearray(0x6C)
    plain[:12] = b"AcFssFcAJMB\x00"
    struct.pack_into("<Q", plain, 0x54, map_at)
    struct.pack_into("<I", plain, 0x5C, section_map)
    seed, masked = 1, bytearray()
    for byte in plain:
        seed = (seed * 0x343FD + 0x269EC3) & 0xFFFFFFFF
        masked.append(byte ^ (seed >> 16) & 0xFF)
    head = bytearray(0x80)
    head[:6] = version
    struct.pack_into("<H", head, 0x13, 30)
    struct.pack_into("<I", head, 0x18, security)
    return (bytes(head) + bytes(masked)).ljust(0x100, b"\x00")


def plain(version: bytes = b"AC1015", bodies: list[str] | None = None) -> bytes:
    """Return a DWG of release 13 to 2000."""
    head = bytearray(0x60)
    head[:6] = version
    struct.pack_into("<H", head, 0x13, 30)
    picture = preview()
    data, places = bytes(head) + picture + b"header variables", []
    for body in bodies or ["1010"]:
        places.append(len(data))
        data += drawing_object(body, new=False)
    handles = handle_map(places)
    out = bytearray(data + handles + b"end")
    struct.pack_into("<I", out, 0x0D, 0x60)
    struct.pack_into("<I", out, 0x15, 3)
    for index, (number, at, size) in enumerate(
        [(0, 0x60 + len(picture), 16), (1, 0x60 + len(picture), 4), (2, len(data), len(handles))]
    ):
        struct.pack_into("<BII", out, 0x19 + 9 * index, number, at, size)
    return bytes(out)


def saying(version: bytes, kind: int, words: list[str]) -> str:
    """Return an object of type ``kind`` that says ``words``, as its release does."""
    if version < b"AC1021":
        closed = [string(word + "\x00", wide=False) for word in words]
        return "01" + bits(kind, 8) + "101" + "0110".join(closed)
    together = "".join(
        "01" + bits(len(word), 8) + stream(word.encode("utf-16-le")) for word in words
    )
    count = stream(struct.pack("<H", len(together)))
    if version == b"AC1021":
        head = "01" + bits(kind, 8)
        size = len(head) + 32 + 3 + len(together) + 17
        return head + stream(struct.pack("<I", size)) + "101" + together + count + "1"
    head = "00" + bits(kind, 8)
    pad = "1" * (-(len(head) + len(together) + 17) % 8)
    handles = "0" * 8
    return head + pad + together + count + "1" + handles
