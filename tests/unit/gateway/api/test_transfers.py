"""Ordering transfers over HTTP: consent, decision, log, link; and every way to end one."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gateway.api.keys import API_KEYS, ENDINGS, TRANSFERS
from gateway.identity.roles import Role
from gateway.identity.tokens import token_hash
from gateway.intake.states import DrawingState
from gateway.transfer.endings import Cause
from storage.rows import parts as rows_of_parts
from tests.unit.gateway.api.conftest import problem
from tests.unit.gateway.api.desk import Desk, desk

__all__ = ["desk"]


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("*.sqlite*"))


async def shown(desk: Desk, part: str) -> list[dict[str, Any]]:
    answer = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=desk.customer)
    found: list[dict[str, Any]] = (await answer.json())["transfers"]
    return found


async def consents(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.program.get("/api/v1/consents", headers=desk.customer)
    found: list[dict[str, Any]] = (await answer.json())["consents"]
    return found


async def test_an_allowed_order_gives_a_link_and_the_decision_behind_it(desk: Desk) -> None:
    part = await desk.part()
    answer = await desk.order(part)
    handed = await answer.json()
    assert answer.status == 201
    assert handed["link"].startswith("http://gateway.example/d#dbl_")
    decision = handed["decision"]
    assert decision["allowed"] is True
    assert (decision["origin"], decision["destination"]) == ("CN", "DE")
    assert decision["basis"] == "cn-out-few+house-consent"
    assert decision["sources"]
    (listed,) = await shown(desk, part)
    assert listed["id"] == handed["transfer"]
    assert (listed["state"], listed["partner"]["name"]) == ("active", "Example Millers")


async def test_the_log_knows_before_the_link_and_in_this_order(desk: Desk) -> None:
    part = await desk.part()
    await desk.order(part)
    kinds = desk.front.journal.kinds()
    assert kinds[-3:] == ["consent.given", "transfer.decided", "link.created"]
    decided = list(desk.front.journal.notes.values())[-2]
    assert (decided.src, decided.dst, decided.decision) == ("CN", "DE", "allow")
    assert decided.recipient is not None
    assert decided.reasons["law"]


async def test_without_a_log_there_is_no_link_and_no_consent(desk: Desk) -> None:
    part = await desk.part()
    desk.front.journal.broken = True
    answer = await desk.order(part)
    assert (answer.status, (await problem(answer))["type"]) == (503, "/problems/ledger-unavailable")
    desk.front.journal.broken = False
    assert await shown(desk, part) == []
    assert await consents(desk) == []


async def test_a_refusal_says_why_and_is_logged_and_listed_without_a_link(desk: Desk) -> None:
    part = await desk.part()
    answer = await desk.order(part, consent=False)
    document = await problem(answer)
    assert (answer.status, document["type"]) == (403, "/problems/transfer-denied")
    assert {one["code"] for one in document["reasons"]} == {"consent-missing"}
    assert document["decision"]["what_would_change"]
    assert all(one["source"] for one in document["reasons"])
    note = list(desk.front.journal.notes.values())[-1]
    assert (note.happening.value, note.decision) == ("transfer.denied", "deny")
    (listed,) = await shown(desk, part)
    assert (listed["state"], listed["expires_at"]) == ("denied", None)
    assert listed["reasons"][0]["sentence"]


async def test_a_consent_stands_until_it_is_withdrawn(desk: Desk) -> None:
    part = await desk.part()
    await desk.order(part)
    assert (await desk.order(part, consent=False)).status == 201
    (given,) = await consents(desk)
    terms = (await (await desk.program.get("/api/v1/terms")).json())["terms"]
    assert given["notice"] == terms["transfer-consent"]["sha256"]
    await desk.post(f"/api/v1/consents/{given['id']}/withdraw")
    refused = await problem(await desk.order(part, consent=False))
    assert {one["code"] for one in refused["reasons"]} == {"consent-withdrawn"}
    assert (await desk.order(part, consent=True)).status == 201
    assert len(await consents(desk)) == 2


async def test_withdrawing_a_consent_ends_everything_that_rests_on_it(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part)
    session, files = await desk.session(await desk.token(part))
    (given,) = await consents(desk)
    path = f"/api/v1/consents/{given['id']}/withdraw"
    first, again = await desk.post(path), await desk.post(path)
    assert (await first.json())["withdrawn_at"] == (await again.json())["withdrawn_at"]
    assert (await desk.look(token)).status == 410
    assert await desk.status(files[0]["url"], session) == 401
    assert {one["state"] for one in await shown(desk, part)} == {"revoked"}
    kinds = desk.front.journal.kinds()
    assert kinds.count("consent.withdrawn") == 1
    assert kinds.count("transfer.revoked") == 2


async def test_a_withdrawal_the_log_cannot_take_changes_nothing(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part)
    (given,) = await consents(desk)
    desk.front.journal.broken = True
    answer = await desk.post(f"/api/v1/consents/{given['id']}/withdraw")
    assert answer.status == 503
    desk.front.journal.broken = False
    assert (await consents(desk))[0]["withdrawn_at"] is None
    assert (await desk.look(token)).status == 200


async def test_revoking_ends_one_transfer_and_no_other(desk: Desk) -> None:
    part = await desk.part()
    dies = await desk.token(part)
    (doomed,) = await shown(desk, part)
    lives = await desk.token(part)
    path = f"/api/v1/transfers/{doomed['id']}/revoke"
    first, again = await desk.post(path), await desk.post(path)
    assert (await first.json())["state"] == (await again.json())["state"] == "revoked"
    assert (await desk.look(dies)).status == 410
    assert (await desk.look(lives)).status == 200
    assert desk.front.journal.kinds().count("transfer.revoked") == 1


async def test_a_part_taken_back_is_nobodys_to_fetch(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part)
    session, files = await desk.session(await desk.token(part))
    path = f"/api/v1/parts/{part}/withdraw"
    assert [(await desk.post(path)).status for _ in range(2)] == [204, 204]
    assert (await desk.look(token)).status == 410
    assert await desk.status(files[0]["url"], session) == 401
    assert (await desk.order(part)).status == 409
    answer = await desk.program.get(f"/api/v1/parts/{part}", headers=desk.customer)
    document = await answer.json()
    assert document["state"] == "withdrawn"
    assert {drawing["state"] for drawing in document["drawings"]} == {"withdrawn"}


async def test_only_released_parts_go(desk: Desk) -> None:
    waiting = await desk.intake.inspected(desk.caller, b"ISO-10303-21; waiting")
    assert (await desk.order(waiting.id)).status == 409
    assert (await desk.post(f"/api/v1/parts/{waiting.id}/withdraw")).status == 409


async def test_strangers_see_and_end_nothing_of_a_part(desk: Desk) -> None:
    part = await desk.part()
    await desk.order(part)
    (listed,), (given,) = await shown(desk, part), await consents(desk)
    stranger = await desk.front.key(Role.CUSTOMER, "stranger@works.example")
    get = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=stranger)
    assert get.status == 404
    for path in (
        f"/api/v1/transfers/{listed['id']}/revoke",
        f"/api/v1/parts/{part}/withdraw",
        f"/api/v1/consents/{given['id']}/withdraw",
        "/api/v1/transfers/none/revoke",
        "/api/v1/consents/none/withdraw",
    ):
        assert (await desk.post(path, stranger)).status == 404, path
    body = {"partner": desk.partner, "consent": True}
    path = f"/api/v1/parts/{part}/transfers"
    assert (await desk.program.post(path, json=body, headers=stranger)).status == 404


@pytest.mark.parametrize("name", ["Example Millers", "example millers"])
async def test_a_partner_is_found_by_its_name(desk: Desk, name: str) -> None:
    assert (await desk.order(await desk.part(), partner=name)).status == 201


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"partner": "Nobody"}, 404),
        ({"expires_s": 59}, 422),
        ({"expires_s": 31 * 86400}, 422),
        ({"opens": 0}, 422),
        ({"code": "123"}, 422),
        ({"consent": "yes"}, 422),
    ],
)
async def test_orders_that_cannot_be_are_refused(
    desk: Desk, changes: dict[str, Any], status: int
) -> None:
    answer = await desk.order(await desk.part(), **changes)
    await problem(answer)
    assert answer.status == status


async def test_neither_token_nor_code_stands_in_a_row(desk: Desk, tmp_path: Path) -> None:
    token = await desk.token(await desk.part(), code="open sesame")
    with sqlite3.connect(tmp_path / "rows.sqlite") as database:
        (row,) = database.execute("SELECT token_hash, code_hash FROM link").fetchall()
    assert row[0] == token_hash(token)
    assert len(row[1]) == 64
    written = all_bytes(tmp_path)
    assert token.encode() not in written
    assert b"open sesame" not in written


async def test_nothing_that_auditors_read_names_anybody(desk: Desk) -> None:
    token = await desk.token(await desk.part())
    await desk.session(token)
    for note in desk.front.journal.notes.values():
        plain = json.dumps(
            [note.src, note.dst, note.decision, note.basis, note.policy, note.transfer]
        )
        for secret in (desk.caller.account, desk.partner, "Millers", "127.0.0.1", token):
            assert secret not in plain


async def test_links_and_sessions_expire_and_the_chore_says_how(desk: Desk) -> None:
    part = await desk.part()
    await desk.token(part)
    spent = await desk.token(part)
    await desk.session(spent)
    transfers = desk.front.app[TRANSFERS]
    assert await transfers.expire() == 0
    desk.front.clock.turn(601)
    assert await transfers.expire() == 1
    assert sorted(one["state"] for one in await shown(desk, part)) == ["active", "expired"]
    desk.front.clock.turn(24 * 3600)
    assert await transfers.expire() == 1
    assert sorted(one["state"] for one in await shown(desk, part)) == ["expired", "spent"]
    assert await transfers.expire() == 0


@pytest.mark.parametrize("cause", [Cause.SUBJECT_BLOCKED, Cause.SUBJECT_ERASED])
async def test_a_persons_transfers_end_together_and_an_erased_one_is_not_named(
    desk: Desk, cause: Cause
) -> None:
    part = await desk.part()
    tokens = [await desk.token(part) for _ in range(2)]
    session, files = await desk.session(tokens[0])
    endings, officer = (
        desk.front.app[ENDINGS],
        await desk.front.app[API_KEYS].caller(desk.admin["Authorization"].partition(" ")[2]),
    )
    async with desk.intake.rows.transaction() as connection:
        ended = await endings.of_subject(connection, desk.caller.subject, cause, officer)
    assert len(ended) == 1
    assert endings.cut(ended) == 0
    assert await desk.status(files[0]["url"], session) == 401
    assert (await desk.look(tokens[1])).status == 410
    notes = [n for n in desk.front.journal.notes.values() if n.reasons.get("cause") == cause]
    assert len(notes) == 2
    named = {note.subject == desk.caller.subject for note in notes}
    assert named == {cause is Cause.SUBJECT_BLOCKED}


async def test_a_part_that_is_not_whole_goes_nowhere(desk: Desk) -> None:
    part = await desk.part()
    fresh, used = [await desk.token(part) for _ in range(2)]
    session, files = await desk.session(used)
    _, drawings = await desk.intake.parts.own(desk.caller, part)
    async with desk.intake.rows.transaction() as connection:
        await rows_of_parts.change_drawing(
            connection, drawings[0].id, DrawingState.RELEASED, {"state": DrawingState.FAILED}
        )
    assert (await desk.look(fresh)).status == (await desk.open(fresh)).status == 410
    assert await desk.status(files[0]["url"], session) == 401
    refused = await problem(await desk.order(part))
    assert {one["code"] for one in refused["reasons"]} == {"not-released", "contents-unknown"}
