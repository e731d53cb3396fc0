"""A tree built again from its entries, compared with the tiles that were kept of it.

Room: storage/ledger. Pure: entries and tiles are handed in. What differs is remembered, not raised:
only the signed root can tell whether the entry or the tile is the one that was changed.
"""

import itertools
from collections.abc import Callable, Mapping, Set

from storage.ledger.checkpoint import Checkpoint
from storage.ledger.errors import NotValidError
from storage.ledger.merkle import HASH_BYTES, leaf_hash
from storage.ledger.tiles import TILE_WIDTH, Edge, Tile, hashes_in

# Returns the tile's bytes as they were kept, b"" when there are none.
KeptTile = Callable[[Tile], bytes]


class Recount:
    """Entries go in one by one; ``verdict`` says whether they are those that were signed."""

    def __init__(self, kept: KeptTile, sizes: Set[int] = frozenset()) -> None:
        """Compare with the tiles that ``kept`` returns; ``roots`` keeps those at ``sizes``."""
        self.edge = Edge()
        self.roots = {0: self.edge.root()}
        self._sizes = sizes
        self._kept = kept
        self._differing: list[Tile] = []
        self._first_entry: int | None = None

    @property
    def size(self) -> int:
        """How many entries went in."""
        return self.edge.size

    def add(self, entry: bytes) -> None:
        """Take the next entry's bytes."""
        self.add_hash(leaf_hash(entry))

    def add_hash(self, leaf: bytes) -> None:
        """Take the next entry's leaf hash, where its bytes are not to be had."""
        self.edge.append(leaf)
        if self.edge.size in self._sizes:
            self.roots[self.edge.size] = self.edge.root()
        if self.edge.size % TILE_WIDTH == 0:
            self._compare(self.edge.take_full())

    def _compare(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        for (level, number), tile in sorted(tiles.items()):
            place = Tile(level, number, len(tile) // HASH_BYTES)
            kept = self._kept(place)
            if kept != tile:
                self._differing.append(place)
                if level == 0 and self._first_entry is None:
                    self._first_entry = number * TILE_WIDTH + _first_differing(tile, kept)

    def verdict(self, signed: Checkpoint) -> None:
        """Return if the entries are those of ``signed``, and all tiles those of the entries.

        Raises:
            NotValidError: at an entry, a tile, or the checkpoint.
        """
        self._compare(self.edge.partial())
        if self.size != signed.size:
            missing = min(self.size, signed.size)
            why = "it is missing" if self.size < signed.size else "it is beyond the signed tree"
            raise NotValidError(f"entry {missing}", why)
        if self.edge.root() == signed.root:
            if self._differing:
                raise NotValidError(self._differing[0].path, "it was changed")
            return
        if self._first_entry is not None:
            raise NotValidError(f"entry {self._first_entry}", "it was changed")
        if self._differing:
            place = self._differing[0]
            raise NotValidError(place.path, "the entries below it were changed")
        raise NotValidError("checkpoint", "another root was signed than the entries have")


def _first_differing(tile: bytes, kept: bytes) -> int:
    hashes = zip(hashes_in(tile), hashes_in(kept), strict=False)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], hashes)
    return sum(1 for _ in same)
