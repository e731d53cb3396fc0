"""A customer makes a part: by mouse, by keyboard alone, over a bad line."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Works
from tests.journeys import drawings

AUTHOR = "Wilhelmina Zauberfluss"
MEBIBYTE = 1024 * 1024

Enter = Callable[..., Page]


def _desk(folder: Path) -> list[Path]:
    return [
        drawings.write(folder, "bracket.pdf", drawings.pdf(AUTHOR)),
        drawings.write(folder, "photo.jpg", drawings.jpeg(AUTHOR)),
    ]


def test_the_first_administrator_comes_in_once(works: Works, visit: Callable[..., Page]) -> None:
    link = works.first_login()
    page = visit()
    page.goto(link)
    page.get_by_label("Your e-mail address").fill("admin@works.example")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/parts")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")

    page.get_by_label("E-mail address").fill("admin@works.example")
    page.get_by_label("Password").fill("wrong horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/parts")

    stranger = visit()
    stranger.goto(link)
    stranger.get_by_label("Your e-mail address").fill("other@works.example")
    stranger.get_by_label("New password").fill(PASSWORD)
    stranger.get_by_role("button", name="Begin").click()
    expect(stranger.get_by_role("alert")).to_contain_text("used already")


def test_two_drawings_are_chosen_inspected_shown_and_approved(
    works: Works, enter: Enter, tmp_path: Path
) -> None:
    page = enter("customer")
    page.get_by_role("link", name="New part").first.click()
    page.locator("#choose").set_input_files(_desk(tmp_path))
    expect(page.locator("#files > li.done")).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("2 of 2")
    page.get_by_label("Name").fill("Bracket")
    page.get_by_label("Description").fill(f"Ten, anodised. Ask {AUTHOR}, w@works.example")
    page.get_by_role("button", name="Inspect this part").click()
    page.wait_for_url(re.compile(r"/parts/[a-z2-7]{32}$"))

    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    for name in ("bracket.pdf", "photo.jpg"):
        drawing = page.get_by_role("article").filter(has_text=name)
        expect(drawing.get_by_role("row").filter(has_text="Person")).to_contain_text("Removed")
        expect(drawing).not_to_contain_text(AUTHOR)
        expect(drawing.get_by_text("What was proved")).to_be_visible()
    expect(page.get_by_role("region", name="Description", exact=True)).to_contain_text("[e-mail]")
    page.get_by_role("link", name="Show values").click()
    expect(page.get_by_role("article").first).to_contain_text(AUTHOR)
    page.get_by_role("link", name="Hide values").click()

    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("article").first).to_contain_text("original destroyed")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def test_a_file_that_cannot_be_cleaned_says_what_to_send_instead(
    works: Works, enter: Enter, tmp_path: Path
) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    page.locator("#choose").set_input_files(
        drawings.write(tmp_path, "broken.pdf", b"%PDF-1.7 and then nothing")
    )
    page.get_by_label("Name").fill("Broken")
    page.get_by_role("button", name="Inspect this part").click()
    expect(page.get_by_text("This part cannot be released")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("Export it again")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def test_the_keyboard_alone_is_enough(works: Works, enter: Enter, tmp_path: Path) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    # Listened for from the start: the browser is told to hand choosers over by a message that
    # nobody waits for, and a key pressed in the same breath may overtake it.
    with page.expect_file_chooser() as chooser:
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "choose":
                break
        expect(page.locator("#choose")).to_be_focused()
        page.keyboard.press("Enter")
    chooser.value.set_files(_desk(tmp_path))
    expect(page.locator("#files > li.done")).to_have_count(2)

    # The second file goes again: its button is after the first one's.
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove: photo.jpg")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#files > li")).to_have_count(1)
    expect(page.locator("#choose")).to_be_focused()

    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)


def test_files_can_be_dropped(works: Works, enter: Enter) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    dropped = page.evaluate_handle(
        """() => { const held = new DataTransfer();
        for (const name of ["a.txt", "b.txt"]) held.items.add(new File(["steel"], name));
        return held; }"""
    )
    page.dispatch_event(".drop", "dragover", {"dataTransfer": dropped})
    expect(page.locator(".drop.over")).to_have_count(1)
    page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    expect(page.locator("#files > li.done")).to_have_count(2)
    expect(page.locator(".drop.over")).to_have_count(0)


def test_progress_is_shown_and_a_lost_line_is_taken_up_again(
    works: Works, enter: Enter, tmp_path: Path
) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": MEBIBYTE}
    line.send("Network.emulateNetworkConditions", slow)
    page.locator("#choose").set_input_files(
        drawings.write(tmp_path, "long.txt", b"steel\n" * (MEBIBYTE // 2))
    )
    state = page.locator("#files [data-part=state]")
    expect(state).to_have_text(re.compile(r"^[1-9]\d? %$"))
    bar = page.evaluate("(({value, max}) => ({value, max}))(document.querySelector('progress'))")
    assert 0 < bar["value"] < bar["max"]

    line.send("Network.emulateNetworkConditions", slow | {"offline": True})
    page.wait_for_timeout(400)
    line.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    expect(page.locator("#files > li.done")).to_have_count(1)


def test_an_interrupted_file_can_be_tried_again(works: Works, enter: Enter, tmp_path: Path) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    page.route("**/api/v1/uploads", lambda route: route.fulfill(status=400, body="no"))
    page.locator("#choose").set_input_files(_desk(tmp_path)[0])
    retry = page.get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    page.get_by_label("Name").fill("Bracket")
    page.get_by_role("button", name="Inspect this part").click()
    expect(page.get_by_role("alert")).to_contain_text("did not arrive")
    page.unroute("**/api/v1/uploads")
    retry.click()
    expect(page.locator("#files > li.done")).to_have_count(1)


def test_nothing_is_made_of_nothing(works: Works, enter: Enter) -> None:
    page = enter("customer")
    page.goto(f"{works.url}/parts/new")
    page.get_by_label("Name").fill("Nothing")
    page.get_by_role("button", name="Inspect this part").click()
    expect(page.get_by_role("alert")).to_contain_text("at least one drawing")
