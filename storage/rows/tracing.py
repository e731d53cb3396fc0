"""Which transfers and which keys of the log belong to a partner, a part or a link.

Room: storage/rows. Awaits the connection it is handed. The log's leaves name none of these, so
that nobody can tell from them which transfers were of one part; the rows can.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from storage.rows.tables.intake import part
from storage.rows.tables.transfer import consent, delivery, download_session, link, transfer


@dataclass(frozen=True, slots=True)
class Carried:
    """How many bytes one download session was handed, between which countries, by which rule."""

    opened_at: float
    src: str
    dst: str
    basis: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Which:
    """Which transfers; None means any."""

    transfer: str | None = None
    partner: str | None = None
    part: str | None = None
    src: str | None = None
    dst: str | None = None
    basis: str | None = None

    def conditions(self) -> Iterator[tuple[ColumnElement[str], str]]:
        """Yield each column that is asked for, with its value."""
        asked = (
            (transfer.c.id, self.transfer),
            (transfer.c.partner, self.partner),
            (transfer.c.part, self.part),
            (transfer.c.origin, self.src),
            (transfer.c.destination, self.dst),
            (transfer.c.basis, self.basis),
        )
        for column, value in asked:
            if value is not None:
                yield column, value


async def transfers_of_partner(connection: AsyncConnection, partner_id: str) -> Sequence[str]:
    """Return the ids of all transfers to a partner, denied ones too."""
    wanted = select(transfer.c.id).where(transfer.c.partner == partner_id)
    return [row[0] for row in await connection.execute(wanted)]


async def transfers_of_part(connection: AsyncConnection, part_id: str) -> Sequence[str]:
    """Return the ids of all transfers of a part, denied ones too."""
    wanted = select(transfer.c.id).where(transfer.c.part == part_id)
    return [row[0] for row in await connection.execute(wanted)]


async def transfer_of_link(connection: AsyncConnection, token_hash: str) -> str | None:
    """Return the transfer of the link whose token has this SHA-256, None without one."""
    wanted = select(link.c.transfer).where(link.c.token_hash == token_hash)
    row = (await connection.execute(wanted)).first()
    return row[0] if row else None


async def consents_to(connection: AsyncConnection, partner_id: str) -> Sequence[str]:
    """Return the ids of all consents to a partner, withdrawn ones too."""
    wanted = select(consent.c.id).where(consent.c.partner == partner_id)
    return [row[0] for row in await connection.execute(wanted)]


async def owner_of(connection: AsyncConnection, part_id: str) -> str | None:
    """Return the account that a part belongs to, None when there is no such part."""
    row = (await connection.execute(select(part.c.account).where(part.c.id == part_id))).first()
    return row[0] if row else None


async def carried(
    connection: AsyncConnection, since: float, until: float, which: Which
) -> AsyncIterator[Carried]:
    """Yield what sessions opened from ``since`` until before ``until`` were handed.

    Every byte counts once a session, however often it was asked for.
    """
    wanted = (
        select(
            download_session.c.opened_at,
            transfer.c.origin,
            transfer.c.destination,
            transfer.c.basis,
            func.sum(delivery.c.stop - delivery.c.start),
        )
        .select_from(delivery)
        .join(download_session, download_session.c.id == delivery.c.session)
        .join(transfer, transfer.c.id == download_session.c.transfer)
        .where(download_session.c.opened_at >= since, download_session.c.opened_at < until)
        .group_by(download_session.c.id, download_session.c.opened_at, transfer.c.id)
    )
    for column, value in which.conditions():
        wanted = wanted.where(column == value)
    async with connection.stream(wanted) as rows:
        async for opened_at, src, dst, basis, size in rows:
            yield Carried(opened_at, src, dst, basis, int(size))
