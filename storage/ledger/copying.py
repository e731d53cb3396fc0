"""A copy of the ledger as it stands, and whether one log has grown from another.

Room: storage/ledger. Blocking; changes nothing of what it copies.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.ledger.audit import Summary, verify
from storage.ledger.database import head_of, reading


def copy(path: Path, target: Path) -> bytes:
    """Write a copy of the log; return the signed head of what was copied.

    Raises:
        NoSuchEntryError: there is no such file.
        sqlite3.Error: it cannot be read, or the copy not be written.
    """
    target.touch(mode=0o600)
    with reading(path) as database, closing(sqlite3.connect(target)) as copied:
        database.backup(copied)
        # A copy is one file: no log of changes beside it.
        copied.execute("PRAGMA journal_mode=DELETE").fetchall()
    return head(target)


def head(path: Path) -> bytes:
    """Return the signed checkpoint of what is in the file; NoSuchEntryError if there is none."""
    with reading(path) as database:
        return head_of(database)


def grown_from(path: Path, older: bytes) -> Summary:
    """Return what a log holds that has grown from one whose head was ``older``.

    Raises:
        NotValidError: it has not, or is not valid by itself.
    """
    return verify(path, older_note=older)
