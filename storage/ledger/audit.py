"""Is the log the one that was signed? Of a database file, or of published tiles; offline.

Room: storage/ledger. Blocking; changes nothing, needs no secret. Everything is computed anew from
the entries and compared with what was kept and signed, so that a changed byte is found wherever it
is, and located. See docs/reference/ledger-format.md for what covers which column.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from storage.ledger.checkpoint import Checkpoint, VerifyingKey, open_note
from storage.ledger.database import DAMAGED, head_of, key_of, reading
from storage.ledger.errors import (
    NoSuchEntryError,
    NotSignedError,
    NotValidError,
    QuorumError,
    UnfitEventError,
)
from storage.ledger.events import EventKind
from storage.ledger.leaf import Leaf, decode, key_commitment
from storage.ledger.merkle import HASH_BYTES
from storage.ledger.openings import OpeningCount
from storage.ledger.place import Database, Place
from storage.ledger.policy import Policy
from storage.ledger.recount import Recount
from storage.ledger.tiles import Tile, bundles_of, hashes_in, tiles_of, unbundle

# Returns the bytes of a published file by its path; raises NoSuchEntryError where there is none.
Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found to be valid. ``erased`` counts openings destroyed with their persons.

    ``continues`` is "sha256:" and the hash of the last checkpoint of the log that this one goes on
    from, None if it does not say so. ``cosigned`` are witnesses of the policy, and when (seconds)
    each signed.
    """

    origin: str
    size: int
    root: bytes
    vkey: str
    openings: int = 0
    erased: int = 0
    checkpoints: int = 0
    entries_read: bool = True
    continues: str | None = None
    cosigned: Mapping[str, int] = field(default_factory=dict)


def verify(
    path: Path | Place,
    *,
    key: VerifyingKey | None = None,
    older_note: bytes | None = None,
    second: VerifyingKey | None = None,
) -> Summary:
    """Return what a ledger file holds, all of it checked.

    Args:
        path: the database file, or the place; a gateway may be writing it.
        key: the key it must be signed with; without one, the key that the file names.
        older_note: a checkpoint seen before; without one, nobody notices that a log's end was cut
            off together with the checkpoints over it.
        second: the log's ML-DSA-44 key, if it is known: its lines must hold, too.

    Raises:
        NoSuchEntryError: there is no such file.
        NotValidError: it was changed or damaged; says where.
    """
    try:
        with reading(path) as database:
            return _Database(database, key, second).checked(older_note)
    except DAMAGED as error:
        raise NotValidError("database", f"it cannot be read ({error})") from error


def check_tree(path: Path | Place, key: VerifyingKey) -> Checkpoint:
    """Return the signed head if its tree is here, openings aside; NotValidError if it is not."""
    try:
        with reading(path) as database:
            return _Database(database, key).checked_tree(None)
    except DAMAGED as error:
        raise NotValidError("database", f"it cannot be read ({error})") from error


class _Database:
    """One audit of one file."""

    def __init__(
        self, database: Database, key: VerifyingKey | None, second: VerifyingKey | None = None
    ) -> None:
        self._database = database
        self._second = second
        self._key = key or key_of(database)
        if key_of(database) != self._key:
            raise NotValidError("log", "it names another key than it must be signed with")
        self._openings = OpeningCount(database)
        self._continues: str | None = None

    def checked(self, older_note: bytes | None) -> Summary:
        if isinstance(self._database, sqlite3.Connection):
            found = self._database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise NotValidError("database", str(found))
        signed = self.checked_tree(_older(older_note, self._key))
        self._openings.settle()
        count = self._database.execute("SELECT count(*) FROM checkpoint").fetchone()[0]
        return Summary(
            signed.origin,
            signed.size,
            signed.root,
            self._key.vkey,
            continues=self._continues,
            openings=self._openings.present,
            erased=self._openings.erased,
            checkpoints=count,
        )

    def checked_tree(self, older: Checkpoint | None) -> Checkpoint:
        signed = self._opened(head_of(self._database), "head")
        _refuse_shorter(older, signed)
        wanted = self._checkpoints()
        recount = Recount(self._kept_tile, {*wanted, older.size if older else 0})
        for raw in self._entries():
            recount.add(raw)
        recount.verdict(signed)
        self._no_other_tiles(signed.size)
        for size, checkpoint in wanted.items():
            if recount.roots.get(size) != checkpoint.root or size != checkpoint.size:
                raise NotValidError(f"checkpoint {size}", "it is not of this log")
        _refuse_fork(older, recount)
        return signed

    def _opened(self, note: bytes, place: str) -> Checkpoint:
        try:
            signed = self._key.open(note)
            return open_note(note, (self._key, self._second)) if self._second else signed
        except NotSignedError as error:
            raise NotValidError(place, "it is not signed with the log's key") from error

    def _checkpoints(self) -> dict[int, Checkpoint]:
        rows = self._database.execute("SELECT size, note FROM checkpoint ORDER BY size")
        return {size: self._opened(note, f"checkpoint {size}") for size, note in rows}

    def _entries(self) -> Iterator[bytes]:
        rows = self._database.execute(
            "SELECT number, leaf, key_hash, nonce FROM entry ORDER BY number"
        )
        for expected, (number, raw, hashed_key, nonce) in enumerate(rows):
            if number != expected:
                raise NotValidError(f"entry {expected}", "it is missing")
            try:
                leaf = decode(raw)
            except UnfitEventError as error:
                raise NotValidError(f"entry {number}", "it is not a leaf") from error
            if key_commitment(nonce, hashed_key) != leaf.key:
                raise NotValidError(f"entry {number}", "its key is another")
            self._openings.expect(number, leaf)
            self._continues = self._continues if number else _continued(leaf)
            yield raw

    def _kept_tile(self, tile: Tile) -> bytes:
        row = self._database.execute(
            "SELECT hashes FROM tile WHERE level = ? AND number = ?", (tile.level, tile.number)
        ).fetchone()
        return row[0] if row else b""

    def _no_other_tiles(self, size: int) -> None:
        expected = {(tile.level, tile.number) for tile in tiles_of(size)}
        for level, number in self._database.execute("SELECT level, number FROM tile"):
            if (level, number) not in expected:
                raise NotValidError(f"tile {level}/{number}", "the tree has no such tile")


