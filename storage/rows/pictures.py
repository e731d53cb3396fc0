"""Pictures of drawings: what their owner is shown, before and after cleaning.

Room: storage/rows. Awaits the connection it is handed. A picture of an original is entered only
while the original lives, and leaves with it: what is destroyed must not live on as a picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import ObjectId
from storage.rows.tables.intake import drawing, picture

BEFORE: Final = "before"
AFTER: Final = "after"
SIDES: Final = (BEFORE, AFTER)


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One side of a drawing. ``object`` is None when no picture could be drawn."""

    drawing: str
    side: str
    object: ObjectId | None
    report_sealed: bytes = field(repr=False)


_COLUMNS = tuple(picture.c[name] for name in PictureRow.__dataclass_fields__)


async def enter(connection: AsyncConnection, row: PictureRow) -> bool:
    """Keep a picture; return whether it was wanted.

    It is not when there is one already, the drawing is gone or, for the side before, its original
    was destroyed meanwhile.
    """
    alive = select(drawing.c.original_destroyed).where(drawing.c.id == row.drawing)
    destroyed = (await connection.execute(alive)).scalar()
    known = select(picture.c.side).where(
        picture.c.drawing == row.drawing, picture.c.side == row.side
    )
    if destroyed is None or (destroyed and row.side == BEFORE):
        return False
    if (await connection.execute(known)).first() is not None:
        return False
    values = {name: getattr(row, name) for name in PictureRow.__dataclass_fields__}
    await connection.execute(picture.insert().values(values))
    return True


async def of_drawing(connection: AsyncConnection, drawing_id: str) -> Sequence[PictureRow]:
    """Return what there is of a drawing."""
    wanted = select(*_COLUMNS).where(picture.c.drawing == drawing_id)
    return [PictureRow(*row) for row in await connection.execute(wanted)]


async def of_part(connection: AsyncConnection, part_id: str) -> Sequence[PictureRow]:
    """Return what there is of a part's drawings."""
    wanted = (
        select(*_COLUMNS)
        .join(drawing, drawing.c.id == picture.c.drawing)
        .where(drawing.c.part == part_id)
    )
    return [PictureRow(*row) for row in await connection.execute(wanted)]


async def remove(connection: AsyncConnection, drawing_id: str, side: str) -> ObjectId | None:
    """Forget one side of a drawing; return the object that is to be destroyed, if any."""
    where = (picture.c.drawing == drawing_id, picture.c.side == side)
    found = (await connection.execute(select(picture.c.object).where(*where))).scalar()
    await connection.execute(picture.delete().where(*where))
    return found


async def missing(
    connection: AsyncConnection, states: Sequence[str], *, limit: int
) -> Sequence[str]:
    """Return drawings in any of ``states`` of which a side is still to be drawn, oldest first."""
    drawn = (
        select(func.count())
        .where(
            picture.c.drawing == drawing.c.id,
            (picture.c.side == AFTER) | drawing.c.original_destroyed.is_(False),
        )
        .scalar_subquery()
    )
    # Of a destroyed original there is nothing left to draw.
    due = case((drawing.c.original_destroyed, 1), else_=2)
    wanted = (
        select(drawing.c.id)
        .where(drawing.c.state.in_(states), drawn < due)
        .order_by(drawing.c.changed_at)
        .limit(limit)
    )
    return [row[0] for row in await connection.execute(wanted)]


async def objects(connection: AsyncConnection) -> set[ObjectId]:
    """Return every object that is a picture."""
    wanted = select(picture.c.object).where(picture.c.object.is_not(None))
    return {row[0] for row in await connection.execute(wanted)}
