"""A copy of the ledger as it stands, and whether one log has grown from another.

Room: storage/ledger. Blocking; changes nothing of what it copies.
"""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from storage.ledger.audit import Summary, verify
from storage.ledger.database import INDEXES, SCHEMA, head_of, reading
from storage.ledger.place import Database, Place

_AT_ONCE: Final = 1000
# What is kept; all other columns are computed.
_TABLES: Final = {
    "log": ('"only"', "vkey", "head"),
    "entry": ("number", "leaf", "key_hash", "nonce"),
    "opening": ("number", "slot", "subject", "sealed"),
    "tile": ("level", "number", "hashes"),
    "checkpoint": ("size", "note"),
}


def copy(kept: Path | Place, target: Path) -> bytes:
    """Write a copy of the log; return the signed head of what was copied.

    Raises:
        NoSuchEntryError: there is no such log.
        sqlite3.Error: it cannot be read, or the copy not be written.
    """
    target.touch(mode=0o600)
    with reading(kept) as database, closing(sqlite3.connect(target)) as copied:
        if isinstance(database, sqlite3.Connection):
            database.backup(copied)
        else:
            copied.executescript(SCHEMA + INDEXES)
            move(database, copied)
            copied.commit()
        # A copy is one file: no log of changes beside it.
        copied.execute("PRAGMA journal_mode=DELETE").fetchall()
    return head(target)


def move(source: Database, target: Database) -> None:
    """Write every row of one log into the empty tables of another."""
    for table, columns in _TABLES.items():
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        rows = source.execute(f"SELECT {names} FROM {table} ORDER BY {columns[0]}")  # noqa: S608
        insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  (fixed texts)
        for some in batched(rows):
            target.executemany(insert, some)


def batched(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows in lists of at most ``_AT_ONCE``."""
    going = iter(rows)
    while some := list(itertools.islice(going, _AT_ONCE)):
        yield some


def head(path: Path | Place) -> bytes:
    """Return the signed checkpoint of what is in the file; NoSuchEntryError if there is none."""
    with reading(path) as database:
        return head_of(database)


def grown_from(path: Path | Place, older: bytes) -> Summary:
    """Return what a log holds that has grown from one whose head was ``older``.

    Raises:
        NotValidError: it has not, or is not valid by itself.
    """
    return verify(path, older_note=older)
