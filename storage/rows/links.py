"""Links: opened so often, until then, with a code perhaps; known by the hash of their token.

Room: storage/rows. Awaits the connection it is handed. Opening is one statement with all its
conditions in it, so of two who open at once the one that comes too late gets nothing.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows.tables.transfer import link, transfer
from storage.rows.transfers import ACTIVE


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link. ``code_hash`` is a keyed hash, None when no code is asked for."""

    token_hash: str
    transfer: str
    expires_at: float
    opens_left: int
    code_attempts_left: int
    code_hash: str | None = None


_COLUMNS = tuple(link.c[name] for name in LinkRow.__dataclass_fields__)
_OF_ACTIVE = select(transfer.c.id).where(transfer.c.state == ACTIVE)


async def add(connection: AsyncConnection, row: LinkRow) -> None:
    """Keep a new link."""
    values = {name: getattr(row, name) for name in LinkRow.__dataclass_fields__}
    await connection.execute(link.insert().values(values))


async def usable(connection: AsyncConnection, token_hash: str, now: float) -> LinkRow | None:
    """Return a link that could be opened now, None for every other; nothing changes."""
    wanted = select(*_COLUMNS).where(
        link.c.token_hash == token_hash,
        link.c.expires_at > now,
        link.c.opens_left > 0,
        link.c.code_attempts_left > 0,
        link.c.transfer.in_(_OF_ACTIVE),
    )
    row = (await connection.execute(wanted)).first()
    return LinkRow(*row) if row else None


async def by_token(connection: AsyncConnection, token_hash: str) -> LinkRow | None:
    """Return the link of this token, usable or not, or None."""
    row = (
        await connection.execute(select(*_COLUMNS).where(link.c.token_hash == token_hash))
    ).first()
    return LinkRow(*row) if row else None


async def extend(
    connection: AsyncConnection, transfer_id: str, expires_at: float, now: float
) -> bool:
    """Let a link live longer; return whether it was one that could still be opened."""
    done = await connection.execute(
        link.update()
        .where(
            link.c.transfer == transfer_id,
            link.c.expires_at > now,
            link.c.opens_left > 0,
            link.c.transfer.in_(_OF_ACTIVE),
        )
        .values(expires_at=expires_at)
    )
    return done.rowcount == 1


async def of_transfer(connection: AsyncConnection, transfer_id: str) -> LinkRow | None:
    """Return a transfer's link, None for a denied one."""
    wanted = select(*_COLUMNS).where(link.c.transfer == transfer_id)
    row = (await connection.execute(wanted)).first()
    return LinkRow(*row) if row else None


async def open_once(
    connection: AsyncConnection, token_hash: str, code_hash: str | None, now: float
) -> str | None:
    """Use one opening of a link and return its transfer; None when it cannot be opened so."""
    opened = await connection.execute(
        link.update()
        .where(
            link.c.token_hash == token_hash,
            link.c.expires_at > now,
            link.c.opens_left > 0,
            link.c.code_attempts_left > 0,
            or_(link.c.code_hash.is_(None), link.c.code_hash == code_hash),
            link.c.transfer.in_(_OF_ACTIVE),
        )
        .values(opens_left=link.c.opens_left - 1)
        .returning(link.c.transfer)
    )
    row = opened.first()
    return row[0] if row else None


async def count_wrong_code(connection: AsyncConnection, token_hash: str) -> int:
    """Take one attempt from a link that asks for a code; return how many are left."""
    counted = await connection.execute(
        link.update()
        .where(
            link.c.token_hash == token_hash,
            link.c.code_hash.is_not(None),
            link.c.code_attempts_left > 0,
        )
        .values(code_attempts_left=link.c.code_attempts_left - 1)
        .returning(link.c.code_attempts_left)
    )
    row = counted.first()
    return row[0] if row else 0
