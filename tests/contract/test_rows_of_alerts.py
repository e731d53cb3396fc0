"""Sightings, alerts, marks and the outbox keep their word on every database."""

from dataclasses import replace

import pytest_asyncio

from storage.ids import SubjectId
from storage.rows import accounts, alerts, downloads, notices, partners, parts, sightings, transfers
from storage.rows.accounts import AccountRow
from storage.rows.alerts import ACKNOWLEDGED, OPEN, SETTLED, STATES, AlertRow
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.notices import GIVEN_UP, SENT, WAITING, NoticeRow, WebhookRow
from storage.rows.partners import PartnerRow
from storage.rows.parts import PartRow
from storage.rows.sightings import SightingRow
from storage.rows.transfers import ACTIVE, DENIED, TransferRow

NOW = 1000.0
SUBJECT = SubjectId("s")
ALERT = AlertRow(
    *("x", "rule/x", "rule", "notice", OPEN, "t1", "AA", None, 7, SUBJECT, b"told", NOW)
)
NOTICE = NoticeRow("n", "x", "alert.raised", "mail", "a", WAITING, NOW, NOW)


@pytest_asyncio.fixture
async def rows(empty_rows: Rows) -> Rows:
    async with empty_rows.transaction() as connection:
        await accounts.add(connection, AccountRow("a", SUBJECT, "customer", NOW))
        await parts.add(connection, PartRow("p", "a", SUBJECT, "released", b"n", b"d", NOW), [])
        await partners.add(connection, PartnerRow("m", SUBJECT, "i", b"n", b"e", "AA", NOW))
        for number, state in enumerate((ACTIVE, DENIED, DENIED), 1):
            row = TransferRow(
                *(f"t{number}", "p", "m", None, state, "BB", "AA", "rule", "pack:1"),
                NOW + number,
            )
            await transfers.add(connection, row)
        for number in (1, 2):
            session = SessionRow(f"d{number}", f"h{number}", f"t{number}", NOW + number, NOW + 99)
            await downloads.add(connection, session)
    return empty_rows


def sighting(session: int, network: str, country: str | None, asn: int | None) -> SightingRow:
    return SightingRow(f"d{session}", network, f"t{session}", "m", country, asn, NOW + session)


async def test_a_session_is_seen_once_from_each_network(rows: Rows) -> None:
    async with rows.transaction() as connection:
        for row in (
            sighting(1, "n1", "AA", 2**32 - 1),
            sighting(1, "n1", "BB", 5),
            sighting(1, "n2", None, None),
            sighting(2, "n3", "BB", 6),
        ):
            await sightings.add(connection, row)
        assert await sightings.networks_of(connection, "t1") == 2
        assert await sightings.known(connection, "d1", "n1")
        assert not await sightings.known(connection, "d2", "n1")
        seen = await sightings.of_transfer(connection, "t1")
        assert [(one.country, one.asn) for one in seen] == [("AA", 2**32 - 1), (None, None)]
        late, early = NOW + 50, NOW + 1
        assert await sightings.countries_of(connection, "m", "t2", late) == {"AA"}
        assert await sightings.countries_of(connection, "m", "t2", early) == frozenset()
        assert await sightings.systems_of(connection, "m", "t2", late) == {2**32 - 1}
        assert await sightings.last_opened_before(connection, "m", "t2", late) == NOW + 1
        assert await sightings.last_opened_before(connection, "m", "t2", early) is None


async def test_what_a_partner_was_handed_and_denied_is_counted_within_a_time(rows: Rows) -> None:
    async with rows.transaction() as connection:
        for session, drawing, start in (("d1", "x", 0), ("d1", "x", 5), ("d1", "y", 0)):
            await downloads.record(connection, session, drawing, start, start + 5)
        await downloads.record(connection, "d2", "x", 0, 9)
        assert await downloads.files_of_partner(connection, "m", NOW, NOW + 9) == 3
        assert await downloads.files_of_partner(connection, "m", NOW + 2, NOW + 9) == 1
        assert await downloads.files_of_partner(connection, "m", NOW, NOW + 2) == 2
        states = await transfers.states_of_partner(connection, "m", NOW, NOW + 9)
        assert states == [DENIED, DENIED, ACTIVE]
        assert await transfers.states_of_partner(connection, "m", NOW, NOW + 2) == [ACTIVE]


