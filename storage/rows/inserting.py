"""The one statement that SQLAlchemy writes differently for each database: insert, or else update.

Room: storage/rows. Pure. SQLite and PostgreSQL know the same ``ON CONFLICT``.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert: TypeAlias = postgresql.Insert | sqlite.Insert

_INSERTS: Final[dict[str, Callable[[Table], Insert]]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def inserting(connection: AsyncConnection, table: Table) -> Insert:
    """Return an insert into ``table`` that can say what happens when the row is there."""
    return _INSERTS[connection.dialect.name](table)
