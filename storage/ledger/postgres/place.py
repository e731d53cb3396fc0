"""A log in PostgreSQL, shared by gateways: one of them writes at a time, for one transaction.

Room: storage/ledger/postgres. Blocking. Whoever writes locks the one row that holds the signed
head, until its transaction ends: numbers have no gap, the tree has one edge, and a gateway that
dies lets go with its connection. No lock outlives a transaction, so poolers may stand between.

    BEGIN, lock the head -> entries, openings, tiles -> head signed and moved on -> COMMIT
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

from storage.ledger.checkpoint import Signer
from storage.ledger.copying import move
from storage.ledger.database import key_of
from storage.ledger.errors import LedgerUnavailableError, NoSuchEntryError, NotValidError
from storage.ledger.merkle import EMPTY_ROOT
from storage.ledger.place import Database
from storage.ledger.postgres.line import Line
from storage.ledger.postgres.tables import INDEXES, LOCK, SCHEMA_NAME, TABLES

READERS: Final = 8
_READER_WAIT_S: Final = 10.0
# Acknowledged means durable, whatever the server's default is. A writer that stands still in the
# middle must not keep the others waiting for ever.
_BEGIN: Final = f"""
BEGIN; SET LOCAL search_path = {SCHEMA_NAME};
SET LOCAL synchronous_commit = {{}}; SET LOCAL lock_timeout = '8s';
SET LOCAL idle_in_transaction_session_timeout = '10s';
"""
_LOOK: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    f" SET LOCAL search_path = {SCHEMA_NAME};"
    " SET LOCAL idle_in_transaction_session_timeout = '600s'"
)
_HELD: Final = 'SELECT "only" FROM log FOR UPDATE'
_THERE: Final = f"SELECT to_regclass('{SCHEMA_NAME}.log')::text"
# Weaker than "on" is not durable; stronger ones are the operator's wish.
_WEAK: Final = frozenset({"off", "local", "remote_write"})


class SharedPlace:
    """The log in the schema of one database."""

    shared = True

    def __init__(self, dsn: str) -> None:
        """Use the database at ``dsn`` (postgresql://…); nothing is connected yet."""
        self._dsn = dsn
        self._idle: queue.LifoQueue[Line] = queue.LifoQueue()
        self._readers = threading.Semaphore(READERS)
        self._commit = "on"

    def connected(self, signer: Signer) -> Database:
        """Return a writer's connection; the tables are made, and the log begun, by the first."""
        line = Line(self._dsn)
        try:
            line.script(f"BEGIN; {LOCK}")
            level = line.execute("SELECT current_setting('synchronous_commit')").fetchone()[0]
            self._commit = "on" if level in _WEAK else level
            if line.execute(_THERE).fetchone()[0] is None:
                # Only where they are missing: making them again would lock them one after the
                # other, against the order in which a writer does.
                line.script(TABLES + INDEXES)
                begun = (signer.public.vkey, signer.sign(0, EMPTY_ROOT))
                line.execute("INSERT INTO log VALUES (1, ?, ?)", begun)
            line.script(f"SET LOCAL search_path = {SCHEMA_NAME}")
            if key_of(line) != signer.public:
                raise NotValidError("log", "it was begun with another key, or under another name")
            line.script("COMMIT")
        except BaseException:
            line.close()
            raise
        return line

    def transaction(self, database: Database) -> AbstractContextManager[None]:
        """Hold the head's row."""
        assert isinstance(database, Line)
        return self._transaction(database)

    @contextmanager
    def _transaction(self, line: Line) -> Iterator[None]:
        try:
            line.script(_BEGIN.format(self._commit) + _HELD)
            yield
            line.script("COMMIT")
        except BaseException:
            with suppress(LedgerUnavailableError):
                if line.open:
                    line.script("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Give a connection in a transaction of its own."""
        if not self._readers.acquire(timeout=_READER_WAIT_S):
            raise LedgerUnavailableError
        try:
            line = self._idle_line()
            try:
                if line.execute(_THERE).fetchone()[0] is None:
                    raise NoSuchEntryError
                yield line
            finally:
                self._give_back(line)
        finally:
            self._readers.release()

    def _idle_line(self) -> Line:
        """Return a line on which a transaction has begun; one that was cut meanwhile is not."""
        with suppress(queue.Empty, LedgerUnavailableError):
            line = self._idle.get_nowait()
            try:
                line.script(_LOOK)
            except BaseException:
                line.close()
                raise
            return line
        line = Line(self._dsn)
        try:
            line.script(_LOOK)
        except BaseException:
            line.close()
            raise
        return line

    def _give_back(self, line: Line) -> None:
        try:
            line.script("ROLLBACK")
        except LedgerUnavailableError:
            line.close()
            return
        self._idle.put(line)

    def write(
        self, database: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Stream them: a statement for each costs the server four times as much."""
        assert isinstance(database, Line)
        database.copy(table, columns, rows)

    def known(self, database: Database, hashes: Sequence[bytes]) -> list[tuple[bytes, int, bytes]]:
        """Ask for all at once."""
        sql = "SELECT key_hash, number, leaf FROM entry WHERE key_hash = ANY (?)"
        return database.execute(sql, (list(hashes),)).fetchall()

    def forget(self, database: Database) -> None:
        """The server keeps its own log of changes: what was erased there stays sealed to a key
        that is destroyed."""

    def exists(self) -> bool:
        """Return whether the log was begun."""
        try:
            with self.reading() as database:
                return database.execute("SELECT vkey FROM log").fetchone() is not None
        except NoSuchEntryError:
            return False

    def bring_back(self, source: Database) -> None:
        """Make the tables and fill them, in one transaction."""
        line = Line(self._dsn)
        try:
            line.script(f"BEGIN; {LOCK}; {TABLES}")
            # Where a log is, its one row stands in the way.
            move(source, line)
            line.script(f"{INDEXES} COMMIT")
        finally:
            line.close()

    def close(self) -> None:
        """Hang up every reader."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