def _continued(leaf: Leaf) -> str | None:
    return leaf.facts["pol"] if leaf.kind is EventKind.LEDGER_CONTINUED else None


def audit(
    fetch: Fetch,
    key: VerifyingKey,
    *,
    entries: bool = True,
    older_note: bytes | None = None,
    policy: Policy | None = None,
) -> Summary:
    """Return what published tiles hold, all of it checked.

    Args:
        fetch: returns a published file by its path below the log's address.
        key: the log's key, from a source that is not the log itself.
        entries: False where only hash tiles are public; then entries are not read.
        older_note: a checkpoint seen before; see ``verify``.
        policy: which witnesses must have cosigned the checkpoint, if any must.

    Raises:
        NotValidError: something is missing, changed or not signed; says where.
    """
    note = _fetched(fetch, "checkpoint")
    signed, cosigned = witnessed(note, key, policy)
    continues: str | None = None
    older = _older(older_note, key)
    _refuse_shorter(older, signed)
    kept = {tile: _fetched(fetch, tile.path) for tile in tiles_of(signed.size)}
    recount = Recount(lambda tile: kept.get(tile, b""), {older.size if older else 0})
    for place in bundles_of(signed.size):
        if entries:
            for raw in _bundled(fetch, place):
                continues = continues if recount.size else _first(raw)
                recount.add(raw)
        else:
            for leaf in _hashes(kept, Tile(0, place.number, place.width)):
                recount.add_hash(leaf)
    recount.verdict(signed)
    _refuse_fork(older, recount)
    return Summary(
        *(signed.origin, signed.size, signed.root, key.vkey),
        entries_read=entries,
        continues=continues,
        cosigned=cosigned,
    )


def witnessed(
    note: bytes, key: VerifyingKey, policy: Policy | None
) -> tuple[Checkpoint, Mapping[str, int]]:
    """Return the checkpoint that the log signed, and which witnesses of the policy did, and when.

    Raises:
        NotValidError: the log did not, or too few witnesses did.
    """
    try:
        signed = key.open(note)
    except NotSignedError as error:
        raise NotValidError("checkpoint", "it is not signed with the log's key") from error
    if policy is None:
        return signed, {}
    try:
        policy.check(note, key)
        return signed, policy.cosigned(note)
    except QuorumError as error:
        who = ", ".join(error.cosigned) or "none"
        why = f"too few witnesses have cosigned it ({who})"
        raise NotValidError("checkpoint", why) from error
    except NotSignedError as error:
        raise NotValidError("checkpoint", "not as the policy wants it signed") from error


def _first(raw: bytes) -> str | None:
    try:
        return _continued(decode(raw))
    except UnfitEventError:
        return None


def _bundled(fetch: Fetch, place: Tile) -> list[bytes]:
    try:
        return unbundle(_fetched(fetch, place.path), place.width)
    except ValueError as error:
        raise NotValidError(place.path, "it does not hold its entries") from error


def _hashes(kept: Mapping[Tile, bytes], place: Tile) -> list[bytes]:
    if len(kept[place]) != place.width * HASH_BYTES:
        raise NotValidError(place.path, "it has another length")
    return hashes_in(kept[place])


def _older(note: bytes | None, key: VerifyingKey) -> Checkpoint | None:
    if note is None:
        return None
    try:
        return key.open(note)
    except NotSignedError as error:
        raise NotValidError("older checkpoint", "it is not signed with the log's key") from error


def _refuse_shorter(older: Checkpoint | None, signed: Checkpoint) -> None:
    if older is not None and older.size > signed.size:
        why = f"it has {older.size} entries and the log {signed.size}: the log was cut"
        raise NotValidError("older checkpoint", why)


def _refuse_fork(older: Checkpoint | None, recount: Recount) -> None:
    if older is not None and recount.roots.get(older.size) != older.root:
        why = f"the first {older.size} entries are not those it was signed over: a fork"
        raise NotValidError("older checkpoint", why)


def _fetched(fetch: Fetch, path: str) -> bytes:
    try:
        return fetch(path)
    except NoSuchEntryError as error:
        raise NotValidError(path, "it is missing") from error
