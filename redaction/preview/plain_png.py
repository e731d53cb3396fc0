"""The trusted side's look at a picture that comes out of a process which touched a hostile file.

Room: redaction/preview. Pure; decodes nothing. What is shown to people is a signature, a header,
perhaps a palette, pixels and an end: no text, no time, no profile, no second picture.

    PNG = signature, IHDR, (PLTE), IDAT…, IEND                 (PNG Specification, third edition)
"""

import struct
from typing import Final

from redaction.preview.limits import MAX_PICTURE_BYTES, MAX_SIDE

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNK: Final = struct.Struct(">I4s")
CHECK_BYTES: Final = 4
HEADER: Final = struct.Struct(">IIBBBBB")
KINDS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})


def checked(untrusted_png: bytes) -> tuple[int, int]:
    """Return the width and height of a picture, once it is no more than a picture.

    Raises:
        ValueError: it is no PNG of these few chunks, or larger than a picture may be.
    """
    if len(untrusted_png) > MAX_PICTURE_BYTES or not untrusted_png.startswith(SIGNATURE):
        raise ValueError("not a picture")
    position, kinds = len(SIGNATURE), []
    while position + CHUNK.size <= len(untrusted_png):
        length, kind = CHUNK.unpack_from(untrusted_png, position)
        kinds.append(kind)
        position += CHUNK.size + length + CHECK_BYTES
    once = all(kinds.count(kind) == 1 for kind in (b"IHDR", b"IEND"))
    ordered = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and b"IDAT" in kinds
    if position != len(untrusted_png) or not (once and ordered and KINDS.issuperset(kinds)):
        raise ValueError("not a plain picture")
    width, height, *_ = HEADER.unpack_from(untrusted_png, len(SIGNATURE) + CHUNK.size)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError("larger than a picture may be")
    return width, height
