"""Files packed with gzip: unpacked within bounds, and packed again so that they tell nothing.

Room: redaction/carriers. Pure; bounded in size. The wrapping itself names the original file and the
moment of packing; the new one names nothing and is the same for everybody. Source: RFC 1952 §2.3.
"""

import struct
import zlib
from typing import Final

from redaction.errors import TooLargeError, UnreadableError
from redaction.model import Action, Category, Finding

MAX_RATIO: Final = 200
MIN_ALLOWED_BYTES: Final = 64 * 1024 * 1024
MAX_ALLOWED_BYTES: Final = 512 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024
# Deflate, no flags, no time, best packed, on a system that is not told.
HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
EXTRA, NAME, COMMENT = 4, 8, 16


def packed(content: bytes) -> bytes:
    """Return ``content`` as a gzip file that says nothing of where and when it was made."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = engine.compress(content) + engine.flush()
    return HEADER + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def unpacked(data: bytes) -> tuple[bytes, int, int]:
    """Return the content, of how many members it was made, and where the last of them ends.

    Raises:
        UnreadableError: the packing is damaged.
        TooLargeError: it unpacks to more than is reasonable.
    """
    allowed = min(max(MIN_ALLOWED_BYTES, MAX_RATIO * len(data)), MAX_ALLOWED_BYTES)
    pieces: list[bytes] = []
    members = position = 0
    while data.startswith(HEADER[:2], position):
        engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        waiting = memoryview(data)[position:]
        ended = False
        try:
            while not ended:
                piece = engine.decompress(waiting, PIECE_BYTES)
                waiting = memoryview(engine.unconsumed_tail)
                ended = engine.eof
                if not (piece or waiting or ended):
                    raise UnreadableError("the packing does not end")
                pieces.append(piece)
                allowed -= len(piece)
                if allowed < 0:
                    raise TooLargeError
        except zlib.error as error:
            raise UnreadableError from error
        members += 1
        position = len(data) - len(engine.unused_data)
    return b"".join(pieces), members, position


def is_plain(data: bytes, members: int, end: int) -> bool:
    """Return whether the wrapping tells nothing and nothing follows it."""
    return data.startswith(HEADER) and members == 1 and end == len(data)


def wrapping(data: bytes) -> list[Finding]:
    """Return what the wrapping tells: a time, a file name, a comment."""
    flags, moment = data[3], int.from_bytes(data[4:8], "little")
    found: list[Finding] = []
    if moment:
        text = f"{moment} s since 1970"
        found.append(Finding("gzip.time", Category.TIME, Action.REMOVED, text, seed=False))
    position = len(HEADER)
    if flags & EXTRA:
        position += 2 + int.from_bytes(data[position : position + 2], "little")
    for flag, name, category in (
        (NAME, "gzip.name", Category.PATH),
        (COMMENT, "gzip.comment", Category.COMMENT),
    ):
        end = data.find(b"\0", position)
        if flags & flag and end >= 0:
            said = data[position:end].decode("latin-1")
            seed = category is Category.PATH
            found.append(Finding(name, category, Action.REMOVED, said, seed=seed))
            position = end + 1
    return found
