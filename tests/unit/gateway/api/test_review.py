"""Reviewers over HTTP: questions, counts, saved views, unsealing by two, timelines."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.api import keys
from gateway.identity.roles import Caller, Role
from gateway.review.errors import SamePersonError
from gateway.review.reads import WINDOW_S
from storage.ids import SubjectId
from storage.ledger.events import EventKind
from storage.sealed.keyring import Keyring
from tests.unit.gateway.api.conftest import Front, problem
from tests.unit.gateway.api.desk import Desk, desk
from tests.unit.gateway.api.reviewers import (
    LOG,
    NAME,
    WHY,
    Reviewer,
    ada,
    bea,
    log,
    somebody,
    stored_in,
)

__all__ = ["ada", "bea", "desk", "log"]


async def test_a_question_may_name_several_kinds_times_and_places(
    ada: Reviewer, log: SubjectId
) -> None:
    questions = {
        "kind=transfer.denied&kind=transfer.decided": [2, 1, 0],
        "observed=fr": [2],
        "basis=pipl.38&dst=DE": [2, 0],
        "since=2027-01-15": [2, 1, 0],
        "since=2027-01-16": [],
        "until=2027-01-15": [2, 1, 0],
        "until=2027-01-14": [],
        "partner=nobody": [],
        "part=nothing": [],
        f"link={'0' * 64}": [],
    }
    for question, expected in questions.items():
        found = await ada.get(f"entries?{question}")
        assert [entry["index"] for entry in found["entries"]] == expected, question
        assert found["total"] == len(expected)


@pytest.mark.parametrize(
    "question",
    ["since=yesterday", "kind=x", "link=abc", "partner=a/b", "nonsense=1", "src=CN&src=DE"],
)
async def test_an_unfit_question_is_told_which_field(ada: Reviewer, question: str) -> None:
    for path in ("entries", "facets", "flows", "days", "export"):
        refused = await ada.get(f"{path}?{question}", 422)
        assert refused["errors"][0]["field"] == question.partition("=")[0]


async def test_counts_are_what_pictures_are_drawn_of(ada: Reviewer, log: SubjectId) -> None:
    facets = await ada.get("facets?src=CN")
    assert facets["total"] == 3
    assert facets["facets"]["dst"] == [{"value": "DE", "count": 2}, {"value": "US", "count": 1}]
    flows = (await ada.get("flows"))["flows"]
    assert flows[0] == {
        "src": "CN",
        "dst": "DE",
        "basis": "pipl.38",
        "decision": "allow",
        "count": 2,
        "bytes": 0,
    }
    assert [flow["decision"] for flow in flows] == ["allow", "deny"]
    (day,) = (await ada.get("days"))["days"]
    assert (day["day"], day["allowed"], day["denied"], day["entries"]) == ("2027-01-15", 2, 1, 3)


async def test_looking_again_and_again_is_one_entry_until_a_while_passed(
    ada: Reviewer, front: Front, log: SubjectId
) -> None:
    for _ in range(3):
        await ada.get("entries?dst=DE")
        await ada.get("entries/1")
    kinds = front.journal.kinds()
    assert kinds.count(EventKind.LEDGER_REVIEWED) == 2
    front.clock.turn(WINDOW_S)
    await ada.get("entries?dst=DE")
    assert front.journal.kinds().count(EventKind.LEDGER_REVIEWED) == 3
    looks = [note.about["look"] for note in front.journal.notes.values() if "look" in note.about]
    assert looks == ["search", "entry", "search"]


@pytest.mark.parametrize(
    "path",
    ["entries", "entries/1", "entries/1/proof", "facets", "flows", "days", "unseal", "export"],
)
async def test_nothing_is_shown_that_the_log_cannot_be_told(
    ada: Reviewer, front: Front, log: SubjectId, path: str
) -> None:
    front.journal.broken = True
    refused = await ada.get(path, 503)
    assert refused["type"] == "/problems/ledger-unavailable"


async def test_views_are_kept_shared_and_removed(ada: Reviewer, bea: Reviewer) -> None:
    body = {"name": " Last month to Germany ", "question": "?dst=de&since=2026-11-01"}
    own = await ada.post("views", body, 201)
    assert (own["name"], own["own"]) == ("Last month to Germany", True)
    assert own["question"] == "since=2026-11-01T00:00:00Z&dst=DE"
    shared = await ada.post("views", body | {"name": "For all", "shared": True}, 201)
    assert [view["name"] for view in (await bea.get("views"))["views"]] == ["For all"]
    assert [view["own"] for view in (await bea.get("views"))["views"]] == [False]
    path = f"{LOG}/views/{shared['id']}"
    assert (await bea.program.delete(path, headers=bea.key)).status == 404
    assert (await ada.program.delete(path, headers=ada.key)).status == 204
    assert [view["id"] for view in (await ada.get("views"))["views"]] == [own["id"]]
    refused = await ada.post("views", {"name": "x", "question": "kind=x"}, 422)
    assert refused["errors"][0]["field"] == "question.kind"


async def test_names_of_views_are_sealed_and_gone_with_their_person(
    ada: Reviewer, bea: Reviewer, keyring: Keyring, tmp_path: Path
) -> None:
    await ada.post("views", {"name": NAME, "question": "dst=DE", "shared": True}, 201)
    assert NAME.encode() not in stored_in(tmp_path)
    await keyring.shred_subject(ada.caller.subject)
    assert (await bea.get("views"))["views"] == []


async def test_a_reviewer_has_so_many_views_and_no_more(
    ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.review.views.MAX_VIEWS", 1)
    await ada.post("views", {"name": "one", "question": ""}, 201)
    refused = await ada.post("views", {"name": "two", "question": ""}, 409)
    assert refused["type"] == "/problems/too-many-views"


async def test_two_unseal_what_neither_could_alone(
    ada: Reviewer, bea: Reviewer, front: Front, log: SubjectId
) -> None:
    body = {"question": "decision=deny", "reason": WHY, "duration_s": 600}
    grant = await ada.post("unseal", body, 201)
    assert (grant["state"], grant["own"]) == ("asked", True)
    sealed = {"obj": {"state": "sealed", "value": None}}
    assert (await ada.get("entries/1"))["openings"] == sealed
    agreed = await bea.post(f"unseal/{grant['id']}/agree")
    assert (agreed["state"], agreed["reason"]) == ("agreed", WHY)
    assert agreed["decided_by"] == bea.caller.account != agreed["account"]
    opened = {"obj": {"state": "open", "value": {"customer": NAME}}}
    assert (await ada.get("entries/1"))["openings"] == opened
    assert (await ada.get("entries/0"))["openings"] == sealed
    assert (await bea.get("entries/1"))["openings"] == sealed
    front.clock.turn(601)
    assert (await ada.get("entries/1"))["openings"] == sealed
    assert (await ada.get("unseal"))["grants"][0]["state"] == "over"
    kinds = front.journal.kinds()
    for kind in (EventKind.UNSEAL_ASKED, EventKind.UNSEAL_AGREED, EventKind.UNSEAL_USED):
        assert kinds.count(kind) == 1, kind


async def test_nobody_agrees_with_themselves(ada: Reviewer, front: Front, log: SubjectId) -> None:
    body = {"question": "decision=deny", "reason": WHY}
    grant = (await ada.post("unseal", body, 201))["id"]
    for verb in ("agree", "decline"):
        refused = await ada.post(f"unseal/{grant}/{verb}", status=403)
        assert refused["type"] == "/problems/same-person"
    # Nor does another account of the same person.
    twin = Caller("x" * 32, ada.caller.subject, Role.REVIEWER)
    with pytest.raises(SamePersonError):
        await front.app[keys.UNSEALING].decide(twin, grant, agree=True)
    assert EventKind.UNSEAL_AGREED not in front.journal.kinds()


async def test_a_grant_is_decided_once_and_can_be_ended(
    ada: Reviewer, bea: Reviewer, front: Front, log: SubjectId
) -> None:
    body = {"question": "decision=deny", "reason": WHY}
    declined = (await ada.post("unseal", body, 201))["id"]
    assert (await bea.post(f"unseal/{declined}/decline"))["state"] == "declined"
    await bea.post(f"unseal/{declined}/agree", status=409)
    grant = await ada.granted(bea)
    stranger = await somebody(front, Role.REVIEWER, "eve@works.example")
    await stranger.post(f"unseal/{grant}/end", status=404)
    assert (await bea.post(f"unseal/{grant}/end"))["state"] == "ended"
    assert (await ada.get("entries/1"))["openings"]["obj"]["state"] == "sealed"
    await ada.post(f"unseal/{grant}/search", {"words": "zauber"}, 404)
    await ada.post("unseal/none/agree", status=404)
    kinds = front.journal.kinds()
    assert EventKind.UNSEAL_DECLINED in kinds
    assert EventKind.UNSEAL_ENDED in kinds


@pytest.mark.parametrize(
    "changes",
    [
        {"question": ""},
        {"question": "?"},
        {"reason": "because"},
        {"duration_s": 1},
        {"duration_s": 10**6},
    ],
)
async def test_a_grant_is_narrow_short_and_explained(
    ada: Reviewer, changes: dict[str, Any]
) -> None:
    body = {"question": "decision=deny", "reason": WHY, "duration_s": 600} | changes
    await ada.post("unseal", body, 422)


async def test_reasons_are_sealed_and_gone_with_their_person(
    ada: Reviewer, bea: Reviewer, keyring: Keyring, log: SubjectId, tmp_path: Path
) -> None:
    await ada.granted(bea)
    assert WHY.encode() not in stored_in(tmp_path)
    await keyring.shred_subject(ada.caller.subject)
    assert (await bea.get("unseal"))["grants"] == []
    assert (await ada.get("entries/1"))["openings"]["obj"]["state"] == "sealed"


async def test_sealed_words_are_searched_within_a_grant_and_nowhere_else(
    ada: Reviewer, bea: Reviewer, front: Front, log: SubjectId, keyring: Keyring
) -> None:
    grant = await ada.granted(bea)
    found = await ada.post(f"unseal/{grant}/search", {"words": "zauberFLUSS"})
    assert [match["index"] for match in found["matches"]] == [1]
    assert found["matches"][0]["slots"] == {"obj": {"customer": NAME}}
    assert (found["looked_at"], found["left"], found["next_before"]) == (1, 0, None)
    nothing = await ada.post(f"unseal/{grant}/search", {"words": "customer"})
    assert nothing["matches"] == []
    await bea.post(f"unseal/{grant}/search", {"words": "zauber"}, 404)
    told = json.dumps([str(note.about) for note in front.journal.notes.values()])
    assert "zauber" not in told.lower()
    await keyring.shred_subject(log)
    gone = await ada.post(f"unseal/{grant}/search", {"words": "zauberfluss"})
    assert gone["matches"] == []


async def test_a_long_search_tells_how_far_it_came_and_goes_on(
    ada: Reviewer, bea: Reviewer, log: SubjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.review.revealing.BATCH", 1)
    monkeypatch.setattr("gateway.review.revealing.AT_ONCE", 2)
    grant = await ada.granted(bea, "src=CN")
    first = await ada.post(f"unseal/{grant}/search", {"words": "zauber"})
    assert [match["index"] for match in first["matches"]] == [2, 1]
    assert (first["looked_at"], first["left"], first["next_before"]) == (2, 1, 1)
    rest = await ada.post(f"unseal/{grant}/search", {"words": "zauber", "before": 1})
    assert [match["index"] for match in rest["matches"]] == [0]
    assert (rest["left"], rest["next_before"]) == (0, None)


async def test_only_reviewers_come_in(front: Front, log: SubjectId) -> None:
    customer = await somebody(front, Role.CUSTOMER, "c@works.example")
    for path in ("facets", "flows", "days", "views", "unseal", "export"):
        await customer.get(path, 403)
    stranger = await front.browser()
    assert (await stranger.get(f"{LOG}/export")).status == 401


async def test_a_parts_timeline_is_its_owners_and_the_reviewers(
    desk: Desk, ada: Reviewer, front: Front
) -> None:
    part = await desk.part()
    path = f"/api/v1/parts/{part}/timeline"
    assert (await desk.program.get(path, headers=desk.customer)).status == 200
    assert EventKind.LEDGER_REVIEWED not in front.journal.kinds()
    assert (await ada.program.get(path, headers=ada.key)).status == 200
    assert EventKind.LEDGER_REVIEWED in front.journal.kinds()
    stranger = await somebody(front, Role.CUSTOMER, "s@works.example")
    refused = await stranger.program.get(path, headers=stranger.key)
    assert refused.status == 404
    assert (await problem(refused))["type"] == "/problems/part-missing"
    missing = "/api/v1/parts/none/timeline"
    assert (await ada.program.get(missing, headers=ada.key)).status == 404
