"""A reviewer's ten minutes: find, look, prove, take away, and check it where no gateway is."""

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Works
from tests.browser.test_looks import barriers
from tests.journeys import drawings
from tests.journeys.house import drawbridge

Open = Callable[..., Page]


def _sent(works: Works, desk: Path, name: str, country: str) -> None:
    """Send one drawing to a partner in ``country`` and have it fetched there."""
    made = works.house.json(
        "partners", "add", name, "--email", "m@mill.example", "--country", country
    )
    drawing = drawings.write(desk, "bracket.pdf", drawings.pdf("Wilhelmina Zauberfluss"))
    way = ("--part", "Bracket", "--to", made["id"], "--consent", "--approve")
    sent = works.house.json("send", drawing, *way)
    works.house.json("fetch", sent["link"], "-o", desk / "inbox")


def test_what_went_to_one_country_is_found_seen_proved_and_verified_elsewhere(
    works: Works, enter: Open, tmp_path: Path
) -> None:
    _sent(works, tmp_path / "one", "Mill in Germany", "DE")
    _sent(works, tmp_path / "two", "Mill in France", "FR")
    page = enter("reviewer")
    page.goto(f"{works.url}/review")
    expect(page.get_by_role("link", name="CN → FR, Allowed: 1")).to_be_visible()

    page.get_by_role("link", name="This month").click()
    page.get_by_label("To", exact=True).fill("DE")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(r"dst=DE"))
    expect(page.get_by_role("link", name="CN → DE, Allowed: 1")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("→ FR"))).to_have_count(0)
    entries = page.get_by_role("region", name="Entries").last
    expect(entries.get_by_role("row").filter(has_text="Download completed")).to_be_visible()

    entries.get_by_role("link", name="Download completed").click()
    page.get_by_role("link", name=re.compile(r"^[a-z2-7]{32}$")).click()
    expect(page).to_have_url(re.compile(r"transfer=[a-z2-7]{32}"))
    for words in ("Transfer decided", "Link opened", "Download started", "Download completed"):
        expect(page.get_by_role("row").filter(has_text=words)).to_be_visible()
    page.get_by_role("link", name="Transfer decided").click()
    with page.expect_download() as fetching:
        page.get_by_role("link", name="Download the proof").click()
    assert fetching.value.path().read_text().startswith("c2sp.org/tlog-proof@v1")
    assert barriers(page) == []

    bundle = _taken(page, works, tmp_path / "elsewhere")
    checked = drawbridge("ledger", "audit-export", bundle, "--vkey", "log.vkey", "--json")
    assert checked.returncode == 1  # the key is not where this was asked from
    checked = drawbridge(
        *("ledger", "audit-export", bundle.name, "--vkey", "log.vkey", "--json"), cwd=bundle.parent
    )
    assert checked.returncode == 0, checked.stderr.decode()
    found = json.loads(checked.stdout)
    assert found["complete"] is True
    assert found["rows"] > 3
    assert not found["relies_on_gateway"]


def _taken(page: Page, works: Works, elsewhere: Path) -> Path:
    """Export what went to Germany with its proof, and return the bundle beside the log's key."""
    elsewhere.mkdir()
    page.goto(f"{works.url}/review?dst=DE")
    page.get_by_text("Export what fits").click()
    page.get_by_label("What is proved").select_option(label="And none that fits is missing")
    with page.expect_download() as fetching:
        page.get_by_role("button", name="Export", exact=True).click()
    bundle = elsewhere / "bundle.zip"
    fetching.value.save_as(bundle)
    with urllib.request.urlopen(f"{works.url}/ledger/log.vkey", timeout=30) as answer:
        (elsewhere / "log.vkey").write_bytes(answer.read())
    return bundle
