"""What the ledger's file holds, for those who only look: entries, openings, tiles, proofs.

Room: storage/ledger. Blocking; read-only, beside a writer or without one. Works on a connection
from storage.ledger.database.reading, so that everything asked of one connection is of one moment.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from storage.ledger.checkpoint import Checkpoint
from storage.ledger.database import head_of, key_of, tile_of
from storage.ledger.errors import NoSuchEntryError, NotSignedError, NotValidError, UnfitEventError
from storage.ledger.events import Slot
from storage.ledger.filtering import COLUMN, POSTGRES, SQLITE, Fact, Filter, Tally, Words
from storage.ledger.leaf import Leaf, decode, key_hash
from storage.ledger.merkle import HASH_BYTES, consistency_path, inclusion_path
from storage.ledger.place import Database
from storage.ledger.placing import Sealed
from storage.ledger.proof import Proof
from storage.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, bundle, nodes_from

MAX_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its number, its exact bytes, and the leaf they say."""

    number: int
    raw: bytes
    leaf: Leaf


def page(database: Database, wanted: Filter, limit: int) -> list[Entry]:
    """Return the newest entries that fit, newest first, at most ``limit``."""
    condition, values = wanted.where(words=_words(database))
    rows = database.execute(
        f"SELECT number, leaf FROM entry WHERE {condition}"  # noqa: S608  (fixed texts only)
        " ORDER BY number DESC LIMIT ?",
        [*values, min(limit, MAX_PAGE)],
    )
    return [_entry(*row) for row in rows]


def count(database: Database, wanted: Filter) -> int:
    """Return how many entries fit."""
    condition, values = wanted.where(words=_words(database))
    row = database.execute(f"SELECT count(*) FROM entry WHERE {condition}", values)  # noqa: S608
    return int(row.fetchone()[0])


def tally(database: Database, wanted: Filter, by: Sequence[Fact]) -> list[Tally]:
    """Return how many entries fit for each combination of facts, the most frequent first."""
    condition, values = wanted.where(words=_words(database))
    facts = ", ".join(COLUMN[fact] for fact in by)
    ordered = ", ".join(f"{COLUMN[fact]} NULLS FIRST" for fact in by)
    rows = database.execute(
        f"SELECT {facts}, count(*) AS n FROM entry WHERE {condition}"  # noqa: S608
        f" GROUP BY {facts} ORDER BY n DESC, {ordered}",
        values,
    )
    return [Tally(tuple(row[:-1]), row[-1]) for row in rows]


def scan(database: Database, wanted: Filter, limit: int) -> list[tuple[int, bytes]]:
    """Return the oldest entries that fit, oldest first, as numbers and exact bytes.

    Nothing is decoded: whoever exports a million entries goes on ``after`` the last.
    """
    condition, values = wanted.where(bounded=False, words=_words(database))
    rows = database.execute(
        f"SELECT number, leaf FROM entry WHERE {condition} ORDER BY number LIMIT ?",  # noqa: S608
        [*values, limit],
    )
    return rows.fetchall()


def numbers(database: Database, keys: Sequence[str]) -> list[int]:
    """Return the numbers of the entries written under these idempotency keys, in order."""
    found = (
        database.execute("SELECT number FROM entry WHERE key_hash = ?", (key_hash(key),)).fetchone()
        for key in keys
    )
    return sorted(row[0] for row in found if row is not None)


def entries(database: Database, start: int, end: int) -> Iterator[Entry]:
    """Yield entries start to end, oldest first, however many."""
    rows = database.execute(
        "SELECT number, leaf FROM entry WHERE number >= ? AND number < ? ORDER BY number",
        (start, end),
    )
    for row in rows:
        yield _entry(*row)


def entry(database: Database, number: int) -> Entry:
    """Return one entry.

    Raises:
        NoSuchEntryError: there is none of this number.
    """
    for found in entries(database, number, number + 1):
        return found
    raise NoSuchEntryError


def openings(database: Database, number: int) -> dict[Slot, Sealed]:
    """Return what is kept beside an entry; what was erased is not there."""
    rows = database.execute("SELECT slot, subject, sealed FROM opening WHERE number = ?", (number,))
    return {Slot(slot): Sealed(subject, sealed) for slot, subject, sealed in rows}


def opened_head(database: Database) -> tuple[Checkpoint, bytes]:
    """Return the signed checkpoint of everything in the file, and its note."""
    return opened_note(database, head_of(database), "head")


def published(database: Database) -> tuple[Checkpoint, bytes]:
    """Return the newest published checkpoint, and its note.

    Raises:
        NoSuchEntryError: none was published yet.
    """
    row = database.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    if row is None:
        raise NoSuchEntryError
    return opened_note(database, row[0], "checkpoint")


def opened_note(database: Database, note: bytes, place: str) -> tuple[Checkpoint, bytes]:
    """Return what a note says, signed as the file says it must be.

    Raises:
        NotValidError: it is not; ``place`` says which note it was.
    """
    try:
        return key_of(database).open(note), note
    except NotSignedError as error:
        raise NotValidError(place, "it is not signed with the log's key") from error


def prove(database: Database, number: int, signed: Checkpoint, note: bytes) -> Proof:
    """Return the proof that an entry stands under a checkpoint.

    Raises:
        NotInLedgerError: the checkpoint does not reach it.
    """
    nodes = nodes_from(lambda level, tile: tile_of(database, level, tile))
    return Proof(number, tuple(inclusion_path(number, signed.size, nodes)), note)


def prove_published(database: Database, number: int) -> Proof | None:
    """Return the proof of an entry under the newest published checkpoint; None if it is newer."""
    newest = database.execute("SELECT max(size) FROM checkpoint").fetchone()[0]
    if newest is None or number >= newest:
        return None
    return prove(database, number, *published(database))


def consistency(database: Database, old: int, size: int) -> list[bytes]:
    """Return the proof that the tree of ``old`` entries is the beginning of that of ``size``."""
    return consistency_path(
        old, size, nodes_from(lambda level, tile: tile_of(database, level, tile))
    )


def subtrees(database: Database, places: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return the roots of full subtrees, each by its height and number."""
    tiles: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in tiles:
            tiles[level, number] = tile_of(database, level, number)
        return tiles[level, number]

    nodes = nodes_from(read)
    return [nodes(height, number) for height, number in places]


def tile_bytes(database: Database, tile: Tile, size: int) -> bytes:
    """Return the file that stands at a tile's path in a log of ``size`` entries.

    Raises:
        NoSuchEntryError: a log of this size has no such tile, or none so wide.
    """
    count = size >> TILE_HEIGHT * (tile.level or 0)
    if tile.number * TILE_WIDTH + tile.width > count:
        raise NoSuchEntryError
    if tile.level is not None:
        return tile_of(database, tile.level, tile.number)[: tile.width * HASH_BYTES]
    first = tile.number * TILE_WIDTH
    return bundle([found.raw for found in entries(database, first, first + tile.width)])


def published_tile(database: Database, tile: Tile) -> bytes:
    """Return a file of the published log; NoSuchEntryError if there is none."""
    return tile_bytes(database, tile, published(database)[0].size)


def _words(database: Database) -> Words:
    return SQLITE if isinstance(database, sqlite3.Connection) else POSTGRES


def _entry(number: int, raw: bytes) -> Entry:
    try:
        return Entry(number, raw, decode(raw))
    except UnfitEventError as error:
        raise NotValidError(f"entry {number}", "it is not a leaf") from error
