"""Grants to unseal: asked for by one reviewer, agreed to by another, for a time.

Room: storage/rows. Awaits the connection it is handed. Reasons and questions arrive sealed. A
grant is decided in one statement that also says who may not decide it, so nobody agrees with
themselves, and of two decisions at once exactly one counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.tables.review import unseal_grant

ASKED = "asked"
AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant, sealed to ``subject``, who asked. ``expires_at`` is set when it is agreed to."""

    id: str
    account: str
    subject: SubjectId
    state: str
    reason_sealed: bytes = field(repr=False)
    question_sealed: bytes = field(repr=False)
    duration_s: int
    asked_at: float
    decided_by: str | None = None
    decided_at: float | None = None
    expires_at: float | None = None


_COLUMNS = tuple(unseal_grant.c[name] for name in GrantRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: GrantRow) -> None:
    """Keep a new grant."""
    values = {name: getattr(row, name) for name in GrantRow.__dataclass_fields__}
    await connection.execute(unseal_grant.insert().values(values))


async def by_id(connection: AsyncConnection, grant_id: str) -> GrantRow | None:
    """Return the grant, or None."""
    wanted = select(*_COLUMNS).where(unseal_grant.c.id == grant_id)
    row = (await connection.execute(wanted)).first()
    return GrantRow(*row) if row else None


async def newest(connection: AsyncConnection, *, limit: int) -> Sequence[GrantRow]:
    """Return the newest grants, whoever asked for them."""
    wanted = select(*_COLUMNS).order_by(unseal_grant.c.asked_at.desc(), unseal_grant.c.id)
    return [GrantRow(*row) for row in await connection.execute(wanted.limit(limit))]


async def living(connection: AsyncConnection, account: str, now: float) -> Sequence[GrantRow]:
    """Return an account's grants that were agreed to and are not over."""
    wanted = (
        select(*_COLUMNS)
        .where(
            unseal_grant.c.account == account,
            unseal_grant.c.state == AGREED,
            unseal_grant.c.expires_at > now,
        )
        .order_by(unseal_grant.c.asked_at, unseal_grant.c.id)
    )
    return [GrantRow(*row) for row in await connection.execute(wanted)]


async def decide(
    connection: AsyncConnection,
    grant_id: str,
    state: str,
    by: tuple[str, SubjectId],
    at: float,
    expires_at: float | None,
) -> bool:
    """Agree to a grant or decline it, ``by`` somebody else; return whether that counted.

    ``by`` is an account and its person: neither may be the asker's.
    """
    account, subject = by
    done = await connection.execute(
        unseal_grant.update()
        .where(
            unseal_grant.c.id == grant_id,
            unseal_grant.c.state == ASKED,
            unseal_grant.c.account != account,
            unseal_grant.c.subject != subject,
        )
        .values(state=state, decided_by=account, decided_at=at, expires_at=expires_at)
    )
    return done.rowcount == 1


async def end(connection: AsyncConnection, grant_id: str, account: str, state: str) -> bool:
    """End a grant that is asked for or agreed to; return whether it was.

    Who asked for it may, and so may who agreed to it.
    """
    party = (unseal_grant.c.account == account) | (unseal_grant.c.decided_by == account)
    done = await connection.execute(
        unseal_grant.update()
        .where(unseal_grant.c.id == grant_id, unseal_grant.c.state.in_((ASKED, AGREED)), party)
        .values(state=state)
    )
    return done.rowcount == 1
