"""The log over HTTP: reviewers search, open and prove; the public sees hashes and checkpoints."""

import json
import sqlite3

import pytest

from gateway.api import keys
from gateway.identity.roles import Role
from storage.ids import SubjectId
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.log import Ledger
from storage.ledger.proof import Proof
from storage.sealed.keyring import Keyring
from tests.unit.gateway.api.conftest import Browser, Front, problem


async def fill(ledger: Ledger, keyring: Keyring, count: int = 3) -> SubjectId:
    subject = await keyring.create_subject()
    for number in range(count):
        denied = number == 1
        event = Event(
            EventKind.TRANSFER_DENIED if denied else EventKind.TRANSFER_DECIDED,
            src="CN",
            dst="US" if denied else "DE",
            decision="deny" if denied else "allow",
            basis="pipl.38",
            policy="cn-2026.1",
            openings={Slot.OBJ: Opening(subject, {"filename": "bracket.step"})},
        )
        await ledger.append(event, key=str(number))
    return subject


@pytest.fixture
async def reviewer(front: Front) -> dict[str, str]:
    return await front.key(Role.REVIEWER, "reviewer@works.example")


async def test_reviewers_page_through_the_newest_and_filter(
    program: Browser, reviewer: dict[str, str], ledger: Ledger, keyring: Keyring
) -> None:
    await fill(ledger, keyring)
    answer = await program.get("/api/v1/ledger/entries?limit=2", headers=reviewer)
    first = await answer.json()
    assert [entry["index"] for entry in first["entries"]] == [2, 1]
    assert (first["size"], first["next_before"]) == (3, 1)
    answer = await program.get("/api/v1/ledger/entries?limit=2&before=1", headers=reviewer)
    rest = await answer.json()
    assert [entry["index"] for entry in rest["entries"]] == [0]
    assert rest["next_before"] is None
    for query in ("kind=transfer.denied", "dst=US", "decision=deny", "src=CN&decision=deny"):
        answer = await program.get(f"/api/v1/ledger/entries?{query}", headers=reviewer)
        assert [entry["index"] for entry in (await answer.json())["entries"]] == [1], query
    assert first["entries"][1]["basis"] == "pipl.38"
    assert first["entries"][1]["at"].endswith("Z")


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "src=Germany", "before=-1", "limit=x", "decision=no", "transfer=x@y"]
)
async def test_a_search_for_nonsense_is_refused(
    program: Browser, reviewer: dict[str, str], query: str
) -> None:
    answer = await program.get(f"/api/v1/ledger/entries?{query}", headers=reviewer)
    assert answer.status == 422
    assert (await problem(answer))["errors"]


async def test_what_is_sealed_to_others_is_not_shown_to_a_reviewer_alone(
    program: Browser, reviewer: dict[str, str], ledger: Ledger, keyring: Keyring
) -> None:
    subject = await fill(ledger, keyring)
    shown = await (await program.get("/api/v1/ledger/entries/1", headers=reviewer)).json()
    assert shown["openings"] == {"obj": {"state": "sealed", "value": None}}
    assert "bracket" not in json.dumps(shown)
    await keyring.shred_subject(subject)
    await ledger.erase(subject, Event(EventKind.SUBJECT_ERASED, openings={}), key="erased")
    shown = await (await program.get("/api/v1/ledger/entries/1", headers=reviewer)).json()
    assert shown["openings"]["obj"] == {"state": "erased", "value": None}


async def test_what_is_sealed_to_oneself_is_open(
    program: Browser, front: Front, reviewer: dict[str, str], ledger: Ledger
) -> None:
    caller = await front.app[keys.API_KEYS].caller(reviewer["Authorization"].partition(" ")[2])
    assert caller is not None
    event = Event(
        EventKind.LEDGER_REVIEWED, openings={Slot.OBJ: Opening(caller.subject, {"look": "entry"})}
    )
    await ledger.append(event, key="mine")
    shown = await (await program.get("/api/v1/ledger/entries/0", headers=reviewer)).json()
    assert shown["openings"] == {"obj": {"state": "open", "value": {"look": "entry"}}}


