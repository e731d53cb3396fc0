"""Choices, waivers and profiles as the console's forms and islands ask for them."""

import asyncio

import pytest

from config.packs import read_terms
from gateway.privacy import terms
from tests.unit.gateway.console.conftest import Building, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

TERMS = terms.read(read_terms())[terms.WAIVER]
DEADLINE_S = 60.0


async def _reviewed(building: Building, person: Person) -> tuple[str, str]:
    """Return a part in review and its drawing."""
    part = await building.part(person, "Note", "Ten pieces of the flange.")
    async with asyncio.timeout(DEADLINE_S):
        while True:
            shown = await (await person.call("GET", f"/api/v1/parts/{part}")).json()
            if shown["state"] != "inspecting":
                assert shown["state"] == "review"
                return part, str(shown["drawings"][0]["id"])
            await asyncio.sleep(0.05)


async def test_profiles_are_listed_with_what_they_are_for(customer: Person) -> None:
    listed = await (await customer.call("GET", "/api/v1/profiles")).json()
    known = {one["name"]: one for one in listed["profiles"]}
    assert set(known) >= {"supplier", "archive", "strict"}
    assert known["supplier"]["redact_content"] == []
    assert "person" in known["strict"]["redact_content"]
    _, page = await customer.see("/parts/new")
    assert all(f'<option value="{name}"' in page for name in known)


async def test_decisions_are_checked_before_anything_changes(
    building: Building, customer: Person
) -> None:
    part, drawing = await _reviewed(building, customer)
    path = f"/api/v1/parts/{part}/drawings/{drawing}"
    for body, status in (
        ({"findings": []}, 200),
        ({"findings": ["0" * 16]}, 422),
        ({"findings": ["not an id"]}, 422),
        ({}, 422),
    ):
        assert (await customer.call("POST", f"{path}/choice", body)).status == status
    for body, status in (
        ({"terms": TERMS.sha256}, 409),
        ({"terms": "0" * 64}, 422),
        ({"terms": "yes"}, 422),
    ):
        assert (await customer.call("POST", f"{path}/waiver", body)).status == status
    assert (await customer.call("DELETE", f"{path}/waiver")).status == 200
    other = f"/api/v1/parts/{part}/drawings/{part}"
    assert (await customer.call("POST", f"{other}/choice", {"findings": []})).status == 404
    _, page = await customer.see(f"/parts/{part}")
    assert "Send it uncleaned after all" not in page


async def test_decisions_are_their_owners_alone(
    building: Building, customer: Person, admin: Person, reviewer: Person
) -> None:
    part, drawing = await _reviewed(building, customer)
    path = f"/api/v1/parts/{part}/drawings/{drawing}"
    stranger = await building.stranger()
    for person, status in ((stranger, 401), (reviewer, 403), (admin, 404)):
        choice = await person.call("POST", f"{path}/choice", {"findings": []})
        waiver = await person.call("POST", f"{path}/waiver", {"terms": TERMS.sha256})
        assert {choice.status, waiver.status} == {status}
