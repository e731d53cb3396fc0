"""The migrations lead to the tables of the code, and back, on every database there is."""

import pytest_asyncio
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.rows.migrations.run import configuration, upgrade
from storage.rows.tables import metadata


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncConnection:
    engine = create_async_engine(database_url)
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


async def test_the_newest_revision_is_what_the_code_says(connection: AsyncConnection) -> None:
    def differences(sync: Connection) -> list[object]:
        upgrade(sync)
        context = MigrationContext.configure(sync, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await connection.run_sync(differences) == []


async def test_every_revision_can_be_undone(connection: AsyncConnection) -> None:
    def there_and_back(sync: Connection) -> set[str]:
        upgrade(sync)
        command.downgrade(configuration(sync), "base")
        left = set(inspect(sync).get_table_names())
        upgrade(sync)
        return left

    assert await connection.run_sync(there_and_back) <= {"alembic_version"}


async def test_from_every_released_state_the_newest_is_reached(
    connection: AsyncConnection,
) -> None:
    def step_by_step(sync: Connection) -> set[str]:
        config = configuration(sync)
        scripts = ScriptDirectory.from_config(config)
        revisions = [script.revision for script in reversed(list(scripts.walk_revisions()))]
        assert len(revisions) > 1
        for revision in revisions:
            command.downgrade(config, "base")
            command.upgrade(config, revision)
            upgrade(sync)
        return set(inspect(sync).get_table_names())

    assert await connection.run_sync(step_by_step) >= set(metadata.tables)