async def test_a_proof_holds_against_the_exact_entry(
    program: Browser, reviewer: dict[str, str], ledger: Ledger, keyring: Keyring
) -> None:
    await fill(ledger, keyring)
    proved = await (await program.get("/api/v1/ledger/entries/1/proof", headers=reviewer)).json()
    shown = await (await program.get("/api/v1/ledger/entries/1", headers=reviewer)).json()
    key = VerifyingKey.parse(proved["vkey"])
    assert Proof.parse(proved["proof"]).check(shown["entry"].encode(), key).size == 3
    assert proved["leaf_hash"] == shown["leaf_hash"]


async def test_there_is_no_entry_beyond_the_last(
    program: Browser, reviewer: dict[str, str]
) -> None:
    for path in ("entries/0", "entries/0/proof", "entries/999999999999999", "entries/-1"):
        answer = await program.get(f"/api/v1/ledger/{path}", headers=reviewer)
        assert answer.status == 404, path


async def test_the_status_tells_what_was_found_and_not_what_is_hoped(
    front: Front, program: Browser, reviewer: dict[str, str], ledger: Ledger, keyring: Keyring
) -> None:
    status = await (await program.get("/api/v1/ledger/status", headers=reviewer)).json()
    assert (status["size"], status["published"]) == (0, None)
    assert status["verified"]["state"] == "not-yet"
    await fill(ledger, keyring)
    await ledger.publish()
    await front.app[keys.LEDGER_WATCH].verify()
    status = await (await program.get("/api/v1/ledger/status", headers=reviewer)).json()
    assert status["published"] == {"size": 3, "root": status["root"]}
    assert (status["verified"]["state"], status["verified"]["size"]) == ("valid", 3)
    with sqlite3.connect(ledger.path) as database:
        database.execute("UPDATE opening SET sealed = zeroblob(40) WHERE number = 1")
    database.close()
    await front.app[keys.LEDGER_WATCH].verify()
    status = await (await program.get("/api/v1/ledger/status", headers=reviewer)).json()
    assert status["verified"]["state"] == "invalid"
    assert status["verified"]["where"].startswith("opening 1/")


async def test_anyone_gets_checkpoint_key_and_hashes_but_no_entries(
    program: Browser, reviewer: dict[str, str], ledger: Ledger, keyring: Keyring, front: Front
) -> None:
    await fill(ledger, keyring)
    assert (await program.get("/ledger/checkpoint")).status == 404
    await ledger.publish()
    note = await (await program.get("/ledger/checkpoint")).read()
    vkey = await (await program.get("/ledger/log.vkey")).text()
    assert VerifyingKey.parse(vkey).open(note).size == 3
    tile = await program.get("/ledger/tile/0/000.p/3")
    assert len(await tile.read()) == 96
    assert "immutable" in tile.headers["Cache-Control"]
    assert tile.content_type == "application/octet-stream"
    entries = "/ledger/tile/entries/000.p/3"
    assert (await program.get(entries)).status == 401
    customer = await front.key(Role.CUSTOMER, "customer@works.example")
    assert (await program.get(entries, headers=customer)).status == 403
    bundle = await program.get(entries, headers=reviewer)
    assert b"transfer.denied" in await bundle.read()
    assert bundle.headers["Cache-Control"] == "no-store"
    for path in ("0/000", "0/000.p/4", "9/000", "0/x", "entries/000.p/4"):
        assert (await program.get(f"/ledger/tile/{path}", headers=reviewer)).status == 404


async def test_only_reviewers_read_entries(program: Browser, front: Front) -> None:
    customer = await front.key(Role.CUSTOMER, "customer@works.example")
    for path in ("entries", "entries/0", "entries/0/proof", "status"):
        assert (await program.get(f"/api/v1/ledger/{path}")).status == 401
        assert (await program.get(f"/api/v1/ledger/{path}", headers=customer)).status == 403


async def test_officers_read_as_reviewers_do(program: Browser, front: Front) -> None:
    officer = await front.key(Role.OFFICER, "officer@works.example")
    assert (await program.get("/api/v1/ledger/status", headers=officer)).status == 200


async def test_a_log_that_cannot_be_read_is_a_problem_to_be_tried_again(
    program: Browser, reviewer: dict[str, str], ledger: Ledger
) -> None:
    with sqlite3.connect(ledger.path) as database:
        database.execute("ALTER TABLE entry RENAME TO elsewhere")
    database.close()
    answer = await program.get("/api/v1/ledger/entries", headers=reviewer)
    assert answer.status == 503
    assert (await problem(answer))["type"] == "/problems/ledger-unavailable"
