"""The whole way in three browsers: a customer sends, a partner receives, a reviewer reads."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Works
from tests.browser.test_looks import barriers, fits_a_phone
from tests.journeys import drawings

AUTHOR = "Wilhelmina Zauberfluss"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def partner(works: Works) -> str:
    """Return the name of a partner the law lets parts go to."""
    works.house.json(
        "partners", "add", "Example Mill", "--email", "m@mill.example", "--country", "DE"
    )
    return "Example Mill"


def released(page: Page, works: Works, desk: Path) -> None:
    """Make a part of two drawings as this customer, and approve it."""
    page.goto(f"{works.url}/parts/new")
    page.locator("#choose").set_input_files(
        [
            drawings.write(desk, "bracket.pdf", drawings.pdf(AUTHOR)),
            drawings.write(desk, "photo.jpg", drawings.jpeg(AUTHOR)),
        ]
    )
    page.get_by_label("Name").fill("Bracket")
    page.get_by_label("Description").fill("Ten. Ask w@works.example")
    page.get_by_role("button", name="Inspect this part").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Send to a partner")).to_be_visible()


def sent(page: Page, partner: str, code: str = "") -> str:
    """Send the part on this page and return the link."""
    page.get_by_label("Partner", exact=True).select_option(label=f"{partner} · Germany")
    page.get_by_label("Code").fill(code)
    page.get_by_label("I have read the above").check()
    page.get_by_role("button", name="Create the link").click()
    expect(page.get_by_text("shown this once")).to_be_visible()
    return page.get_by_label("Link", exact=True).input_value()


def opened(page: Page, link: str, code: str = "") -> None:
    """Follow a link to its files."""
    page.goto(link)
    page.get_by_role("button", name="See what was sent").click()
    page.get_by_label("I accept these terms").check()
    if code:
        page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Open and show").click()


def test_a_part_goes_from_customer_to_partner_and_stands_in_the_log(
    works: Works, enter: Open, visit: Open, partner: str, tmp_path: Path
) -> None:
    customer = enter("customer")
    released(customer, works, tmp_path / "desk")
    customer.get_by_label("Partner", exact=True).select_option(label=f"{partner} · Germany")
    customer.get_by_role("button", name="Create the link").click()
    denial = customer.get_by_role("alert").filter(has_text="may not go")
    expect(denial.get_by_role("listitem")).to_have_count(1)
    expect(denial).to_contain_text("consent to this partner is missing")
    expect(customer.get_by_role("row").filter(has_text="Denied")).to_be_visible()

    link = sent(customer, partner)
    expect(customer.get_by_role("row").filter(has_text="Active")).to_be_visible()
    assert barriers(customer) == []
    assert fits_a_phone(customer)

    mill = visit()
    opened(mill, link)
    for name in ("bracket.pdf", "photo.jpg", "description.txt"):
        entry = mill.get_by_role("listitem").filter(has_text=name)
        with mill.expect_download() as fetching:
            entry.get_by_role("link", name="Download").click()
        data = fetching.value.path().read_bytes()
        assert fetching.value.suggested_filename == name
        assert hashlib.sha256(data).hexdigest() == entry.locator("[data-fill=sha256]").inner_text()
        assert b"Wilhelmina" not in data
        assert b"w@works" not in data
    with mill.expect_download() as fetching:
        mill.get_by_role("button", name="Get the receipt").click()
    receipt = json.loads(fetching.value.path().read_text())
    assert receipt["complete"] is True
    expect(mill.get_by_text("Everything arrived whole")).to_be_visible()
    assert barriers(mill) == []
    assert fits_a_phone(mill)

    # The tab is loaded anew: the session goes on, the link is not opened again.
    mill.reload()
    expect(mill.get_by_role("link", name="Download")).to_have_count(3)
    late = visit()
    late.goto(link)
    late.get_by_role("button", name="See what was sent").click()
    expect(late.get_by_role("alert")).to_contain_text("cannot be opened")

    reviewer = enter("reviewer")
    reviewer.goto(f"{works.url}/review")
    for told in ("Allowed", "Denied"):
        expect(reviewer.get_by_role("link", name=f"CN → DE, {told}: 1")).to_be_visible()
    for words in ("Transfer denied", "Transfer decided", "Link opened", "Download completed"):
        expect(reviewer.get_by_role("row").filter(has_text=words).first).to_be_visible()
    reviewer.get_by_label("What", exact=True).select_option("transfer.decided")
    reviewer.get_by_role("button", name="Filter").click()
    entries = reviewer.get_by_role("region", name="Entries").last
    expect(entries.get_by_role("row")).to_have_count(2)
    entries.get_by_role("link", name="Transfer decided").click()
    expect(reviewer.get_by_text("To whom")).to_be_visible()
    with reviewer.expect_download() as fetching:
        reviewer.get_by_role("link", name="Download the proof").click()
    assert fetching.value.path().read_text().startswith("c2sp.org/tlog-proof@v1")
    assert barriers(reviewer) == []
    assert fits_a_phone(reviewer)


def test_loading_and_looking_use_nothing_up_and_a_code_is_asked_for(
    works: Works, enter: Open, visit: Open, partner: str, tmp_path: Path
) -> None:
    customer = enter("customer")
    released(customer, works, tmp_path / "desk")
    link = sent(customer, partner, code="4711-green")

    asked: list[str] = []
    for _ in range(3):
        scanner = visit()
        scanner.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        scanner.goto(link, wait_until="networkidle")
    assert asked
    assert all(one.startswith("GET ") for one in asked)
    assert not [one for one in asked if link.rpartition("#")[2] in one]

    mill = visit()
    opened(mill, link, code="4711-grey")
    expect(mill.get_by_role("alert")).to_contain_text("access code")
    mill.get_by_label("Code").fill("4711-green")
    mill.get_by_role("button", name="Open and show").click()
    expect(mill.get_by_role("link", name="Download")).to_have_count(3)


def test_revoking_kills_the_link(
    works: Works, enter: Open, visit: Open, partner: str, tmp_path: Path
) -> None:
    customer = enter("customer")
    released(customer, works, tmp_path / "desk")
    link = sent(customer, partner)
    customer.once("dialog", lambda dialog: dialog.accept())
    customer.get_by_role("button", name="Revoke").click()
    expect(customer.get_by_role("row").filter(has_text="Revoked")).to_be_visible()
    mill = visit()
    mill.goto(link)
    mill.get_by_role("button", name="See what was sent").click()
    expect(mill.get_by_role("alert")).to_contain_text("cannot be opened")


def test_an_administrator_adds_partners_and_people(works: Works, visit: Open) -> None:
    page = visit()
    page.set_extra_http_headers({"Authorization": f"Bearer {works.house.key}"})
    page.goto(f"{works.url}/partners")
    page.get_by_label("Name", exact=True).fill("Second Mill")
    page.get_by_label("E-mail address").fill("s@mill.example")
    page.get_by_label("Country").select_option("FR")
    page.get_by_role("button", name="Add partner").click()
    article = page.get_by_role("article").filter(has_text="Second Mill")
    expect(article).to_contain_text("France")
    article.get_by_text("Papers on file: 0").click()
    article.get_by_label("Transfer risk assessment").fill("2031-01-31")
    article.get_by_role("button", name="Save the papers").click()
    expect(article.get_by_text("Papers on file: 1")).to_be_visible()
    assert barriers(page) == []
    assert fits_a_phone(page)

    page.goto(f"{works.url}/people")
    page.get_by_label("E-mail address").fill("new@works.example")
    page.get_by_label("Role").select_option("reviewer")
    page.get_by_role("button", name="Make a one-time link").click()
    expect(page.get_by_label("One-time link")).to_have_value(re.compile("/invite#dbi_"))
    page.get_by_role("button", name="Make an API key").click()
    expect(page.get_by_label("API key", exact=True)).to_have_value(re.compile("^dbk_"))
    assert barriers(page) == []
