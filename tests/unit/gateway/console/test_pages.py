"""Pages: who sees which, what is escaped, what is never in them."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from gateway.console.pages import TEMPLATES, moment, size
from tests.unit.gateway.console.conftest import Building, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

AUTHOR = "mara@works.example"


async def _settled(person: Person, part: str) -> str:
    for _ in range(200):
        _, text = await person.see(f"/parts/{part}")
        if "data-working" not in text:
            return text
        await asyncio.sleep(0.05)
    raise AssertionError("the inspection does not end")


async def test_who_is_not_signed_in_is_asked_to(building: Building) -> None:
    stranger = await building.stranger()
    for path in ("/", "/parts", "/parts/new", "/parts/x", "/review", "/people"):
        answer, _ = await stranger.see(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/login"), path
    for path in ("/login", "/first", "/invite", "/d"):
        answer, text = await stranger.see(path)
        assert answer.status == 200, path
        assert "<nav" not in text


async def test_everybody_is_led_to_their_own_place(
    customer: Person, reviewer: Person, admin: Person
) -> None:
    for person, place in ((customer, "/parts"), (reviewer, "/review"), (admin, "/parts")):
        answer, _ = await person.see("/")
        assert answer.headers["Location"] == place
        answer, _ = await person.see("/login")
        assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("path", "customers", "reviewers"),
    [
        ("/parts", 200, 403),
        ("/parts/new", 200, 403),
        ("/review", 403, 200),
        ("/people", 403, 403),
        ("/partners", 403, 403),
    ],
)
async def test_a_place_is_for_its_role(
    customer: Person, reviewer: Person, admin: Person, path: str, customers: int, reviewers: int
) -> None:
    for person, status in ((customer, customers), (reviewer, reviewers), (admin, 200)):
        answer, text = await person.see(path)
        assert answer.status == status
        assert answer.content_type == "text/html"
        assert ("<h1>You may not do this" in text) is (status == 403)


async def test_what_somebody_wrote_stays_words(building: Building, customer: Person) -> None:
    script = "<script>alert(1)</script> \"'&"
    part = await building.part(customer, script, script)
    text = await _settled(customer, part)
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    _, text = await customer.see("/parts")
    assert "<script>alert" not in text


async def test_values_are_masked_until_asked_for(building: Building, customer: Person) -> None:
    part = await building.part(customer, "Bracket", f"Questions to {AUTHOR}")
    text = await _settled(customer, part)
    drawings = text[text.index("<article") : text.index("</article>")]
    assert AUTHOR not in drawings
    assert "E-mail" in drawings
    _, shown = await customer.see(f"/parts/{part}?values=true")
    assert AUTHOR in shown[shown.index("<article") : shown.index("</article>")]


async def test_a_part_is_its_owners_alone(
    building: Building, customer: Person, admin: Person
) -> None:
    part = await building.part(customer, "Bracket", "steel")
    answer, text = await admin.see(f"/parts/{part}")
    assert answer.status == 404
    assert "Bracket" not in text


async def test_a_part_that_was_approved_is_sent_withdrawn_and_its_travels_are_told(
    building: Building, customer: Person, admin: Person
) -> None:
    part = await building.part(customer, "Bracket", "steel")
    assert "/approve" in await _settled(customer, part)
    assert (await customer.call("POST", f"/api/v1/parts/{part}/approve")).status == 200
    _, text = await customer.see(f"/parts/{part}")
    assert "/approve" not in text
    assert "An administrator adds them" in text

    partner = {"name": "Example <Mill>", "email": "mill@mill.example", "country": "DE"}
    answer = await admin.call("POST", "/api/v1/partners", partner)
    assert answer.status == 201
    identity = (await answer.json())["id"]
    _, text = await customer.see(f"/parts/{part}", **{"Accept-Language": "zh"})
    assert f'data-call="POST /api/v1/parts/{part}/transfers"' in text
    assert "Example &lt;Mill&gt; · Germany" in text
    assert "不得再行转交" in text

    order = {"partner": identity, "consent": False, "expires_s": 3600}
    assert (await customer.call("POST", f"/api/v1/parts/{part}/transfers", order)).status == 403
    answer = await customer.call(
        "POST", f"/api/v1/parts/{part}/transfers", order | {"consent": True}
    )
    assert answer.status == 201, await answer.text()
    sent = await answer.json()
    _, text = await customer.see(f"/parts/{part}")
    assert sent["link"].rpartition("#")[2] not in text
    assert f"/transfers/{sent['transfer']}/revoke" in text
    assert "consent to this partner is missing" in text

    assert (await admin.call("POST", f"/api/v1/partners/{identity}/block")).status == 200
    _, text = await admin.see("/partners")
    assert f"/partners/{identity}/unblock" in text
    assert "mill@mill.example" in text
    assert (await customer.call("POST", f"/api/v1/parts/{part}/withdraw")).status == 204
    _, text = await customer.see(f"/parts/{part}")
    assert "Withdrawn" in text
    assert "/withdraw" not in text[text.index('id="travels"') :]


async def test_pages_are_never_kept_and_run_nothing_of_others(customer: Person) -> None:
    answer, text = await customer.see("/parts/new")
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.html")))
async def test_no_template_holds_script_or_style_in_itself(template: str) -> None:
    text = (TEMPLATES / template).read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|\|\s*safe", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


async def test_bundled_files_are_kept_for_ever_and_nothing_else_is_served(
    building: Building,
) -> None:
    stranger = await building.stranger()
    _, text = await stranger.see("/login")
    names = re.findall(r'"(/static/[^"]+)"', text)
    assert {name.rpartition(".")[2] for name in names} == {"css", "js", "svg"}
    for name in names:
        answer = await stranger.client.get(name)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("shell.ts", "manifest.json", "stamp", "..%2Fmanifest.json", "%2Fetc%2Fpasswd"):
        assert (await stranger.client.get(f"/static/{name}")).status == 404


async def test_a_language_is_chosen_by_header_or_cookie(building: Building) -> None:
    stranger = await building.stranger()
    _, text = await stranger.see("/login", **{"Accept-Language": "zh-CN"})
    assert '<html lang="zh-CN">' in text
    assert "登录" in text
    _, text = await stranger.see("/login", **{"Accept-Language": "zh-CN", "Cookie": "language=en"})
    assert '<html lang="en">' in text


async def test_browsers_get_a_page_and_programs_the_problem(
    building: Building, customer: Person
) -> None:
    answer, text = await customer.see("/nowhere", **{"Accept-Language": "zh"})
    assert (answer.status, answer.content_type) == (404, "text/html")
    assert "此处没有内容" in text
    for accept in ("*/*", "application/json", "application/json, text/html"):
        answer = await customer.client.get("/nowhere", headers={"Accept": accept})
        assert answer.content_type == "application/problem+json"
    answer = await customer.client.post("/api/v1/login", headers={"Accept": "text/html"})
    assert answer.content_type == "application/problem+json"


async def test_the_first_login_is_one_page_and_its_token_stays_out_of_it(
    building: Building, first_login: str
) -> None:
    stranger = await building.stranger()
    path, _, token = first_login.partition("#")
    _, text = await stranger.see(path.removeprefix("http://gateway.example"))
    assert token.startswith("dbi_")
    assert token not in text
    assert "data-token" in text


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (5 * 10**9, "5.0 GB"),
     (123_456, "123 kB"), (10**16, "10000 TB")],
)  # fmt: skip
async def test_sizes_are_said_as_people_say_them(count: int | None, words: str) -> None:
    assert size(count) == words


async def test_moments_are_told_exactly() -> None:
    assert moment(0) == "1970-01-01T00:00:00Z"
    assert moment(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
