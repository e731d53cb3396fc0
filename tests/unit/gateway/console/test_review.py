"""The transfer log as reviewers see it."""

import re

import pytest

from gateway.api import keys
from gateway.console.views import review
from gateway.journal import Happening, Note
from gateway.ledger_watch import Verdict
from tests.unit.gateway.console.conftest import Building, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRANSFER = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000"


async def _decided(building: Building, count: int, dst: str, *, denied: bool = False) -> None:
    app = building.server.app
    subject = await app[keys.ACCOUNTS].people.create_subject()
    journal = app[keys.PARTS].journal
    kind = Happening.TRANSFER_DENIED if denied else Happening.TRANSFER_DECIDED
    for number in range(count):
        note = Note(
            kind, subject, "account", {"part": "p"}, src="CN", dst=dst,
            decision="deny" if denied else "allow", basis="test-basis", transfer=TRANSFER,
        )  # fmt: skip
        await journal.write(note, key=f"{dst}/{denied}/{number}")


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r'data-label="#"><a href="/review/entries/(\d+)', text)]


async def test_an_empty_log_says_so(reviewer: Person) -> None:
    answer, text = await reviewer.see("/review?kind=key.rotated")
    assert answer.status == 200
    assert "No entries" in text


async def test_entries_come_newest_first_in_pages(building: Building, reviewer: Person) -> None:
    await _decided(building, 60, "DE")
    _, text = await reviewer.see("/review")
    first = _numbers(text)
    assert len(first) == review.PAGE
    assert first == sorted(first, reverse=True)
    older = re.search(r'href="(/review\?before=\d+)"', text)
    assert older is not None
    _, text = await reviewer.see(older[1])
    assert max(_numbers(text)) == first[-1] - 1
    assert "Newest" in text


async def test_filters_narrow_and_say_when_nothing_can_fit(
    building: Building, reviewer: Person
) -> None:
    await _decided(building, 2, "FR", denied=True)
    _, text = await reviewer.see("/review?dst=fr&decision=deny&kind=transfer.denied&src=CN")
    assert len(_numbers(text)) == 2
    assert "Transfer denied" in text
    _, text = await reviewer.see(f"/review?transfer={TRANSFER}&dst=FR")
    assert len(_numbers(text)) == 2
    assert TRANSFER in text
    for wrong in ("dst=France", "kind=nothing", "decision=maybe", "transfer=%27%20or%201", "src=1"):
        _, text = await reviewer.see(f"/review?{wrong}")
        assert _numbers(text) == []
        assert "Nothing can fit" in text


async def test_flows_are_counted_from_the_decisions(building: Building, reviewer: Person) -> None:
    await _decided(building, 3, "JP")
    _, text = await reviewer.see("/review")
    assert 'aria-label="CN → JP, Allowed: 3"' in text
    assert re.search(r'href="/review\?src=CN&amp;dst=JP&amp;decision=allow"', text)
    _, text = await reviewer.see("/review?src=CN&dst=JP&decision=allow")
    assert len(_numbers(text)) == 3


async def test_a_question_is_kept_and_exported_as_it_stands_in_the_url(
    building: Building, reviewer: Person
) -> None:
    await _decided(building, 2, "SE")
    _, text = await reviewer.see("/review?dst=SE&kind=transfer.decided&region=")
    assert '<input type="hidden" name="question" value="kind=transfer.decided&amp;dst=SE">' in text
    assert '<input type="hidden" name="dst" value="SE">' in text
    assert re.search(r'Entries <span class="muted">2</span>', text)
    order = {"name": "To Sweden", "question": "kind=transfer.decided&dst=SE"}
    assert (await reviewer.call("POST", "/api/v1/ledger/views", order)).status == 201
    _, text = await reviewer.see("/review")
    assert '<a href="/review?kind=transfer.decided&amp;dst=SE">To Sweden</a>' in text


async def test_a_span_of_time_is_one_click_and_keeps_the_rest(
    building: Building, reviewer: Person
) -> None:
    _, text = await reviewer.see("/review?dst=DE")
    link = re.search(r'href="(/review\?since=[^"]*dst=DE)">Last month<', text)
    assert link is not None
    _, text = await reviewer.see(link[1].replace("&amp;", "&"))
    assert _numbers(text) == []
    assert 'aria-current="true">Last month<' in text


async def test_an_entry_shows_what_it_commits_to_and_its_proof(
    building: Building, reviewer: Person
) -> None:
    await _decided(building, 1, "NO")
    _, text = await reviewer.see("/review?dst=NO")
    (number,) = _numbers(text)
    _, text = await reviewer.see(f"/review/entries/{number}")
    assert "test-basis" in text
    assert "Sealed: two reviewers can open it" in text
    assert "<dd>p</dd>" not in text
    answer, proof = await reviewer.see(f"/review/entries/{number}/proof")
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="entry-{number}.tlog-proof"'
    )
    assert proof.startswith("c2sp.org/tlog-proof@v1")
    for path in ("/review/entries/999999", "/review/entries/999999/proof", "/review/entries/x"):
        answer, _ = await reviewer.see(path)
        assert (answer.status, answer.content_type) == (404, "text/html"), path


async def test_what_was_erased_is_said_to_be_erased(building: Building, reviewer: Person) -> None:
    app = building.server.app
    people = app[keys.ACCOUNTS].people
    subject, officer = await people.create_subject(), await people.create_subject()
    journal = app[keys.PARTS].journal
    note = Note(Happening.CONSENT_GIVEN, subject, "account", {"part": "sesame"})
    receipt = await journal.write(note, key="to-be-erased")
    await journal.erase(subject, Note(Happening.SUBJECT_ERASED, officer, "officer"), key="erase")
    _, text = await reviewer.see(f"/review/entries/{receipt.index}")
    assert "Erased with the person" in text
    assert "sesame" not in text


async def test_a_changed_log_is_the_first_thing_one_reads(
    building: Building, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = building.server.app[keys.LEDGER_WATCH]
    await watch.verify()
    _, text = await reviewer.see("/review")
    assert "The log is intact" in text
    found = Verdict(building.server.app[keys.CLOCK](), None, "entry 3")
    monkeypatch.setattr(watch, "verdict", found)
    _, text = await reviewer.see("/review")
    assert "The log was changed" in text
    assert "entry 3" in text
    monkeypatch.setattr(watch, "verdict", None)
    _, text = await reviewer.see("/review")
    assert "full audit follows within the hour" in text
