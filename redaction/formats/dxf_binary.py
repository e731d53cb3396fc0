"""Binary DXF: the same tags, with numbers as a processor holds them.

Room: redaction/formats. Pure; linear in the file. After a sentinel of 22 bytes each tag is a group
code and a value: one byte of code up to release 12 (255 announces two more), two from release 13
on; text ends with a zero, a chunk begins with its length (DXF Reference, "Binary DXF Files").
"""

import re
import struct
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.errors import UnreadableError
from redaction.formats.dxf_tags import (
    BLAND,
    CODES,
    COMMENT,
    HANDLES,
    HIGHEST_CODE,
    KIND_OF,
    MARKS,
    Kind,
    Tag,
)

SENTINEL: Final = b"AutoCAD Binary DXF\r\n\x1a\x00"
ESCAPE: Final = 0xFF
SIZES: Final = {
    Kind.DOUBLE: 8,
    Kind.INT16: 2,
    Kind.INT32: 4,
    Kind.INT64: 8,
    Kind.BYTE: 1,
}
DOUBLE: Final = struct.Struct("<d")
# Records that tell something although they hold numbers only.
_NOTED: Final = (b"SECTION\x00", b"ENDSEC\x00", b"EOF\x00", b"GEODATA\x00")


def _short(code: int) -> bytes:
    """Return a group code as up to release 12."""
    wide = code.to_bytes(2, "little")
    return wide[:1] if code < ESCAPE else bytes([ESCAPE]) + wide


def _wide(code: int) -> bytes:
    """Return a group code as from release 13 on."""
    return code.to_bytes(2, "little")


def _any(codes: Iterable[int], short: bool) -> bytes:
    """Return a pattern for any of ``codes``."""
    by_prefix: dict[tuple[bytes, bytes], list[bytes]] = {}
    for code in sorted(codes):
        written = _short(code) if short else _wide(code)
        # The low byte varies; what stands before and after it is shared by its neighbours.
        low = 0 if len(written) == 1 or not short else 1
        key = (written[:low], written[low + 1 :])
        by_prefix.setdefault(key, []).append(re.escape(written[low : low + 1]))
    return b"|".join(
        re.escape(before) + b"[" + b"".join(lows) + b"]" + re.escape(after)
        for (before, after), lows in by_prefix.items()
    )


def _telling(short: bool) -> re.Pattern[bytes]:
    code = _short if short else _wide
    numbers = b"|".join(
        b"(?:%b)[\\s\\S]{%d}" % (_any(CODES[kind], short), size) for kind, size in SIZES.items()
    )
    texts = b"(?:%b)[^\\x00]*+\\x00" % _any(HANDLES | MARKS, short)
    bland = b"(?:%b)[^\\x00\\\\/:@]*+\\x00" % _any(BLAND, short)
    quiet = b"(?:" + b"|".join((numbers, texts, bland)) + b")*+"
    zero = re.escape(code(0))
    record = zero + b"(?!" + b"|".join(_NOTED) + b")[^\\x00]++\\x00" + quiet + b"(?=" + zero + b")"
    return re.compile(quiet + b"(?:" + record + b")*+")


TELLING: Final = {short: _telling(short) for short in (True, False)}
_RAW_KINDS: Final = {code: SIZES[kind] for code, kind in KIND_OF.items() if kind in SIZES}
_CHUNKS: Final = CODES[Kind.CHUNK]


class BinaryGrid:
    """A binary DXF read as tags; see ``dxf_tags.Grid``."""

    __slots__ = ("begin", "data", "short")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.begin = len(SENTINEL)
        first = data[self.begin : self.begin + 2]
        # The first tag is a section's code 0, or a comment's 999.
        self.short = first[:1] == bytes([ESCAPE]) or (first[:1] == b"\x00" and first != b"\x00\x00")
        if not self.short and first not in (_wide(0), _wide(COMMENT)):
            raise UnreadableError("no first tag")

    def telling(self) -> Iterator[Tag]:
        """Yield the tags that may tell something, to the end mark."""
        data, position, match = self.data, self.begin, TELLING[self.short].match
        while True:
            quiet = match(data, position)
            tag = self._tag(quiet.end() if quiet else position)
            yield tag
            position = tag.after
            if tag.code == 0 and data[tag.start : tag.end] == b"EOF":
                return

    def tags(self, start: int, end: int) -> Iterator[Tag]:
        """Yield every tag from ``start`` up to ``end``."""
        position = start
        while position < end:
            tag = self._tag(position)
            yield tag
            position = tag.after

    def _tag(self, at: int) -> Tag:
        """Return the tag at ``at``.

        Raises:
            UnreadableError: none is there, or its value is cut off.
        """
        data = self.data
        start = at + 1 if self.short else at + 2
        if start > len(data):
            raise UnreadableError("cut off")
        code = data[at] if self.short else data[at] | data[at + 1] << 8
        if self.short and code == ESCAPE:
            code = int.from_bytes(data[at + 1 : at + 3], "little")
            start = at + 3
        if code > HIGHEST_CODE:
            raise UnreadableError("an impossible group code")
        size = _RAW_KINDS.get(code)
        if size is not None:
            end = after = start + size
        elif code in _CHUNKS and start < len(data):
            end = after = start + 1 + data[start]
        else:
            end = data.find(b"\x00", start)
            after = end + 1
        if not start <= end < after + 1 <= len(data) + 1:
            raise UnreadableError("cut off")
        return Tag(code, at, start, end, after)

    def raw(self, tag: Tag) -> bytes:
        """Return a text value as it stands, without the blanks around it."""
        held = self.data[tag.start : tag.end]
        return held if tag.code in KIND_OF else held.strip(b" \t")

    def number(self, value: float) -> bytes:
        """Return how a double is written here."""
        return DOUBLE.pack(value)

    def value(self, tag: Tag) -> float | None:
        """Return the double that ``tag`` holds; None if it holds none."""
        held = self.data[tag.start : tag.end]
        return float(DOUBLE.unpack(held)[0]) if len(held) == DOUBLE.size else None

    def chunk(self, tag: Tag) -> bytes:
        """Return the bytes that a binary chunk stands for."""
        return self.data[tag.start + 1 : tag.end]

    def chunked(self, value: bytes) -> bytes:
        """Return how a binary chunk is written here."""
        return bytes([len(value)]) + value
