"""Saved views: a question to the log under a name, of one reviewer or shared with all.

Room: storage/rows. Awaits the connection it is handed. Names and questions arrive sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.tables.review import saved_view


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One saved view, sealed to ``subject``, who saved it."""

    id: str
    account: str
    subject: SubjectId
    shared: bool
    name_sealed: bytes = field(repr=False)
    question_sealed: bytes = field(repr=False)
    created_at: float


_COLUMNS = tuple(saved_view.c[name] for name in ViewRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: ViewRow) -> None:
    """Keep a new view."""
    values = {name: getattr(row, name) for name in ViewRow.__dataclass_fields__}
    await connection.execute(saved_view.insert().values(values))


async def seen_by(connection: AsyncConnection, account: str) -> Sequence[ViewRow]:
    """Return an account's views and everybody's shared ones, oldest first."""
    wanted = (
        select(*_COLUMNS)
        .where(or_(saved_view.c.account == account, saved_view.c.shared.is_(True)))
        .order_by(saved_view.c.created_at, saved_view.c.id)
    )
    return [ViewRow(*row) for row in await connection.execute(wanted)]


async def remove(connection: AsyncConnection, view_id: str, account: str) -> bool:
    """Remove one of an account's own views; return whether it was there."""
    done = await connection.execute(
        saved_view.delete().where(saved_view.c.id == view_id, saved_view.c.account == account)
    )
    return done.rowcount == 1
