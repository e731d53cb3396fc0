"""The ledger as the gateway uses it: what is acknowledged, found again, proved, erased, refused."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from storage.ledger import log as log_module
from storage.ledger import writer as writer_module
from storage.ledger.errors import (
    ErasedError,
    LedgerUnavailableError,
    NoSuchEntryError,
    NotInLedgerError,
    NotValidError,
    UnfitEventError,
)
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.filtering import Filter
from storage.ledger.merkle import leaf_hash
from storage.ledger.proof import Proof
from storage.ledger.tiles import unbundle
from tests.unit.storage.ledger.logs import (
    ANNA,
    BORIS,
    EMAIL,
    OTHER_SIGNER,
    SIGNER,
    TRANSFER,
    BoxSealer,
    event,
    filled,
    ledger_in,
)

ERASING = Event(EventKind.SUBJECT_ERASED, openings={Slot.ACTOR: Opening(BORIS, {"account": "o1"})})


async def test_entries_are_numbered_as_they_come_and_are_there_again_after_a_restart(
    tmp_path: Path,
) -> None:
    async with ledger_in(tmp_path) as ledger:
        first = await ledger.append(event(), key="a")
        second = await ledger.append(event(EventKind.LINK_OPENED), key="b")
    assert (first.index, second.index) == (0, 1)
    async with ledger_in(tmp_path) as ledger:
        entry = await ledger.entry(1)
        assert leaf_hash(entry.raw) == second.leaf_hash
        assert entry.leaf.kind is EventKind.LINK_OPENED
        assert entry.leaf.at == "2026-11-24T09:42:17Z"
        assert entry.leaf.facts["x"] == TRANSFER
        assert (await ledger.append(event(), key="c")).index == 2


async def test_the_same_key_writes_the_same_entry_once(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        receipts = await asyncio.gather(*(ledger.append(event(), key="a") for _ in range(20)))
        assert len(set(receipts)) == 1
        assert (await ledger.head()).size == 1
    async with ledger_in(tmp_path) as ledger:
        assert await ledger.append(event(EventKind.LINK_OPENED), key="a") == receipts[0]


async def test_a_leaf_and_the_file_name_nobody(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key=f"download/{EMAIL}")
        raw = (await ledger.entry(0)).raw
    for text in (EMAIL, "bracket", "account", ANNA, BORIS):
        assert text.encode() not in raw
    for path in tmp_path.iterdir():  # noqa: ASYNC240
        assert EMAIL.encode() not in path.read_bytes()
        assert b"bracket" not in path.read_bytes()


async def test_two_equal_events_have_nothing_in_common_but_their_facts(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        await ledger.append(event(), key="b")
        one, other = (entry.leaf for entry in await ledger.entries(0, 2))
    hashes = [
        h for leaf in (one, other) for s in leaf.slots.values() for h in (s.commitment, s.sealed)
    ]
    assert len(set(hashes)) == 20
    assert one.key != other.key


async def test_openings_open_and_empty_slots_are_not_there(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        assert await ledger.open_slots(0) == {
            Slot.ACTOR: {"account": "a1", "email": EMAIL},
            Slot.OBJ: {"filename": "bracket.step", "bytes": 12},
            Slot.RCPT: {"partner": "p1"},
        }
        with pytest.raises(NoSuchEntryError):
            await ledger.open_slots(1)


async def test_an_opening_that_does_not_fit_its_commitment_is_refused(tmp_path: Path) -> None:
    class Liar(BoxSealer):
        async def open_field(self, subject: object, context: str, sealed: bytes) -> bytes:
            return bytes(32) + b'["actor",{}]'

    async with ledger_in(tmp_path, Liar()) as ledger:
        await ledger.append(event(), key="a")
        with pytest.raises(NotValidError, match="opening 0/actor"):
            await ledger.open_slots(0)


async def test_erasing_a_person_keeps_every_proof_and_leaves_the_other_openings(
    tmp_path: Path,
) -> None:
    sealer = BoxSealer()
    async with ledger_in(tmp_path, sealer) as ledger:
        await ledger.append(event(), key="a")
        proof = await ledger.proof(0)
        raw = (await ledger.entry(0)).raw
        with sqlite3.connect(ledger.path) as database:
            sealed = [row[0] for row in database.execute("SELECT sealed FROM opening")]
        erased = await ledger.erase(ANNA, ERASING, key="erase")
        assert await ledger.open_slots(0) == {
            Slot.ACTOR: None,
            Slot.OBJ: None,
            Slot.RCPT: {"partner": "p1"},
        }
        assert (await ledger.entry(erased.index)).leaf.erased == 2
        assert (await ledger.entry(0)).raw == raw
        assert Proof.parse(proof).check(raw, SIGNER.public).size == 1
        assert Proof.parse(await ledger.proof(0)).check(raw, SIGNER.public)
        summary = await ledger.verify()
        assert (summary.size, summary.erased, summary.openings) == (2, 2, 2)
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240
        assert sealed[0] not in left
        assert (await ledger.erase(ANNA, ERASING, key="erase")) == erased
        assert (await ledger.verify()).size == 2


async def test_an_erased_key_is_an_erased_opening_too(tmp_path: Path) -> None:
    sealer = BoxSealer()
    async with ledger_in(tmp_path, sealer) as ledger:
        await ledger.append(event(), key="a")
        sealer.erased.add(ANNA)
        assert (await ledger.open_slots(0))[Slot.ACTOR] is None
        with pytest.raises(ErasedError):
            await ledger.append(event(), key="b")
        assert (await ledger.head()).size == 1


async def test_an_erasure_that_is_none_or_names_the_erased_is_refused(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        with pytest.raises(UnfitEventError):
            await ledger.erase(ANNA, event(), key="a")
        with pytest.raises(UnfitEventError):
            await ledger.erase(BORIS, ERASING, key="a")
        with pytest.raises(UnfitEventError):
            await ledger.append(replace(event(), src="Germany"), key="a")
        assert (await ledger.head()).size == 0


async def test_reviewers_find_the_newest_first_and_by_what_leaves_say(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        for number in range(5):
            await ledger.append(event(), key=f"a{number}")
        await ledger.append(
            replace(event(EventKind.TRANSFER_DENIED), dst="US", decision="deny", transfer=None),
            key="b",
        )
        for wanted, numbers in (
            (Filter(), [5, 4, 3]),
            (Filter(before=3), [2, 1, 0]),
            (Filter(kinds=("transfer.denied",)), [5]),
            (Filter(dst="US"), [5]),
            (Filter(src="CN", before=2), [1, 0]),
            (Filter(decision="deny", kinds=("download.started",)), []),
            (Filter(transfer=TRANSFER), [4, 3, 2]),
        ):
            assert [entry.number for entry in await ledger.page(wanted, 3)] == numbers, wanted


async def test_what_is_published_is_signed_and_stays(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        with pytest.raises(NoSuchEntryError):
            await ledger.published()
        await ledger.append(event(), key="a")
        first = await ledger.publish()
        assert await ledger.publish() == first
        await ledger.append(event(), key="b")
        checkpoint, note = await ledger.published()
        assert checkpoint == first == SIGNER.public.open(note)
        assert (await ledger.head()).size == 2
        assert len(await ledger.tile("tile/0/000.p/1")) == 32
        assert len(unbundle(await ledger.tile("tile/entries/000.p/1"), 1)) == 1
        # What is not published yet is not to be had.
        for path in ("tile/0/000.p/2", "tile/entries/000.p/2", "tile/0/000", "tile/1/000.p/1", "x"):
            with pytest.raises(NoSuchEntryError):
                await ledger.tile(path)


async def test_a_proof_is_made_of_what_is_published_and_publishes_when_it_must(
    tmp_path: Path,
) -> None:
    async with ledger_in(tmp_path) as ledger:
        for number in range(3):
            await ledger.append(event(), key=f"a{number}")
        raw = (await ledger.entry(2)).raw
        assert Proof.parse(await ledger.proof(2)).check(raw, SIGNER.public).size == 3
        await ledger.append(event(), key="more")
        assert Proof.parse(await ledger.proof(2)).check(raw, SIGNER.public).size == 3
        with pytest.raises(NotInLedgerError):
            await ledger.proof(9)


async def test_many_at_once_are_committed_together_and_all_are_there(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        receipts = await asyncio.gather(
            *(ledger.append(event(), key=str(number)) for number in range(600))
        )
        assert sorted(receipt.index for receipt in receipts) == list(range(600))
        assert (await ledger.verify()).size == 600


async def test_a_ledger_that_somebody_locks_is_not_available_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.ledger.database.BUSY_S", 0.05)
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        other = sqlite3.connect(ledger.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailableError):
            await ledger.append(event(), key="b")
        with pytest.raises(LedgerUnavailableError):
            await ledger.publish()
        assert not await ledger.writable()
        other.execute("ROLLBACK")
        other.close()
        assert await ledger.writable()
        assert (await ledger.append(event(), key="b")).index == 1


async def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        database = ledger._writer._database
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages + 1}").fetchone()
        refused = 0
        for number in range(40):
            try:
                await ledger.append(event(), key=f"more{number}")
            except LedgerUnavailableError:
                refused += 1
        assert refused
        database.execute("PRAGMA max_page_count = 100000").fetchone()
        assert (await ledger.append(event(), key="last")).index == 41 - refused
        assert (await ledger.verify()).size == 42 - refused


async def test_somebody_elses_entry_is_noticed_before_the_next_one(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        with sqlite3.connect(ledger.path) as other:
            other.execute("UPDATE log SET head = ?", (SIGNER.sign(0, leaf_hash(b"")),))
        other.close()
        with pytest.raises(LedgerUnavailableError) as refusal:
            await ledger.append(event(), key="b")
        assert isinstance(refusal.value.__cause__, NotValidError)
        # And it stays refused: nothing is signed over what does not fit.
        with pytest.raises(LedgerUnavailableError):
            await ledger.append(event(), key="c")


async def test_too_much_waiting_is_refused_rather_than_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "WAITING", 2)
    async with ledger_in(tmp_path) as ledger:
        other = sqlite3.connect(ledger.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.ensure_future(ledger.append(event(), key=str(n))) for n in range(12)]
        done, _ = await asyncio.wait(waiting, timeout=1.0)
        assert any(isinstance(one.exception(), LedgerUnavailableError) for one in done)
        other.execute("ROLLBACK")
        other.close()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert any(not isinstance(result, BaseException) for result in results)


async def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "DEADLINE_S", 0.05)
    async with ledger_in(tmp_path) as ledger:
        other = sqlite3.connect(ledger.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailableError):
            await ledger.append(event(), key="a")
        other.execute("ROLLBACK")
        other.close()
        monkeypatch.setattr(log_module, "DEADLINE_S", 5.0)
        assert (await ledger.append(event(), key="b")).index in (0, 1)


async def test_a_closed_ledger_takes_nothing(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
    with pytest.raises(LedgerUnavailableError):
        await ledger.append(event(), key="b")
    assert not await ledger.writable()
    await ledger.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"DE\"', '\"US\"') AS BLOB)",
        "DELETE FROM entry WHERE number = 2",
        "DELETE FROM tile",
        "UPDATE tile SET hashes = zeroblob(64)",
        "UPDATE log SET head = (SELECT note FROM checkpoint WHERE size = 2)",
        "UPDATE log SET vkey = 'x'",
        "DELETE FROM log",
        "UPDATE checkpoint SET note = zeroblob(99)",
        "INSERT INTO tile VALUES (5, 0, zeroblob(32))",
    ],
)
async def test_it_does_not_open_on_a_log_that_is_not_the_one_it_signed(
    tmp_path: Path, statement: str
) -> None:
    path = await filled(tmp_path, ["a", "b", "c"], publish_at=1)
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()
    with pytest.raises(NotValidError):
        async with ledger_in(tmp_path):
            raise AssertionError


async def test_it_does_not_open_with_another_key(tmp_path: Path) -> None:
    await filled(tmp_path, ["a"])
    with pytest.raises(NotValidError):
        async with ledger_in(tmp_path, signer=OTHER_SIGNER):
            raise AssertionError


async def test_it_does_not_open_where_there_is_no_disk_for_it(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailableError):
        async with ledger_in(tmp_path / "nowhere"):
            raise AssertionError
    (tmp_path / "ledger.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(LedgerUnavailableError):
        async with ledger_in(tmp_path):
            raise AssertionError


async def test_reading_something_broken_is_said_to_be_unavailable(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        with sqlite3.connect(ledger.path) as other:
            other.execute("ALTER TABLE entry RENAME TO elsewhere")
        other.close()
        with pytest.raises(LedgerUnavailableError):
            await ledger.entry(0)


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = await filled(tmp_path, ["a"])
    assert path.stat().st_mode & 0o077 == 0
