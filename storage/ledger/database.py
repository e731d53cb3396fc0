"""The ledger's own SQLite file: its tables, and how it is opened for writing and for reading.

Room: storage/ledger. Blocking. Every column is either covered by the signed root (directly, or by
a hash in a leaf) or computed from one that is; storage.ledger.audit checks each of them. Columns
by which reviewers search are computed by SQLite from the leaf itself, so there is no second truth.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from storage.ledger.checkpoint import Signer, VerifyingKey
from storage.ledger.errors import NoSuchEntryError, NotSignedError, NotValidError
from storage.ledger.merkle import EMPTY_ROOT, HASH_BYTES
from storage.ledger.place import Database, Place
from storage.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Edge

_OF_LEAF: Final = (
    "GENERATED ALWAYS AS (CASE WHEN json_valid(CAST(leaf AS TEXT))"
    " THEN json_extract(CAST(leaf AS TEXT), '$.{}') END) VIRTUAL"
)
# The columns by which entries are found, and the leaf's name for each.
FOUND_BY: Final = {
    "kind": "t",
    "src": "src",
    "dst": "dst",
    "decision": "dec",
    "transfer": "x",
    "at": "ts",
    "observed": "obs",
    "region": "reg",
    "basis": "basis",
}
# log.head is the signed checkpoint of what is in the file, renewed by every commit;
# checkpoint holds those that were published.
SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS log (
    only INTEGER PRIMARY KEY CHECK (only = 1), vkey TEXT NOT NULL, head BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY, leaf BLOB NOT NULL, key_hash BLOB NOT NULL UNIQUE,
    nonce BLOB NOT NULL,
    {", ".join(f"{name} TEXT {_OF_LEAF.format(fact)}" for name, fact in FOUND_BY.items())}
) STRICT;
CREATE TABLE IF NOT EXISTS opening (
    number INTEGER NOT NULL, slot TEXT NOT NULL, subject TEXT NOT NULL, sealed BLOB NOT NULL,
    UNIQUE (number, slot)
) STRICT;
CREATE INDEX IF NOT EXISTS opening_subject ON opening (subject) WHERE subject <> '';
CREATE TABLE IF NOT EXISTS tile (
    level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, UNIQUE (level, number)
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
"""
# What reviewers ask for: one kind, one country, one transfer. entry_at answers what is counted for
# pictures without reading a leaf; it grows at its end only, as times do.
INDEXES: Final = """
CREATE INDEX IF NOT EXISTS entry_kind ON entry (kind);
CREATE INDEX IF NOT EXISTS entry_src ON entry (src) WHERE src IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_dst ON entry (dst) WHERE dst IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_decision ON entry (decision) WHERE decision IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_transfer ON entry (transfer) WHERE transfer IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_at ON entry
    (at, kind, src, dst, decision, basis, observed, region);
"""
BUSY_S: Final = 5.0
Reading: TypeAlias = Database  # for whoever hands one on
# What reading a damaged file raises: SQLite quotes it even where it is no text.
DAMAGED: Final = (sqlite3.Error, UnicodeDecodeError)


def connected(path: Path, signer: Signer) -> sqlite3.Connection:
    """Return a connection for the one writer; the file is made if it is not there.

    Raises:
        sqlite3.Error: it cannot be opened.
        NotValidError: it belongs to another key.
    """
    path.touch(mode=0o600)
    database = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        database.executescript(SCHEMA)
        _widen(database)
        database.executescript(INDEXES)
        with transaction(database):
            database.execute(
                "INSERT INTO log VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
                (signer.public.vkey, signer.sign(0, EMPTY_ROOT)),
            )
        if key_of(database) != signer.public:
            raise NotValidError("log", "it was begun with another key, or under another name")
    except BaseException:
        database.close()
        raise
    return database


