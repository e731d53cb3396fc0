"""What a witness remembers: of each log, the newest checkpoint it signed, and nothing else.

Room: storage/ledger. Blocking: one SQLite file, WAL, synchronous=FULL. Looking and remembering are
one transaction, so that of two that come at once the later sees the earlier; a signature is handed
out only after it was remembered. Source: C2SP tlog-witness.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from storage.ledger.checkpoint import Checkpoint
from storage.ledger.database import DAMAGED, transaction
from storage.ledger.errors import LedgerUnavailableError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS seen_grows BEFORE UPDATE ON seen
    WHEN new.size < old.size OR (new.size = old.size AND new.root <> old.root)
BEGIN SELECT RAISE(ABORT, 'a log never shrinks'); END;
CREATE TRIGGER IF NOT EXISTS seen_stays BEFORE DELETE ON seen
BEGIN SELECT RAISE(ABORT, 'a log is never forgotten'); END;
"""
_BUSY_S: Final = 5.0

# Given what was seen last (None: nothing), returns the note to remember; raises to refuse.
Judge = Callable[[Checkpoint | None], bytes]


class WitnessMemory:
    """The file. Several processes may open it."""

    def __init__(self, path: Path) -> None:
        """Use ``path``, made if it is not there.

        Raises:
            LedgerUnavailableError: it cannot be opened.
        """
        self._path = path
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise LedgerUnavailableError from error
        with self._opened() as database:
            database.executescript(_SCHEMA)

    def newest(self, origin: str) -> bytes | None:
        """Return the newest checkpoint signed of a log, with all its signatures; None without one.

        Raises:
            LedgerUnavailableError: it cannot be read.
        """
        with self._opened() as database:
            row = database.execute("SELECT note FROM seen WHERE origin = ?", (origin,)).fetchone()
        return row[0] if row else None

    def advance(self, signed: Checkpoint, judge: Judge) -> bytes:
        """Remember what ``judge`` returns, which sees what is remembered now; and return it.

        Raises:
            LedgerUnavailableError: it could not be remembered: hand nothing out.
        """
        with self._opened() as database, transaction(database):
            row = database.execute(
                "SELECT size, root FROM seen WHERE origin = ?", (signed.origin,)
            ).fetchone()
            note = judge(Checkpoint(signed.origin, *row) if row else None)
            database.execute(
                "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE"
                " SET size = excluded.size, root = excluded.root, note = excluded.note",
                (signed.origin, signed.size, signed.root, note),
            )
        return note

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
            try:
                for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                    database.execute(f"PRAGMA {pragma}").fetchall()
                yield database
            finally:
                database.close()
        except (*DAMAGED, OSError) as error:
            raise LedgerUnavailableError from error
