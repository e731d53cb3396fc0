"""Wrapped keys on disk: one SQLite file, apart from rows and blobs, with its own backup rule.

Room: storage/sealed. Blocking; storage.sealed.keyring and vault call it in threads. No key here is
in clear: subjects' private keys are wrapped to the root, data keys to their subject. Deleting a row
is destroying what it opened, so deleted content is overwritten (secure_delete).
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from storage.ids import ObjectId, SubjectId
from storage.sealed.errors import (
    KeyShreddedError,
    KeysUnavailableError,
    ObjectMissingError,
    WrongRootError,
)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS root (
    only INTEGER PRIMARY KEY CHECK (only = 1), public_key BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS subject (
    id TEXT PRIMARY KEY, public_key BLOB NOT NULL, wrapped_private_key BLOB NOT NULL,
    root BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS subject_of_root ON subject (root, id);
CREATE TABLE IF NOT EXISTS object (
    id TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, suite TEXT NOT NULL,
    plain_bytes INTEGER NOT NULL, sealed_bytes INTEGER NOT NULL, associated_data BLOB NOT NULL,
    wrapped_manifest BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS object_of_subject ON object (subject);
CREATE TABLE IF NOT EXISTS erased (subject TEXT PRIMARY KEY, at REAL NOT NULL) STRICT;
"""
_BUSY_S: Final = 30.0
# SQLite takes no more parameters in one statement on its oldest supported builds.
_ASKED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """What the keystore knows of one object; the manifest opens with its subject's key."""

    id: ObjectId
    subject: SubjectId
    purpose: str
    suite: str
    plain_bytes: int
    sealed_bytes: int
    associated_data: bytes
    wrapped_manifest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A person's key pair; the private half opens with the root whose public key is ``root``."""

    id: SubjectId
    public_key: bytes = field(repr=False)
    wrapped_private_key: bytes = field(repr=False)
    root: bytes = field(repr=False)


