"""Wrapped keys on disk: one SQLite file, apart from rows and blobs, with its own backup rule.

Room: storage/sealed. Blocking; storage.sealed.keyring and vault call it in threads. Nothing here
is in clear: subjects' private keys are wrapped to the root, data keys to their subject. Deleting
a row is destroying what it opened, so deleted content is overwritten (secure_delete).
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from storage.ids import ObjectId, SubjectId
from storage.sealed.errors import KeyShreddedError, ObjectMissingError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS subject (
    id TEXT PRIMARY KEY, public_key BLOB NOT NULL, wrapped_private_key BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS object (
    id TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, suite TEXT NOT NULL,
    plain_bytes INTEGER NOT NULL, sealed_bytes INTEGER NOT NULL, associated_data BLOB NOT NULL,
    wrapped_manifest BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS object_of_subject ON object (subject);
"""
_BUSY_S: Final = 30.0


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


class Keystore:
    """The file of wrapped keys. Every change is durable when its method returns."""

    def __init__(self, path: Path) -> None:
        """Open or create the file."""
        path.touch(0o600)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def add_subject(self, subject: SubjectId, public_key: bytes, wrapped: bytes) -> None:
        """Keep a person's key pair."""
        with self._writing() as database:
            database.execute("INSERT INTO subject VALUES (?, ?, ?)", (subject, public_key, wrapped))

    def subject(self, subject: SubjectId) -> tuple[bytes, bytes]:
        """Return public key and wrapped private key.

        Raises:
            KeyShreddedError: there is no such person, or no longer.
        """
        row = self._one("SELECT public_key, wrapped_private_key FROM subject WHERE id = ?", subject)
        if row is None:
            raise KeyShreddedError
        return row[0], row[1]

    def shred_subject(self, subject: SubjectId) -> list[ObjectId]:
        """Destroy a person's keys; return the objects that nobody can open from now on."""
        with self._writing() as database:
            rows = database.execute("SELECT id FROM object WHERE subject = ?", (subject,))
            objects = [ObjectId(row[0]) for row in rows.fetchall()]
            database.execute("DELETE FROM object WHERE subject = ?", (subject,))
            database.execute("DELETE FROM subject WHERE id = ?", (subject,))
        self._forget()
        return objects

    def add_object(self, row: ObjectRow) -> None:
        """Keep an object's wrapped manifest."""
        values = (row.id, row.subject, row.purpose, row.suite, row.plain_bytes, row.sealed_bytes)
        with self._writing() as database:
            database.execute(
                "INSERT INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, row.associated_data, row.wrapped_manifest),
            )

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
        self._forget()

    def objects(self) -> set[ObjectId]:
        """Return the ids of all objects that have a key."""
        with self._lock:
            rows = self._database.execute("SELECT id FROM object").fetchall()
        return {ObjectId(row[0]) for row in rows}

    def _one(self, statement: str, value: str) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._database.execute(statement, (value,)).fetchone()
        return row

    def _forget(self) -> None:
        # secure_delete overwrites the page; the log of changes still holds the old one until
        # it is folded in. A reader may keep it busy, so this is tried, not demanded.
        with self._lock:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
