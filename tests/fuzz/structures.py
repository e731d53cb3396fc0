"""How a file is changed by its own rules: pieces, members and packed streams stay well formed.

Blind changes die at the first checksum or length. Each function here takes a container apart,
changes, repeats, drops or exchanges its pieces, and writes lengths and checksums anew; or returns
None if the file is no such container.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from tests.fuzz.mutations import MAX_BYTES, Means, blind
from tests.fuzz.natives import cards, drawing_pages
from tests.fuzz.pictures import boxes, jpeg, png, riff, shuffled, tiff

Structure = Callable[[bytes, Means], bytes | None]

PDF_OBJECT: Final = re.compile(rb"\d{1,6} \d{1,3} obj\b.*?\bendobj\b", re.DOTALL)
PDF_STREAM: Final = re.compile(
    rb"(/Length )\d+(.{0,400}?stream\r?\n)(.*?)(\r?\nendstream)", re.DOTALL
)
ZLIB_STREAM: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
ELEMENT: Final = re.compile(rb"<(\w[\w:.-]*)[^<>]*(?:/>|>[^<>]*</\1>)")
ATTRIBUTE: Final = re.compile(rb"""[\w:.-]+=(?:"[^"<]*"|'[^'<]*')""")
COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")
RHINO: Final = b"3D Geometry File Format "
SECTOR: Final = 512
SENTINEL: Final = b"AutoCAD Binary DXF\r\n\x1a\x00"


