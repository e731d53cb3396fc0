"""Consents: which subject agreed to which partner, for what, told what; and when no longer.

Room: storage/rows. Awaits the connection it is handed. A consent is never changed but once, when
it is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.tables.transfer import consent


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One consent; ``notice`` is the SHA-256 of what was shown before it was given."""

    id: str
    subject: SubjectId
    partner: str
    purpose: str
    notice: str
    given_at: float
    withdrawn_at: float | None = None


_COLUMNS = tuple(consent.c[name] for name in ConsentRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: ConsentRow) -> None:
    """Keep a new consent."""
    values = {name: getattr(row, name) for name in ConsentRow.__dataclass_fields__}
    await connection.execute(consent.insert().values(values))


async def by_id(connection: AsyncConnection, consent_id: str) -> ConsentRow | None:
    """Return the consent, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(consent.c.id == consent_id))).first()
    return ConsentRow(*row) if row else None


async def newest(
    connection: AsyncConnection, subject: SubjectId, partner: str, purpose: str
) -> ConsentRow | None:
    """Return a subject's newest consent to a partner for a purpose, withdrawn or not."""
    wanted = (
        select(*_COLUMNS)
        .where(
            consent.c.subject == subject,
            consent.c.partner == partner,
            consent.c.purpose == purpose,
        )
        # One that stands counts before one that was withdrawn in the same moment.
        .order_by(consent.c.given_at.desc(), consent.c.withdrawn_at.is_not(None), consent.c.id)
        .limit(1)
    )
    row = (await connection.execute(wanted)).first()
    return ConsentRow(*row) if row else None


async def of_subject(connection: AsyncConnection, subject: SubjectId) -> Sequence[ConsentRow]:
    """Return a subject's consents, newest first."""
    wanted = (
        select(*_COLUMNS)
        .where(consent.c.subject == subject)
        .order_by(consent.c.given_at.desc(), consent.c.id)
    )
    return [ConsentRow(*row) for row in await connection.execute(wanted)]


async def withdraw(connection: AsyncConnection, consent_id: str, at: float) -> bool:
    """Withdraw a consent; return whether it stood until now."""
    done = await connection.execute(
        consent.update()
        .where(consent.c.id == consent_id, consent.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    return done.rowcount == 1
