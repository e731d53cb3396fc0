"""Wrapped keys on disk: one SQLite file, apart from rows and blobs, with its own backup rule.

Room: storage/sealed. Blocking; storage.sealed.keyring and vault call it in threads. No key here is
in clear: subjects' private keys are wrapped to the root, data keys to their subject. Deleting a row
is destroying what it opened, so deleted content is overwritten (secure_delete).
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from storage.ids import ObjectId, SubjectId
from storage.sealed.errors import (
    KeyShreddedError,
    KeysUnavailableError,
    ObjectMissingError,
    RetiredKeyError,
    WrongRootError,
)
from storage.sealed.keytables import ADDED, OBJECT, SCHEMA, SUBJECT, ObjectRow, SubjectRow

_BUSY_S: Final = 30.0
# SQLite takes no more parameters in one statement on its oldest supported builds.
_ASKED_AT_ONCE: Final = 500


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
            _renew(self._database)
            self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def root(self, public_key: bytes) -> bytes:
        """Return the root's public key that everything is wrapped to; the first one is kept."""
        with self.writing() as database:
            database.execute("INSERT OR IGNORE INTO root VALUES (1, ?)", (public_key,))
            kept: bytes = database.execute("SELECT public_key FROM root").fetchone()[0]
        return kept

    def generation(self) -> int:
        """Return the number that keys made for people bear from now on."""
        with self.reading() as database:
            current: int = database.execute("SELECT current FROM generation").fetchone()[0]
        return current

    def add_subject(self, row: SubjectRow) -> None:
        """Keep a person's first key pair.

        Raises:
            WrongRootError: everything is wrapped to another root, or made in another generation,
                by now.
        """
        values = (row.id, row.public_key, row.wrapped_private_key)
        with self.writing() as database:
            added = database.execute(
                f"INSERT INTO subject ({SUBJECT})"  # noqa: S608  (names only)
                " SELECT ?, ?, ?, public_key, current, ?"
                " FROM root, generation WHERE public_key = ? AND current = ?",
                (*values, row.fields, row.root, row.generation),
            )
            if added.rowcount != 1:
                raise WrongRootError

    def subject(self, subject: SubjectId) -> SubjectRow:
        """Return a person's key pair in use.

        Raises:
            KeyShreddedError: there is no such person, or no longer.
        """
        row = self._one(f"SELECT {SUBJECT} FROM subject WHERE id = ?", subject)  # noqa: S608
        if row is None:
            raise KeyShreddedError
        return SubjectRow(*row)

    def keys_of(self, subject: SubjectId) -> list[SubjectRow]:
        """Return all key pairs of a person, the one in use first; raises as ``subject``."""
        with self.reading() as database:
            rows = database.execute(
                f"SELECT {SUBJECT} FROM subject_key WHERE id = ?",  # noqa: S608  (names only)
                (subject,),
            ).fetchall()
        if not rows:
            raise KeyShreddedError
        return sorted((SubjectRow(*row) for row in rows), key=lambda row: -row.generation)

    def pin(self, row: SubjectRow) -> None:
        """Remember that something outside this file hangs on a person's key, before it does.

        Raises:
            RetiredKeyError: that key is no longer in use.
        """
        with self.writing() as database:
            pinned = database.execute(
                "UPDATE subject SET fields = 1 WHERE id = ? AND generation = ?",
                (row.id, row.generation),
            )
            if pinned.rowcount != 1:
                raise RetiredKeyError

    def objects_of(self, subject: SubjectId) -> list[ObjectId]:
        """Return everything sealed to a person."""
        with self.reading() as database:
            rows = database.execute("SELECT id FROM object WHERE subject = ?", (subject,))
            return [ObjectId(row[0]) for row in rows.fetchall()]

    def shred_subject(self, subject: SubjectId) -> list[ObjectId]:
        """Destroy all of a person's keys; return the objects that nobody can open from now on."""
        with self.writing() as database:
            rows = database.execute("SELECT id FROM object WHERE subject = ?", (subject,))
            objects = [ObjectId(row[0]) for row in rows.fetchall()]
            database.execute("DELETE FROM object WHERE subject = ?", (subject,))
            database.execute("DELETE FROM subject WHERE id = ?", (subject,))
            database.execute("DELETE FROM former WHERE id = ?", (subject,))
            # What an older copy of this file brings back is destroyed again by this line.
            database.execute("INSERT OR IGNORE INTO erased VALUES (?, unixepoch())", (subject,))
        self.forget()
        return objects

    def erased(self) -> dict[SubjectId, float]:
        """Return everybody who was erased, and when (seconds since 1970)."""
        with self.reading() as database:
            return dict(database.execute("SELECT subject, at FROM erased").fetchall())

    def copy_to(self, path: Path) -> None:
        """Write a copy of the whole file as it stands, whoever writes meanwhile."""
        path.touch(mode=0o600)
        with self.reading() as database, closing(sqlite3.connect(path)) as copy:
            database.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()

    def add_object(self, row: ObjectRow) -> None:
        """Keep an object's wrapped manifest.

        Raises:
            KeyShreddedError: its person was erased in the meantime.
            RetiredKeyError: the key it is wrapped to was destroyed; the person has another.
        """
        values = (row.id, row.subject, row.purpose, row.suite, row.plain_bytes, row.sealed_bytes)
        with self.writing() as database:
            added = database.execute(
                f"INSERT INTO object ({OBJECT})"  # noqa: S608  (names only)
                " SELECT ?, ?, ?, ?, ?, ?, ?, ?, generation"
                " FROM subject_key WHERE id = ? AND generation = ?",
                (*values, row.associated_data, row.wrapped_manifest, row.subject, row.generation),
            )
            if added.rowcount == 1:
                return
            known = database.execute("SELECT 1 FROM subject WHERE id = ?", (row.subject,))
            raise RetiredKeyError if known.fetchone() else KeyShreddedError

    def object(self, object_id: ObjectId) -> ObjectRow:
        """Return one object's row; raise ObjectMissingError if there is none."""
        row = self._one(f"SELECT {OBJECT} FROM object WHERE id = ?", object_id)  # noqa: S608
        if row is None:
            raise ObjectMissingError
        return ObjectRow(*row)

    def shred_object(self, object_id: ObjectId) -> None:
        """Destroy an object's key; destroying what is not there is fine."""
        with self.writing() as database:
            database.execute("DELETE FROM object WHERE id = ?", (object_id,))
        self.forget()

    def present(self, objects: Sequence[ObjectId]) -> set[ObjectId]:
        """Return those of ``objects`` that have a key."""
        found: set[ObjectId] = set()
        for first in range(0, len(objects), _ASKED_AT_ONCE):
            asked = objects[first : first + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(asked))
            with self.reading() as database:
                rows = database.execute(
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
        with self.reading() as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _one(self, statement: str, value: str) -> tuple[Any, ...] | None:
        with self.reading() as database:
            row: tuple[Any, ...] | None = database.execute(statement, (value,)).fetchone()
        return row

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the database to look something up in; nobody else in this process has it."""
        with self._lock, _answering():
            yield self._database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the database inside a transaction: all of it is durable afterwards, or nothing."""
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


def _renew(database: sqlite3.Connection) -> None:
    """Bring the tables of an older form to this one; those that are not there are not made."""
    # Of two that start at once, the second looks when the first is done.
    database.execute("BEGIN IMMEDIATE")
    for table, column, kind in ADDED:
        there = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        if there and column not in there:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
            if column == "root":
                # Before roots could be many, there was one.
                database.execute("UPDATE subject SET root = (SELECT public_key FROM root)")
    database.execute("COMMIT")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise KeysUnavailableError from error
