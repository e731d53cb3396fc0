"""The tree cut into tiles of 256 hashes, and entries into bundles of 256, as files or rows.

Room: storage/ledger. Pure. Source: C2SP tlog-tiles (height 8).

    tile/<L>/<N>[.p/<W>]         32 * W bytes: the roots of full subtrees of 256**L leaves
    tile/entries/<N>[.p/<W>]     W entries, each with its length (uint16, big-endian) before it
    N in groups of three digits, all but the last with an x before: 1234067 is x001/x234/067
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from storage.ledger.errors import NoSuchEntryError
from storage.ledger.merkle import HASH_BYTES, Nodes, node_hash, root_of

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
MAX_ENTRY_BYTES: Final = 0xFFFF
_LENGTH_BYTES: Final = 2

ReadTile = Callable[[int, int], bytes]  # level, number

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/){0,6}+[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?+"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A tile's place: its level (None for a bundle of entries), its number, how much it holds."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The tile's path below the log's address."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else str(self.level)
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return f"tile/{level}/{number}{partial}"

    @classmethod
    def parse(cls, untrusted_path: str) -> "Tile":
        """Return the tile of a path.

        Raises:
            NoSuchEntryError: no tile is called so.
        """
        match = _PATH.fullmatch(untrusted_path)
        if match is None:
            raise NoSuchEntryError
        level = None if match["level"] == "entries" else int(match["level"])
        number = int(re.sub("[x/]", "", match["number"]))
        tile = cls(level, number, int(match["width"] or TILE_WIDTH))
        # Of several ways to write a number, one is right.
        if tile.path != untrusted_path:
            raise NoSuchEntryError
        return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every hash tile of a tree, level by level; the last of a level may be partial."""
    level = 0
    while (count := size >> (TILE_HEIGHT * level)) > 0:
        yield from _row(level, count)
        level += 1


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield every bundle of entries of a log."""
    return _row(None, size)


def _row(level: int | None, count: int) -> Iterator[Tile]:
    for number in range(count // TILE_WIDTH):
        yield Tile(level, number)
    if count % TILE_WIDTH:
        yield Tile(level, count // TILE_WIDTH, count % TILE_WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def unbundle(untrusted: bytes, width: int) -> list[bytes]:
    """Return the ``width`` entries of a bundle.

    Raises:
        ValueError: it holds fewer, or more.
    """
    entries, at = [], 0
    for _ in range(width):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(untrusted[start - _LENGTH_BYTES : start], "big")
        if start > len(untrusted) or at > len(untrusted):
            raise ValueError("the bundle ends too early")
        entries.append(untrusted[start:at])
    if at != len(untrusted):
        raise ValueError("the bundle goes on after its last entry")
    return entries


def hashes_in(tile: bytes | bytearray) -> list[bytes]:
    """Return the hashes of a tile."""
    return [bytes(tile[at : at + HASH_BYTES]) for at in range(0, len(tile), HASH_BYTES)]


def nodes_from(read: ReadTile) -> Nodes:
    """Return how to find any full subtree's hash in tiles.

    ``read(level, number)`` returns a tile's bytes, at least as many as the tree needs.
    """

    def node(height: int, number: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        first = number << above
        tile = read(level, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_BYTES
        return root_of(hashes_in(tile[start : start + (HASH_BYTES << above)]))

    return node


class Edge:
    """The right edge of a growing tree: the tiles that are not full, from the leaves up.

    It is a state to be copied: whoever writes grows a copy and keeps it once it is durable.
    """

    def __init__(self, size: int = 0, partial: Sequence[bytes] = ()) -> None:
        """Begin at a tree of ``size`` whose partial tiles, level by level, are ``partial``."""
        self.size = size
        self._partial = [bytearray(tile) for tile in partial]
        self._full: dict[tuple[int, int], bytes] = {}

    def copy(self) -> "Edge":
        """Return the same edge, to grow by itself."""
        return Edge(self.size, [bytes(tile) for tile in self._partial])

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.size += 1
        level, node = 0, leaf
        while True:
            if level == len(self._partial):
                self._partial.append(bytearray())
            tile = self._partial[level]
            tile += node
            if len(tile) < TILE_BYTES:
                return
            full = bytes(tile)
            self._full[level, (self.size >> TILE_HEIGHT * (level + 1)) - 1] = full
            tile.clear()
            level, node = level + 1, full_root(full)

    def take_full(self) -> dict[tuple[int, int], bytes]:
        """Return, once, the tiles that became full: (level, number) to bytes."""
        full, self._full = self._full, {}
        return full

    def partial(self) -> dict[tuple[int, int], bytes]:
        """Return the tiles that are not full and not empty."""
        return {
            (level, self.size >> TILE_HEIGHT * (level + 1)): bytes(tile)
            for level, tile in enumerate(self._partial)
            if tile
        }

    def root(self) -> bytes:
        """Return the tree's root."""
        rest: list[bytes] = []
        for tile in self._partial:
            nodes = hashes_in(tile) + rest
            rest = [root_of(nodes)] if nodes else []
        return root_of(rest)


def full_root(tile: bytes) -> bytes:
    """Return the root over a full tile, pair by pair."""
    row = hashes_in(tile)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
