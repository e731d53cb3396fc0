"""Every keeper of a promise, for the tests that hold each to it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.rows.engine import Rows
from tests.contract.ledger_places import Kept
from tests.services import postgres
from tests.services.postgres import Postgres

DATABASES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.service),
]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """Yield one PostgreSQL server for all tests of a process."""
    yield from postgres.running()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'rows.sqlite'}"
    server: Postgres = request.getfixturevalue("postgresql")
    return server.database(f"rows_{secrets.token_hex(6)}")


@pytest_asyncio.fixture
async def empty_rows(database_url: str) -> AsyncIterator[Rows]:
    """Yield migrated rows with nothing in them."""
    opened = await Rows.open(database_url)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture(params=DATABASES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Yield where a log may be kept, of each kind in turn; there is none yet."""
    if request.param == "sqlite":
        yield Kept(tmp_path / "ledger.sqlite")
        return
    server: Postgres = request.getfixturevalue("postgresql")
    kept = Kept(server.database(f"log_{secrets.token_hex(6)}").replace("+asyncpg", ""))
    try:
        yield kept
    finally:
        kept.close()
