"""What happens over HTTP is in the log: before it happens, and as it was."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse

from gateway.api import keys
from gateway.identity.roles import Role
from gateway.journal import Happening, Note
from gateway.transfer.transfers import Transfers
from storage.blobs.memory import MemoryBlobs
from storage.rows import partners
from tests.unit.gateway.api.conftest import Front, problem
from tests.unit.gateway.api.desk import DRAWING, Desk, desk

__all__ = ["desk"]

DAY_S = 24 * 3600


def notes(front: Front, kind: str) -> list[Note]:
    return [note for note in front.journal.notes.values() if note.happening.value == kind]


async def transfers(desk: Desk, part: str) -> list[dict[str, Any]]:
    answer = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=desk.customer)
    found: list[dict[str, Any]] = (await answer.json())["transfers"]
    return found


async def settled(desk: Desk) -> None:
    """Return once no stream runs: what it did is in the rows and in the log then."""
    async with asyncio.timeout(5):
        while desk.front.app[keys.EGRESS].streams.count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def extended(desk: Desk, transfer: str, expires_s: int = 7200) -> ClientResponse:
    path = f"/api/v1/transfers/{transfer}/extend"
    return await desk.program.post(path, json={"expires_s": expires_s}, headers=desk.customer)


async def test_a_look_is_told_once_a_day_and_before_names_are_shown(desk: Desk) -> None:
    token = await desk.token(await desk.part(), expires_s=10 * DAY_S)
    for _ in range(3):
        assert (await desk.look(token)).status == 200
    (probed,) = notes(desk.front, "link.probed")
    assert probed.network is not None
    assert probed.network.about["address"] == "127.0.0.1"
    assert probed.network.about["country"] == "unknown"
    desk.front.clock.turn(DAY_S)
    await desk.look(token)
    assert len(notes(desk.front, "link.probed")) == 2
    desk.front.clock.turn(DAY_S)
    desk.front.journal.broken = True
    refused = await desk.look(token)
    assert refused.status == 503
    assert "bracket" not in await refused.text()


async def test_a_link_that_comes_too_late_is_refused_and_told_of_by_its_cause(desk: Desk) -> None:
    part = await desk.part()
    revoked = await desk.token(part)
    (first,) = await transfers(desk, part)
    spent, expired = await desk.token(part), await desk.token(part, expires_s=60)
    headers, files = await desk.session(spent)
    await desk.post(f"/api/v1/transfers/{first['id']}/revoke")
    desk.front.clock.turn(61)
    for token in (revoked, spent, expired, revoked):
        assert (await desk.open(token)).status == 410
        assert (await desk.look(token)).status == 410
    causes = sorted(str(note.reasons["cause"]) for note in notes(desk.front, "link.refused"))
    assert causes == ["expired", "revoked", "used-up"]
    desk.front.journal.broken = True  # what is refused is refused, whether it can be told or not
    assert (await desk.open(expired)).status == 410
    assert await desk.status(files[0]["url"], headers) == 503


async def test_a_session_that_comes_too_late_is_told_of(desk: Desk) -> None:
    part = await desk.part()
    headers, files = await desk.session(await desk.token(part))
    (transfer,) = await transfers(desk, part)
    await desk.post(f"/api/v1/transfers/{transfer['id']}/revoke")
    for _ in range(2):
        assert await desk.status(files[0]["url"], headers) == 401
    (refused,) = notes(desk.front, "download.refused")
    assert refused.reasons == {"cause": "revoked", "state": "revoked"}
    assert refused.decision == "deny"


async def test_further_ranges_are_told_once_an_hour_with_their_bytes(desk: Desk) -> None:
    headers, files = await desk.handed()
    url = files[0]["url"]
    for first in (0, 4, 8):
        answer = await desk.program.get(url, headers=headers | {"Range": f"bytes={first}-{first}"})
        assert (answer.status, await answer.read()) == (206, DRAWING[first : first + 1])
        await settled(desk)
    (resumed,) = notes(desk.front, "download.resumed")
    assert (resumed.about["start"], resumed.about["stop"]) == (4, 5)
    desk.front.clock.turn(3600)
    await desk.status(url, headers)
    await settled(desk)
    assert len(notes(desk.front, "download.resumed")) == 2
    (completed,) = notes(desk.front, "download.completed")
    assert (completed.about["start"], completed.about["stop"]) == (0, len(DRAWING))


async def test_a_link_is_extended_on_a_new_decision(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part, expires_s=60)
    (before,) = await transfers(desk, part)
    answer = await extended(desk, before["id"])
    assert answer.status == 200, await answer.text()
    (note,) = notes(desk.front, "link.extended")
    assert note.decision == "allow"
    assert note.reasons["expires_at"] == int(desk.front.clock.now + 7200)
    desk.front.clock.turn(3600)
    assert (await desk.open(token)).status == 200
    assert (await problem(await extended(desk, before["id"])))["type"] == "/problems/transfer-over"


async def test_a_link_is_not_extended_when_it_would_be_denied_now(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part, expires_s=60)
    (before,) = await transfers(desk, part)
    async with desk.intake.rows.transaction() as connection:
        await partners.set_blocked(connection, desk.partner, 1.0)
    refused = await problem(await extended(desk, before["id"]))
    assert refused["status"] == 403
    assert [note.decision for note in notes(desk.front, "link.extended")] == ["deny"]
    desk.front.clock.turn(61)
    assert (await desk.open(token)).status == 410


async def test_somebody_elses_link_is_not_extended(desk: Desk) -> None:
    part = await desk.part()
    await desk.token(part)
    (before,) = await transfers(desk, part)
    other = await desk.front.key(Role.CUSTOMER, "other@works.example")
    path = f"/api/v1/transfers/{before['id']}/extend"
    answer = await desk.program.post(path, json={"expires_s": 600}, headers=other)
    assert answer.status == 404


@pytest.mark.parametrize("used", [False, True])
async def test_a_link_that_ends_by_itself_is_told_of(desk: Desk, used: bool) -> None:
    token = await desk.token(await desk.part(), expires_s=600)
    if used:
        await desk.session(token)
    desk.front.clock.turn(2 * DAY_S)
    work: Transfers = desk.front.app[keys.TRANSFERS]
    assert await work.expire() == 1
    assert await work.expire() == 0
    (expired,) = notes(desk.front, "link.expired")
    assert expired.reasons["state"] == ("spent" if used else "expired")


async def test_what_is_done_with_partners_is_told(desk: Desk) -> None:
    assert len(notes(desk.front, "partner.added")) == 1
    path = f"/api/v1/partners/{desk.partner}"
    for _ in range(2):
        assert (await desk.post(f"{path}/block", desk.admin)).status == 200
    assert (await desk.post(f"{path}/unblock", desk.admin)).status == 200
    changes = [note.about["change"] for note in notes(desk.front, "partner.changed")]
    assert changes == ["blocked", "unblocked"]
    law = desk.front.app[keys.LAW]
    papers = {"documents": {next(iter(law.documents)): "2031-01-01"}}
    for _ in range(2):
        put = await desk.program.put(f"{path}/documents", json=papers, headers=desk.admin)
        assert put.status == 200
    assert notes(desk.front, "partner.changed")[-1].about["papers"] == 1
    assert len(notes(desk.front, "partner.changed")) == 3
    desk.front.journal.broken = True
    assert (await desk.post(f"{path}/block", desk.admin)).status == 503
    (partner,) = await desk.front.app[keys.PARTNERS].every()
    assert not partner.blocked


async def test_invitations_accounts_and_keys_are_told(front: Front) -> None:
    admin = await front.key(Role.ADMIN, "admin@works.example")
    program = await front.browser()
    body = {"role": "customer", "email": "w.zauberfluss@works.example"}
    assert (await program.post("/api/v1/invitations", json=body, headers=admin)).status == 201
    invited = notes(front, "account.invited")[-1]
    caller = await front.app[keys.API_KEYS].caller(admin["Authorization"].partition(" ")[2])
    assert caller is not None
    assert (invited.actor, invited.actor_subject) == (caller.account, caller.subject)
    await front.signed_in(Role.CUSTOMER)
    assert len(notes(front, "account.opened")) == 1
    made = await (await program.post("/api/v1/api-keys", headers=admin)).json()
    assert notes(front, "api-key.created")[-1].about["key"] == made["id"]
    gone = await program.delete(f"/api/v1/api-keys/{made['id']}", headers=admin)
    assert gone.status == 204
    assert [note.about["key"] for note in notes(front, "api-key.revoked")] == [made["id"]]
    front.journal.broken = True
    assert (await program.post("/api/v1/api-keys", headers=admin)).status == 503
    other = body | {"email": "kunigunde@works.example"}
    assert (await program.post("/api/v1/invitations", json=other, headers=admin)).status == 503


async def test_parts_that_are_withdrawn_and_drawings_that_are_refused_are_told(
    desk: Desk,
) -> None:
    part = await desk.part()
    assert (await desk.post(f"/api/v1/parts/{part}/withdraw")).status == 204
    assert len(notes(desk.front, "part.withdrawn")) == 1
    await desk.intake.inspected(desk.caller, b"REFUSE this")
    assert len(notes(desk.front, "drawing.refused")) == 1


async def test_webhooks_that_come_and_go_are_told_with_their_region(front: Front) -> None:
    admin = await front.key(Role.ADMIN, "admin@works.example")
    program = await front.browser()
    body = {"url": "https://hooks.example/in", "region": "SG"}
    made = await (await program.post("/api/v1/webhooks", json=body, headers=admin)).json()
    listed = await (await program.get("/api/v1/webhooks", headers=admin)).json()
    assert [one["url"] for one in listed["webhooks"]] == [body["url"]]
    assert "secret" not in listed["webhooks"][0]
    gone = await program.delete(f"/api/v1/webhooks/{made['id']}", headers=admin)
    assert gone.status == 204
    assert Happening.WEBHOOK_ADDED in {note.happening for note in front.journal.notes.values()}
    for kind in ("webhook.added", "webhook.removed"):
        assert [note.region for note in notes(front, kind)] == ["SG"]
    again = await program.delete(f"/api/v1/webhooks/{made['id']}", headers=admin)
    assert again.status == 404


@pytest.mark.parametrize("cut", [False, True])
async def test_a_drawing_that_is_not_what_was_stored_is_told_of_and_not_sent(
    desk: Desk, blobs: MemoryBlobs, cut: bool
) -> None:
    part = await desk.part()
    headers, files = await desk.session(await desk.token(part))
    _, drawings = await desk.intake.parts.own(desk.caller, part)
    blob = drawings[0].clean_object
    assert blob is not None
    whole = b"".join([piece async for piece in blobs.get(blob)])
    changed = whole[:-1] if cut else whole[:-1] + bytes([whole[-1] ^ 1])
    await blobs.delete(blob)
    await blobs.put(blob, one_piece(changed))
    for _ in range(2):
        assert await desk.status(files[0]["url"], headers) == 503
    (failed,) = notes(desk.front, "integrity.failed")
    assert failed.about["file"] == files[0]["id"]
    assert notes(desk.front, "download.completed") == []


async def one_piece(content: bytes) -> AsyncIterator[bytes]:
    yield content
