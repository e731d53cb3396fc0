"""Uploads and the sealed chunks they consist of.

Room: storage/rows. Awaits the connection it is handed. The offset moves only together with the
chunk that moves it, and only from where the writer saw it: two writers cannot both succeed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import ObjectId, SubjectId
from storage.rows.tables.intake import upload, upload_chunk


@dataclass(frozen=True, slots=True)
class UploadRow:
    """One upload. ``drawing`` is set once a part was made of it."""

    id: str
    account: str
    subject: SubjectId
    length: int | None
    offset: int
    metadata_sealed: bytes | None = field(repr=False)
    filename_sealed: bytes | None = field(repr=False)
    created_at: float
    expires_at: float
    drawing: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A sealed run of an upload's bytes."""

    start: int
    plain_bytes: int
    object: ObjectId


_COLUMNS = tuple(upload.c[name] for name in UploadRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: UploadRow) -> None:
    """Keep a new upload."""
    values = {name: getattr(row, name) for name in UploadRow.__dataclass_fields__}
    await connection.execute(upload.insert().values(values))


async def by_id(connection: AsyncConnection, upload_id: str) -> UploadRow | None:
    """Return the upload, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(upload.c.id == upload_id))).first()
    return UploadRow(*row) if row else None


async def advance(
    connection: AsyncConnection, seen: UploadRow, grown: UploadRow, chunks: Sequence[Chunk]
) -> bool:
    """Turn the upload from what was ``seen`` into what it has ``grown`` to, by ``chunks``.

    Return whether it still stood where it was seen; if not, nothing was changed.
    """
    done = await connection.execute(
        upload.update()
        .where(upload.c.id == seen.id, upload.c.offset == seen.offset, upload.c.drawing.is_(None))
        .values(offset=grown.offset, length=grown.length, expires_at=grown.expires_at)
    )
    if done.rowcount != 1:
        return False
    for chunk in chunks:
        await connection.execute(
            upload_chunk.insert().values(
                upload=seen.id,
                start=chunk.start,
                plain_bytes=chunk.plain_bytes,
                object=chunk.object,
            )
        )
    return True


async def chunks(connection: AsyncConnection, upload_id: str) -> Sequence[Chunk]:
    """Return an upload's chunks in order."""
    wanted = (
        select(upload_chunk.c.start, upload_chunk.c.plain_bytes, upload_chunk.c.object)
        .where(upload_chunk.c.upload == upload_id)
        .order_by(upload_chunk.c.start)
    )
    return [Chunk(*row) for row in await connection.execute(wanted)]


async def claim(connection: AsyncConnection, upload_id: str, account: str, drawing: str) -> bool:
    """Make a complete, unused upload of this account part of a drawing; return whether it was."""
    done = await connection.execute(
        upload.update()
        .where(
            upload.c.id == upload_id,
            upload.c.account == account,
            upload.c.drawing.is_(None),
            upload.c.length == upload.c.offset,
        )
        .values(drawing=drawing)
    )
    return done.rowcount == 1


async def remove(connection: AsyncConnection, upload_id: str) -> Sequence[ObjectId]:
    """Forget an upload; return the objects that are to be destroyed now."""
    objects = [chunk.object for chunk in await chunks(connection, upload_id)]
    await connection.execute(upload_chunk.delete().where(upload_chunk.c.upload == upload_id))
    await connection.execute(upload.delete().where(upload.c.id == upload_id))
    return objects


async def expired(connection: AsyncConnection, now: float) -> Sequence[str]:
    """Return uploads that nobody made a part of in time."""
    wanted = select(upload.c.id).where(upload.c.expires_at <= now, upload.c.drawing.is_(None))
    return [row[0] for row in await connection.execute(wanted)]


async def usage(connection: AsyncConnection, account: str) -> tuple[int, int]:
    """Return how many unused uploads an account has, and how many bytes they may come to."""
    announced = func.coalesce(upload.c.length, upload.c.offset)
    wanted = select(func.count(), func.coalesce(func.sum(announced), 0)).where(
        upload.c.account == account, upload.c.drawing.is_(None)
    )
    row = (await connection.execute(wanted)).one()
    return int(row[0]), int(row[1])


async def objects(connection: AsyncConnection) -> set[ObjectId]:
    """Return every object that an upload holds."""
    return {row[0] for row in await connection.execute(select(upload_chunk.c.object))}
