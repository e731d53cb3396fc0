"""Webhooks, and the outbox of notices: what waits, what was tried, what became of it.

Room: storage/rows. Awaits the connection it is handed. Addresses and secrets arrive sealed. A
notice is put into the outbox in the transaction of what it tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.inserting import inserting
from storage.rows.tables.alerts import notice, webhook

WAITING: Final = "waiting"
SENT: Final = "sent"
GIVEN_UP: Final = "given-up"


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """One webhook; ``region`` is where its receiver stands."""

    id: str
    subject: SubjectId
    url_sealed: bytes = field(repr=False)
    secret_sealed: bytes = field(repr=False)
    region: str
    created_at: float
    removed_at: float | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice to one recipient: a webhook's id or an account's."""

    id: str
    alert: str
    topic: str
    channel: str
    recipient: str
    state: str
    next_at: float
    created_at: float
    attempts: int = 0
    ended_at: float | None = None
    failure: str | None = None


_WEBHOOK = tuple(webhook.c[name] for name in WebhookRow.__dataclass_fields__)
_NOTICE = tuple(notice.c[name] for name in NoticeRow.__dataclass_fields__)


async def add_webhook(connection: AsyncConnection, row: WebhookRow) -> None:
    """Keep a new webhook."""
    values = {name: getattr(row, name) for name in WebhookRow.__dataclass_fields__}
    await connection.execute(webhook.insert().values(values))


async def webhooks(connection: AsyncConnection) -> Sequence[WebhookRow]:
    """Return the webhooks that were not removed, oldest first."""
    wanted = select(*_WEBHOOK).where(webhook.c.removed_at.is_(None))
    rows = await connection.execute(wanted.order_by(webhook.c.created_at, webhook.c.id))
    return [WebhookRow(*row) for row in rows]


async def webhook_by_id(connection: AsyncConnection, webhook_id: str) -> WebhookRow | None:
    """Return the webhook if it is there and was not removed."""
    wanted = select(*_WEBHOOK).where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None))
    row = (await connection.execute(wanted)).first()
    return WebhookRow(*row) if row else None


async def remove_webhook(connection: AsyncConnection, webhook_id: str, at: float) -> bool:
    """Remove a webhook, and what it is sealed in; return whether it was there."""
    done = await connection.execute(
        webhook.update()
        .where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None))
        .values(removed_at=at, url_sealed=b"", secret_sealed=b"")
    )
    return done.rowcount == 1


async def add(connection: AsyncConnection, row: NoticeRow) -> None:
    """Put a notice into the outbox; one that is there stays."""
    values = {name: getattr(row, name) for name in NoticeRow.__dataclass_fields__}
    await connection.execute(inserting(connection, notice).values(values).on_conflict_do_nothing())


async def due(connection: AsyncConnection, now: float, limit: int) -> Sequence[NoticeRow]:
    """Return notices whose time has come, those first that wait longest."""
    wanted = (
        select(*_NOTICE)
        .where(notice.c.state == WAITING, notice.c.next_at <= now)
        .order_by(notice.c.next_at, notice.c.id)
        .limit(limit)
    )
    return [NoticeRow(*row) for row in await connection.execute(wanted)]


async def take(connection: AsyncConnection, row: NoticeRow, until: float) -> bool:
    """Take a notice for one attempt: nobody else finds it due before ``until``.

    Returns whether it was still to be had; of two who take it, one gets it.
    """
    done = await connection.execute(
        notice.update()
        .where(
            notice.c.id == row.id,
            notice.c.state == WAITING,
            notice.c.attempts == row.attempts,
            notice.c.next_at == row.next_at,
        )
        .values(attempts=row.attempts + 1, next_at=until)
    )
    return done.rowcount == 1


async def wait(connection: AsyncConnection, notice_id: str, until: float, failure: str) -> None:
    """Let a notice wait for another attempt."""
    await connection.execute(
        notice.update()
        .where(notice.c.id == notice_id, notice.c.state == WAITING)
        .values(next_at=until, failure=failure)
    )


async def end(
    connection: AsyncConnection, notice_id: str, state: str, at: float, failure: str | None = None
) -> None:
    """End a notice: sent, or given up."""
    await connection.execute(
        notice.update()
        .where(notice.c.id == notice_id)
        .values(state=state, ended_at=at, failure=failure)
    )


async def of_alert(connection: AsyncConnection, alert_id: str) -> Sequence[NoticeRow]:
    """Return what was sent, or is to be sent, of one alert."""
    wanted = select(*_NOTICE).where(notice.c.alert == alert_id)
    rows = await connection.execute(wanted.order_by(notice.c.created_at, notice.c.id))
    return [NoticeRow(*row) for row in rows]
