"""Opening is one statement: whatever was read before it, its conditions hold when it acts."""

import pytest
import pytest_asyncio

from storage.ids import SubjectId
from storage.rows import accounts, downloads, links, partners, parts, transfers
from storage.rows.accounts import AccountRow
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.links import LinkRow
from storage.rows.partners import PartnerRow
from storage.rows.parts import PartRow
from storage.rows.transfers import ACTIVE, TransferRow

NOW = 1000.0
SUBJECT = SubjectId("s")
GOOD = {"expires_at": NOW + 1, "opens_left": 1, "code_attempts_left": 1}


@pytest_asyncio.fixture
async def rows(empty_rows: Rows) -> Rows:
    async with empty_rows.transaction() as connection:
        await accounts.add(connection, AccountRow("a", SUBJECT, "customer", NOW))
        await parts.add(connection, PartRow("p", "a", SUBJECT, "released", b"n", b"d", NOW), [])
        partner = PartnerRow("m", SUBJECT, "i", b"n", b"e", "AA", NOW)
        await partners.add(connection, partner)
        row = TransferRow("t", "p", "m", None, ACTIVE, "BB", "AA", "rule", "pack:1", NOW)
        await transfers.add(connection, row)
    return empty_rows


@pytest.mark.parametrize(
    ("changes", "code", "opens"),
    [
        ({}, None, True),
        ({}, "any", True),
        ({"code_hash": "c"}, "c", True),
        ({"code_hash": "c"}, "d", False),
        ({"code_hash": "c"}, None, False),
        ({"expires_at": NOW}, None, False),
        ({"opens_left": 0}, None, False),
        ({"code_attempts_left": 0}, None, False),
    ],
)
async def test_a_link_opens_only_while_every_condition_holds(
    rows: Rows, changes: dict[str, object], code: str | None, opens: bool
) -> None:
    async with rows.transaction() as connection:
        await links.add(connection, LinkRow("h", "t", **(GOOD | changes)))  # type: ignore[arg-type]
        opened = await links.open_once(connection, "h", code, NOW)
        assert (opened == "t") is opens
        assert await links.open_once(connection, "h", code, NOW) is None


async def test_an_ended_transfer_opens_no_link_and_keeps_no_session(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await links.add(connection, LinkRow("h", "t", NOW + 1, 5, 5))
        for name, ended in (("one", False), ("two", False), ("three", True)):
            session = SessionRow(name, f"h-{name}", "t", NOW, NOW + 1, ended=ended)
            await downloads.add(connection, session)
        assert await downloads.alive(connection, "h-one", NOW)
        assert sorted(await transfers.end(connection, "t", "revoked", NOW)) == ["one", "two"]
        assert await transfers.end(connection, "t", "expired", NOW) == []
        ended = await transfers.by_id(connection, "t")
        assert ended is not None
        assert (ended.state, ended.ended_at) == ("revoked", NOW)
        assert await links.usable(connection, "h", NOW) is None
        assert await links.open_once(connection, "h", None, NOW) is None
        assert not await downloads.still_alive(connection, "one", NOW)


async def test_wrong_codes_are_counted_to_nothing_and_not_below(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await links.add(connection, LinkRow("h", "t", NOW + 1, 5, 2, "c"))
        left = [await links.count_wrong_code(connection, "h") for _ in range(3)]
        assert left == [1, 0, 0]


async def test_a_longer_delivery_replaces_a_shorter_one_from_the_same_byte(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await downloads.add(connection, SessionRow("one", "h", "t", NOW, NOW + 1))
        for start, stop in ((0, 5), (0, 9), (0, 3), (7, 8)):
            await downloads.record(connection, "one", "d", start, stop)
        assert await downloads.delivered(connection, "one") == {"d": [(0, 9), (7, 8)]}


async def test_only_others_who_went_abroad_and_were_not_denied_are_counted(rows: Rows) -> None:
    async with rows.transaction() as connection:
        for number, (origin, state) in enumerate((("AA", ACTIVE), ("BB", "denied")), 1):
            subject = SubjectId(f"s{number}")
            part = PartRow(f"p{number}", "a", subject, "released", b"n", b"d", NOW)
            await parts.add(connection, part, [])
            row = TransferRow(f"t{number}", part.id, "m", None, state, origin, "AA", "r", "p", NOW)
            await transfers.add(connection, row)
        assert await transfers.subjects_abroad(connection, NOW) == 1
        assert await transfers.subjects_abroad(connection, NOW + 1) == 0
        assert await transfers.subjects_abroad(connection, NOW, SUBJECT) == 0
