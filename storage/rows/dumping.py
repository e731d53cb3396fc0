"""All rows as lines of text and back, whichever database they come from or go to.

Room: storage/rows. Awaits the database. A dump is one moment of it, and says which revision of the
tables it is of; it goes into an empty database at that revision, which is then brought to the
newest. Personal columns stay sealed.

    {"rows": 1, "revision": "0003"}
    {"table": "account", "row": {"id": "…", "email_sealed": {"b64": "…"}, …}}
"""

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from alembic import command
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, column, func, inspect, select, table, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.rows.engine import Rows, RowsUnavailableError, engine_of
from storage.rows.migrations.run import configuration, upgrade
from storage.rows.tables import metadata

_VERSION: Final = 1
_AT_ONCE: Final = 500


class DumpUnfitError(Exception):
    """The dump is damaged, or of a newer version than this."""


class NotEmptyError(Exception):
    """There are rows in the database already."""


async def dump(rows: Rows) -> AsyncIterator[bytes]:
    """Yield every row as a line.

    Raises:
        RowsUnavailableError: the database went away.
    """
    async with rows.snapshot() as connection:
        revision = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
        yield _line({"rows": _VERSION, "revision": revision})
        for each in metadata.sorted_tables:
            async with connection.stream(select(each)) as found:
                async for row in found.mappings():
                    kept = {name: _kept(value) for name, value in row.items()}
                    yield _line({"table": each.name, "row": kept})


async def load(url: str, lines: Iterable[bytes]) -> int:
    """Bring dumped rows into an empty database; return how many. All of them, or none.

    Raises:
        DumpUnfitError: a line is none, or of a version that is not known here.
        NotEmptyError: the database holds rows.
        RowsUnavailableError: the database does not answer.
    """
    engine = engine_of(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(_loaded, lines)
    except IntegrityError as error:
        raise DumpUnfitError from error
    except (DBAPIError, OSError) as error:
        raise RowsUnavailableError from error
    finally:
        await engine.dispose()


def _loaded(connection: Connection, untrusted_lines: Iterable[bytes]) -> int:
    if connection.dialect.name == "sqlite":
        # Tables and rows in one transaction: what breaks off leaves neither.
        connection.execute(text("BEGIN IMMEDIATE"))
    if _rows_in(connection):
        raise NotEmptyError
    lines = iter(untrusted_lines)
    try:
        head = _parsed(next(lines, b""))
        if head.get("rows") != _VERSION:
            raise DumpUnfitError
        command.upgrade(configuration(connection), str(head["revision"]))
        count = 0
        batch: list[dict[str, Any]] = []
        name = ""
        for line in lines:
            entry = _parsed(line)
            if entry["table"] != name or len(batch) == _AT_ONCE:
                _insert(connection, name, batch)
                name, batch = entry["table"], []
            batch.append({key: _restored(value) for key, value in entry["row"].items()})
            count += 1
        _insert(connection, name, batch)
    except (CommandError, KeyError, TypeError, AttributeError) as error:
        raise DumpUnfitError from error
    upgrade(connection)
    return count


def _rows_in(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names()) & set(metadata.tables)
    counts = [
        connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in there
    ]
    return any(counts)


def _insert(connection: Connection, name: str, batch: list[dict[str, Any]]) -> None:
    if batch:
        into = table(name, *(column(key) for key in batch[0]))
        connection.execute(into.insert(), batch)


def _kept(value: object) -> object:
    return {"b64": b64encode(value).decode()} if isinstance(value, bytes) else value


def _restored(value: object) -> object:
    return b64decode(value["b64"]) if isinstance(value, dict) else value


def _line(entry: dict[str, object]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise DumpUnfitError from error
    if not isinstance(entry, dict):
        raise DumpUnfitError
    return entry
