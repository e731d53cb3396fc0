"""The log arrives at a real receiver over TLS: all of it, in order, whatever breaks on the way."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.journal import JournalUnavailableError
from gateway.review import forwarding
from gateway.review.exports.siem import Syslog
from gateway.review.forwarding import Forwarder, ForwardingError, Receiver, trust_of
from storage.ids import SubjectId
from storage.ledger.log import Ledger
from storage.rows import forwarding as rows_of_forwarding
from storage.rows.engine import Rows
from tests.unit.gateway.doubles import Hands, MemoryJournal
from tests.unit.gateway.review.leaves import event
from tests.unit.gateway.review.receiver import (
    Collector,
    collecting,
    dying,
    orderly,
    without_goodbye,
)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture
def forwarder(
    rows: Rows, ledger: Ledger, journal: MemoryJournal, clock: Hands, collector: Collector
) -> Forwarder:
    receiver = Receiver("127.0.0.1", collector.port, "DE", 5.0, collector.trust)
    encoder = Syslog("gateway.example/transfers")
    return Forwarder(rows, ledger, journal, clock, SubjectId("house"), receiver, encoder, "one")


def another(forwarder: Forwarder) -> Forwarder:
    """Return a forwarder as another process has it."""
    return replace(forwarder, holder="another", _told=False)


async def write(ledger: Ledger, start: int, end: int) -> None:
    for number in range(start, end):
        await ledger.append(event(number), key=str(number))


async def test_every_entry_arrives_once_and_in_order(
    forwarder: Forwarder, ledger: Ledger, collector: Collector, journal: MemoryJournal
) -> None:
    await write(ledger, 0, 5)
    assert await forwarder.round() == 5
    assert await forwarder.round() == 0
    await write(ledger, 5, 7)
    assert await forwarder.round() == 2
    assert collector.indexes() == list(range(7))
    assert len(collector.connections) == 2
    assert all(frame.startswith("<1") for frame in collector.frames())
    notes = [note for note in journal.notes.values() if note.region == "DE"]
    assert len(notes) == 1


async def test_a_round_is_no_longer_than_it_may_be(
    forwarder: Forwarder, ledger: Ledger, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "BATCH", 2)
    monkeypatch.setattr(forwarding, "BATCHES", 2)
    await write(ledger, 0, 7)
    assert [await forwarder.round() for _ in range(3)] == [4, 3, 0]
    assert collector.indexes() == list(range(7))


async def test_a_restart_goes_on_where_it_stood(
    forwarder: Forwarder, ledger: Ledger, collector: Collector
) -> None:
    await write(ledger, 0, 3)
    await forwarder.round()
    await forwarder.stop()
    await write(ledger, 3, 5)
    assert await another(forwarder).round() == 2
    assert collector.indexes() == [0, 1, 2, 3, 4]


async def test_what_a_dying_receiver_read_is_sent_again(
    forwarder: Forwarder, ledger: Ledger, collector: Collector
) -> None:
    await write(ledger, 0, 4)
    collector.behave = dying
    with pytest.raises(ForwardingError):
        await forwarder.round()
    collector.behave = orderly
    assert await forwarder.round() == 4
    assert collector.indexes() == [0, 1, 2, 3]


async def test_a_receiver_that_says_no_goodbye_but_reads_all_has_it(
    forwarder: Forwarder, ledger: Ledger, collector: Collector
) -> None:
    collector.behave = without_goodbye
    await write(ledger, 0, 2)
    assert await forwarder.round() == 2
    assert await forwarder.round() == 0


async def test_a_receiver_that_hangs_is_given_up(
    forwarder: Forwarder, ledger: Ledger, collector: Collector
) -> None:
    def hang(connection: object) -> bytes:
        with collector.arrived:
            collector.arrived.wait(1.5)
        return b""

    collector.behave = hang
    forwarder.receiver = replace(forwarder.receiver, deadline_s=0.3)
    await write(ledger, 0, 1)
    with pytest.raises(ForwardingError):
        await forwarder.round()


async def test_nothing_goes_to_somebody_without_the_right_certificate(
    forwarder: Forwarder, ledger: Ledger, collector: Collector
) -> None:
    await write(ledger, 0, 1)
    forwarder.receiver = replace(forwarder.receiver, trust=trust_of(None, None, None))
    with pytest.raises(ForwardingError):
        await forwarder.round()
    assert collector.connections == []


async def test_nobody_there_is_told_apart_from_nothing_new(
    forwarder: Forwarder, ledger: Ledger
) -> None:
    forwarder.receiver = replace(forwarder.receiver, port=1)
    assert await forwarder.round() == 0
    await write(ledger, 0, 1)
    with pytest.raises(ForwardingError):
        await forwarder.round()


async def test_of_two_nodes_one_sends_until_it_falls_silent(
    forwarder: Forwarder, ledger: Ledger, collector: Collector, clock: Hands
) -> None:
    await write(ledger, 0, 2)
    await forwarder.round()
    await write(ledger, 2, 3)
    other = another(forwarder)
    assert await other.round() == 0
    clock.turn(3600)
    assert await other.round() == 1
    assert collector.indexes() == [0, 1, 2]


async def test_a_cursor_that_was_lost_meanwhile_does_not_move(
    forwarder: Forwarder, rows: Rows, ledger: Ledger, collector: Collector, clock: Hands
) -> None:
    await write(ledger, 0, 2)
    receive = collector.behave

    def stolen(connection: object) -> bytes:
        clock.turn(3600)
        return receive(connection)  # type: ignore[arg-type]

    collector.behave = stolen
    scan = forwarder.log.scan

    class Stealing:
        async def scan(self, wanted: object, limit: int) -> list[tuple[int, bytes]]:
            async with rows.transaction() as connection:
                await rows_of_forwarding.release(
                    connection, forwarder.receiver.name, forwarder.holder
                )
                await rows_of_forwarding.take(
                    connection, forwarder.receiver.name, "thief", 0.0, 9e12
                )
            return await scan(wanted, limit)  # type: ignore[arg-type]

    forwarder.log = Stealing()
    with pytest.raises(ForwardingError):
        await forwarder.round()
    async with rows.reading() as connection:
        assert await rows_of_forwarding.standing(connection, forwarder.receiver.name) == 0


async def test_nothing_is_sent_that_the_log_was_not_told(
    forwarder: Forwarder, ledger: Ledger, collector: Collector, journal: MemoryJournal
) -> None:
    await write(ledger, 0, 1)
    journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await forwarder.round()
    assert collector.connections == []
