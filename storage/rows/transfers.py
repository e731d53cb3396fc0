"""Transfers: which part went to which partner, by which rule; and the ends of them.

Room: storage/rows. Awaits the connection it is handed. Ending a transfer ends its link and its
sessions in the caller's transaction: what rests on a cause ends with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from storage.ids import SubjectId
from storage.rows.tables.intake import part
from storage.rows.tables.transfer import download_session, link, transfer

ACTIVE = "active"
DENIED = "denied"
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One transfer; a denied one has ``reasons`` (JSON) and never a link."""

    id: str
    part: str
    partner: str
    consent: str | None
    state: str
    origin: str
    destination: str
    basis: str
    policy: str
    created_at: float
    ended_at: float | None = None
    mechanism: str | None = None
    reasons: str = "[]"


_COLUMNS = tuple(transfer.c[name] for name in TransferRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: TransferRow) -> None:
    """Keep a new transfer."""
    values = {name: getattr(row, name) for name in TransferRow.__dataclass_fields__}
    await connection.execute(transfer.insert().values(values))


async def by_id(connection: AsyncConnection, transfer_id: str) -> TransferRow | None:
    """Return the transfer, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(transfer.c.id == transfer_id))).first()
    return TransferRow(*row) if row else None


async def of_part(connection: AsyncConnection, part_id: str) -> Sequence[TransferRow]:
    """Return a part's transfers, newest first."""
    wanted = (
        select(*_COLUMNS)
        .where(transfer.c.part == part_id)
        .order_by(transfer.c.created_at.desc(), transfer.c.id)
    )
    return [TransferRow(*row) for row in await connection.execute(wanted)]


async def states_of_partner(
    connection: AsyncConnection, partner_id: str, since: float, until: float
) -> Sequence[str]:
    """Return the states of a partner's transfers ordered in that time, newest first."""
    wanted = (
        select(transfer.c.state)
        .where(
            transfer.c.partner == partner_id,
            transfer.c.created_at >= since,
            transfer.c.created_at < until,
        )
        .order_by(transfer.c.created_at.desc(), transfer.c.id)
    )
    return [row[0] for row in await connection.execute(wanted)]


async def subjects_abroad(
    connection: AsyncConnection, since: float, besides: SubjectId | None = None
) -> int:
    """Return of how many persons parts went to another country since then, ``besides`` apart."""
    wanted = (
        select(func.count(distinct(part.c.subject)))
        .select_from(transfer.join(part, part.c.id == transfer.c.part))
        .where(
            transfer.c.created_at >= since,
            transfer.c.state != DENIED,
            transfer.c.origin != transfer.c.destination,
        )
    )
    if besides is not None:
        wanted = wanted.where(part.c.subject != besides)
    return int((await connection.execute(wanted)).scalar_one())


async def active_of_part(connection: AsyncConnection, part_id: str) -> Sequence[TransferRow]:
    """Return a part's active transfers."""
    return await _active(connection, transfer.c.part == part_id)


async def active_of_consent(connection: AsyncConnection, consent_id: str) -> Sequence[TransferRow]:
    """Return the active transfers that rest on a consent."""
    return await _active(connection, transfer.c.consent == consent_id)


async def active_of_partner(connection: AsyncConnection, partner_id: str) -> Sequence[TransferRow]:
    """Return a partner's active transfers."""
    return await _active(connection, transfer.c.partner == partner_id)


async def active_of_subject(
    connection: AsyncConnection, subject: SubjectId
) -> Sequence[TransferRow]:
    """Return the active transfers of a person's parts."""
    of_subject = select(part.c.id).where(part.c.subject == subject)
    return await _active(connection, transfer.c.part.in_(of_subject))


async def _active(
    connection: AsyncConnection, condition: ColumnElement[bool]
) -> Sequence[TransferRow]:
    wanted = select(*_COLUMNS).where(condition, transfer.c.state == ACTIVE)
    return [TransferRow(*row) for row in await connection.execute(wanted)]


async def end(
    connection: AsyncConnection, transfer_id: str, state: str, at: float
) -> Sequence[str]:
    """End an active transfer, its link and its sessions; return the ids of those sessions.

    Nothing happens to a transfer that is not active.
    """
    done = await connection.execute(
        transfer.update()
        .where(transfer.c.id == transfer_id, transfer.c.state == ACTIVE)
        .values(state=state, ended_at=at)
    )
    if done.rowcount != 1:
        return []
    await connection.execute(
        link.update().where(link.c.transfer == transfer_id).values(opens_left=0)
    )
    ended = await connection.execute(
        download_session.update()
        .where(download_session.c.transfer == transfer_id, download_session.c.ended.is_(False))
        .values(ended=True)
        .returning(download_session.c.id)
    )
    return [row[0] for row in ended]


async def worn_out(connection: AsyncConnection, now: float) -> Sequence[tuple[str, bool]]:
    """Return active transfers that nobody can use any more, and whether time alone ended them.

    Their link is used up or too old, and no session of theirs is alive.
    """
    alive = (
        select(download_session.c.id)
        .where(
            download_session.c.transfer == transfer.c.id,
            download_session.c.ended.is_(False),
            download_session.c.lease_expires_at > now,
        )
        .exists()
    )
    wanted = (
        select(transfer.c.id, link.c.opens_left > 0)
        .join(link, link.c.transfer == transfer.c.id)
        .where(
            transfer.c.state == ACTIVE,
            (link.c.opens_left <= 0) | (link.c.expires_at <= now),
            ~alive,
        )
    )
    return [(row[0], bool(row[1])) for row in await connection.execute(wanted)]
