"""Sightings: from which networks a download session was seen, and what they say of a partner.

Room: storage/rows. Awaits the connection it is handed. A network is known by a keyed hash of it,
a country and an autonomous system only where a database knew them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows.inserting import inserting
from storage.rows.tables.alerts import sighting
from storage.rows.tables.transfer import download_session, transfer


@dataclass(frozen=True, slots=True)
class SightingRow:
    """One session seen from one network; ``country`` or ``asn`` None is unknown."""

    session: str
    network_index: str
    transfer: str
    partner: str
    country: str | None
    asn: int | None
    seen_at: float


_COLUMNS = tuple(sighting.c[name] for name in SightingRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: SightingRow) -> None:
    """Keep a sighting; the first of a session from a network stays."""
    values = {name: getattr(row, name) for name in SightingRow.__dataclass_fields__}
    await connection.execute(
        inserting(connection, sighting).values(values).on_conflict_do_nothing()
    )


async def known(connection: AsyncConnection, session: str, network_index: str) -> bool:
    """Return whether a session was seen from this network before."""
    wanted = select(sighting.c.session).where(
        sighting.c.session == session, sighting.c.network_index == network_index
    )
    return (await connection.execute(wanted)).first() is not None


async def of_transfer(connection: AsyncConnection, transfer_id: str) -> Sequence[SightingRow]:
    """Return where a transfer's sessions were seen, in order of time."""
    wanted = (
        select(*_COLUMNS)
        .where(sighting.c.transfer == transfer_id)
        .order_by(sighting.c.seen_at, sighting.c.session, sighting.c.network_index)
    )
    return [SightingRow(*row) for row in await connection.execute(wanted)]


async def networks_of(connection: AsyncConnection, transfer_id: str) -> int:
    """Return from how many networks one link was used."""
    wanted = select(func.count(distinct(sighting.c.network_index))).where(
        sighting.c.transfer == transfer_id
    )
    return int((await connection.execute(wanted)).scalar_one())


async def countries_of(
    connection: AsyncConnection, partner: str, besides: str, before: float
) -> frozenset[str]:
    """Return in which countries a partner was seen with other transfers before then."""
    wanted = (
        select(sighting.c.country)
        .distinct()
        .where(
            sighting.c.partner == partner,
            sighting.c.transfer != besides,
            sighting.c.seen_at < before,
            sighting.c.country.is_not(None),
        )
    )
    return frozenset(row[0] for row in await connection.execute(wanted))


async def systems_of(
    connection: AsyncConnection, partner: str, besides: str, before: float
) -> frozenset[int]:
    """Return in which autonomous systems a partner was seen with other transfers before then."""
    wanted = (
        select(sighting.c.asn)
        .distinct()
        .where(
            sighting.c.partner == partner,
            sighting.c.transfer != besides,
            sighting.c.seen_at < before,
            sighting.c.asn.is_not(None),
        )
    )
    return frozenset(row[0] for row in await connection.execute(wanted))


async def last_opened_before(
    connection: AsyncConnection, partner: str, besides: str, before: float
) -> float | None:
    """Return when a partner last opened another link before then; None: never."""
    wanted = (
        select(func.max(download_session.c.opened_at))
        .select_from(download_session.join(transfer, transfer.c.id == download_session.c.transfer))
        .where(
            transfer.c.partner == partner,
            transfer.c.id != besides,
            download_session.c.opened_at < before,
        )
    )
    moment = (await connection.execute(wanted)).scalar_one_or_none()
    return float(moment) if moment is not None else None
