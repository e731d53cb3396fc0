"""What proves to be an account: API keys, browser sessions, one-time links. Only their hashes.

Room: storage/rows. Awaits the connection it is handed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.tables.identity import account, api_key, browser_session, invitation


@dataclass(frozen=True, slots=True)
class Holder:
    """The account a credential belongs to."""

    account: str
    subject: SubjectId
    role: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser session and whose it is."""

    holder: Holder
    created_at: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """An API key, by what it is listed and revoked under."""

    id: str
    account: str
    created_at: float
    revoked_at: float | None


_HOLDER = (account.c.id, account.c.subject, account.c.role)
_ENABLED: ColumnElement[bool] = account.c.disabled.is_(False)


async def add_api_key(
    connection: AsyncConnection, key_hash: str, key_id: str, account_id: str, now: float
) -> None:
    """Keep a new API key."""
    await connection.execute(
        api_key.insert().values(key_hash=key_hash, id=key_id, account=account_id, created_at=now)
    )


async def key_holder(connection: AsyncConnection, key_hash: str) -> Holder | None:
    """Return whose unrevoked key this is, None when nobody's."""
    wanted = (
        select(*_HOLDER)
        .join(api_key, api_key.c.account == account.c.id)
        .where(api_key.c.key_hash == key_hash, api_key.c.revoked_at.is_(None), _ENABLED)
    )
    row = (await connection.execute(wanted)).first()
    return Holder(*row) if row else None


async def api_keys(connection: AsyncConnection) -> Sequence[ApiKeyRow]:
    """Return all API keys, newest first."""
    columns = (api_key.c.id, api_key.c.account, api_key.c.created_at, api_key.c.revoked_at)
    rows = await connection.execute(select(*columns).order_by(api_key.c.created_at.desc()))
    return [ApiKeyRow(*row) for row in rows]


async def revoke_api_key(connection: AsyncConnection, key_id: str, now: float) -> bool:
    """Revoke a key; return whether there was one to revoke."""
    done = await connection.execute(
        api_key.update()
        .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount == 1


async def add_session(
    connection: AsyncConnection, token_hash: str, account_id: str, now: float
) -> None:
    """Keep a new browser session."""
    await connection.execute(
        browser_session.insert().values(
            token_hash=token_hash, account=account_id, created_at=now, seen_at=now
        )
    )


async def session(connection: AsyncConnection, token_hash: str) -> SessionRow | None:
    """Return the session, None when there is none or its account is disabled."""
    wanted = (
        select(*_HOLDER, browser_session.c.created_at, browser_session.c.seen_at)
        .join(browser_session, browser_session.c.account == account.c.id)
        .where(browser_session.c.token_hash == token_hash, _ENABLED)
    )
    row = (await connection.execute(wanted)).first()
    return SessionRow(Holder(*row[:3]), row[3], row[4]) if row else None


async def touch_session(connection: AsyncConnection, token_hash: str, now: float) -> None:
    """Note that a session was used."""
    await connection.execute(
        browser_session.update()
        .where(browser_session.c.token_hash == token_hash)
        .values(seen_at=now)
    )


async def end_session(connection: AsyncConnection, token_hash: str) -> None:
    """Forget a session."""
    await connection.execute(
        delete(browser_session).where(browser_session.c.token_hash == token_hash)
    )


async def end_sessions_of(connection: AsyncConnection, account_id: str) -> None:
    """Forget every session of an account."""
    await connection.execute(delete(browser_session).where(browser_session.c.account == account_id))


async def forget_sessions(
    connection: AsyncConnection, seen_before: float, created_before: float
) -> None:
    """Forget sessions that have timed out."""
    stale = or_(
        browser_session.c.seen_at < seen_before, browser_session.c.created_at < created_before
    )
    await connection.execute(delete(browser_session).where(stale))


async def add_invitation(
    connection: AsyncConnection, token_hash: str, account_id: str, expires_at: float
) -> None:
    """Keep a one-time link; earlier unused ones of the account end."""
    await connection.execute(
        delete(invitation).where(invitation.c.account == account_id, invitation.c.used_at.is_(None))
    )
    await connection.execute(
        invitation.insert().values(token_hash=token_hash, account=account_id, expires_at=expires_at)
    )


async def spend_invitation(connection: AsyncConnection, token_hash: str, now: float) -> str | None:
    """Use a one-time link and return its account; None when it is unknown, used or too old.

    The condition stands in the statement, so of two simultaneous clicks exactly one succeeds.
    """
    spent = await connection.execute(
        invitation.update()
        .where(
            invitation.c.token_hash == token_hash,
            invitation.c.used_at.is_(None),
            invitation.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(invitation.c.account)
    )
    row = spent.first()
    return row[0] if row else None


async def invited(connection: AsyncConnection, token_hash: str, now: float) -> str | None:
    """Return the account a usable one-time link is for, None otherwise; nothing is used."""
    wanted = select(invitation.c.account).where(
        invitation.c.token_hash == token_hash,
        invitation.c.used_at.is_(None),
        invitation.c.expires_at > now,
    )
    row = (await connection.execute(wanted)).first()
    return row[0] if row else None
