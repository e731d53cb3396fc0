"""Drafts of one batch given their places: rows gathered, and written with few statements.

Room: storage/ledger. Blocking; runs inside the writer's transaction. The order of the drafts is the
order of the log. An erasure counts what it destroys, so whatever waits is written before it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Final

from storage.ids import SubjectId
from storage.ledger.events import Receipt, Slot
from storage.ledger.leaf import Leaf, encode
from storage.ledger.merkle import leaf_hash
from storage.ledger.place import Database, Place
from storage.ledger.tiles import Edge

ENTRY: Final = ("number", "leaf", "key_hash", "nonce")
OPENING: Final = ("number", "slot", "subject", "sealed")
_TILE: Final = (
    "INSERT INTO tile (level, number, hashes) VALUES (?, ?, ?)"
    " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An opening as it is kept: whose it is ("" when the slot is empty), and the sealed bytes."""

    subject: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that waits for its place. ``erases`` is the person whose openings go with it."""

    leaf: Leaf
    key_hash: bytes
    nonce: bytes
    openings: Mapping[Slot, Sealed]
    erases: SubjectId | None = None
    receipt: "Future[Receipt]" = field(default_factory=Future, compare=False)


class Batch:
    """Entries on their way into one transaction; ``edge`` grows with them."""

    def __init__(self, place: Place, database: Database, edge: Edge) -> None:
        """Begin behind the last entry of ``edge``, which is changed."""
        self._place = place
        self._database = database
        self._edge = edge
        self._placed: dict[bytes, Receipt] = {}
        self._entries: list[tuple[int, bytes, bytes, bytes]] = []
        self._openings: list[tuple[int, str, str, bytes]] = []

    def write(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Write the entries that are not there yet, and return where each stands."""
        hashes = [draft.key_hash for draft in drafts]
        for hashed, number, leaf in self._place.known(self._database, hashes):
            self._placed[hashed] = Receipt(number, leaf_hash(leaf))
        receipts = [self._one(draft) for draft in drafts]
        self._flush()
        return receipts

    def _one(self, draft: Draft) -> Receipt:
        known = self._placed.get(draft.key_hash)
        if known is not None:
            return known
        leaf = draft.leaf
        if draft.erases is not None:
            leaf = replace(leaf, erased=self._erased(draft.erases))
        entry, number = encode(leaf), self._edge.size
        self._entries.append((number, entry, draft.key_hash, draft.nonce))
        self._openings += [
            (number, slot.value, kept.subject, kept.sealed) for slot, kept in draft.openings.items()
        ]
        hashed = leaf_hash(entry)
        self._edge.append(hashed)
        receipt = self._placed[draft.key_hash] = Receipt(number, hashed)
        return receipt

    def _erased(self, subject: SubjectId) -> int:
        self._flush()
        sql = "DELETE FROM opening WHERE subject = ?"
        return self._database.execute(sql, (subject,)).rowcount

    def _flush(self) -> None:
        if self._entries:
            self._place.write(self._database, "entry", ENTRY, self._entries)
            self._place.write(self._database, "opening", OPENING, self._openings)
            self._entries, self._openings = [], []


def keep_tiles(database: Database, edge: Edge) -> None:
    """Write the tiles that grew."""
    tiles = edge.take_full() | edge.partial()
    rows = [(level, number, tile) for (level, number), tile in tiles.items()]
    database.executemany(_TILE, rows)
