"""Download sessions, and which bytes of which drawing each was handed.

Room: storage/rows. Awaits the connection it is handed. A session is known by its token's hash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from storage.rows.inserting import inserting
from storage.rows.tables.transfer import delivery, download_session, transfer
from storage.rows.transfers import ACTIVE


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One download session: what opening a link gives, for the time of its lease."""

    id: str
    token_hash: str
    transfer: str
    opened_at: float
    lease_expires_at: float
    ended: bool = False


_COLUMNS = tuple(download_session.c[name] for name in SessionRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: SessionRow) -> None:
    """Keep a new session."""
    values = {name: getattr(row, name) for name in SessionRow.__dataclass_fields__}
    await connection.execute(download_session.insert().values(values))


async def alive(connection: AsyncConnection, token_hash: str, now: float) -> SessionRow | None:
    """Return the session of this token if it and its transfer live, None otherwise."""
    return await _living(connection, download_session.c.token_hash == token_hash, now)


async def by_token(connection: AsyncConnection, token_hash: str) -> SessionRow | None:
    """Return the session of this token, living or not, or None."""
    wanted = select(*_COLUMNS).where(download_session.c.token_hash == token_hash)
    row = (await connection.execute(wanted)).first()
    return SessionRow(*row) if row else None


async def still_alive(connection: AsyncConnection, session_id: str, now: float) -> bool:
    """Return whether a session and its transfer live."""
    return await _living(connection, download_session.c.id == session_id, now) is not None


async def _living(
    connection: AsyncConnection, which: ColumnElement[bool], now: float
) -> SessionRow | None:
    wanted = (
        select(*_COLUMNS)
        .join(transfer, transfer.c.id == download_session.c.transfer)
        .where(
            which,
            download_session.c.ended.is_(False),
            download_session.c.lease_expires_at > now,
            transfer.c.state == ACTIVE,
        )
    )
    row = (await connection.execute(wanted)).first()
    return SessionRow(*row) if row else None


async def of_transfer(connection: AsyncConnection, transfer_id: str) -> Sequence[SessionRow]:
    """Return a transfer's sessions, oldest first."""
    wanted = (
        select(*_COLUMNS)
        .where(download_session.c.transfer == transfer_id)
        .order_by(download_session.c.opened_at, download_session.c.id)
    )
    return [SessionRow(*row) for row in await connection.execute(wanted)]


async def end_expired(connection: AsyncConnection, now: float) -> None:
    """End every session whose lease is over."""
    await connection.execute(
        download_session.update()
        .where(download_session.c.ended.is_(False), download_session.c.lease_expires_at <= now)
        .values(ended=True)
    )


async def record(
    connection: AsyncConnection, session_id: str, drawing: str, start: int, stop: int
) -> None:
    """Remember that bytes ``start`` to ``stop`` (exclusive) of a drawing were handed over."""
    handed = inserting(connection, delivery).values(
        session=session_id, drawing=drawing, start=start, stop=stop
    )
    await connection.execute(
        handed.on_conflict_do_update(
            index_elements=[delivery.c.session, delivery.c.drawing, delivery.c.start],
            set_={"stop": handed.excluded.stop},
            where=handed.excluded.stop > delivery.c.stop,
        )
    )


async def files_of_partner(
    connection: AsyncConnection, partner_id: str, since: float, until: float
) -> int:
    """Return how many files a partner was handed something of, in sessions opened in that time."""
    handed = (
        select(delivery.c.session, delivery.c.drawing)
        .join(download_session, download_session.c.id == delivery.c.session)
        .join(transfer, transfer.c.id == download_session.c.transfer)
        .where(
            transfer.c.partner == partner_id,
            download_session.c.opened_at >= since,
            download_session.c.opened_at < until,
        )
        .distinct()
        .subquery()
    )
    counted = await connection.execute(select(func.count()).select_from(handed))
    return int(counted.scalar_one())


async def delivered(
    connection: AsyncConnection, session_id: str
) -> Mapping[str, Sequence[tuple[int, int]]]:
    """Return the ranges handed over by drawing, each in order of its start."""
    wanted = (
        select(delivery.c.drawing, delivery.c.start, delivery.c.stop)
        .where(delivery.c.session == session_id)
        .order_by(delivery.c.drawing, delivery.c.start)
    )
    ranges: dict[str, list[tuple[int, int]]] = {}
    for drawing, start, stop in await connection.execute(wanted):
        ranges.setdefault(drawing, []).append((start, stop))
    return ranges
