"""Accounts: who may sign in, as what, and how their failed logins count.

Room: storage/rows. Awaits the connection it is handed. E-mail addresses arrive sealed and are
looked up by blind index; passwords arrive hashed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.inserting import inserting
from storage.rows.tables.identity import account, login_failure


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; ``password_hash`` is None until its invitation was accepted."""

    id: str
    subject: SubjectId
    role: str
    created_at: float
    email_index: str | None = None
    email_sealed: bytes | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    disabled: bool = False


_COLUMNS = tuple(account.c[name] for name in AccountRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: AccountRow) -> None:
    """Keep a new account."""
    values = {name: getattr(row, name) for name in AccountRow.__dataclass_fields__}
    await connection.execute(account.insert().values(values))


async def by_id(connection: AsyncConnection, account_id: str) -> AccountRow | None:
    """Return the account, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(account.c.id == account_id))).first()
    return AccountRow(*row) if row else None


async def by_email(connection: AsyncConnection, email_index: str) -> AccountRow | None:
    """Return the account with this address, or None."""
    wanted = select(*_COLUMNS).where(account.c.email_index == email_index)
    row = (await connection.execute(wanted)).first()
    return AccountRow(*row) if row else None


async def every(connection: AsyncConnection) -> Sequence[AccountRow]:
    """Return all accounts, oldest first."""
    rows = await connection.execute(select(*_COLUMNS).order_by(account.c.created_at))
    return [AccountRow(*row) for row in rows]


async def forget(connection: AsyncConnection, subject: SubjectId) -> None:
    """Close the account of somebody who was erased: no address, no password, no way in."""
    await connection.execute(
        account.update()
        .where(account.c.subject == subject)
        .values(email_index=None, email_sealed=None, password_hash=None, disabled=True)
    )


async def set_email(
    connection: AsyncConnection, account_id: str, email_index: str, email_sealed: bytes
) -> None:
    """Give an account its address."""
    await connection.execute(
        account.update()
        .where(account.c.id == account_id)
        .values(email_index=email_index, email_sealed=email_sealed)
    )


async def set_password(connection: AsyncConnection, account_id: str, password_hash: str) -> None:
    """Replace an account's password hash."""
    await connection.execute(
        account.update().where(account.c.id == account_id).values(password_hash=password_hash)
    )


async def failures(connection: AsyncConnection, email_index: str) -> tuple[int, float]:
    """Return how often in a row a login failed for this address, and when last."""
    wanted = select(login_failure.c.count, login_failure.c.last_at)
    row = (
        await connection.execute(wanted.where(login_failure.c.email_index == email_index))
    ).first()
    return (row[0], row[1]) if row else (0, 0.0)


async def count_failure(
    connection: AsyncConnection, email_index: str, now: float, since: float
) -> int:
    """Count a failed login and return how many there were; those until ``since`` are forgiven.

    One statement: of many guesses at once each counts.
    """
    failed = inserting(connection, login_failure).values(
        email_index=email_index, count=1, last_at=now
    )
    forgiven = login_failure.c.last_at <= since
    counted = await connection.execute(
        failed.on_conflict_do_update(
            index_elements=[login_failure.c.email_index],
            set_={"count": case((forgiven, 1), else_=login_failure.c.count + 1), "last_at": now},
        ).returning(login_failure.c.count)
    )
    return int(counted.scalar_one())


async def clear_failures(connection: AsyncConnection, email_index: str) -> None:
    """Forget the failed logins of one address."""
    await connection.execute(
        login_failure.delete().where(login_failure.c.email_index == email_index)
    )


async def forget_failures(connection: AsyncConnection, before: float) -> None:
    """Forget failures last seen before then: guesses at unknown addresses do not pile up."""
    await connection.execute(login_failure.delete().where(login_failure.c.last_at < before))
