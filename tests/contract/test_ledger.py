"""One promise, two keepers: whatever the ledger says of itself holds in SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from storage.ledger import audit, copying
from storage.ledger.errors import (
    ErasedError,
    LedgerUnavailableError,
    NoSuchEntryError,
    NotInLedgerError,
    NotValidError,
)
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.filtering import Fact, Filter
from storage.ledger.leaf import key_hash
from storage.ledger.log import Ledger
from storage.ledger.merkle import leaf_hash
from storage.ledger.proof import Proof
from storage.ledger.tiles import tiles_of
from tests.contract.ledger_places import Kept
from tests.unit.storage.ledger.logs import (
    ANNA,
    BORIS,
    OTHER_SIGNER,
    SIGNER,
    TRANSFER,
    BoxSealer,
    event,
)

pytestmark = pytest.mark.timeout(120)


@pytest_asyncio.fixture
async def ledger(kept: Kept) -> AsyncIterator[Ledger]:
    opened = await kept.ledger()
    try:
        yield opened
    finally:
        await opened.close()


def erasure() -> Event:
    openings = {Slot.ACTOR: Opening(BORIS, {"account": "officer"})}
    return Event(EventKind.SUBJECT_ERASED, openings=openings)


async def test_what_was_appended_stands_in_its_order_and_has_a_proof(ledger: Ledger) -> None:
    receipts = [await ledger.append(event(), key=str(number)) for number in range(3)]
    assert [receipt.index for receipt in receipts] == [0, 1, 2]
    entries = await ledger.entries(0, 3)
    assert [leaf_hash(entry.raw) for entry in entries] == [each.leaf_hash for each in receipts]
    proof = Proof.parse(await ledger.proof(1))
    assert proof.check(entries[1].raw, SIGNER.public).size == 3
    with pytest.raises(NotInLedgerError):
        await ledger.proof(3)


async def test_the_same_key_is_the_same_entry_also_in_one_batch(ledger: Ledger) -> None:
    receipts = await asyncio.gather(*(ledger.append(event(), key="once") for _ in range(20)))
    assert len(set(receipts)) == 1
    assert (await ledger.head()).size == 1
    assert await ledger.numbers(["once", "never"]) == [0]


async def test_a_log_that_is_opened_again_goes_on(kept: Kept, ledger: Ledger) -> None:
    await ledger.append(event(), key="1")
    before = await ledger.head()
    await ledger.close()
    again = await kept.ledger()
    assert await again.head() == before
    assert (await again.append(event(), key="2")).index == 1
    await again.close()


async def test_another_key_is_refused(kept: Kept, ledger: Ledger) -> None:
    await ledger.append(event(), key="1")
    with pytest.raises(NotValidError, match="another key"):
        await Ledger.open(kept.place(), OTHER_SIGNER, BoxSealer(), clock=lambda: datetime.now(UTC))


async def test_an_erasure_destroys_openings_with_its_entry_and_the_log_stays_valid(
    ledger: Ledger,
) -> None:
    await asyncio.gather(*(ledger.append(event(), key=str(number)) for number in range(5)))
    receipt = await ledger.erase(ANNA, erasure(), key="gone")
    assert (await ledger.entry(receipt.index)).leaf.erased == 10
    assert await ledger.erase(ANNA, erasure(), key="gone") == receipt
    opened = await ledger.open_slots(0)
    assert opened[Slot.ACTOR] is None
    assert opened[Slot.RCPT] == {"partner": "p1"}
    summary = await ledger.verify()
    assert (summary.size, summary.openings, summary.erased) == (6, 6, 10)


async def test_an_erasure_counts_what_came_before_it_in_its_own_batch(ledger: Ledger) -> None:
    # Both wait while the writer is busy with the first, so that they are one batch.
    work = [ledger.append(event(), key="0"), ledger.append(event(), key="1")]
    done = await asyncio.gather(*work, ledger.erase(ANNA, erasure(), key="gone"))
    before = sum(1 for receipt in done[:2] if receipt.index < done[2].index)
    assert (await ledger.entry(done[2].index)).leaf.erased == 2 * before
    await ledger.verify()


async def test_nothing_is_appended_of_an_erased_person(kept: Kept) -> None:
    sealer = BoxSealer()
    ledger = await kept.ledger(sealer)
    sealer.erased.add(ANNA)
    with pytest.raises(ErasedError):
        await ledger.append(event(), key="1")
    assert (await ledger.head()).size == 0
    await ledger.close()


async def test_published_checkpoints_and_their_tiles_can_be_fetched(ledger: Ledger) -> None:
    with pytest.raises(NoSuchEntryError):
        await ledger.published()
    await asyncio.gather(*(ledger.append(event(), key=str(number)) for number in range(300)))
    head = await ledger.publish()
    assert head == (await ledger.published())[0] == await ledger.publish()
    for tile in tiles_of(head.size):
        assert len(await ledger.tile(tile.path)) == 32 * tile.width
    with pytest.raises(NoSuchEntryError):
        await ledger.tile("tile/0/009")
    assert await ledger.writable()
    assert (await ledger.verify()).checkpoints == 1


FILTERS: list[Filter] = [
    Filter(),
    Filter(kinds=(EventKind.DOWNLOAD_STARTED,)),
    Filter(kinds=(EventKind.LINK_PROBED, EventKind.DOWNLOAD_STARTED), before=7, after=1),
    Filter(src="CN"),
    Filter(src="DE"),
    Filter(dst="DE", decision="allow", basis="pipl.38.1.3:scc"),
    Filter(transfer=TRANSFER),
    Filter(since="2026-11-24T09:42:17Z", until="2026-11-24T09:42:18Z"),
    Filter(until="2026-11-24T09:42:17Z"),
    Filter(transfers=frozenset({TRANSFER, "x"}), numbers=frozenset({1})),
    Filter(transfers=frozenset({"x"}), numbers=frozenset({1, 4, 99})),
    Filter(transfers=frozenset()),
    Filter(observed="DE"),
]


async def test_a_filter_finds_what_it_says_of_each_entry(ledger: Ledger) -> None:
    kinds = (EventKind.DOWNLOAD_STARTED, EventKind.LINK_PROBED)
    for number in range(10):
        await ledger.append(event(kinds[number % 2]), key=str(number))
    entries = await ledger.entries(0, 10)
    for wanted in FILTERS:
        told = {
            entry.number: {**entry.leaf.facts, "t": entry.leaf.kind.value, "ts": entry.leaf.at}
            for entry in entries
        }
        fit = [number for number, facts in told.items() if wanted.fits(number, facts)]
        assert [entry.number for entry in await ledger.page(wanted, 50)] == fit[::-1], wanted
        assert [number for number, _ in await ledger.scan(wanted, 50)] == fit, wanted
        assert await ledger.count(wanted) == len(fit), wanted
    tallies = await ledger.tally(Filter(), [Fact.KIND, Fact.DAY, Fact.OBSERVED])
    assert [(each.values, each.count) for each in tallies] == [
        (("download.started", "2026-11-24", None), 5),
        (("link.probed", "2026-11-24", None), 5),
    ]


CHANGES = {
    "DELETE FROM entry WHERE number = 2": "entry 2",
    "UPDATE entry SET nonce = key_hash WHERE number = 1": "entry 1",
    "DELETE FROM opening WHERE number = 3 AND slot = 'actor'": "opening 3/actor",
    "UPDATE opening SET subject = 'x' WHERE number = 3 AND slot = 'obj'": "opening 3/obj",
    "UPDATE opening SET number = 9 WHERE number = 3 AND slot = 'obj'": "opening 9/obj",
    "DELETE FROM tile": "tile/0/000.p/4",
    "INSERT INTO tile SELECT 0, 9, hashes FROM tile": "tile 0/9",
    "UPDATE checkpoint SET size = 3": "checkpoint 3",
}


@pytest.mark.parametrize("sql", CHANGES)
async def test_whatever_is_changed_behind_the_ledger_is_found_where_it_is(
    kept: Kept, ledger: Ledger, sql: str
) -> None:
    for number in range(4):
        await ledger.append(event(), key=str(number))
    await ledger.publish()
    await ledger.verify()
    await asyncio.to_thread(kept.change, sql)
    with pytest.raises(NotValidError) as found:
        await ledger.verify()
    assert found.value.where == CHANGES[sql]


async def test_a_leaf_that_was_rewritten_is_found_and_nothing_is_appended_to_its_tree(
    kept: Kept, ledger: Ledger
) -> None:
    await ledger.append(event(), key="1")
    raw = (await ledger.entry(0)).raw.replace(b'"dst":"DE"', b'"dst":"FR"')
    await asyncio.to_thread(kept.change, "UPDATE entry SET leaf = ?", (raw,))
    with pytest.raises(NotValidError):
        await ledger.verify()
    await ledger.close()
    with pytest.raises(NotValidError):
        await kept.ledger()


async def test_a_tail_cut_off_with_its_head_is_refused_by_the_one_that_wrote_it(
    kept: Kept, ledger: Ledger
) -> None:
    await ledger.append(event(), key="1")
    older = SIGNER.sign(1, (await ledger.head()).root)
    tile = await ledger._read(
        lambda database: database.execute("SELECT hashes FROM tile").fetchone()[0]
    )
    await ledger.append(event(), key="2")
    for sql, values in (
        ("DELETE FROM entry WHERE number = 1", ()),
        ("DELETE FROM opening WHERE number = 1", ()),
        ("UPDATE tile SET hashes = ?", (tile,)),
        ("UPDATE log SET head = ?", (older,)),
    ):
        await asyncio.to_thread(kept.change, sql, values)
    with pytest.raises(LedgerUnavailableError):
        await ledger.append(event(), key="3")


async def test_a_copy_is_a_log_by_itself(kept: Kept, ledger: Ledger, tmp_path: Path) -> None:
    for number in range(3):
        await ledger.append(event(), key=str(number))
    await ledger.publish()
    target = tmp_path / "copy.sqlite"
    head = await asyncio.to_thread(copying.copy, kept.place(), target)
    assert copying.grown_from(target, head).size == 3
    await ledger.append(event(), key="later")
    grown = await asyncio.to_thread(copying.grown_from, kept.place(), head)
    assert grown.size == 4


async def test_keys_are_found_by_their_hash_only(kept: Kept, ledger: Ledger) -> None:
    await ledger.append(event(), key="secret-key")
    sql = "UPDATE entry SET key_hash = ?"
    await asyncio.to_thread(kept.change, sql, (key_hash("another"),))
    with pytest.raises(NotValidError, match="key"):
        await ledger.verify()


async def test_an_audit_from_another_process_needs_no_secret(kept: Kept, ledger: Ledger) -> None:
    await ledger.append(event(), key="1")
    found = await asyncio.to_thread(audit.verify, kept.place(), key=SIGNER.public)
    assert found.size == 1
    with pytest.raises(NotValidError, match="another key"):
        await asyncio.to_thread(audit.verify, kept.place(), key=OTHER_SIGNER.public)
