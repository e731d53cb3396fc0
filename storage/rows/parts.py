"""Parts and their drawings; the state columns are the truth of the pipeline.

Room: storage/rows. Awaits the connection it is handed. A state changes only from the state its
writer saw, so of two workers on one drawing exactly one succeeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import ObjectId, SubjectId
from storage.rows.tables.intake import drawing, part


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part: a description and its drawings."""

    id: str
    account: str
    subject: SubjectId
    state: str
    name_sealed: bytes = field(repr=False)
    description_sealed: bytes = field(repr=False)
    created_at: float
    clean_description_sealed: bytes | None = field(default=None, repr=False)
    description_report_sealed: bytes | None = field(default=None, repr=False)
    released_at: float | None = None
    profile: str = "supplier"


@dataclass(frozen=True, slots=True)
class DrawingRow:
    """One drawing of a part. ``upload`` names where its original came from.

    ``choice`` is a JSON list of findings to be taken out, made in as many rounds as ``round``
    says. ``waived_at`` says that its owner waived the cleaning: ``clean_object`` then holds the
    original.
    """

    id: str
    part: str
    position: int
    upload: str
    state: str
    attempts: int
    filename_sealed: bytes = field(repr=False)
    changed_at: float
    format: str | None = None
    plain_bytes: int | None = None
    clean_object: ObjectId | None = None
    report_sealed: bytes | None = field(default=None, repr=False)
    original_destroyed: bool = False
    choice: str = "[]"
    round: int = 0
    waived_at: float | None = None
    waived_by: str | None = None
    waiver_terms: str | None = None


_PART = tuple(part.c[name] for name in PartRow.__dataclass_fields__)
_DRAWING = tuple(drawing.c[name] for name in DrawingRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: PartRow, rows: Sequence[DrawingRow]) -> None:
    """Keep a new part with its drawings."""
    values = {name: getattr(row, name) for name in PartRow.__dataclass_fields__}
    await connection.execute(part.insert().values(values))
    for one in rows:
        values = {name: getattr(one, name) for name in DrawingRow.__dataclass_fields__}
        await connection.execute(drawing.insert().values(values))


async def by_id(connection: AsyncConnection, part_id: str) -> PartRow | None:
    """Return the part, or None."""
    row = (await connection.execute(select(*_PART).where(part.c.id == part_id))).first()
    return PartRow(*row) if row else None


async def of_account(
    connection: AsyncConnection, account: str | None, *, limit: int
) -> Sequence[PartRow]:
    """Return an account's newest parts, everybody's for None."""
    wanted = select(*_PART).order_by(part.c.created_at.desc(), part.c.id).limit(limit)
    if account is not None:
        wanted = wanted.where(part.c.account == account)
    return [PartRow(*row) for row in await connection.execute(wanted)]


async def drawings(connection: AsyncConnection, part_id: str) -> Sequence[DrawingRow]:
    """Return a part's drawings in order."""
    wanted = select(*_DRAWING).where(drawing.c.part == part_id).order_by(drawing.c.position)
    return [DrawingRow(*row) for row in await connection.execute(wanted)]


async def drawing_by_id(connection: AsyncConnection, drawing_id: str) -> DrawingRow | None:
    """Return the drawing, or None."""
    row = (await connection.execute(select(*_DRAWING).where(drawing.c.id == drawing_id))).first()
    return DrawingRow(*row) if row else None


async def drawings_in(connection: AsyncConnection, states: Sequence[str]) -> Sequence[str]:
    """Return the ids of drawings in any of ``states``, longest waiting first."""
    wanted = select(drawing.c.id).where(drawing.c.state.in_(states)).order_by(drawing.c.changed_at)
    return [row[0] for row in await connection.execute(wanted)]


async def parts_in(connection: AsyncConnection, states: Sequence[str]) -> Sequence[str]:
    """Return the ids of parts in any of ``states``, oldest first."""
    wanted = select(part.c.id).where(part.c.state.in_(states)).order_by(part.c.created_at)
    return [row[0] for row in await connection.execute(wanted)]


async def waived_among(connection: AsyncConnection, part_ids: Sequence[str]) -> set[str]:
    """Return which of ``part_ids`` hold a drawing whose cleaning was waived."""
    wanted = select(drawing.c.part).where(
        drawing.c.part.in_(part_ids), drawing.c.waived_at.is_not(None)
    )
    return {row[0] for row in await connection.execute(wanted)}


async def change_drawing(
    connection: AsyncConnection,
    drawing_id: str,
    seen: str,
    values: Mapping[str, object],
    *,
    round_seen: int | None = None,
) -> bool:
    """Set columns of a drawing that is still in the state ``seen``; return whether it was.

    ``round_seen`` asks for the round of choices too: what an earlier one led to is stale.
    """
    wanted = drawing.update().where(drawing.c.id == drawing_id, drawing.c.state == seen)
    if round_seen is not None:
        wanted = wanted.where(drawing.c.round == round_seen)
    done = await connection.execute(wanted.values(dict(values)))
    return done.rowcount == 1


async def change_part(
    connection: AsyncConnection, part_id: str, seen: str, values: Mapping[str, object]
) -> bool:
    """Set columns of a part that is still in the state ``seen``; return whether it was."""
    done = await connection.execute(
        part.update().where(part.c.id == part_id, part.c.state == seen).values(dict(values))
    )
    return done.rowcount == 1


async def originals_older_than(connection: AsyncConnection, moment: float) -> Sequence[str]:
    """Return the ids of drawings whose original still exists and whose part is that old."""
    wanted = (
        select(drawing.c.id)
        .join(part, part.c.id == drawing.c.part)
        .where(drawing.c.original_destroyed.is_(False), part.c.created_at <= moment)
    )
    return [row[0] for row in await connection.execute(wanted)]


async def objects(connection: AsyncConnection) -> set[ObjectId]:
    """Return every cleaned object that a drawing holds."""
    wanted = select(drawing.c.clean_object).where(drawing.c.clean_object.is_not(None))
    return {row[0] for row in await connection.execute(wanted)}
