"""Compound files ([MS-CFB]): a file system in a file, read without moving a byte of it.

Room: redaction/carriers. Pure; linear in the file, every chain bounded and free of cycles. Streams
are told by where their bytes lie, so that a change of the same length is an edit of the file. What
belongs to no stream is where deleted text lies: it is told as well, to be wiped.

    header | FAT → chains of sectors | directory → tree of names | mini FAT → chains in one stream
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import TooComplexError, UnreadableError
from redaction.model import Edit

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER_BYTES: Final = 512
ENTRY: Final = struct.Struct("<64sHBB3I16sI8s8sIQ")
SIZE_AT: Final = 120
# A directory entry of nobody: zeros, and neighbours that are none (§2.6.3).
VACANT: Final = bytes(68) + b"\xff" * 12 + bytes(48)
FREE: Final = 0xFFFFFFFF
HIGHEST: Final = 0xFFFFFFFA
MINI_BYTES: Final = 64
MINI_CUTOFF: Final = 4096
MAX_ENTRIES: Final = 65_536
MAX_DEPTH: Final = 100
STORAGE, STREAM = 1, 2

Extent = tuple[int, int]  # where bytes lie in the file: start and end


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream: its path from the root, and where its bytes lie, in order.

    ``room`` is where more of it would lie without another sector, ``counted`` where its size is.
    """

    path: tuple[str, ...]
    extents: tuple[Extent, ...] = field(repr=False)
    size: int
    room: tuple[Extent, ...] = field(default=(), repr=False)
    counted: Extent = (0, 0)

    @property
    def name(self) -> str:
        """The path in one piece."""
        return "/".join(self.path)

    def content(self, data: bytes) -> bytes:
        """Return the bytes of this stream of ``data``."""
        return b"".join(data[start:end] for start, end in self.extents)

    def edits(self, content: bytes, changed: bytes) -> Iterator[Edit]:
        """Yield the edits of the file that turn ``content`` into ``changed``, of one length."""
        offset = 0
        for start, end in self.extents:
            piece = changed[offset : offset + end - start]
            if piece != content[offset : offset + end - start]:
                yield Edit(start, end, piece)
            offset += end - start


@dataclass(frozen=True, slots=True)
class Compound:
    """A whole compound file: its streams and storages, and the bytes of nobody.

    ``times`` are where the directory keeps times; ``vacant`` are its entries without a name.
    """

    streams: tuple[Stream, ...]
    storages: frozenset[tuple[str, ...]]
    times: tuple[Extent, ...]
    vacant: tuple[Extent, ...]
    unused: tuple[Extent, ...]

    def names(self) -> frozenset[str]:
        """Return the names of everything in the file, wherever it lies."""
        inner = (path for path in (*self.storages, *(s.path for s in self.streams)))
        return frozenset(path[-1] for path in inner)

    def tops(self) -> frozenset[str]:
        """Return the names that lie right below the root."""
        return frozenset(s.path[0] for s in self.streams) | {path[0] for path in self.storages}


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int
    at: int


def read(data: bytes) -> Compound:
    """Return what lies in ``data``.

    Raises:
        UnreadableError: damaged, cut off, or two chains share a sector.
        TooComplexError: more entries or levels than any file has.
    """
    return _Reader(data).read()


