"""Every page, in every place it is used: without barriers, without faults, without overflow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, Works
from tests.journeys import drawings

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
GRAVE = {"serious", "critical"}
PHONE = {"width": 390, "height": 844}

Visit = Callable[..., Page]

OPEN = ("/login", "/first#token", "/invite#token", "/d", "/d#token", "/nowhere")
INSIDE = ("/parts", "/parts/new", "/review", "/review/entries/0", "/alerts", "/people", "/nowhere")


def barriers(page: Page) -> list[str]:
    """Return what axe-core calls serious on this page, with where it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def fits_a_phone(page: Page) -> bool:
    """Return whether nothing is wider than a phone."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert size is not None
    page.set_viewport_size(size)
    return bool(width <= PHONE["width"])


@pytest.fixture(scope="module")
def part(works: Works, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a part of two drawings, with a description, as the administrator."""
    desk = tmp_path_factory.mktemp("desk")
    files = [
        drawings.write(desk, "bracket.pdf", drawings.pdf("Wilhelmina Zauberfluss")),
        drawings.write(desk, "photo.jpg", drawings.jpeg("Wilhelmina Zauberfluss")),
    ]
    sent = works.house.json(
        "send", *files, "--part", "Bracket", "--description", "Ask w@works.example"
    )
    return str(sent["part"])


@pytest.fixture
def administrator(works: Works, visit: Visit) -> Visit:
    """Return what opens a browser that is signed in as the administrator with the part."""

    def come(**options: Any) -> Page:
        page = visit(**options)
        page.set_extra_http_headers({"Authorization": f"Bearer {works.house.key}"})
        return page

    return come


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", OPEN)
def test_the_open_pages_have_no_barriers(
    works: Works, visit: Visit, path: str, scheme: str
) -> None:
    page = visit(color_scheme=scheme)
    page.goto(works.url + path)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert barriers(page) == []
    assert fits_a_phone(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_inside_have_no_barriers(
    works: Works, administrator: Visit, part: str, scheme: str
) -> None:
    page = administrator(color_scheme=scheme)
    for path in (*INSIDE, f"/parts/{part}", f"/parts/{part}?values=true"):
        page.goto(works.url + path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert barriers(page) == [], path
        assert fits_a_phone(page), path


def test_chinese_pages_are_chinese_and_the_choice_stays(works: Works, visit: Visit) -> None:
    page = visit(locale="zh-CN")
    page.goto(f"{works.url}/login")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.get_by_label("电子邮箱").fill("nobody@works.example")
    page.get_by_label("密码").fill("wrong horse battery")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("有误")
    assert barriers(page) == []

    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{works.url}/d#token")
    expect(page.get_by_role("heading", name="Drawings for you")).to_be_visible()


def test_the_barrier_finder_finds_barriers(works: Works, visit: Visit) -> None:
    """Otherwise every test above would hold for any page."""
    page = visit()
    page.goto(f"{works.url}/login")
    page.evaluate("document.querySelector('label').remove()")
    assert [one for one in barriers(page) if one.startswith("label:")]


def test_the_watch_hears_of_a_broken_content_policy(works: Works, chromium: Browser) -> None:
    watch = Watch()
    with chromium.new_context() as context:
        page = watch.over(context.new_page())
        page.goto(f"{works.url}/login")
        assert watch.faults == []
        page.evaluate("document.body.setAttribute('style', 'color: red')")
        page.wait_for_timeout(100)
        assert any("Content Security Policy" in fault for fault in watch.faults)