def glb(data: bytes, means: Means) -> bytes | None:
    if not data.startswith(b"glTF") or len(data) < 20:
        return None
    pieces, at = [], 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        pieces.append(data[at + 4 : at + 8 + size])
        at += 8 + size

    def change(piece: bytes) -> bytes:
        body = blind(piece[4:], means)
        return piece[:4] + body.ljust(-(-len(body) // 4) * 4, b" ")

    body = b"".join(
        struct.pack("<I", len(piece) - 4) + piece
        for piece in shuffled(pieces, means, change)
        if len(piece) >= 4
    )
    return b"glTF" + data[4:8] + struct.pack("<I", len(body) + 12) + body


def archive(data: bytes, means: Means) -> bytes | None:
    """Members of a ZIP: one is changed by its own rules, or renamed, repeated, dropped."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            infos = packed.infolist()
            if sum(info.file_size for info in infos) > MAX_BYTES:
                return None
            members = [(info.filename, packed.read(info)) for info in infos]
    except Exception:  # a damaged archive is changed blindly instead
        return None
    if not members:
        return None
    chance = means.chance
    at = chance.randrange(len(members))
    name, content = members[at]
    match chance.randrange(8):
        case 0:
            del members[at]
        case 1:
            members.insert(at, (chance.choice(members)[0], content))
        case 2:
            members[at] = (blind(name.encode(), means).decode("utf-8", "replace")[:200], content)
        case _:
            members[at] = (name, mutated(content, means))
    out = io.BytesIO()
    kind = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(out, "w", kind) as packed:
        for name, content in members:
            info = zipfile.ZipInfo(name or "a")
            info.compress_type = kind
            packed.writestr(info, content)
    return out.getvalue()


def gzipped(data: bytes, means: Means) -> bytes | None:
    if not data.startswith(b"\x1f\x8b\x08"):
        return None
    try:
        inside = zlib.decompressobj(31).decompress(data, MAX_BYTES)
    except zlib.error:
        return None
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(mutated(inside, means)) + packer.flush()


def pdf(data: bytes, means: Means) -> bytes | None:
    """Objects of a PDF, and what its Flate streams hold."""
    if not data[:1024].lstrip().startswith(b"%PDF"):
        return None
    kind = PDF_STREAM if means.chance.random() < 0.4 else PDF_OBJECT
    found = list(kind.finditer(data))
    if not found:
        return None
    one, other = means.chance.choice(found), means.chance.choice(found)
    if kind is PDF_STREAM:
        packed = zlib.compress(blind(_inflated(one[3]), means), 1)
        held = b"%b%d%b%b%b" % (one[1], len(packed), one[2], packed, one[4])
    else:
        held = means.chance.choice((blind(one[0], means), one[0] * 2, other[0], b""))
    return data[: one.start()] + held + data[one.end() :]


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, MAX_BYTES)
    except zlib.error:
        return packed


def compound(data: bytes, means: Means) -> bytes | None:
    """Sectors, chains and directory entries of a compound file."""
    if not data.startswith(COMPOUND) or len(data) < 4 * SECTOR:
        return None
    chance, out = means.chance, bytearray(data)
    last = len(data) // SECTOR
    at = chance.randrange(last) * SECTOR
    entry = data.find("Root".encode("utf-16-le"))
    match chance.randrange(5):
        case 0:  # two sectors change places
            to = chance.randrange(1, last) * SECTOR
            out[at : at + SECTOR], out[to : to + SECTOR] = (
                data[to : to + SECTOR],
                data[at : at + SECTOR],
            )
        case 1:  # a chain goes elsewhere, or in a circle
            place = at + 4 * chance.randrange(SECTOR // 4)
            ends = (0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC)
            value = chance.choice((*ends, chance.randrange(last), at // SECTOR - 1 & 0xFFFFFFFF))
            struct.pack_into("<I", out, min(place, len(out) - 4), value)
        case 2 if entry >= 0:  # neighbours, children, start or size in the directory
            row = entry + 128 * chance.randrange(8)
            field = row + chance.choice((64, 66, 68, 72, 76, 116, 120))
            value = chance.choice((0, 1, 2, 5, 64, 4096, 0xFFFFFFFF, chance.randrange(last)))
            struct.pack_into("<I", out, min(field, len(out) - 4), value)
        case 3:  # the header
            place = 24 + 2 * chance.randrange(40)
            struct.pack_into("<H", out, place, chance.choice((0, 1, 3, 6, 9, 12, 0xFFFF)))
        case _:
            piece = blind(bytes(data[at : at + SECTOR]), means)
            out[at : at + SECTOR] = piece.ljust(SECTOR, b"\0")[:SECTOR]
    return bytes(out)


def rhino(data: bytes, means: Means) -> bytes | None:
    """Chunks of a 3DM: a record of a table is changed and its checksum written anew."""
    if not data.startswith(RHINO):
        return None
    wide = data[24:32].strip() >= b"50"
    head = 12 if wide else 8
    out, at = bytearray(data), 32
    places = []
    while at + head <= len(data) and len(places) < 5_000:
        kind, size = struct.unpack_from("<IQ" if wide else "<II", data, at)
        if kind & 0x80000000 or size > len(data) - at - head:
            at += head
            continue
        places.append((at, kind, size))
        at += head if kind & 0xF0000000 == 0x10000000 and not kind & 0x8000 else head + size
    if not places:
        return None
    at, kind, size = means.chance.choice(places)
    body = bytes(out[at + head : at + head + size])
    if kind & 0x8000 and size >= 4:
        body = blind(body[:-4], means)
        body += struct.pack("<I", zlib.crc32(body))
    else:
        body = blind(body, means)
    length = struct.pack("<Q" if wide else "<I", len(body))
    return data[: at + 4] + length + body + data[at + head + size :]


def packed_stream(data: bytes, means: Means) -> bytes | None:
    """A zlib stream somewhere in the file; also behind the sentinels of native formats."""
    found = [match.start() for match in ZLIB_STREAM.finditer(data[: 1 << 20])][:200]
    means.chance.shuffle(found)
    for at in found[:8]:
        engine = zlib.decompressobj()
        try:
            inside = engine.decompress(data[at:], MAX_BYTES)
        except zlib.error:
            continue
        if engine.eof and inside:
            end = len(data) - len(engine.unused_data)
            return data[:at] + zlib.compress(mutated(inside, means)) + data[end:]
    return None


def markup(data: bytes, means: Means) -> bytes | None:
    """Elements and attributes of XML."""
    begin = means.chance.randrange(max(1, len(data) - 65_536))
    window = data[begin : begin + 65_536]
    if b"<?xml" not in data[:200] and b"<svg" not in data[:1000] and b"xmlns" not in data[:1000]:
        return None
    kind = means.chance.choice((ELEMENT, ATTRIBUTE))
    found = list(kind.finditer(window))
    if not found:
        return None
    one, other = means.chance.choice(found), means.chance.choice(found)
    space = b" " if kind is ATTRIBUTE else b""
    deep = b"<g>" * 500 + one[0] + b"</g>" * 500
    choices = [one[0] + space + other[0], other[0], b"", blind(one[0], means)]
    held = means.chance.choice([*choices, deep] if kind is ELEMENT else choices)
    return data[: begin + one.start()] + held + data[begin + one.end() :]


def tags(data: bytes, means: Means) -> bytes | None:
    """Groups of an ASCII DXF: code and value are changed, moved and repeated together."""
    if b"SECTION" not in data[:2000] or data.startswith(SENTINEL):
        return None
    chance = means.chance
    end = b"\r\n" if b"\r\n" in data[:200] else b"\n"
    begin = 0
    if len(data) > 65_536 and chance.random() < 0.8:
        begin = data.find(end + b"  0" + end, chance.randrange(len(data) - 65_536)) + len(end)
    held = data[begin : begin + 65_536].split(end)
    pairs = [end.join(held[at : at + 2]) for at in range(0, len(held), 2)]

    def change(pair: bytes) -> bytes:
        code, _, value = pair.partition(end)
        if chance.random() < 0.4:
            codes = (0, 1, 2, 3, 5, 70, 90, 100, 102, 1000, 1001, 1004, 310, 999, 330, 62, 6)
            return b"%3d%b%b" % (chance.choice(codes), end, value)
        return code + end + blind(value, means).replace(b"\n", b"")

    pairs = shuffled(pairs, means, change)
    return data[:begin] + end.join(pairs) + data[begin + 65_536 :]


STRUCTURES: Final[tuple[Structure, ...]] = (
    png,
    jpeg,
    riff,
    boxes,
    tiff,
    glb,
    archive,
    gzipped,
    pdf,
    compound,
    rhino,
    cards,
    drawing_pages,
    packed_stream,
    markup,
    tags,
)
BY_RULES: Final = 0.6


def mutated(data: bytes, means: Means) -> bytes:
    """Return ``data`` after one to four changes, more often by its rules than against them."""
    for _ in range(means.chance.choice((1, 1, 1, 2, 2, 3, 4))):
        data = _changed(data, means)
    return data


def _changed(data: bytes, means: Means) -> bytes:
    if means.chance.random() < BY_RULES:
        for structure in STRUCTURES:
            changed = structure(data, means)
            if changed is not None:
                return changed[:MAX_BYTES]
    return blind(data, means)
