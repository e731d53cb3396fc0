"""Several gateways on one log in PostgreSQL: no gap, no second tree, whatever becomes of one."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.ledger import copying
from storage.ledger.database import reading
from storage.ledger.errors import LedgerUnavailableError, NoSuchEntryError
from storage.ledger.log import Ledger
from storage.ledger.merkle import leaf_hash
from storage.ledger.postgres.line import Line
from storage.ledger.postgres.place import SharedPlace
from tests.contract.ledger_places import Kept
from tests.services import postgres
from tests.services.postgres import Postgres
from tests.unit.storage.ledger.logs import ANNA, BoxSealer, event, filled

pytestmark = [pytest.mark.service, pytest.mark.timeout(150)]

TRIES = 60


@pytest.fixture
def shared(postgresql: Postgres) -> Iterator[Kept]:
    dsn = postgresql.database(f"log_{secrets.token_hex(6)}").replace("+asyncpg", "")
    kept = Kept(dsn)
    try:
        yield kept
    finally:
        kept.close()


def dsn_of(kept: Kept) -> str:
    assert isinstance(kept.where, str)
    return kept.where


async def insisting(ledger: Ledger, key: str) -> int:
    """Append as the gateway's callers do: again with the same key, until it is durable."""
    for _ in range(TRIES):
        try:
            return (await ledger.append(event(), key=key)).index
        except LedgerUnavailableError:
            await asyncio.sleep(0.1)
    raise AssertionError("the ledger did not come back")


async def test_two_gateways_append_at_once_without_a_gap(shared: Kept) -> None:
    sealer = BoxSealer()
    one, two = await shared.ledger(sealer), await shared.ledger(sealer)
    work = [
        insisting(ledger, f"{name}/{number}")
        for number in range(100)
        for name, ledger in (("one", one), ("two", two))
    ]
    numbers = await asyncio.gather(*work)
    assert sorted(numbers) == list(range(200))
    assert await one.head() == await two.head()
    # What one has written, the other knows by its key.
    assert (await two.append(event(), key="one/7")).index == (await one.numbers(["one/7"]))[0]
    published = await asyncio.gather(one.publish(), two.publish())
    assert published[0] == published[1]
    assert (await one.verify()).size == 200
    await one.close()
    await two.close()


async def test_two_gateways_that_begin_at_once_begin_one_log(shared: Kept) -> None:
    one, two = await asyncio.gather(shared.ledger(), shared.ledger())
    assert await insisting(one, "1") + await insisting(two, "2") == 1
    await one.close()
    await two.close()


async def test_a_gateway_opens_while_another_writes_and_neither_is_disturbed(shared: Kept) -> None:
    one = await shared.ledger()
    writing = asyncio.gather(
        *(
            one.append(event(), key=f"{batch}/{number}")
            for batch in range(20)
            for number in range(8)
        )
    )
    for number in range(3):
        two = await shared.ledger()
        await two.append(event(), key=f"two/{number}")
        await two.close()
    assert len(set(await writing)) == 160
    await one.close()


async def test_backends_that_are_terminated_in_the_middle_lose_nothing(shared: Kept) -> None:
    one, two = await shared.ledger(), await shared.ledger()
    tasks = [
        asyncio.create_task(insisting(ledger, f"{name}/{number}"))
        for number in range(150)
        for name, ledger in (("one", one), ("two", two))
    ]
    for _ in range(8):
        await asyncio.sleep(0.03)
        await asyncio.to_thread(
            _script,
            shared,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    numbers = await asyncio.gather(*tasks)
    assert sorted(numbers) == list(range(300))
    summary = await asyncio.wait_for(one.verify(), 60)
    assert summary.size == 300
    await one.close()
    await two.close()


async def test_a_database_that_was_killed_and_is_back_has_what_was_acknowledged() -> None:
    for server in postgres.running():
        kept = Kept(server.database("log").replace("+asyncpg", ""))
        ledger = await kept.ledger()
        before = [await ledger.append(event(), key=str(number)) for number in range(20)]
        late = [asyncio.create_task(insisting(ledger, f"late/{number}")) for number in range(20)]
        await asyncio.sleep(0.01)
        await asyncio.to_thread(server.kill)
        assert not await ledger.writable()
        with pytest.raises(LedgerUnavailableError):
            await ledger.append(event(), key="while it is gone")
        await asyncio.to_thread(server.start)
        await asyncio.gather(*late)
        for receipt in before:
            assert leaf_hash((await ledger.entry(receipt.index)).raw) == receipt.leaf_hash
        assert (await ledger.verify()).size >= 40
        await ledger.close()
        await asyncio.to_thread(kept.close)


async def test_a_writer_that_stands_still_keeps_the_others_waiting_and_not_for_ever(
    shared: Kept,
) -> None:
    ledger = await shared.ledger()
    stuck = Line(dsn_of(shared))
    await asyncio.to_thread(
        stuck.script,
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '300ms';"
        " SELECT 1 FROM drawbridge_ledger.log FOR UPDATE",
    )
    assert await insisting(ledger, "1") == 0
    await ledger.close()
    await asyncio.to_thread(stuck.close)


async def test_where_there_is_no_log_nothing_can_be_read(shared: Kept) -> None:
    place = SharedPlace(dsn_of(shared))
    assert not await asyncio.to_thread(place.exists)
    with pytest.raises(NoSuchEntryError):
        await asyncio.to_thread(copying.head, place)
    await asyncio.to_thread(place.close)


async def test_a_log_goes_from_a_file_into_a_database_once_and_stays_the_same(
    shared: Kept, tmp_path: Path
) -> None:
    file = await filled(tmp_path, ["1", "2", "3"], publish_at=1)
    place = SharedPlace(dsn_of(shared))

    def bring() -> None:
        with reading(file) as database:
            place.bring_back(database)

    await asyncio.to_thread(bring)
    head = copying.head(file)
    assert await asyncio.to_thread(copying.head, place) == head
    found = await asyncio.to_thread(copying.grown_from, place, head)
    assert (found.size, found.checkpoints) == (3, 2)
    with pytest.raises(LedgerUnavailableError):
        await asyncio.to_thread(bring)
    ledger = await shared.ledger()
    assert (await ledger.append(event(who=ANNA), key="4")).index == 3
    await ledger.close()
    await asyncio.to_thread(place.close)


async def test_a_database_that_cannot_be_reached_is_said_to_be_unavailable(tmp_path: Path) -> None:
    kept = Kept("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(LedgerUnavailableError):
        await kept.ledger()
    with pytest.raises(LedgerUnavailableError):
        await asyncio.to_thread(copying.head, kept.place())


def _script(kept: Kept, sql: str) -> None:
    with closing(Line(dsn_of(kept))) as line:
        line.script(sql)
