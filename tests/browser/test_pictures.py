"""Before and after on the page of a part: seen, zoomed, moved together, laid over each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Works
from tests.browser.test_looks import barriers, fits_a_phone
from tests.journeys import drawings

Visit = Callable[..., Page]
DRAWN_MS = 120_000


@pytest.fixture(scope="module")
def part(works: Works, tmp_path_factory: pytest.TempPathFactory) -> str:
    desk = tmp_path_factory.mktemp("desk")
    files = [
        drawings.write(desk, "plate.dxf", drawings.dxf("Wilhelmina Zauberfluss")),
        drawings.write(desk, "notes.txt", b"Ask w.zauberfluss@works.example"),
    ]
    sent = works.house.json("send", *files, "--part", "Plate", "--description", "Two plates")
    return str(sent["part"])


def opened(works: Works, visit: Visit, part: str, **options: Any) -> Page:
    page = visit(**options)
    page.set_extra_http_headers({"Authorization": f"Bearer {works.house.key}"})
    page.goto(f"{works.url}/parts/{part}")
    return page


def place(pane: Locator) -> list[float]:
    found: list[float] = pane.evaluate("one => [one.scrollLeft, one.scrollTop]")
    return found


def test_both_pictures_come_by_themselves_and_move_together(
    works: Works, visit: Visit, part: str
) -> None:
    page = opened(works, visit, part)
    box = page.get_by_role("region", name="Pictures of plate.dxf")
    mine = box.get_by_role("img", name="plate.dxf as you sent it")
    theirs = box.get_by_role("img", name="plate.dxf as the partner will get it")
    # Waited for without a reload, and really there.
    expect(mine).to_be_visible(timeout=DRAWN_MS)
    expect(theirs).to_be_visible()
    for one in (mine, theirs):
        expect(one).to_have_js_property("complete", True)
        assert one.evaluate("one => one.naturalWidth") > 1000
    expect(box).to_contain_text("the same, pixel for pixel")

    panes = box.locator("div.pane")
    box.get_by_role("button", name="Zoom in").click()
    box.get_by_role("button", name="Zoom in").click()
    expect(box.locator("output")).to_have_text("200 %")
    panes.nth(0).evaluate("one => { one.scrollLeft = 120; one.scrollTop = 40; }")
    # The page's policy forbids evaluating strings, and with them Playwright's own waiting.
    for _ in range(100):
        if place(panes.nth(1)) == pytest.approx([120, 40], abs=2):
            break
        page.wait_for_timeout(50)
    assert place(panes.nth(1)) == pytest.approx([120, 40], abs=2)

    # The same by keys alone.
    panes.nth(1).focus()
    page.keyboard.press("0")
    expect(box.locator("output")).to_have_text("100 %")
    page.keyboard.press("+")
    expect(box.locator("output")).to_have_text("150 %")

    box.get_by_role("slider").fill("50")
    over = panes.nth(0).locator(".over")
    assert "50%" in over.evaluate("one => one.style.clipPath")
    box.get_by_role("slider").fill("0")
    expect(over).to_have_count(0)

    box.get_by_text("A second opinion").click()
    expect(box.get_by_role("row", name="Entities")).to_be_visible()
    assert barriers(page) == []
    assert fits_a_phone(page)


def test_a_drawing_without_a_picture_says_why(works: Works, visit: Visit, part: str) -> None:
    page = opened(works, visit, part, locale="zh-CN")
    box = page.get_by_role("region", name="notes.txt 的图像")
    expect(box).to_contain_text("此类文件没有图像", timeout=DRAWN_MS)
    expect(box.get_by_role("img")).to_have_count(0)
    assert barriers(page) == []


def test_when_the_original_is_gone_its_picture_is_too(
    works: Works, visit: Visit, tmp_path: Path
) -> None:
    file = drawings.write(tmp_path, "sheet.pdf", drawings.pdf("Wilhelmina Zauberfluss"))
    sent = works.house.json("send", file, "--part", "Sheet", "--description", "One")
    page = opened(works, visit, str(sent["part"]))
    box = page.get_by_role("region", name="Pictures of sheet.pdf")
    expect(box.get_by_role("img")).to_have_count(2, timeout=DRAWN_MS)
    page.get_by_role("button", name="Approve and destroy the originals").click()
    expect(page.get_by_text("original destroyed")).to_be_visible()
    expect(box.get_by_role("img")).to_have_count(1)
    expect(box).not_to_contain_text("Yours")
