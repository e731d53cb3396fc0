"""Alerts as reviewers see and settle them."""

import pytest

from gateway.alerts.model import Finding, RuleName, Severity
from gateway.api import keys
from tests.unit.gateway.console.conftest import Building, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_alert_is_shown_acknowledged_and_settled(
    building: Building, reviewer: Person, customer: Person
) -> None:
    _, text = await reviewer.see("/alerts")
    assert "No alerts" in text
    finding = Finding(RuleName.CHECKPOINT_STALE, Severity.WARNING, "then")
    assert await building.server.app[keys.ALERTS].raising.raise_(finding)
    _, text = await reviewer.see("/alerts")
    assert "no checkpoint of them was published" in text
    assert f"/api/v1/alerts/{finding.id}/acknowledge" in text
    assert (await reviewer.call("POST", f"/api/v1/alerts/{finding.id}/acknowledge")).status == 200
    _, text = await reviewer.see("/alerts?state=acknowledged")
    assert "I look into it" not in text
    order = {"why": "The disk was <full>"}
    path = f"/api/v1/alerts/{finding.id}/settle"
    assert (await reviewer.call("POST", path, order)).status == 200
    _, text = await reviewer.see("/alerts")
    assert "No alerts" in text
    _, text = await reviewer.see("/alerts?state=settled")
    assert "The disk was &lt;full&gt;" in text
    answer, _ = await customer.see("/alerts")
    assert answer.status in {403, 404}
    answer, _ = await reviewer.see("/alerts?state=nothing")
    assert answer.status == 200
