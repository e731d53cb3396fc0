"""Files that lie in their place inside another file, and that must not move their neighbours.

Room: redaction/carriers. Pure. A picture in a metafile, a package in an OLE object, a stream of a
compound file: each is a slot of so many bytes, perhaps in several pieces. What comes back shorter
is filled up with zeros, which readers of pictures and of deflated data do not look at; where a
number says how long the content is, it is written anew. What comes back longer is refused.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from redaction.carriers import packed_streams
from redaction.errors import OpaqueStreamError, TooLargeError, UnreadableError
from redaction.model import Edit, patched

Extent = tuple[int, int]  # where bytes lie in the file: start and end

LENGTH_BYTES: Final = 4
MAX_RATIO: Final = 200
MIN_ALLOWED_BYTES: Final = 16 * 1024 * 1024
# Pictures whose end is marked, so that zeros may follow.
ENDED: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Packing(StrEnum):
    """How a file lies in its slot."""

    EXACT = "exact"  # fills the slot: the cleaned one is as long
    ENDED = "ended"  # a picture that says itself where it ends; zeros may follow
    COUNTED = "counted"  # a number before it says how long it is
    DEFLATED = "deflated"  # RFC 1950; zeros may follow


@dataclass(frozen=True, slots=True)
class Slot:
    """A file's place: its name, its pieces in order; for ``COUNTED`` where its length stands.

    ``least_bytes`` is how long it must stay, where what is shorter lies elsewhere.
    """

    name: str
    pieces: tuple[Extent, ...]
    packing: Packing = Packing.EXACT
    length: tuple[Extent, ...] = ()
    least_bytes: int = 0

    @property
    def room_bytes(self) -> int:
        """How many bytes the slot has."""
        return sum(end - start for start, end in self.pieces)

    def content(self, data: bytes) -> bytes:
        """Return the file in this slot of ``data``.

        Raises:
            UnreadableError: it does not unpack, or is longer than its slot.
            TooLargeError: it unpacks to more than is reasonable.
        """
        held = gathered(data, self.pieces)
        if self.packing is Packing.ENDED:
            return held.rstrip(b"\0")
        if self.packing is Packing.COUNTED:
            size = int.from_bytes(gathered(data, self.length), "little")
            if size > len(held):
                raise UnreadableError("a file inside is longer than its place")
            return held[:size]
        return _inflated(held) if self.packing is Packing.DEFLATED else held

    def edits(self, data: bytes, content: bytes) -> Iterator[Edit]:
        """Yield the edits of ``data`` that put ``content`` into this slot.

        Raises:
            OpaqueStreamError: it does not fit.
        """
        if content == self.content(data):
            return
        room_bytes = self.room_bytes
        if self.packing is Packing.DEFLATED:
            written = packed_streams.deflated(content, room_bytes, zlib.MAX_WBITS)
        else:
            fits = len(content) == room_bytes
            if self.packing is not Packing.EXACT:
                fits = self.least_bytes <= len(content) <= room_bytes
            if not fits:
                raise OpaqueStreamError
            written = content + bytes(room_bytes - len(content))
        if self.packing is Packing.COUNTED:
            yield from scattered(self.length, len(content).to_bytes(LENGTH_BYTES, "little"))
        yield from scattered(self.pieces, written)


def packing_of(content: bytes) -> Packing:
    """Return how a file that begins as ``content`` does can lie in a slot without a length."""
    return Packing.ENDED if content.startswith(ENDED) else Packing.EXACT


def gathered(data: bytes, pieces: Iterable[Extent]) -> bytes:
    """Return the bytes of ``pieces`` of ``data``, in order."""
    return b"".join(data[start:end] for start, end in pieces)


def scattered(pieces: Iterable[Extent], content: bytes) -> Iterator[Edit]:
    """Yield the edits that write ``content`` over ``pieces``, which are as long together."""
    position = 0
    for start, end in pieces:
        yield Edit(start, end, content[position : position + end - start])
        position += end - start


def within(pieces: Sequence[Extent], start: int, end: int) -> tuple[Extent, ...]:
    """Return where the bytes ``start`` to ``end``, counted over ``pieces``, lie in the file."""
    found: list[Extent] = []
    position = 0
    for begin, stop in pieces:
        size = stop - begin
        first, last = max(start - position, 0), min(end - position, size)
        if first < last:
            found.append((begin + first, begin + last))
        position += size
    return tuple(found)


def filled(data: bytes, slots: Iterable[Slot], contents: Mapping[str, bytes]) -> list[Edit]:
    """Return the edits that put each of ``contents`` into the slot of its name, sorted."""
    edits = (e for s in slots if s.name in contents for e in s.edits(data, contents[s.name]))
    return sorted(edits)


def repacked_alike(original: bytes, cleaned: bytes, slots: Iterable[Slot]) -> bytes:
    """Return ``cleaned`` with the packed bytes of ``original`` where both hold the same.

    The same file may be deflated in many ways; to an oracle they are one.
    """
    edits: list[Edit] = []
    for slot in slots:
        if slot.packing is Packing.DEFLATED and slot.content(original) == slot.content(cleaned):
            edits += scattered(slot.pieces, gathered(original, slot.pieces))
    return patched(cleaned, sorted(edits))


def _inflated(packed: bytes) -> bytes:
    allowed = max(MIN_ALLOWED_BYTES, MAX_RATIO * len(packed))
    allowed = min(allowed, packed_streams.MAX_UNPACKED_BYTES)
    engine = zlib.decompressobj()
    try:
        content = engine.decompress(packed, allowed)
    except zlib.error as error:
        raise UnreadableError("a packed file inside is damaged") from error
    if not engine.eof:
        raise TooLargeError if len(content) >= allowed else UnreadableError("cut off")
    if engine.unused_data.strip(b"\0"):
        raise UnreadableError("something follows a packed file inside")
    return content
