"""Alerts over HTTP: who sees them, how they are listed, acknowledged and settled."""

from typing import Any

import pytest

from gateway.alerts.model import Finding, RuleName, Severity
from gateway.api import keys
from gateway.identity.roles import Role
from tests.unit.gateway.api.conftest import Browser, Front, problem


async def raised(front: Front, *causes: str, rule: RuleName = RuleName.CHECKPOINT_STALE) -> None:
    for cause in causes:
        front.clock.turn(1)
        raising = front.app[keys.ALERTS].raising
        assert await raising.raise_(Finding(rule, Severity.WARNING, cause, about={"days": 1}))


@pytest.fixture
async def reviewer(front: Front) -> dict[str, str]:
    return await front.key(Role.REVIEWER, "reviewer@works.example")


async def listed(program: Browser, who: dict[str, str], query: str = "") -> dict[str, Any]:
    answer = await program.get(f"/api/v1/alerts{query}", headers=who)
    assert answer.status == 200, await answer.text()
    document: dict[str, Any] = await answer.json()
    return document


async def test_alerts_are_listed_newest_first_page_by_page(
    front: Front, program: Browser, reviewer: dict[str, str]
) -> None:
    await raised(front, "a", "b", "c")
    await raised(front, "d", rule=RuleName.WITNESS_SILENT)
    first = await listed(program, reviewer, "?limit=3")
    assert first["counts"] == {"open": 4, "acknowledged": 0, "settled": 0}
    assert first["alerts"][0]["rule"] == "witness-silent"
    assert first["alerts"][0]["about"] == {"days": 1}
    assert first["alerts"][0]["sentence"].startswith("A witness")
    rest = await listed(program, reviewer, f"?limit=3&before={first['next_before']}")
    assert len(rest["alerts"]) == 1
    assert rest["next_before"] is None
    seen = [one["id"] for one in first["alerts"] + rest["alerts"]]
    assert len(set(seen)) == 4
    only = await listed(program, reviewer, "?rule=checkpoint-stale&state=open")
    assert len(only["alerts"]) == 3


async def test_an_alert_goes_from_open_to_acknowledged_to_settled_and_stays_there(
    front: Front, program: Browser, reviewer: dict[str, str]
) -> None:
    await raised(front, "a")
    (alert,) = (await listed(program, reviewer))["alerts"]
    path = f"/api/v1/alerts/{alert['id']}"
    front.journal.broken = True
    for step in ("acknowledge", "settle"):
        answer = await program.post(f"{path}/{step}", headers=reviewer, json={"why": "seen"})
        assert answer.status == 503
    front.journal.broken = False
    assert (await (await program.get(path, headers=reviewer)).json())["state"] == "open"
    for step, state in (("acknowledge", "acknowledged"), ("settle", "settled")):
        answer = await program.post(f"{path}/{step}", headers=reviewer, json={"why": "seen"})
        assert (await answer.json())["state"] == state
    for step in ("acknowledge", "settle"):
        again = await program.post(f"{path}/{step}", headers=reviewer, json={"why": "seen"})
        assert (await problem(again))["type"] == "/problems/alert-settled"
    shown = await (await program.get(path, headers=reviewer)).json()
    assert (shown["why"], shown["settled_by"]) == ("seen", shown["acknowledged_by"])
    assert (await listed(program, reviewer))["alerts"] == []
    assert len((await listed(program, reviewer, "?state=settled"))["alerts"]) == 1
    kinds = front.journal.kinds()
    assert [kinds.count(f"alert.{step}") for step in ("raised", "acknowledged", "settled")] == [
        1,
        1,
        1,
    ]


@pytest.mark.parametrize(
    "query", ["?state=burning", "?rule=none", "?limit=many", "?limit=-1", "?limit=1e3"]
)
async def test_what_cannot_be_asked_is_refused(
    program: Browser, reviewer: dict[str, str], query: str
) -> None:
    answer = await program.get(f"/api/v1/alerts{query}", headers=reviewer)
    assert (await problem(answer))["status"] == 422


async def test_what_is_not_there_is_not_found(program: Browser, reviewer: dict[str, str]) -> None:
    nobody = "a" * 32
    for path in (f"/api/v1/alerts/{nobody}", f"/api/v1/alerts?before={nobody}"):
        assert (await problem(await program.get(path, headers=reviewer)))["status"] == 404
    answer = await program.post(f"/api/v1/alerts/{nobody}/acknowledge", headers=reviewer)
    assert answer.status == 404


@pytest.mark.parametrize(
    "path", ["/api/v1/alerts", "/api/v1/alerts/rules", "/api/v1/alerts/" + "a" * 32]
)
async def test_alerts_are_for_reviewers(
    program: Browser, customer_key: dict[str, str], path: str
) -> None:
    assert (await program.get(path, headers=customer_key)).status == 403
    assert (await program.get(path)).status == 401


async def test_every_rule_has_a_sentence(program: Browser, reviewer: dict[str, str]) -> None:
    answer = await program.get("/api/v1/alerts/rules", headers=reviewer)
    rules = (await answer.json())["rules"]
    assert {rule["name"] for rule in rules} == {rule.value for rule in RuleName}
    assert all(rule["sentence"].endswith(".") for rule in rules)


async def test_webhooks_are_for_administrators(program: Browser, reviewer: dict[str, str]) -> None:
    body = {"url": "https://hooks.example/in", "region": "SG"}
    assert (await program.post("/api/v1/webhooks", json=body, headers=reviewer)).status == 403
    assert (await program.get("/api/v1/webhooks", headers=reviewer)).status == 403


@pytest.mark.parametrize(
    "change",
    [
        {"region": "Singapore"},
        {"url": "http://hooks.example/in"},
        {"url": "https://10.0.0.1/in"},
        {"secret": "mine"},
    ],
)
async def test_a_webhook_inside_or_without_a_region_is_refused(
    front: Front, program: Browser, change: dict[str, str]
) -> None:
    admin = await front.key(Role.ADMIN, "admin@works.example")
    body = {"url": "https://hooks.example/in", "region": "SG"} | change
    answer = await program.post("/api/v1/webhooks", json=body, headers=admin)
    assert answer.status == 422
    assert "webhook.added" not in front.journal.kinds()
