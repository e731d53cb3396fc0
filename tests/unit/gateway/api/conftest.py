"""The whole API over real rooms, spoken to over a real socket on loopback."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from config.settings import Settings
from gateway.api import keys
from gateway.api.app import skeleton
from gateway.assembly import alerts, review, transfer
from gateway.cellar import Cellar
from gateway.identity.accounts import Accounts, Invitation
from gateway.identity.api_keys import ApiKeys
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role
from gateway.identity.sessions import Sessions
from gateway.intake.export import Exports
from gateway.intake.pictures import Pictures
from gateway.ledger_watch import LedgerWatch
from gateway.observability.health import Health
from gateway.observability.metrics import Metrics
from storage.ledger.log import Ledger
from storage.rows.engine import Rows
from storage.sealed.keyring import Keyring
from tests.unit.gateway.doubles import Hands, MemoryJournal
from tests.unit.gateway.intake.conftest import Intake, intake, sealer

__all__ = ["intake", "sealer"]

PASSWORD = "correct horse battery"
Browser = TestClient[web.Request, web.Application]


class Server(TestServer):
    """Runs the application with the options that gateway.assembly gives it."""

    async def _make_runner(self, **_: Any) -> web.AppRunner:
        return web.AppRunner(self.app, access_log=None, auto_decompress=False)


@dataclass
class Front:
    """A running API, its rooms, and ways to call it."""

    app: web.Application
    server: TestServer
    intake: Intake
    journal: MemoryJournal
    clock: Hands
    opened: list[Browser]

    async def browser(self) -> Browser:
        """Return a client with cookies of its own."""
        jar = CookieJar(unsafe=True)
        client: Browser = TestClient(self.server, cookie_jar=jar, raise_for_status=False)
        self.opened.append(client)
        await client.start_server()
        return client

    async def key(self, role: Role, email: str = "somebody@works.example") -> dict[str, str]:
        """Return the headers of a new account's API key."""
        invitation = await self.app[keys.ACCOUNTS].invite(role, email)
        made = await self.app[keys.API_KEYS].create(invitation.account)
        return {"Authorization": f"Bearer {made.secret}"}

    async def invited(self, role: Role, email: str = "jo@works.example") -> Invitation:
        return await self.app[keys.ACCOUNTS].invite(role, email)

    async def signed_in(self, role: Role, email: str = "jo@works.example") -> tuple[Browser, str]:
        """Return a browser with a session, and its CSRF token."""
        browser = await self.browser()
        invitation = await self.invited(role, email)
        answer = await browser.post(
            "/api/v1/invitations/accept",
            json={"token": invitation.token, "password": PASSWORD},
        )
        assert answer.status == 200, await answer.text()
        return browser, (await answer.json())["csrf"]


@pytest.fixture
def quick_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def furnished() -> Callable[[web.Application], None]:
    """What a module's tests put into the application besides; nothing, unless they say so."""
    return lambda _: None


@pytest_asyncio.fixture
async def front(
    rows: Rows,
    keyring: Keyring,
    clock: Hands,
    journal: MemoryJournal,
    intake: Intake,
    quick_passwords: Passwords,
    ledger: Ledger,
    watch: LedgerWatch,
    furnished: Callable[[web.Application], None],
) -> AsyncIterator[Front]:
    app = skeleton()
    app[keys.CLOCK] = clock
    app[keys.METRICS] = Metrics()
    app[keys.SITE] = keys.Site("http://gateway.example", 10_000, 3)
    app[keys.ACCOUNTS] = Accounts(rows, keyring, quick_passwords, clock, 1000, journal)
    app[keys.API_KEYS] = ApiKeys(rows, clock, journal)
    app[keys.SESSIONS] = Sessions(
        rows=rows,
        people=keyring,
        passwords=quick_passwords,
        clock=clock,
        idle_s=600,
        absolute_s=3600,
        attempts=3,
        wait_s=60,
    )
    app[keys.UPLOADS] = intake.uploads
    app[keys.PARTS] = intake.parts
    app[keys.PICTURES] = Pictures(rows, intake.vault, keyring, intake.parts, None)
    app[keys.EXPORTS] = Exports(intake.parts, intake.vault, journal)
    app[keys.LEDGER] = ledger
    app[keys.LEDGER_WATCH] = watch
    cellar = Cellar(rows, keyring, intake.vault, journal, ledger, watch, clock)
    transfer.furnish(app, cellar, Settings())
    review.furnish(app, cellar)
    await alerts.furnish(app, cellar, Settings())
    app[keys.HEALTH] = Health({"ledger": journal.writable}, lambda: {"role": "all"})
    furnished(app)
    server = Server(app)
    running = Front(app, server, intake, journal, clock, [])
    await server.start_server()
    try:
        yield running
    finally:
        for client in running.opened:
            await client.session.close()
        await server.close()


@pytest_asyncio.fixture
async def customer_key(front: Front) -> dict[str, str]:
    return await front.key(Role.CUSTOMER, "customer@works.example")


@pytest_asyncio.fixture
async def program(front: Front) -> Browser:
    return await front.browser()


async def problem(answer: ClientResponse) -> dict[str, Any]:
    """Return an answer's problem document."""
    assert answer.content_type == "application/problem+json", await answer.text()
    document: dict[str, Any] = await answer.json()
    assert document["status"] == answer.status
    return document