async def test_one_cause_is_one_alert_which_goes_one_way(rows: Rows) -> None:
    async with rows.transaction() as connection:
        assert await alerts.add(connection, ALERT)
        assert not await alerts.add(connection, replace(ALERT, id="y"))
        assert await alerts.by_cause(connection, "rule/x") == ALERT
        assert await alerts.acknowledge(connection, "x", "a", NOW + 1)
        assert not await alerts.acknowledge(connection, "x", "a", NOW + 2)
        assert await alerts.counts(connection) == {OPEN: 0, ACKNOWLEDGED: 1, SETTLED: 0}
        assert [one.id for one in await alerts.standing_of_rule(connection, "rule")] == ["x"]
        assert await alerts.settle(connection, "x", "a", NOW + 3, b"why")
        assert not await alerts.settle(connection, "x", "b", NOW + 4, b"no")
        settled = await alerts.by_id(connection, "x")
        assert settled is not None
        assert (settled.state, settled.why_sealed, settled.settled_at) == (SETTLED, b"why", NOW + 3)
        assert await alerts.standing_of_rule(connection, "rule") == []


async def test_alerts_of_one_moment_are_paged_without_loss(rows: Rows) -> None:
    async with rows.transaction() as connection:
        for name in "abcde":
            await alerts.add(connection, replace(ALERT, id=name, cause=name))
        seen: list[str] = []
        before = None
        for _ in range(3):
            found = await alerts.page(connection, states=STATES, rule=None, before=before, limit=2)
            seen += [one.id for one in found]
            before = found[-1]
        assert seen == list("abcde")
        assert (
            await alerts.page(connection, states=(SETTLED,), rule=None, before=None, limit=9) == []
        )
        assert await alerts.page(connection, states=STATES, rule="no", before=None, limit=9) == []


async def test_a_mark_stays_unless_it_is_moved(rows: Rows) -> None:
    async with rows.transaction() as connection:
        assert await alerts.mark_once(connection, "key.file.a_b", "1") == "1"
        assert await alerts.mark_once(connection, "key.file.a_b", "2") == "1"
        await alerts.set_mark(connection, "key.file.a_b", "3")
        await alerts.set_mark(connection, "keyXfile.c", "4")
        assert await alerts.marks(connection, "key.file.") == {"key.file.a_b": "3"}
        assert await alerts.marked(connection, "other") is None


async def test_a_notice_is_taken_by_one_and_tried_until_it_ends(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await alerts.add(connection, ALERT)
        for row in (NOTICE, NOTICE, replace(NOTICE, id="later", next_at=NOW + 9)):
            await notices.add(connection, row)
        assert [one.id for one in await notices.due(connection, NOW, 9)] == ["n"]
        assert await notices.take(connection, NOTICE, NOW + 5)
        assert not await notices.take(connection, NOTICE, NOW + 5)
        assert await notices.due(connection, NOW + 4, 9) == []
        (again,) = await notices.due(connection, NOW + 5, 9)
        assert again.attempts == 1
        await notices.wait(connection, "n", NOW + 20, "receiver-said-500")
        assert await notices.due(connection, NOW + 8, 9) == []
        await notices.end(connection, "n", SENT, NOW + 21)
        await notices.end(connection, "later", GIVEN_UP, NOW + 21, "no-relay")
        told = {one.id: (one.state, one.failure) for one in await notices.of_alert(connection, "x")}
        assert told == {"n": (SENT, None), "later": (GIVEN_UP, "no-relay")}
        assert await notices.due(connection, NOW + 99, 9) == []


async def test_a_removed_webhook_leaves_neither_address_nor_secret(rows: Rows) -> None:
    async with rows.transaction() as connection:
        row = WebhookRow("w", SUBJECT, b"url", b"secret", "AA-BB", NOW)
        await notices.add_webhook(connection, row)
        assert await notices.webhooks(connection) == [row]
        assert await notices.remove_webhook(connection, "w", NOW + 1)
        assert not await notices.remove_webhook(connection, "w", NOW + 2)
        assert await notices.webhook_by_id(connection, "w") is None
        assert await notices.webhooks(connection) == []
