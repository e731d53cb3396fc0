"""One blocking connection to PostgreSQL, spoken to as to SQLite's: ``?`` for a value.

Room: storage/ledger/postgres. Blocking; on asyncpg, with a loop of its own, because the ledger's
writer is a thread and its readers are, too. Statements run inside a transaction, so that what is
found is fetched in pieces; every statement has a deadline.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import asyncpg

from storage.ledger.errors import LedgerUnavailableError

CONNECT_S: Final = 5.0
STATEMENT_S: Final = 10.0
_PIECE_ROWS: Final = 1000
_KEPT_STATEMENTS: Final = 512
_BROKEN: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)
T = TypeVar("T")


class Found:
    """What a statement found; the next piece is fetched when it is asked for."""

    def __init__(self, line: "Line", cursor: Any, rows: list[Any], rowcount: int = -1) -> None:
        """Begin with the first piece."""
        self.rowcount = rowcount
        self._line = line
        self._cursor = cursor
        self._rows = iter(rows)
        self._more = len(rows) == _PIECE_ROWS

    def fetchone(self) -> Any:
        """Return the next row, None when there are no more."""
        row = next(self._rows, None)
        if row is None and self._more:
            rows = self._line.run(self._cursor.fetch(_PIECE_ROWS))
            self._rows, self._more = iter(rows), len(rows) == _PIECE_ROWS
            row = next(self._rows, None)
        return None if row is None else tuple(row)

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        """Yield all rows that are left."""
        while (row := self.fetchone()) is not None:
            yield row


class Line:
    """A connection; opened again by ``script`` when it was lost."""

    def __init__(self, dsn: str) -> None:
        """Connect when first spoken over."""
        self._dsn = dsn
        self._loop = asyncio.new_event_loop()
        self._connection: Any = None

    def run(self, work: Awaitable[T]) -> T:
        """Return what ``work`` returns.

        Raises:
            LedgerUnavailableError: the database refuses, is gone, or does not answer in time.
        """

        async def bounded() -> T:
            async with asyncio.timeout(CONNECT_S + STATEMENT_S):
                return await work

        return self._finished(bounded())

    def _finished(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run_until_complete(work)
        except asyncpg.PostgresError as error:
            raise LedgerUnavailableError from error
        except (*_BROKEN, OSError, TimeoutError) as error:
            # What the server was told, and what it said, no longer fit each other.
            if self.open:
                self._connection.terminate()
            raise LedgerUnavailableError from error

    @property
    def open(self) -> bool:
        """Whether the connection is there, as far as is known."""
        return self._connection is not None and not self._connection.is_closed()

    def script(self, sql: str) -> None:
        """Run statements without values; connect first if need be."""
        if not self.open:
            self._connection = self.run(
                asyncpg.connect(
                    self._dsn,
                    timeout=CONNECT_S,
                    command_timeout=STATEMENT_S,
                    statement_cache_size=_KEPT_STATEMENTS,
                )
            )
        self.run(self._connection.execute(sql))

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Found:
        """Run one statement, within a transaction that ``script`` has begun."""
        numbered = _numbered(sql)
        if not sql.startswith("SELECT"):
            status = self.run(self._connection.execute(numbered, *parameters))
            return Found(self, None, [], int(status.rsplit(" ", 1)[-1]))
        cursor, rows = self.run(self._opened(numbered, parameters))
        return Found(self, cursor, rows)

    async def _opened(self, sql: str, parameters: Sequence[Any]) -> tuple[Any, list[Any]]:
        cursor = await self._connection.cursor(sql, *parameters)
        return cursor, await cursor.fetch(_PIECE_ROWS)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each of many rows, sent together."""
        self.run(self._connection.executemany(_numbered(sql), parameters))

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write many rows of new content."""
        self.run(
            self._connection.copy_records_to_table(
                table, schema_name=None, columns=columns, records=rows
            )
        )

    def close(self) -> None:
        """Hang up, at once if need be."""
        if self.open:
            self._connection.terminate()
        if not self._loop.is_closed():
            # What was terminated is told so in the loop's next rounds.
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()


def _numbered(sql: str) -> str:
    first, *rest = sql.split("?")
    return first + "".join(f"${number}{piece}" for number, piece in enumerate(rest, 1))
