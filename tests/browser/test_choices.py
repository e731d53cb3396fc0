"""An owner ticks what goes out of a drawing's own words, and waives what cannot be cleaned."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Works
from tests.browser.test_looks import barriers, fits_a_phone
from tests.journeys import drawings

Open = Callable[..., Page]


def _uploaded(page: Page, works: Works, *files: Path, profile: str = "") -> None:
    page.goto(f"{works.url}/parts/new")
    page.locator("#choose").set_input_files(list(files))
    page.get_by_label("Name").fill("Bracket")
    if profile:
        page.get_by_label("Profile").select_option(profile)
    page.get_by_role("button", name="Inspect this part").click()
    expect(page.get_by_role("heading", name="Bracket", exact=True)).to_be_visible()


def test_people_are_ticked_taken_out_and_put_back(
    works: Works, enter: Open, tmp_path: Path
) -> None:
    page = enter("customer")
    sheet = drawings.write(tmp_path, "sheet.svg", drawings.svg())
    _uploaded(page, works, sheet)
    table = page.get_by_role("region", name="Findings in sheet.svg")
    expect(table.get_by_role("checkbox")).to_have_count(3)
    expect(table.get_by_role("row").filter(has_text="W… Z…")).to_contain_text(
        "A label before it announces a person"
    )
    assert barriers(page) == []
    assert fits_a_phone(page)
    page.get_by_role("button", name="Select all people").click()
    expect(table.get_by_role("checkbox", checked=True)).to_have_count(2)
    page.get_by_role("button", name="Take out what is ticked").click()
    expect(table.get_by_text("Replaced", exact=True)).to_have_count(2)
    expect(table.get_by_text("Stays", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Select none").click()
    page.get_by_role("button", name="Take out what is ticked").click()
    expect(table.get_by_text("Stays", exact=True)).to_have_count(3)
    page.get_by_role("button", name="Approve").click()
    expect(table.get_by_role("checkbox")).to_have_count(0)


def test_a_profile_is_explained_and_takes_out_what_it_says(
    works: Works, enter: Open, tmp_path: Path
) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    page.get_by_label("Profile").select_option("strict")
    expect(page.get_by_text("everything personal in the drawing's words")).to_be_visible()
    _uploaded(page, works, drawings.write(tmp_path, "s.svg", drawings.svg()), profile="strict")
    table = page.get_by_role("region", name="Findings in s.svg")
    expect(table.get_by_text("Replaced", exact=True)).to_have_count(3)
    expect(page.get_by_text("Profile: Strict")).to_be_visible()


def test_cleaning_is_waived_taken_back_and_told_to_the_partner(
    works: Works, enter: Open, visit: Open, tmp_path: Path
) -> None:
    works.house.json("partners", "add", "Home Mill", "--email", "h@mill.example", "--country", "CN")
    page = enter("customer")
    _uploaded(page, works, drawings.write(tmp_path, "bracket.prt", drawings.creo()))
    expect(page.get_by_text("In Creo: File > Save As > Save a Copy")).to_be_visible()
    for taken_back in (True, False):
        page.get_by_text("Send it uncleaned after all").click()
        expect(page.get_by_text("crosses no border")).to_be_visible()
        assert barriers(page) == []
        page.get_by_label("I have read this and waive").check()
        page.get_by_role("button", name="Waive the cleaning").click()
        expect(page.get_by_text("Waived", exact=True)).to_be_visible()
        if taken_back:
            page.get_by_role("button", name="Take the waiver back").click()
            expect(page.get_by_text("Send it uncleaned after all")).to_be_visible()
    assert barriers(page) == []
    assert fits_a_phone(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Send to a partner")).to_be_visible()
    page.get_by_label("Partner", exact=True).select_option(label="Home Mill · China (Mainland)")
    page.get_by_label("I have read the above").check()
    page.get_by_role("button", name="Create the link").click()
    link = page.get_by_label("Link", exact=True)
    expect(link).to_have_value(re.compile("/d#dbl_"))
    mill = visit()
    mill.goto(link.input_value())
    mill.get_by_role("button", name="See what was sent").click()
    expect(mill.get_by_text("Not cleaned: waived by its owner")).to_be_visible()
    expect(mill.locator("#held [data-uncleaned]")).to_be_visible()
    assert barriers(mill) == []
