"""What the rows promise, on every database there is: compare and set, counted uses, lists in order.

Where two may come at once, they do: each step of a race is a transaction of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
import pytest_asyncio
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import ObjectId, SubjectId
from storage.rows import (
    accounts,
    consents,
    credentials,
    downloads,
    partners,
    parts,
    transfers,
    uploads,
)
from storage.rows.accounts import AccountRow
from storage.rows.consents import ConsentRow
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.partners import PartnerRow
from storage.rows.parts import DrawingRow, PartRow
from storage.rows.transfers import ACTIVE, TransferRow
from storage.rows.uploads import Chunk, UploadRow

T = TypeVar("T")

NOW = 1_700_000_000.25  # a moment between seconds must come back as it went
ANNA = SubjectId("s-anna")
AT_ONCE = 12


@pytest_asyncio.fixture
async def rows(empty_rows: Rows) -> Rows:
    async with empty_rows.transaction() as connection:
        await accounts.add(connection, AccountRow("anna", ANNA, "customer", NOW, "i", b"\0\xff"))
    return empty_rows


async def raced(rows: Rows, step: Callable[[AsyncConnection, int], Awaitable[T]]) -> list[T]:
    """Return what each of many transactions at once gave."""

    async def one(number: int) -> T:
        async with rows.transaction() as connection:
            return await step(connection, number)

    return await asyncio.gather(*(one(number) for number in range(AT_ONCE)))


def upload(name: str = "u", **changes: object) -> UploadRow:
    row = UploadRow(name, "anna", ANNA, 10, 0, b"m", None, NOW, NOW + 60)
    return replace(row, **changes)  # type: ignore[arg-type]


async def test_what_goes_in_comes_out(rows: Rows) -> None:
    async with rows.reading() as connection:
        anna = await accounts.by_email(connection, "i")
    assert anna == AccountRow("anna", ANNA, "customer", NOW, "i", b"\0\xff")


async def test_an_address_belongs_to_one_account(rows: Rows) -> None:
    async def second() -> None:
        async with rows.transaction() as connection:
            await accounts.add(connection, AccountRow("b", SubjectId("s"), "customer", NOW, "i"))

    with pytest.raises(IntegrityError):
        await second()
    async with rows.reading() as connection:
        assert len(await accounts.every(connection)) == 1


async def test_of_many_writers_at_one_offset_one_advances(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await uploads.add(connection, upload())

    async def grow(connection: AsyncConnection, number: int) -> bool:
        chunk = Chunk(0, 10, ObjectId(f"object-{number}"))
        return await uploads.advance(connection, upload(), upload(offset=10), [chunk])

    assert sum(await raced(rows, grow)) == 1
    async with rows.reading() as connection:
        assert [chunk.plain_bytes for chunk in await uploads.chunks(connection, "u")] == [10]


async def test_of_many_claims_one_gets_the_upload(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await uploads.add(connection, upload(offset=10))
        await uploads.add(connection, upload("half", offset=9))

    async def claim(connection: AsyncConnection, number: int) -> bool:
        return await uploads.claim(connection, "u", "anna", f"d{number}")

    assert sum(await raced(rows, claim)) == 1
    async with rows.transaction() as connection:
        assert not await uploads.claim(connection, "half", "anna", "d")
        assert await uploads.usage(connection, "anna") == (1, 10)
        assert await uploads.expired(connection, NOW + 60) == ["half"]


async def test_of_many_workers_one_takes_the_drawing(rows: Rows) -> None:
    drawing = DrawingRow("d", "p", 1, "u", "received", 0, b"f", NOW)
    part = PartRow("p", "anna", ANNA, "draft", b"n", b"d", NOW)
    async with rows.transaction() as connection:
        await parts.add(connection, part, [drawing])

    async def take(connection: AsyncConnection, number: int) -> bool:
        values = {"state": "inspecting", "attempts": number}
        return await parts.change_drawing(connection, "d", "received", values)

    assert sum(await raced(rows, take)) == 1


async def test_of_many_clicks_one_spends_the_invitation(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await credentials.add_invitation(connection, "hash", "anna", NOW + 60)

    async def click(connection: AsyncConnection, number: int) -> str | None:
        return await credentials.spend_invitation(connection, "hash", NOW)

    assert sorted(filter(None, await raced(rows, click))) == ["anna"]


async def test_pieces_recorded_at_once_leave_the_longest(rows: Rows) -> None:
    await _sent(rows)

    async def record(connection: AsyncConnection, number: int) -> None:
        await downloads.record(connection, "one", "d", 0, 100 + number)

    await raced(rows, record)
    async with rows.reading() as connection:
        assert await downloads.delivered(connection, "one") == {"d": [(0, 99 + AT_ONCE)]}


async def test_of_many_guesses_at_once_each_counts(rows: Rows) -> None:
    async def fail(connection: AsyncConnection, number: int) -> int:
        return await accounts.count_failure(connection, "who", NOW, NOW - 60)

    assert sorted(await raced(rows, fail)) == list(range(1, AT_ONCE + 1))
    async with rows.transaction() as connection:
        assert await accounts.failures(connection, "who") == (AT_ONCE, NOW)
        assert await accounts.count_failure(connection, "who", NOW + 60, NOW) == 1, "forgiven"
        await accounts.clear_failures(connection, "who")
        assert await accounts.failures(connection, "who") == (0, 0.0)


async def test_a_transfer_ends_once(rows: Rows) -> None:
    await _sent(rows)

    async def end(connection: AsyncConnection, number: int) -> int:
        return len(await transfers.end(connection, "t", "revoked", NOW + number))

    assert sum(await raced(rows, end)) == 1


async def test_a_consent_is_withdrawn_once_and_the_newest_counts(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await partners.add(connection, PartnerRow("m", ANNA, "i", b"n", b"e", "AA", NOW))
        for number in range(3):
            row = ConsentRow(f"c{number}", ANNA, "m", "quote", "hash", NOW + number)
            await consents.add(connection, row)

    async def withdraw(connection: AsyncConnection, number: int) -> bool:
        return await consents.withdraw(connection, "c2", NOW + 9)

    assert sum(await raced(rows, withdraw)) == 1
    async with rows.reading() as connection:
        newest = await consents.newest(connection, ANNA, "m", "quote")
        assert newest is not None
        assert (newest.id, newest.withdrawn_at) == ("c2", NOW + 9)
        ordered = [row.id for row in await consents.of_subject(connection, ANNA)]
        assert ordered == ["c2", "c1", "c0"]


async def test_what_a_broken_transaction_did_is_undone(rows: Rows) -> None:
    async def broken() -> None:
        async with rows.transaction() as connection:
            await uploads.add(connection, upload())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    async with rows.reading() as connection:
        assert await uploads.by_id(connection, "u") is None
    await rows.ping()


async def _sent(rows: Rows) -> None:
    async with rows.transaction() as connection:
        await parts.add(connection, PartRow("p", "anna", ANNA, "released", b"n", b"d", NOW), [])
        await partners.add(connection, PartnerRow("m", ANNA, "i", b"n", b"e", "AA", NOW))
        row = TransferRow("t", "p", "m", None, ACTIVE, "BB", "AA", "rule", "pack:1", NOW)
        await transfers.add(connection, row)
        await downloads.add(connection, SessionRow("one", "h", "t", NOW, NOW + 60))
