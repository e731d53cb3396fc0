"""Partners over HTTP: added once, in a country the law knows, with papers it knows."""

from pathlib import Path
from typing import Any

import pytest

from gateway.identity.roles import Role
from tests.unit.gateway.api.conftest import problem
from tests.unit.gateway.api.desk import Desk, desk

__all__ = ["desk"]
NEW = {"name": "Beta Turning", "email": "b@turning.example", "country": "US"}


async def add(desk: Desk, **changes: Any) -> Any:
    return await desk.program.post("/api/v1/partners", json=NEW | changes, headers=desk.admin)


async def test_an_administrator_adds_a_partner_and_customers_see_it(desk: Desk) -> None:
    desk.front.clock.turn(1)
    added = await (await add(desk, documents={"US_DPF": "2028-01-01"})).json()
    assert (added["name"], added["country"], added["email"]) == (
        "Beta Turning", "US", "b@turning.example",
    )  # fmt: skip
    answer = await desk.program.get("/api/v1/partners", headers=desk.customer)
    listed = (await answer.json())["partners"]
    assert [one["name"] for one in listed] == ["Example Millers", "Beta Turning"]
    assert listed[1]["documents"] == {"US_DPF": "2028-01-01"}
    assert listed[1]["email"] is None
    note = desk.front.journal.notes[f"partner.added/{added['id']}"]
    assert (note.dst, note.subject == desk.caller.subject) == ("US", False)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"country": "ZZ"}, 422, "country-unknown"),
        ({"country": "de"}, 422, "invalid-request"),
        ({"name": "example  MILLERS".replace("  ", " ")}, 409, "partner-known"),
        ({"documents": {"NONE": "2028-01-01"}}, 422, "document-unknown"),
        ({"documents": {"US_DPF": "soon"}}, 422, "invalid-request"),
        ({"email": "nobody"}, 422, "email-needed"),
    ],
)
async def test_what_does_not_fit_is_refused(
    desk: Desk, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await add(desk, **changes)
    document = await problem(answer)
    assert (answer.status, document["type"]) == (status, f"/problems/{code}")


async def test_only_administrators_change_partners(desk: Desk) -> None:
    for method, path in [
        ("POST", "/api/v1/partners"),
        ("POST", f"/api/v1/partners/{desk.partner}/block"),
        ("POST", f"/api/v1/partners/{desk.partner}/unblock"),
        ("PUT", f"/api/v1/partners/{desk.partner}/documents"),
    ]:
        answer = await desk.program.request(method, path, json=NEW, headers=desk.customer)
        assert answer.status == 403
    reviewer = await desk.front.key(Role.REVIEWER, "r@works.example")
    answer = await desk.program.get("/api/v1/partners", headers=reviewer)
    assert answer.status == 403


async def test_papers_are_replaced_as_a_whole(desk: Desk) -> None:
    path = f"/api/v1/partners/{desk.partner}/documents"
    for papers in ({"EU_SCC": "2028-01-01"}, {"EU_TIA": "2028-01-01"}, {}):
        answer = await desk.program.put(path, json={"documents": papers}, headers=desk.admin)
        assert (await answer.json())["documents"] == papers
    nobody = path.replace(desk.partner, "x")
    answer = await desk.program.put(nobody, json={"documents": {}}, headers=desk.admin)
    assert answer.status == 404


async def test_a_blocked_partner_gets_nothing_and_loses_what_it_had(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part)
    session, files = await desk.session(await desk.token(part))
    answer = await desk.post(f"/api/v1/partners/{desk.partner}/block", desk.admin)
    assert (await answer.json())["blocked"] is True
    assert (await desk.look(token)).status == 410
    assert await desk.status(files[0]["url"], session) == 401
    refused = await problem(await desk.order(part))
    assert [one["code"] for one in refused["reasons"]] == ["partner-blocked"]
    await desk.post(f"/api/v1/partners/{desk.partner}/unblock", desk.admin)
    assert (await desk.order(part)).status == 201


async def test_names_and_addresses_stand_in_no_row(desk: Desk, tmp_path: Path) -> None:
    written = b"".join(path.read_bytes() for path in files_of(tmp_path))
    assert b"Millers" not in written
    assert b"millers.example" not in written


def files_of(folder: Path) -> list[Path]:
    return list(folder.glob("*.sqlite*"))