def _widen(database: sqlite3.Connection) -> None:
    """Give a file of before the columns it lacks; they are computed, so nothing is written anew."""
    there = {row[1] for row in database.execute("PRAGMA table_xinfo(entry)")}
    for name, fact in FOUND_BY.items():
        if name not in there:
            database.execute(f"ALTER TABLE entry ADD COLUMN {name} TEXT {_OF_LEAF.format(fact)}")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A log in a SQLite file: one process writes it."""

    path: Path
    shared = False

    def connected(self, signer: Signer) -> Database:
        """Return the writer's connection."""
        return connected(self.path, signer)

    def transaction(self, database: Database) -> AbstractContextManager[None]:
        """Hold SQLite's write lock."""
        assert isinstance(database, sqlite3.Connection)
        return transaction(database)

    def reading(self) -> AbstractContextManager[Database]:
        """Give a connection that sees one moment."""
        return reading(self.path)

    def write(
        self, database: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Insert them."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  (fixed texts)
        database.executemany(sql, rows)

    def known(self, database: Database, hashes: Sequence[bytes]) -> list[tuple[bytes, int, bytes]]:
        """Look for one after the other: SQLite is in this process."""
        sql = "SELECT key_hash, number, leaf FROM entry WHERE key_hash = ?"
        found = (database.execute(sql, (hashed,)).fetchone() for hashed in hashes)
        return [row for row in found if row is not None]

    def forget(self, database: Database) -> None:
        """Empty the log of changes."""
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def place_of(kept: Path | Place) -> Place:
    """Return the place that a file is, or the place itself."""
    return FilePlace(kept) if isinstance(kept, Path) else kept


@contextmanager
def reading(path: Path | Place) -> Iterator[Database]:
    """Yield a connection that changes nothing and sees one moment; a writer may be at work.

    Raises:
        NoSuchEntryError: there is no such file, or no log at that place.
    """
    if not isinstance(path, Path):
        with path.reading() as shared:
            yield shared
        return
    if not path.is_file():
        raise NoSuchEntryError
    database = _read_only(path)
    try:
        database.execute("BEGIN")
        yield database
    finally:
        database.close()


def _read_only(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    database = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # In a directory where nothing can be made there is no shared memory for the log of
        # changes either. Without such a log the file alone is the whole truth.
        database.close()
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        database = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all of it durably, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        # A full disk ends the transaction by itself.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def name_of(path: Path | Place) -> str | None:
    """Return the name under which the log in ``path`` was begun, None when there is none yet."""
    try:
        with reading(path) as database:
            return key_of(database).name
    except (NoSuchEntryError, NotValidError, *DAMAGED):
        return None


def key_of(database: Database) -> VerifyingKey:
    """Return the key that the file says it is signed with.

    Raises:
        NotValidError: it says nothing that can be read.
    """
    row = database.execute("SELECT vkey FROM log").fetchone()
    try:
        return VerifyingKey.parse(row[0] if row else "")
    except NotSignedError as error:
        raise NotValidError("log", "there is no key") from error


def head_of(database: Database) -> bytes:
    """Return the signed checkpoint of everything in the file."""
    row = database.execute("SELECT head FROM log").fetchone()
    if row is None:
        raise NotValidError("log", "there is no signed head")
    head: bytes = row[0]
    return head


def tile_of(database: Database, level: int, number: int) -> bytes:
    """Return a tile's hashes.

    Raises:
        NoSuchEntryError: there is no such tile.
    """
    row = database.execute(
        "SELECT hashes FROM tile WHERE level = ? AND number = ?", (level, number)
    ).fetchone()
    if row is None:
        raise NoSuchEntryError
    hashes: bytes = row[0]
    return hashes


def edge_of(database: Database, key: VerifyingKey) -> Edge:
    """Return the right edge of the tree, checked against the signed head.

    Raises:
        NotValidError: they do not fit.
    """
    try:
        signed = key.open(head_of(database))
    except NotSignedError as error:
        raise NotValidError("head", "it is not signed with the log's key") from error
    partial, level = [], 0
    while (count := signed.size >> TILE_HEIGHT * level) > 0:
        number, width = divmod(count, TILE_WIDTH)
        try:
            hashes = tile_of(database, level, number) if width else b""
        except NoSuchEntryError as error:
            raise NotValidError(f"tile {level}/{number}", "it is missing") from error
        if len(hashes) != width * HASH_BYTES:
            raise NotValidError(f"tile {level}/{number}", "it has another width")
        partial.append(hashes)
        level += 1
    edge = Edge(signed.size, partial)
    if edge.root() != signed.root:
        raise NotValidError("head", "the tree has another root than was signed")
    return edge
