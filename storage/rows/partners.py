"""Partners: who may receive parts, in which country, with which papers on file.

Room: storage/rows. Awaits the connection it is handed. Names and addresses arrive sealed to the
partner's own subject and are looked up by blind index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.tables.transfer import partner


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner; ``documents`` is JSON: id of a paper to the last day it is good for."""

    id: str
    subject: SubjectId
    name_index: str
    name_sealed: bytes = field(repr=False)
    email_sealed: bytes = field(repr=False)
    country: str
    created_at: float
    documents: str = "{}"
    blocked_at: float | None = None


_COLUMNS = tuple(partner.c[name] for name in PartnerRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: PartnerRow) -> None:
    """Keep a new partner."""
    values = {name: getattr(row, name) for name in PartnerRow.__dataclass_fields__}
    await connection.execute(partner.insert().values(values))


async def by_id(connection: AsyncConnection, partner_id: str) -> PartnerRow | None:
    """Return the partner, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(partner.c.id == partner_id))).first()
    return PartnerRow(*row) if row else None


async def by_name(connection: AsyncConnection, name_index: str) -> PartnerRow | None:
    """Return the partner of this name, or None."""
    wanted = select(*_COLUMNS).where(partner.c.name_index == name_index)
    row = (await connection.execute(wanted)).first()
    return PartnerRow(*row) if row else None


async def every(connection: AsyncConnection) -> Sequence[PartnerRow]:
    """Return all partners, oldest first."""
    rows = await connection.execute(select(*_COLUMNS).order_by(partner.c.created_at, partner.c.id))
    return [PartnerRow(*row) for row in rows]


async def set_blocked(connection: AsyncConnection, partner_id: str, at: float | None) -> None:
    """Block a partner, or with None unblock it."""
    await connection.execute(
        partner.update().where(partner.c.id == partner_id).values(blocked_at=at)
    )


async def set_documents(connection: AsyncConnection, partner_id: str, documents: str) -> None:
    """Replace the papers on file."""
    await connection.execute(
        partner.update().where(partner.c.id == partner_id).values(documents=documents)
    )
