"""A courier on real rows and a real log, with an alert to tell of."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest_asyncio

from gateway.alerts.raising import Raising
from gateway.clock import system_clock
from gateway.household import household
from gateway.identity.accounts import EMAIL_CONTEXT
from gateway.identity.roles import Caller, Role
from gateway.ledger_journal import LedgerJournal
from gateway.notify.addresses import Addresses
from gateway.notify.courier import Courier, Retries
from gateway.notify.mail import Relay, Tls
from gateway.notify.outbox import Outbox
from gateway.notify.webhooks import Webhooks
from storage.ids import SubjectId
from storage.ledger.log import Ledger
from storage.rows import accounts, notices
from storage.rows.engine import Rows
from storage.rows.notices import NoticeRow
from storage.sealed.keyring import Keyring
from tests.unit.gateway.alerts.yard import Yard, visitor, yard_of
from tests.unit.gateway.conftest import make_caller
from tests.unit.gateway.doubles import Hands

ADDRESS = "w.zauberfluss@works.example"


class Ahead:
    """The real time, and a bit more when the test says so."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(
            system_clock().timestamp() + self.ahead_s, system_clock().tzinfo
        )


@dataclass
class Post:
    """A courier, and what it delivers."""

    yard: Yard
    house: SubjectId
    clock: Ahead
    webhooks: Webhooks
    admin: Caller
    reviewer: Caller
    courier: Callable[[Relay | None], Courier]

    async def alert(self) -> str:
        """Raise an alert; return its id."""
        await self.yard.contradicted(await self.yard.transfer(), visitor("FR"))
        await self.yard.patrol.round()
        return (await self.yard.alerts())[0].row.id

    async def notices(self, alert: str) -> list[NoticeRow]:
        async with self.yard.rows.reading() as connection:
            return list(await notices.of_alert(connection, alert))


def relay_at(port: int, tls: Tls = Tls.NONE, **more: object) -> Relay:
    return Relay("127.0.0.1", port, tls, "gateway@works.example", "SG", 5.0, **more)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def post(
    rows: Rows,
    keyring: Keyring,
    ledger: Ledger,
    ledger_journal: LedgerJournal,
    clock: Hands,
    customer: Caller,
) -> Post:
    yard = await yard_of(rows, keyring, ledger, ledger_journal, clock, customer)
    house, now = await household(rows, keyring), Ahead()
    # The hands of the yard's clock stand in another year; notices are due at once.
    raising = Raising(rows, ledger_journal, keyring, now, house, Outbox(now, mails=True))
    object.__setattr__(yard.patrol, "raising", raising)
    webhooks = Webhooks(
        *(rows, keyring, ledger_journal, now, house), Addresses(allow_private=True), deadline_s=5.0
    )
    reviewer = await make_caller(rows, keyring, Role.REVIEWER)
    async with rows.transaction() as connection:
        sealed = await keyring.seal_field(reviewer.subject, EMAIL_CONTEXT, ADDRESS.encode())
        await accounts.set_email(connection, reviewer.account, "index", sealed)

    def courier(relay: Relay | None) -> Courier:
        return Courier(
            rows=rows,
            fields=keyring,
            journal=ledger_journal,
            clock=now,
            house=house,
            webhooks=webhooks,
            relay=relay,
            retries=Retries(3, 10.0, random.Random(1)),
            url="https://gateway.example",
        )

    admin = await make_caller(rows, keyring, Role.ADMIN)
    return Post(yard, house, now, webhooks, admin, reviewer, courier)
