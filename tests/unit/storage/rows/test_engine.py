"""Transactions: all or nothing, one writer at a time, and a name for a database that went away."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows.engine import Rows, RowsUnavailableError


@pytest.fixture
async def rows(tmp_path: Path) -> AsyncIterator[Rows]:
    opened = await Rows.open(f"sqlite+aiosqlite:///{tmp_path / 'rows.sqlite'}")
    async with opened.transaction() as connection:
        await connection.execute(text("CREATE TABLE thing (id TEXT PRIMARY KEY, body BLOB)"))
    yield opened
    await opened.close()


async def _add(connection: AsyncConnection, name: str, size: int = 1) -> None:
    await connection.execute(
        text("INSERT INTO thing VALUES (:name, zeroblob(:size))"), {"name": name, "size": size}
    )


async def _names(rows: Rows) -> set[str]:
    async with rows.reading() as connection:
        return {row[0] for row in await connection.execute(text("SELECT id FROM thing"))}


async def test_a_transaction_that_breaks_leaves_nothing(rows: Rows) -> None:
    async def broken() -> None:
        async with rows.transaction() as connection:
            await _add(connection, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await _names(rows) == set()


async def test_writers_wait_for_one_another(rows: Rows) -> None:
    async def write(name: str) -> None:
        async with rows.transaction() as connection:
            await _add(connection, name)
            await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await asyncio.gather(*(write(f"{n}") for n in range(20)))
    assert len(await _names(rows)) == 20


async def test_a_full_disk_keeps_nothing_and_the_next_transaction_succeeds(rows: Rows) -> None:
    async def too_much() -> None:
        async with rows.transaction() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar()
            await connection.execute(text(f"PRAGMA max_page_count={pages}"))
            await _add(connection, "small")
            await _add(connection, "large", 1_000_000)

    for _ in range(2):
        with pytest.raises(RowsUnavailableError):
            await too_much()
    async with rows.transaction() as connection:
        await connection.execute(text("PRAGMA max_page_count=1000000"))
        await _add(connection, "after")
    assert await _names(rows) == {"after"}


async def test_a_name_taken_is_told_as_such(rows: Rows) -> None:
    async def twice() -> None:
        async with rows.transaction() as connection:
            await _add(connection, "a")
            await _add(connection, "a")

    with pytest.raises(IntegrityError):
        await twice()
    assert await _names(rows) == set()


async def test_a_file_that_is_no_database_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "rows.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(RowsUnavailableError):
        await Rows.open(f"sqlite+aiosqlite:///{tmp_path / 'rows.sqlite'}")


async def test_it_answers_until_it_does_not(rows: Rows, tmp_path: Path) -> None:
    await rows.ping()
    await rows.close()
    await asyncio.to_thread(shutil.rmtree, tmp_path)
    with pytest.raises(RowsUnavailableError):
        await rows.ping()