class Keystore:
    """The file of wrapped keys. Every change is durable when its method returns."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            KeysUnavailableError: it is no keystore, or its disk does not answer. Later, any
                method may raise it; then nothing was changed.
        """
        path.touch(mode=0o600)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        with _answering():
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._database.execute(f"PRAGMA {pragma}")
            self._renew_old_tables()
            self._database.executescript(_SCHEMA)

    def _renew_old_tables(self) -> None:
        # Before roots could be many, a person's row did not say which its key is wrapped to.
        columns = [row[1] for row in self._database.execute("PRAGMA table_info(subject)")]
        if columns and "root" not in columns:
            self._database.executescript(
                "BEGIN IMMEDIATE;"
                "ALTER TABLE subject ADD COLUMN root BLOB NOT NULL DEFAULT x'';"
                "UPDATE subject SET root = (SELECT public_key FROM root);"
                "COMMIT;"
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def root(self, public_key: bytes) -> bytes:
        """Return the root's public key that everything is wrapped to; the first one is kept."""
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO root VALUES (1, ?)", (public_key,))
            kept: bytes = database.execute("SELECT public_key FROM root").fetchone()[0]
        return kept

    def set_root(self, public_key: bytes) -> None:
        """From now on wrap new people's keys to another root; those there are stay as they are."""
        with self._writing() as database:
            database.execute("UPDATE root SET public_key = ?", (public_key,))

    def roots(self) -> dict[bytes, int]:
        """Return every root that a person's key is wrapped to, and how many are."""
        with self._lock, _answering():
            rows = self._database.execute("SELECT root, count(*) FROM subject GROUP BY root")
            return dict(rows.fetchall())

    def behind(self, root: bytes, limit: int) -> list[SubjectRow]:
        """Return some of those whose key is wrapped to another root than this."""
        with self._lock, _answering():
            rows = self._database.execute(
                "SELECT id, public_key, wrapped_private_key, root FROM subject WHERE root < ?"
                " UNION ALL"
                " SELECT id, public_key, wrapped_private_key, root FROM subject WHERE root > ?"
                " LIMIT ?",
                (root, root, limit),
            ).fetchall()
        return [SubjectRow(*row) for row in rows]

    def rewrapped(self, root: bytes, seen: Sequence[SubjectRow], wrapped: Sequence[bytes]) -> int:
        """Replace wrapped keys that are still as they were seen; return how many were."""
        with self._writing() as database:
            changed = [
                database.execute(
                    "UPDATE subject SET wrapped_private_key = ?, root = ?"
                    " WHERE id = ? AND wrapped_private_key = ?",
                    (new, root, row.id, row.wrapped_private_key),
                ).rowcount
                for row, new in zip(seen, wrapped, strict=True)
            ]
        return sum(changed)

    def add_subject(
        self, subject: SubjectId, public_key: bytes, wrapped: bytes, *, root: bytes
    ) -> None:
        """Keep a person's key pair, wrapped to ``root``.

        Raises:
            WrongRootError: everything is wrapped to another root by now.
        """
        with self._writing() as database:
            added = database.execute(
                "INSERT INTO subject SELECT ?, ?, ?, public_key FROM root WHERE public_key = ?",
                (subject, public_key, wrapped, root),
            )
            if added.rowcount != 1:
                raise WrongRootError

    def subject(self, subject: SubjectId) -> SubjectRow:
        """Return a person's keys.

        Raises:
            KeyShreddedError: there is no such person, or no longer.
        """
        row = self._one(
            "SELECT id, public_key, wrapped_private_key, root FROM subject WHERE id = ?", subject
        )
        if row is None:
            raise KeyShreddedError
        return SubjectRow(*row)

    def objects_of(self, subject: SubjectId) -> list[ObjectId]:
        """Return everything sealed to a person."""
        with self._lock, _answering():
            rows = self._database.execute("SELECT id FROM object WHERE subject = ?", (subject,))
            return [ObjectId(row[0]) for row in rows.fetchall()]

    def shred_subject(self, subject: SubjectId) -> list[ObjectId]:
        """Destroy a person's keys; return the objects that nobody can open from now on."""
        with self._writing() as database:
            rows = database.execute("SELECT id FROM object WHERE subject = ?", (subject,))
            objects = [ObjectId(row[0]) for row in rows.fetchall()]
            database.execute("DELETE FROM object WHERE subject = ?", (subject,))
            database.execute("DELETE FROM subject WHERE id = ?", (subject,))
            # What an older copy of this file brings back is destroyed again by this line.
            database.execute("INSERT OR IGNORE INTO erased VALUES (?, unixepoch())", (subject,))
        self.forget()
        return objects

    def erased(self) -> dict[SubjectId, float]:
        """Return everybody who was erased, and when (seconds since 1970)."""
        with self._lock, _answering():
            return dict(self._database.execute("SELECT subject, at FROM erased").fetchall())

    def copy_to(self, path: Path) -> None:
        """Write a copy of the whole file as it stands, whoever writes meanwhile."""
        path.touch(mode=0o600)
        with self._lock, _answering(), closing(sqlite3.connect(path)) as copy:
            self._database.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()

    def add_object(self, row: ObjectRow) -> None:
        """Keep an object's wrapped manifest.

        Raises:
            KeyShreddedError: its person was erased in the meantime.
        """
        values = (row.id, row.subject, row.purpose, row.suite, row.plain_bytes, row.sealed_bytes)
        with self._writing() as database:
            added = database.execute(
                "INSERT INTO object SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM subject WHERE id = ?",
                (*values, row.associated_data, row.wrapped_manifest, row.subject),
            )
            if added.rowcount != 1:
                raise KeyShreddedError

    def object(self, object_id: ObjectId) -> ObjectRow:
        """Return one object's row; raise ObjectMissingError if there is none."""
        row = self._one("SELECT * FROM object WHERE id = ?", object_id)
        if row is None:
            raise ObjectMissingError
        return ObjectRow(*row)

    def shred_object(self, object_id: ObjectId) -> None:
        """Destroy an object's key; destroying what is not there is fine."""
        with self._writing() as database:
            database.execute("DELETE FROM object WHERE id = ?", (object_id,))
        self.forget()

    def present(self, objects: Sequence[ObjectId]) -> set[ObjectId]:
        """Return those of ``objects`` that have a key."""
        found: set[ObjectId] = set()
        for first in range(0, len(objects), _ASKED_AT_ONCE):
            asked = objects[first : first + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(asked))
            with self._lock, _answering():
                rows = self._database.execute(
                    f"SELECT id FROM object WHERE id IN ({marks})",  # noqa: S608  (marks only)
                    asked,
                ).fetchall()
            found |= {ObjectId(row[0]) for row in rows}
        return found

    def forget(self) -> None:
        """Let go of what deleted rows left in the log of changes.

        secure_delete overwrites the page; the log still holds the old one until it is folded in.
        Another process that reads may prevent that; the next call tries again.
        """
        with self._lock, _answering():
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _one(self, statement: str, value: str) -> tuple[Any, ...] | None:
        with self._lock, _answering():
            row: tuple[Any, ...] | None = self._database.execute(statement, (value,)).fetchone()
        return row

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _answering():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                # A full disk has SQLite roll back by itself; a failed COMMIT leaves it to us.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise KeysUnavailableError from error
