"""What left the house is remembered apart: no log that was brought back signs a second truth."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from storage.ledger.checkpoint import Cosigner
from storage.ledger.errors import (
    BehindError,
    LedgerUnavailableError,
    NoSuchEntryError,
    NotSignedError,
)
from storage.ledger.log import Ledger
from storage.ledger.merkle import Nodes
from storage.ledger.notary import Notary
from storage.ledger.notes import KeyKind, joined, split
from storage.ledger.signed_before import FileRecord, OtherWasFasterError
from storage.ledger.witnessing import merged
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER, BoxSealer, clock, event

SECOND = Cosigner(SIGNER.public.name, bytes(range(64, 96)))
WITNESS = Cosigner("witness.example/w1", bytes(32), KeyKind.ED25519_COSIGNATURE)


def notary(home: Path) -> Notary:
    return Notary(SIGNER.public, FileRecord(home / "ledger.signed"), SECOND, lambda: 7)


async def opened(home: Path, file: str = "ledger.sqlite") -> Ledger:
    path = home / file
    return await Ledger.open(path, SIGNER, BoxSealer(), clock=clock, notary=notary(home))


async def grown(home: Path, *keys: str, publish: bool = True) -> None:
    ledger = await opened(home)
    try:
        for key in keys:
            await ledger.append(event(), key=key)
        if publish:
            await ledger.publish()
    finally:
        await ledger.close()


async def behind(home: Path) -> str:
    with pytest.raises(BehindError) as refused:
        await opened(home)
    return refused.value.why


async def test_what_leaves_is_signed_twice_and_recorded_first(tmp_path: Path) -> None:
    ledger = await opened(tmp_path)
    try:
        await ledger.append(event(), key="a")
        await ledger.publish()
        signed, note = await ledger.published()
        assert SECOND.public.open(note) == SIGNER.public.open(note) == signed
        assert SIGNER.public.open((tmp_path / "ledger.signed").read_bytes()) == signed
        (tmp_path / "ledger.signed").unlink()
        (tmp_path / "ledger.signed").mkdir()
        await ledger.append(event(), key="b")
        with pytest.raises(LedgerUnavailableError):
            await ledger.publish()
        assert (await ledger.published())[0] == signed
    finally:
        await ledger.close()


async def test_a_log_of_yesterday_is_not_opened(tmp_path: Path) -> None:
    await grown(tmp_path, "a")
    shutil.copy(tmp_path / "ledger.sqlite", tmp_path / "yesterday")
    await grown(tmp_path, "b")
    (tmp_path / "yesterday").replace(tmp_path / "ledger.sqlite")
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    assert await behind(tmp_path) == "2 entries were signed, and the log has 1"


async def test_a_log_of_yesterday_that_went_on_otherwise_is_not_opened(tmp_path: Path) -> None:
    await grown(tmp_path, "a")
    fork = tmp_path / "fork"
    fork.mkdir()
    shutil.copy(tmp_path / "ledger.sqlite", fork)
    await grown(tmp_path, "b")
    await grown(fork, "c", "d")
    shutil.copy(tmp_path / "ledger.signed", fork)
    assert await behind(fork) == "the first 2 entries are not those that were signed"


async def test_a_record_of_another_log_stops_everything(tmp_path: Path) -> None:
    await grown(tmp_path, "a")
    for note in (OTHER_SIGNER.sign(1, bytes(32)), b"", b"nothing"):
        (tmp_path / "ledger.signed").write_bytes(note)
        assert "of another log" in await behind(tmp_path)


async def test_what_never_left_may_be_forgotten(tmp_path: Path) -> None:
    """Between two checkpoints nobody outside holds anything; a copy from there goes on."""
    await grown(tmp_path, "a")
    shutil.copy(tmp_path / "ledger.sqlite", tmp_path / "copy")
    await grown(tmp_path, "b", publish=False)
    (tmp_path / "copy").replace(tmp_path / "ledger.sqlite")
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    await grown(tmp_path, "c")


async def test_a_log_of_before_there_was_a_record_gains_one(tmp_path: Path) -> None:
    await grown(tmp_path, "a")
    (tmp_path / "ledger.signed").unlink()
    await grown(tmp_path, publish=False)
    assert SIGNER.public.open((tmp_path / "ledger.signed").read_bytes()).size == 1


async def test_nothing_leaves_while_the_notary_holds(tmp_path: Path) -> None:
    ledger = await opened(tmp_path)
    try:
        await ledger.append(event(), key="a")
        assert ledger.notary is not None
        ledger.notary.hold("because")
        assert ledger.notary.holds == "because"
        with pytest.raises(LedgerUnavailableError) as refused:
            await ledger.proof(0)
        assert isinstance(refused.value.__cause__, BehindError)
        ledger.notary.release()
        assert await ledger.proof(0)
    finally:
        await ledger.close()


async def test_cosignatures_are_added_and_none_is_lost(tmp_path: Path) -> None:
    ledger = await opened(tmp_path)
    try:
        await ledger.append(event(), key="a")
        await ledger.publish()
        signed, note = await ledger.published()
        await ledger.countersign(merged(note, [WITNESS.line(signed, 7)]))
        whole = (await ledger.published())[1]
        assert WITNESS.public.times(*split(whole)) == [7]
        await ledger.countersign(merged(whole, [WITNESS.line(signed, 8)]))
        assert WITNESS.public.times(*split((await ledger.published())[1])) == [8]
        text, lines = split(whole)
        for lacking in (note, joined(text, lines[:1])):
            with pytest.raises(LedgerUnavailableError) as refused:
                await ledger.countersign(lacking)
            assert isinstance(refused.value.__cause__, NotSignedError)
        with pytest.raises(LedgerUnavailableError) as refused:
            await ledger.countersign(SIGNER.sign(2, bytes(32)))
        assert isinstance(refused.value.__cause__, NoSuchEntryError)
        assert (await ledger.verify()).checkpoints == 1
    finally:
        await ledger.close()


def test_of_many_who_record_at_once_each_sees_the_one_before(tmp_path: Path) -> None:
    """Two processes hand out checkpoints of one log; whoever is slower looks again."""
    record = FileRecord(tmp_path / "record")
    notes = [SIGNER.sign(size, bytes(32)) for size in range(1, 9)]
    won: list[int] = []
    start = threading.Barrier(len(notes), timeout=10)

    def advance(number: int) -> None:
        start.wait()
        try:
            record.advance(None, notes[number])
        except OtherWasFasterError:
            return
        won.append(number)

    threads = [threading.Thread(target=advance, args=(n,)) for n in range(len(notes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(won) == 1
    assert record.read() == notes[won[0]]
    assert (tmp_path / "record").stat().st_mode & 0o077 == 0
    assert len(list(tmp_path.iterdir())) == 2  # and its lock: nothing unfinished stays


async def test_a_notary_that_is_always_too_slow_gives_up(tmp_path: Path) -> None:
    class Busy(FileRecord):
        def advance(self, older: bytes | None, newer: bytes) -> None:
            raise OtherWasFasterError

    slow = Notary(SIGNER.public, Busy(tmp_path / "record"), None, lambda: 7)
    nodes: Nodes = lambda height, number: bytes(32)  # noqa: E731
    with pytest.raises(OtherWasFasterError):
        slow.attest(SIGNER.sign(1, bytes(32)), nodes)


async def test_a_record_that_cannot_be_read_or_written_stops_everything(tmp_path: Path) -> None:
    record = FileRecord(tmp_path / "no" / "record")
    assert record.read() is None
    with pytest.raises(LedgerUnavailableError):
        record.advance(None, b"x")
    os.mkdir(tmp_path / "folder")
    with pytest.raises(LedgerUnavailableError):
        FileRecord(tmp_path / "folder").read()
