"""Views, grants and the forwarding's cursor, on every database there is."""

import pytest

from storage.ids import SubjectId
from storage.rows import accounts, forwarding, grants, views
from storage.rows.accounts import AccountRow
from storage.rows.engine import Rows
from storage.rows.grants import AGREED, ASKED, GrantRow
from storage.rows.views import ViewRow

ADA, BEA = SubjectId("a" * 32), SubjectId("b" * 32)


@pytest.fixture
async def rows(empty_rows: Rows) -> Rows:
    async with empty_rows.transaction() as connection:
        for name, subject in (("ada", ADA), ("twin", ADA), ("bea", BEA)):
            await accounts.add(connection, AccountRow(name, subject, "reviewer", 0.0))
    return empty_rows


def grant(grant_id: str = "g") -> GrantRow:
    return GrantRow(grant_id, "ada", ADA, ASKED, b"why", b"what", 600, 1.0)


@pytest.mark.parametrize("by", [("ada", ADA), ("twin", ADA), ("ada", BEA)])
async def test_the_row_itself_refuses_who_asked(rows: Rows, by: tuple[str, SubjectId]) -> None:
    async with rows.transaction() as connection:
        await grants.add(connection, grant())
        assert not await grants.decide(connection, "g", AGREED, by, 2.0, 602.0)
        assert await grants.living(connection, "ada", 3.0) == []


async def test_of_two_decisions_one_counts_and_it_ends_in_time(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await grants.add(connection, grant())
        assert await grants.decide(connection, "g", AGREED, ("bea", BEA), 2.0, 602.0)
        assert not await grants.decide(connection, "g", "declined", ("bea", BEA), 3.0, None)
        assert [one.id for one in await grants.living(connection, "ada", 601.0)] == ["g"]
        assert await grants.living(connection, "ada", 602.0) == []
        assert await grants.living(connection, "bea", 3.0) == []
        assert not await grants.end(connection, "g", "twin", "ended")
        assert await grants.end(connection, "g", "bea", "ended")
        assert await grants.living(connection, "ada", 3.0) == []
        assert [one.state for one in await grants.newest(connection, limit=9)] == ["ended"]


async def test_views_are_ones_own_or_shared(rows: Rows) -> None:
    async with rows.transaction() as connection:
        for name, shared in (("own", False), ("all", True)):
            await views.add(connection, ViewRow(name, "ada", ADA, shared, b"n", b"q", 1.0))
        assert [one.id for one in await views.seen_by(connection, "ada")] == ["all", "own"]
        assert [one.id for one in await views.seen_by(connection, "bea")] == ["all"]
        assert not await views.remove(connection, "all", "bea")
        assert await views.remove(connection, "all", "ada")


async def test_one_node_holds_the_cursor_and_it_never_goes_back(rows: Rows) -> None:
    async with rows.transaction() as connection:
        assert await forwarding.take(connection, "r", "one", 0.0, 60.0) == 0
        assert await forwarding.take(connection, "r", "two", 59.0, 120.0) is None
        assert await forwarding.advance(connection, "r", "one", 7, 60.0)
        assert not await forwarding.advance(connection, "r", "one", 3, 60.0)
        assert not await forwarding.advance(connection, "r", "two", 9, 60.0)
        assert await forwarding.take(connection, "r", "two", 60.0, 120.0) == 7
        assert not await forwarding.advance(connection, "r", "one", 9, 130.0)
        await forwarding.release(connection, "r", "two")
        assert await forwarding.take(connection, "r", "one", 61.0, 130.0) == 7
        assert await forwarding.standing(connection, "r") == 7
        assert await forwarding.standing(connection, "nobody") == 0
