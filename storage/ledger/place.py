"""Where a log is kept: what is asked of a database, in words that SQLite and PostgreSQL know.

Room: storage/ledger. Pure: protocols. A place is a SQLite file (storage.ledger.database) or a
schema of a PostgreSQL database (storage.ledger.postgres), which several gateways may share. The
statements are the same for both, with ``?`` for a value; what differs is asked of the place.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from storage.ledger.checkpoint import Signer


class Rows(Protocol):
    """What a statement has found, or how many rows it has changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Any:
        """Return the next row, None when there are no more."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield all rows that are left, without holding them all."""


class Database(Protocol):
    """A connection. Blocking, and used by one thread at a time."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each of many rows."""

    def close(self) -> None:
        """Give the connection up."""


class Place(Protocol):
    """A log's place. Whatever cannot be reached raises an error of ``DAMAGED``, or
    LedgerUnavailableError."""

    @property
    def shared(self) -> bool:
        """Whether other processes may append to the same log."""

    def connected(self, signer: Signer) -> Database:
        """Return a connection for a writer; the log is begun if it is not there.

        Raises:
            NotValidError: it belongs to another key.
        """

    def transaction(self, database: Database) -> AbstractContextManager[None]:
        """Write all of it durably, or nothing; nobody else writes meanwhile."""

    def reading(self) -> AbstractContextManager[Database]:
        """Give a connection that changes nothing and sees one moment.

        Raises:
            NoSuchEntryError: there is no log.
        """

    def write(
        self, database: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Write many new rows into a table."""

    def known(self, database: Database, hashes: Sequence[bytes]) -> list[tuple[bytes, int, bytes]]:
        """Return hash, number and leaf of the entries written under these keys' hashes."""

    def forget(self, database: Database) -> None:
        """Let what was erased also leave the log of changes, where that is ours to say."""


class RestorablePlace(Place, Protocol):
    """A place into which a log can be brought back whole."""

    def exists(self) -> bool:
        """Return whether there is a log.

        Raises:
            LedgerUnavailableError: nobody knows.
        """

    def bring_back(self, source: Database) -> None:
        """Write all of another log into the place, or nothing.

        Raises:
            LedgerUnavailableError: there is a log already, or it cannot be written.
        """
