"""Pictures of drawings: what their owner is shown, before and after cleaning.

Room: storage/rows. Awaits the connection it is handed. A picture of an original is entered only
while the original lives, and leaves with it: what is destroyed must not live on as a picture. A
picture of what was cleaned is entered only while that is still what the drawing holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import ObjectId
from storage.rows.tables.intake import drawing, picture

BEFORE: Final = "before"
AFTER: Final = "after"


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One side of a drawing. ``source`` is the upload or object it shows.

    ``object`` is None when no picture could be drawn.
    """

    drawing: str
    side: str
    source: str
    object: ObjectId | None
    report_sealed: bytes = field(repr=False)


_COLUMNS = tuple(picture.c[name] for name in PictureRow.__dataclass_fields__)


async def enter(connection: AsyncConnection, row: PictureRow) -> tuple[bool, ObjectId | None]:
    """Keep a picture; return whether it was wanted, and which object it took the place of.

    It is not wanted when the drawing is gone, holds something else by now or, for the side
    before, its original was destroyed meanwhile; nor when there is such a picture already.
    """
    held = (
        drawing.c.original_destroyed.is_(False) & (drawing.c.upload == row.source)
        if row.side == BEFORE
        else drawing.c.clean_object == row.source
    )
    wanted = select(drawing.c.id).where(drawing.c.id == row.drawing, held)
    if (await connection.execute(wanted)).first() is None:
        return False, None
    where = (picture.c.drawing == row.drawing, picture.c.side == row.side)
    known = select(picture.c.source, picture.c.object).where(*where)
    earlier = (await connection.execute(known)).first()
    if earlier is not None and earlier[0] == row.source:
        return False, None
    await connection.execute(picture.delete().where(*where))
    values = {name: getattr(row, name) for name in PictureRow.__dataclass_fields__}
    await connection.execute(picture.insert().values(values))
    return True, earlier[1] if earlier is not None else None


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
    found: ObjectId | None = (
        await connection.execute(select(picture.c.object).where(*where))
    ).scalar()
    await connection.execute(picture.delete().where(*where))
    return found


async def missing(
    connection: AsyncConnection, states: Sequence[str], *, limit: int
) -> Sequence[str]:
    """Return drawings in any of ``states`` of which a side is still to be drawn, oldest first."""
    mine = picture.c.drawing == drawing.c.id
    before = exists().where(mine, picture.c.side == BEFORE)
    after = exists().where(
        mine, picture.c.side == AFTER, picture.c.source == drawing.c.clean_object
    )
    wanted = (
        select(drawing.c.id)
        .where(
            drawing.c.state.in_(states),
            drawing.c.clean_object.is_not(None),
            ~after | (~before & drawing.c.original_destroyed.is_(False)),
        )
        .order_by(drawing.c.changed_at)
        .limit(limit)
    )
    return [row[0] for row in await connection.execute(wanted)]


async def objects(connection: AsyncConnection) -> set[ObjectId]:
    """Return every object that is a picture."""
    wanted = select(picture.c.object).where(picture.c.object.is_not(None))
    return {row[0] for row in await connection.execute(wanted)}