class _Reader:
    """Reads one file; every sector is claimed once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < HEADER_BYTES or not data.startswith(SIGNATURE):
            raise UnreadableError("no compound file")
        version, order, shift, mini_shift = struct.unpack_from("<4H", data, 26)
        if order != 0xFFFE or (version, shift) not in ((3, 9), (4, 12)) or mini_shift != 6:
            raise UnreadableError("an unusual compound file")
        if struct.unpack_from("<I", data, 56)[0] != MINI_CUTOFF:
            raise UnreadableError("an unusual compound file")
        self._sector_bytes = 1 << shift
        self._sectors = max(0, -(-len(data) // self._sector_bytes) - 1)
        self._claimed: set[int] = set()
        self._used: list[Extent] = [(0, HEADER_BYTES)]
        self._fat = self._read_fat()

    def read(self) -> Compound:
        """Return the streams, in the order of the directory's tree."""
        directory, mini_fat_start = self._number(48), self._number(60)
        sectors = self._tables(self._chain(directory))
        entries = [at for start, end in sectors for at in range(start, end, ENTRY.size)]
        if not entries or len(entries) > MAX_ENTRIES:
            raise TooComplexError if entries else UnreadableError("no directory")
        root = self._entry(entries[0])
        minis = [
            (at, min(at + MINI_BYTES, end))
            for start, end in self._extents(self._chain(root.start), root.size)
            for at in range(start, end, MINI_BYTES)
        ]
        mini_fat = self._numbers(self._tables(self._chain(mini_fat_start)))
        claimed: set[int] = set()
        used = {0}
        streams: list[Stream] = []
        storages: set[tuple[str, ...]] = set()
        for entry, path in self._tree(entries, root, used):
            if entry.kind == STORAGE:
                storages.add(path)
            elif entry.size < MINI_CUTOFF:
                chain = _followed(entry.start, mini_fat, claimed, len(minis)) if entry.size else []
                streams.append(self._stream(path, [minis[sector] for sector in chain], entry))
            else:
                room = [self._extent(sector) for sector in self._chain(entry.start)]
                streams.append(self._stream(path, room, entry))
        times = tuple((at + 100, at + 116) for number, at in enumerate(entries) if number in used)
        vacant = tuple((at, at + 128) for number, at in enumerate(entries) if number not in used)
        unused = tuple(_between(self._used, len(self._data)))
        return Compound(tuple(streams), frozenset(storages), times, vacant, unused)

    def _stream(self, path: tuple[str, ...], room: list[Extent], entry: _Entry) -> Stream:
        extents = _cut(room, entry.size)
        self._used += extents
        counted = entry.at + SIZE_AT, entry.at + SIZE_AT + 4
        return Stream(path, tuple(extents), entry.size, tuple(room), counted)

    def _number(self, at: int) -> int:
        return int.from_bytes(self._data[at : at + 4], "little")

    def _read_fat(self) -> Sequence[int]:
        """Return the next sector of each sector; the table's own sectors are found first (§2.5)."""
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        following = self._number(68)
        while following < HIGHEST:
            (extent,) = self._tables([self._claim(following)])
            more = self._numbers([extent])
            numbers += more[:-1]
            following = more[-1]
        sectors = [self._claim(number) for number in numbers if number < HIGHEST]
        return self._numbers(self._tables(sectors))

    def _claim(self, sector: int) -> int:
        if sector >= self._sectors or sector in self._claimed:
            raise UnreadableError("a sector outside the file, or in two chains")
        self._claimed.add(sector)
        return sector

    def _chain(self, start: int) -> list[int]:
        return _followed(start, self._fat, self._claimed, self._sectors)

    def _extents(self, sectors: Iterable[int], size: int) -> list[Extent]:
        return _cut([self._extent(sector) for sector in sectors], size)

    def _tables(self, sectors: Iterable[int]) -> list[Extent]:
        """Return where sectors lie that hold the file's own tables, none of them cut off."""
        extents = [self._extent(sector) for sector in sectors]
        if any(end - start != self._sector_bytes for start, end in extents):
            raise UnreadableError("cut off")
        self._used += extents
        return extents

    def _extent(self, sector: int) -> Extent:
        start = (sector + 1) * self._sector_bytes
        return start, min(start + self._sector_bytes, len(self._data))

    def _numbers(self, extents: Iterable[Extent]) -> Sequence[int]:
        table = b"".join(self._data[start:end] for start, end in extents)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _entry(self, at: int) -> _Entry:
        name, name_bytes, kind, _, left, right, child, *_, start, size = ENTRY.unpack_from(
            self._data, at
        )
        text = name[: max(0, min(name_bytes, 64) - 2)].decode("utf-16-le", "replace")
        if self._sector_bytes == HEADER_BYTES:
            size &= 0xFFFFFFFF  # the upper half means nothing in version 3 (§2.6.1)
        if size > len(self._data):
            raise UnreadableError("cut off")
        return _Entry(text, kind, left, right, child, start, size, at)

    def _tree(
        self, entries: Sequence[int], root: _Entry, used: set[int]
    ) -> Iterator[tuple[_Entry, tuple[str, ...]]]:
        """Yield every entry that can be reached, with its path; ``used`` gets their numbers."""
        waiting: list[tuple[int, tuple[str, ...]]] = [(root.child, ())]
        while waiting:
            number, above = waiting.pop()
            if number >= HIGHEST:
                continue
            if number >= len(entries) or number in used or len(above) > MAX_DEPTH:
                raise UnreadableError("the directory is damaged")
            used.add(number)
            entry = self._entry(entries[number])
            if entry.kind not in (STORAGE, STREAM):
                raise UnreadableError("the directory is damaged")
            path = (*above, entry.name)
            yield entry, path
            waiting += [(entry.right, above), (entry.left, above)]
            if entry.kind == STORAGE:
                waiting.append((entry.child, path))


def _followed(start: int, table: Sequence[int], claimed: set[int], count: int) -> list[int]:
    """Return the chain that begins at ``start``; nobody else may hold a link of it."""
    chain: list[int] = []
    sector = start
    while sector < HIGHEST:
        if sector >= count or sector >= len(table) or sector in claimed:
            raise UnreadableError("a chain leads outside, or into another")
        claimed.add(sector)
        chain.append(sector)
        sector = table[sector]
    return chain


def _cut(extents: Iterable[Extent], size: int) -> list[Extent]:
    """Return the first ``size`` bytes of ``extents``, neighbours joined."""
    joined: list[Extent] = []
    left = size
    for start, end in extents:
        stop = min(end, start + left)
        left -= stop - start
        if stop == start:
            continue
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    if left:
        raise UnreadableError("cut off")
    return joined


def _between(used: Iterable[Extent], size: int) -> Iterator[Extent]:
    position = 0
    for start, end in sorted(used):
        if position < start:
            yield position, start
        position = max(position, end)
    if position < size:
        yield position, size
