"""A real gateway, Debian's Chromium, and people in front of it.

Every page is watched: an error in the console, a broken promise of the content policy or an
uncaught exception fails the test that saw it.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.journeys.house import House

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PASSWORD = "correct horse battery"
DESK = {"width": 1280, "height": 800}
WAIT_MS = 20_000
# A refusal's status is expected where a test provokes it; everything else is a fault.
EXPECTED = "Failed to load resource"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Watch:
    """What went wrong on any page."""

    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.set_default_timeout(WAIT_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and EXPECTED not in message.text:
            self.faults.append(message.text)


@dataclass
class Works:
    """The gateway under test and its first administrator."""

    house: House

    @property
    def url(self) -> str:
        return self.house.url

    def first_login(self) -> str:
        return str(json.loads((self.house.data / "first-admin.json").read_text())["login_link"])

    def invited(self, role: str, email: str) -> str:
        status, made = self.house.ask("POST", "/api/v1/invitations", {"role": role, "email": email})
        assert status == 201, made
        return str(made["link"])


# For a module and no longer: while Playwright runs, its loop is in this thread, and the
# asynchronous tests of other modules could not have one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("Chromium is not installed: run tests/services/install")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Works]:
    room = tmp_path_factory.mktemp("works")
    house = House(data=room / "data", log=room / "serve.log", pictures=True).start()
    try:
        yield Works(house)
    finally:
        house.stop()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Yield what opens a browser of somebody new; all they saw must have been faultless."""
    watch = Watch()
    opened: list[BrowserContext] = []

    def new(**options: Any) -> Page:
        context = chromium.new_context(viewport=DESK, **{"locale": "en-GB"} | options)
        opened.append(context)
        return watch.over(context.new_page())

    yield new
    for context in opened:
        context.close()
    assert watch.faults == []


@pytest.fixture
def enter(works: Works, visit: Callable[..., Page]) -> Callable[..., Page]:
    """Return what lets somebody in by a fresh invitation."""

    def come(role: str, email: str | None = None, **options: Any) -> Page:
        address = email or f"{role}-{os.urandom(4).hex()}@works.example"
        page = visit(**options)
        page.goto(works.invited(role, address))
        page.locator("#password").fill(PASSWORD)
        page.locator("button.first").click()
        page.wait_for_url(lambda url: "/invite" not in url)
        return page

    return come
