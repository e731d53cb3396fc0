"""The outbox: who is told of an alert, written down with the alert itself.

Room: gateway/notify. Awaits the connection it is handed. A notice holds no text and no address:
both are made when it is sent, from what is still there then.
"""

from base64 import b32encode
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Role
from storage.rows import accounts, notices
from storage.rows.alerts import AlertRow
from storage.rows.connection import Connection
from storage.rows.notices import WAITING, NoticeRow


class Channel(StrEnum):
    """How a notice travels."""

    MAIL = "mail"
    WEBHOOK = "webhook"


# Who gets mail: those who review. The administrator of a small works is one of them.
MAILED: Final = frozenset({Role.REVIEWER, Role.OFFICER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Outbox:
    """Addresses notices."""

    clock: Clock
    mails: bool

    async def put(self, connection: Connection, alert: AlertRow, topic: str) -> None:
        """Put a notice for each who is to be told into the outbox, in the caller's transaction."""
        told = [(Channel.WEBHOOK, hook.id) for hook in await notices.webhooks(connection)]
        if self.mails:
            told += [
                (Channel.MAIL, account.id)
                for account in await accounts.every(connection)
                if account.role in MAILED and account.email_sealed and not account.disabled
            ]
        now = self.clock().timestamp()
        for channel, recipient in told:
            await notices.add(
                connection,
                NoticeRow(
                    id=_id(alert.id, topic, channel, recipient),
                    alert=alert.id,
                    topic=topic,
                    channel=channel,
                    recipient=recipient,
                    state=WAITING,
                    next_at=now,
                    created_at=now,
                ),
            )


def _id(*parts: str) -> str:
    # The same notice has the same id: put twice is put once, and a receiver can tell repeats.
    return b32encode(sha256("/".join(parts).encode()).digest()[:20]).decode().lower()
