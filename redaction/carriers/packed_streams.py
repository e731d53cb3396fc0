"""Streams that native CAD files keep packed: opened, changed, and packed again into their place.

Room: redaction/carriers. Pure; what is unpacked is bounded. A packed stream that grew would move
its neighbours, so what does not fit is refused; what is left over is filled with zeros, which no
reader of packed data looks at. SOLIDWORKS 2010 to 2014 mark such streams ``__ZLB`` (a mark of
16 bytes, two lengths, RFC 1950); before that, ``__Zip`` (PKWARE implode). Bodies it imploded are
not marked: a byte, the length of the rest, the rest.
"""

import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import buried_paths, imploded, imploding
from redaction.errors import OpaqueStreamError, TooLargeError, UnreadableError

ZLIB_NAME: Final = "__ZLB"
IMPLODED_NAME: Final = "__Zip"
LENGTHS: Final = struct.Struct("<16sII")
BODY_HEAD: Final = struct.Struct("<BI")
# Where a part begins that is packed for itself (RFC 1950, RFC 1952).
PACKED: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
EITHER: Final = 32 + zlib.MAX_WBITS
MAX_UNPACKED_BYTES: Final = 256 * 1024 * 1024
MAX_REGIONS: Final = 100_000
PIECE_BYTES: Final = 64 * 1024
MIN_REGION_BYTES: Final = 16
PACKINGS: Final = tuple(
    (level, memory, strategy)
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED)
    for level, memory in ((9, 9), (9, 8), (6, 8), (9, 7))
)


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed stream: where its packed bytes lie in it, what they hold, and how."""

    start: int
    end: int
    content: bytes = field(repr=False)
    is_imploded: bool = False


def opened(name: str, stream: bytes) -> Packed | None:
    """Return what the stream called ``name`` holds packed; None for one that is not.

    Raises:
        OpaqueStreamError: packed in a way that cannot be searched.
        UnreadableError: it does not unpack.
    """
    if name.endswith(IMPLODED_NAME) and stream:
        return _exploded(stream, 0)
    if not name.endswith(ZLIB_NAME) or len(stream) <= LENGTHS.size:
        return _body(stream)
    _, size, packed_size = LENGTHS.unpack_from(stream)
    end = LENGTHS.size + packed_size
    if not size or end > len(stream):
        raise UnreadableError("a packed stream is cut off")
    return Packed(LENGTHS.size, end, inflated(stream[LENGTHS.size : end], size, 15))


def rewritten(stream: bytes, packed: Packed, content: bytes) -> bytes:
    """Return ``stream`` with ``content`` in it in the place of what was packed there.

    Raises:
        OpaqueStreamError: it does not fit.
    """
    if content == packed.content:
        return stream
    room_bytes = packed.end - packed.start
    if packed.is_imploded:
        written = imploding.imploded(content, stream[packed.start :])
        if len(written) > room_bytes:
            raise OpaqueStreamError
        written += bytes(room_bytes - len(written))
    else:
        written = deflated(content, room_bytes, zlib.MAX_WBITS)
    return stream[: packed.start] + written + stream[packed.end :]


def _body(stream: bytes) -> Packed | None:
    """Return what the stream holds if it is a body that was imploded, and nothing else."""
    if not imploded.starts(stream, BODY_HEAD.size):
        return None
    _, rest_bytes = BODY_HEAD.unpack_from(stream)
    if rest_bytes != len(stream) - BODY_HEAD.size:
        return None
    try:
        return _exploded(stream, BODY_HEAD.size)
    except OpaqueStreamError:
        return None


def _exploded(stream: bytes, start: int) -> Packed:
    """Return what is imploded from ``start`` to the end of the stream.

    Raises:
        OpaqueStreamError: it is not, or something else follows it.
    """
    try:
        content, end = imploded.exploded(stream[start:], MAX_UNPACKED_BYTES)
    except UnreadableError as error:
        raise OpaqueStreamError from error
    if stream[start + end :].strip(b"\0"):
        raise OpaqueStreamError
    return Packed(start, len(stream), content, is_imploded=True)


def inflated(packed: bytes, size: int, wbits: int) -> bytes:
    """Return the ``size`` bytes that ``packed`` holds.

    Raises:
        UnreadableError: it holds fewer, more, or something else.
        TooLargeError: it says it holds more than one stream may.
    """
    if size > MAX_UNPACKED_BYTES:
        raise TooLargeError
    engine = zlib.decompressobj(wbits)
    try:
        content = engine.decompress(packed, size + 1)
    except zlib.error as error:
        raise UnreadableError("a packed stream is damaged") from error
    if len(content) != size:
        raise UnreadableError("a packed stream is longer or shorter than it says")
    return content


def deflated(content: bytes, room_bytes: int, wbits: int) -> bytes:
    """Return ``content`` packed into exactly ``room_bytes``, zeros behind it.

    Raises:
        OpaqueStreamError: it does not fit.
    """
    for level, memory, strategy in PACKINGS:
        engine = zlib.compressobj(level, zlib.DEFLATED, wbits, memory, strategy)
        packed = engine.compress(content) + engine.flush()
        if len(packed) <= room_bytes:
            return packed + bytes(room_bytes - len(packed))
    raise OpaqueStreamError


def check(stream: bytes) -> None:
    """Refuse a stream that holds paths in parts of it that are packed for themselves.

    Raises:
        OpaqueStreamError: it does; nobody knows how to pack such a part again.
        TooLargeError: it unpacks to more than one stream may.
    """
    position = regions = 0
    left_bytes = MAX_UNPACKED_BYTES
    while (mark := PACKED.search(stream, position)) and regions < MAX_REGIONS:
        regions += 1
        position = mark.start() + 1
        found = _part(stream, mark.start(), left_bytes)
        if found is None:
            continue
        content, end = found
        left_bytes -= len(content)
        if len(content) >= MIN_REGION_BYTES:
            position = end
            if next(buried_paths.paths(content), None) is not None:
                raise OpaqueStreamError


def _part(stream: bytes, start: int, most_bytes: int) -> tuple[bytes, int] | None:
    """Return what is packed at ``start`` and where that ends; None if nothing is.

    Raises:
        TooLargeError: it unpacks to more than ``most_bytes``.
    """
    engine = zlib.decompressobj(EITHER)
    view = memoryview(stream)
    out: list[bytes] = []
    size, position = 0, start
    # In pieces: the rest of a large stream is not copied for each mark that stands in it.
    while position < len(stream) and not engine.eof:
        piece = view[position : position + PIECE_BYTES]
        try:
            out.append(engine.decompress(piece, most_bytes - size + 1))
        except zlib.error:
            return None
        size += len(out[-1])
        if size > most_bytes:
            raise TooLargeError
        position += len(piece)
    return (b"".join(out), position - len(engine.unused_data)) if engine.eof else None
