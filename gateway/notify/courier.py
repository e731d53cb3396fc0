"""The courier: takes what is due out of the outbox, tells the log where it goes, and delivers it.

Room: gateway/notify. Awaits rows, journal, the relay and receivers. A notice is taken before it is
tried, so that of two gateways one sends it, and one that was killed on its way is sent again when
its time comes: delivered at least once, and never without an entry that says to which region.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.alerts.raising import Fields
from gateway.clock import Clock
from gateway.identity.accounts import EMAIL_CONTEXT
from gateway.journal import Happening, Journal, JournalUnavailableError, Note, Party
from gateway.notify.errors import DeliveryError
from gateway.notify.mail import Relay
from gateway.notify.outbox import Channel
from gateway.notify.webhooks import Webhooks
from gateway.notify.words import letter, payload
from gateway.observability.logging import log_of
from storage.ids import SubjectId
from storage.ledger.errors import ErasedError
from storage.rows import accounts, notices
from storage.rows import alerts as rows_of_alerts
from storage.rows.alerts import AlertRow
from storage.rows.engine import Rows
from storage.rows.notices import GIVEN_UP, SENT, NoticeRow
from storage.sealed.errors import KeyShreddedError

log = log_of("gateway.notify")

EVERY_S: Final = 2.0
AT_ONCE: Final = 20
LONGEST_WAIT_S: Final = 6 * 3600.0
# For so many deadlines nobody else tries a notice that was taken: who took it is done by then, or
# was killed.
TAKEN_DEADLINES: Final = 3.0


class Tempers(Protocol):
    """Chance for waits (random.Random is one)."""

    def uniform(self, a: float, b: float) -> float:
        """Return a number between a and b."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often, and how long to wait between."""

    attempts: int
    first_s: float
    chance: Tempers = field(repr=False)

    def wait_s(self, attempts: int) -> float:
        """Return how long to wait after so many attempts: doubling, with a little chance in it."""
        plain = min(self.first_s * 2.0 ** (attempts - 1), LONGEST_WAIT_S)
        return plain * self.chance.uniform(0.8, 1.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Delivers notices."""

    rows: Rows
    fields: Fields
    journal: Journal
    clock: Clock
    house: SubjectId
    webhooks: Webhooks
    relay: Relay | None
    retries: Retries
    url: str

    async def round(self) -> int:
        """Try what is due; return how many notices were delivered. The rest waits longer."""
        now = self.clock().timestamp()
        async with self.rows.reading() as connection:
            due = await notices.due(connection, now, AT_ONCE)
        tries = (self._tried(row, now) for row in due)
        done = await asyncio.gather(*tries, return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
        return done.count(True)

    @property
    def _taken_s(self) -> float:
        return TAKEN_DEADLINES * self.webhooks.deadline_s

    async def _tried(self, row: NoticeRow, now: float) -> bool:
        async with self.rows.transaction() as connection:
            if not await notices.take(connection, row, now + self._taken_s):
                return False
            alert = await rows_of_alerts.by_id(connection, row.alert)
        try:
            if alert is None:
                raise DeliveryError("alert-gone", final=True)
            await self._delivered(row, alert)
        except (KeyShreddedError, ErasedError):
            await self._failed(row, DeliveryError("recipient-gone", final=True))
        except JournalUnavailableError:
            await self._failed(row, DeliveryError("ledger-unavailable"))
        except DeliveryError as error:
            await self._failed(row, error)
        else:
            async with self.rows.transaction() as connection:
                await notices.end(connection, row.id, SENT, self.clock().timestamp())
            return True
        return False

    async def _failed(self, row: NoticeRow, error: DeliveryError) -> None:
        attempts = row.attempts + 1
        final = error.final or attempts >= self.retries.attempts
        log.warning("notice.failed", code=error.code, count=attempts)
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            if final:
                await notices.end(connection, row.id, GIVEN_UP, now, error.code)
            else:
                until = now + self.retries.wait_s(attempts)
                await notices.wait(connection, row.id, until, error.code)

    async def _delivered(self, row: NoticeRow, alert: AlertRow) -> None:
        if row.channel == Channel.MAIL:
            await self._mailed(row, alert)
        else:
            await self._called(row, alert)

    async def _called(self, row: NoticeRow, alert: AlertRow) -> None:
        async with self.rows.reading() as connection:
            hook = await notices.webhook_by_id(connection, row.recipient)
        if hook is None:
            raise DeliveryError("webhook-gone", final=True)
        party = Party(self.house, {"webhook": hook.id})
        await self._tell(row, alert, hook.region, party)
        at = self.clock()
        await self.webhooks.call(hook, row.id, payload(row.topic, alert, at, self.url), at)

    async def _mailed(self, row: NoticeRow, alert: AlertRow) -> None:
        if self.relay is None:
            raise DeliveryError("no-relay", final=True)
        async with self.rows.reading() as connection:
            account = await accounts.by_id(connection, row.recipient)
        if account is None or account.email_sealed is None or account.disabled:
            raise DeliveryError("recipient-gone", final=True)
        sealed = account.email_sealed
        address = (await self.fields.open_field(account.subject, EMAIL_CONTEXT, sealed)).decode()
        party = Party(account.subject, {"account": account.id})
        await self._tell(row, alert, self.relay.region, party)
        at = self.clock()
        subject, text = letter(row.topic, alert, at, self.url)
        await self.relay.send(row.id, address, subject, text, at)

    async def _tell(self, row: NoticeRow, alert: AlertRow, region: str, party: Party) -> None:
        """Tell the log to which region a notice goes, before it does; further attempts are it."""
        note = Note(
            Happening.NOTICE_SENT,
            self.house,
            "gateway",
            {"notice": row.id, "alert": alert.id, "channel": row.channel, "topic": row.topic},
            basis=f"alert:{alert.rule}",
            transfer=alert.transfer,
            recipient=party,
            region=region,
        )
        await self.journal.write(note, key=f"{note.happening}/{row.id}")
