"""How a picture is changed by its own rules: chunks, segments, boxes, fields stay well formed."""

import struct
import zlib
from collections.abc import Callable
from typing import Final

from tests.fuzz.mutations import Means, blind

PNG: Final = b"\x89PNG\r\n\x1a\n"
MAX_PIECES: Final = 20_000


def shuffled(pieces: list[bytes], means: Means, change: Callable[[bytes], bytes]) -> list[bytes]:
    """Return ``pieces`` with one repeated, dropped, moved or changed."""
    chance = means.chance
    if not pieces:
        return pieces
    at, to = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    match chance.randrange(6):
        case 0:
            pieces.insert(to, pieces[at])
        case 1:
            del pieces[at]
        case 2:
            pieces[at], pieces[to] = pieces[to], pieces[at]
        case _:
            pieces[at] = change(pieces[at])
    return pieces


def png(data: bytes, means: Means) -> bytes | None:
    if not data.startswith(PNG):
        return None
    pieces, at = [], len(PNG)
    while at + 12 <= len(data) and len(pieces) < MAX_PIECES:
        (size,) = struct.unpack_from(">I", data, at)
        pieces.append(data[at + 4 : at + 8 + size])
        at += 12 + size

    def change(piece: bytes) -> bytes:
        kind, body = piece[:4], piece[4:]
        if means.chance.random() < 0.15:
            kind = means.chance.choice((b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME"))
        if kind in (b"zTXt", b"iCCP") and means.chance.random() < 0.5:
            return kind + b"Author\x00\x00" + zlib.compress(blind(body, means))
        return kind + blind(body, means)

    return PNG + b"".join(
        struct.pack(">I", len(piece) - 4) + piece + struct.pack(">I", zlib.crc32(piece))
        for piece in shuffled(pieces, means, change)
        if len(piece) >= 4
    )


def jpeg(data: bytes, means: Means) -> bytes | None:
    if not data.startswith(b"\xff\xd8"):
        return None
    pieces, at = [], 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in (b"\xda", b""):
        (size,) = struct.unpack(">H", data[at + 2 : at + 4].ljust(2, b"\x00"))
        pieces.append(data[at + 1 : at + 2] + data[at + 4 : at + 2 + size])
        at += 2 + max(2, size)

    def change(piece: bytes) -> bytes:
        marker = piece[:1]
        if means.chance.random() < 0.2:
            marker = bytes([means.chance.randint(0xC0, 0xFE)])
        return marker + blind(piece[1:], means)

    held = b"".join(
        b"\xff" + piece[:1] + struct.pack(">H", len(piece[1:65534]) + 2) + piece[1:65534]
        for piece in shuffled(pieces, means, change)
    )
    return data[:2] + held + data[at:]


def riff(data: bytes, means: Means) -> bytes | None:
    if not data.startswith(b"RIFF"):
        return None
    pieces, at = [], 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        pieces.append(data[at : at + 4] + data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    body = b"".join(
        piece[:4] + struct.pack("<I", len(piece) - 4) + piece[4:] + bytes(len(piece) % 2)
        for piece in shuffled(pieces, means, lambda piece: piece[:4] + blind(piece[4:], means))
        if len(piece) >= 4
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + data[8:12] + body


def boxes(data: bytes, means: Means) -> bytes | None:
    """ISO boxes (HEIF), and one level of boxes inside a box."""
    if data[4:8] != b"ftyp":
        return None
    return _boxes(data, means, depth=0)


def _boxes(data: bytes, means: Means, depth: int) -> bytes:
    pieces, at = [], 0
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        size = size if 8 <= size <= len(data) - at else len(data) - at
        pieces.append(data[at + 4 : at + size])
        at += size

    def change(piece: bytes) -> bytes:
        kind, body = piece[:4], piece[4:]
        head = 4 if kind in (b"meta", b"iref") else 0
        if depth < 3 and kind in (b"meta", b"iprp", b"ipco", b"iinf", b"iref"):
            head = 6 if kind == b"iinf" else head
            return kind + body[:head] + _boxes(body[head:], means, depth + 1)
        return kind + blind(body, means)

    held = shuffled(pieces, means, change)
    return b"".join(struct.pack(">I", len(piece) + 4) + piece for piece in held) + data[at:]


def tiff(data: bytes, means: Means) -> bytes | None:
    """Fields of a directory: tag, type, count, value."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return None
    (at,) = struct.unpack_from(order + "I", data, 4)
    for _ in range(means.chance.randrange(3)):
        after = _entries_end(data, at, order)
        if after is None or not (following := struct.unpack_from(order + "I", data, after)[0]):
            break
        at = following
    end = _entries_end(data, at, order)
    if end is None or end == at + 2:
        return None
    out = bytearray(data)
    field = means.chance.randrange((end - at - 2) // 12)
    place = at + 2 + 12 * field
    chance = means.chance
    match chance.randrange(5):
        case 0:
            tags = (270, 271, 305, 306, 315, 330, 700, 33432, 34665, 34853, 34675, 37724, 50341)
            struct.pack_into(order + "H", out, place, chance.choice(tags))
        case 1:
            struct.pack_into(order + "H", out, place + 2, chance.randrange(20))
        case 2:
            counts = (0, 1, 2, 3, 8, len(data), 0xFFFFFFFF)
            struct.pack_into(order + "I", out, place + 4, chance.choice(counts))
        case 3:
            values = (0, at, 8, len(data), len(data) - 4, place, chance.randrange(len(data)))
            struct.pack_into(order + "I", out, place + 8, chance.choice(values))
        case _:
            struct.pack_into(order + "I", out, end, chance.choice((0, at, 8, place)))
    return bytes(out)


def _entries_end(data: bytes, at: int, order: str) -> int | None:
    if at + 2 > len(data):
        return None
    end: int = at + 2 + 12 * struct.unpack_from(order + "H", data, at)[0]
    return end if end + 4 <= len(data) else None
