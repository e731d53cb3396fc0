"""Connections and transactions, on SQLite or PostgreSQL, with the same statements.

Room: storage/rows. Awaits the database through SQLAlchemy 2 Core. SQLite runs in WAL mode with
synchronous=FULL: what a transaction committed survives ``kill -9`` and a power cut.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, Self

from sqlalchemy import event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.rows.migrations.run import upgrade

_BUSY_S: Final = 30
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"busy_timeout={_BUSY_S * 1000}",
)


class RowsUnavailableError(Exception):
    """The database cannot be reached or does not answer."""


class Rows:
    """The database: transactions that write, and readings that do not."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Work on an engine; see ``open`` for the usual way."""
        self._engine = engine
        # SQLite has one writer; waiting here in turn is kinder than its busy handler.
        self._writer = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to ``url`` (sqlite+aiosqlite or postgresql+asyncpg) and migrate to head.

        Raises:
            RowsUnavailableError: it cannot be reached.
        """
        engine = engine_of(url)
        rows = cls(engine)
        try:
            async with engine.connect() as connection:
                await connection.run_sync(upgrade)
                await connection.commit()
        except (DBAPIError, OSError) as error:
            await engine.dispose()
            raise RowsUnavailableError from error
        return rows

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection whose changes are all durable after the block, or none is.

        Raises:
            RowsUnavailableError: the database went away, or its disk is full; none is.
        """
        if self._writer is None:
            with _answering():
                async with self._engine.begin() as connection:
                    yield connection
            return
        with _answering():
            async with self._writer, self._engine.connect() as connection:
                # Taking the write lock at once avoids a deadlock of two upgrading readers.
                await connection.execute(text("BEGIN IMMEDIATE"))
                yield connection
                await connection.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for statements that change nothing.

        Raises:
            RowsUnavailableError: the database went away.
        """
        with _answering():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection to which the database stands still, whoever writes meanwhile.

        Raises:
            RowsUnavailableError: the database went away.
        """
        still = "BEGIN" if self._writer else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        with _answering():
            async with self._engine.connect() as connection:
                await connection.execute(text(still))
                yield connection

    async def ping(self) -> None:
        """Return if the database answers; raise RowsUnavailableError if not."""
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))


def engine_of(url: str) -> AsyncEngine:
    """Return an engine whose SQLite transactions begin where they are said to, and nowhere else."""
    engine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_pragmas)
        event.listen(engine.sync_engine, "begin", _begin_plainly)
    return engine


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise  # the statement's fault, not the database's
    except (DBAPIError, ConnectionError) as error:
        raise RowsUnavailableError from error


def _set_pragmas(connection: Any, _record: object) -> None:
    # Without this the driver opens transactions itself, and never IMMEDIATE ones.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_plainly(connection: Any) -> None:
    # SQLAlchemy announces a transaction here; ``transaction`` says BEGIN IMMEDIATE itself, and
    # a reading needs none: each of its statements is one.
    del connection
