"""The log's own troubles: raised, settled by themselves, and one even without an entry."""

from datetime import timedelta

import pytest

from gateway.alerts.model import RuleName
from gateway.alerts.watchman import Trouble, Watchman
from gateway.journal import Happening, JournalUnavailableError
from gateway.ledger_troubles import LedgerTroubles
from gateway.ledger_watch import LedgerWatch
from tests.unit.gateway.alerts.yard import Yard, visitor


@pytest.fixture
def troubles(yard: Yard, watch: LedgerWatch) -> LedgerTroubles:
    return LedgerTroubles(yard.ledger, watch, yard.clock, 900.0)


@pytest.fixture
def watchman(yard: Yard, troubles: LedgerTroubles) -> Watchman:
    return Watchman(troubles.asked, yard.patrol.raising, yard.clock)


async def standing(yard: Yard) -> list[str]:
    return [one.row.rule for one in await yard.alerts() if one.row.state != "settled"]


async def test_a_quiet_log_is_never_stale(yard: Yard, watchman: Watchman) -> None:
    await yard.opened(await yard.transfer())
    await yard.ledger.publish()
    for _ in range(3):
        await watchman.round()
        yard.clock.turn(3600)
    assert await standing(yard) == []


async def test_entries_that_wait_too_long_for_a_checkpoint_are_told_of_until_it_comes(
    yard: Yard, watchman: Watchman
) -> None:
    await yard.opened(await yard.transfer())
    await watchman.round()
    yard.clock.turn(899)
    await watchman.round()
    assert await standing(yard) == []
    yard.clock.turn(2)
    for _ in range(3):
        await watchman.round()
        yard.clock.turn(60)
    assert await standing(yard) == ["checkpoint-stale"]
    await yard.ledger.publish()
    await watchman.round()
    assert await standing(yard) == []
    (alert,) = await yard.alerts()
    assert alert.why == "its cause is over"
    assert (await yard.kinds()).count("alert.settled") == 1


async def test_a_log_that_was_changed_is_told_of_though_no_entry_can_be_written(
    yard: Yard, watchman: Watchman, watch: LedgerWatch
) -> None:
    watch.condemn("entry 3")
    with pytest.raises(JournalUnavailableError):
        await yard.opened(await yard.transfer())
    for _ in range(2):
        await watchman.round()
    assert await standing(yard) == ["ledger-invalid"]
    assert "alert.raised" not in await yard.kinds()


async def test_silent_witnesses_are_one_alert_though_their_silence_shifts(yard: Yard) -> None:
    begun = yard.clock()
    told = [
        [Trouble(RuleName.WITNESS_SILENT, begun)],
        [Trouble(RuleName.WITNESS_SILENT, begun + timedelta(seconds=5))],
        [],
        [Trouble(RuleName.WITNESS_SILENT, begun + timedelta(seconds=9))],
    ]
    counts = []

    async def asks() -> list[Trouble]:
        return told.pop(0)

    watchman = Watchman(asks, yard.patrol.raising, yard.clock)
    while told:
        await watchman.round()
        counts.append((len(await yard.alerts()), len(await standing(yard))))
    assert counts == [(1, 1), (1, 1), (1, 0), (2, 1)]


async def test_a_warning_waits_for_the_log(yard: Yard, watch: LedgerWatch) -> None:
    """Only the log's own breakdown is told of without an entry; the rest is looked at again."""
    held = await yard.opened(await yard.transfer(), visitor("DE"))
    await yard.tell(held, Happening.INTEGRITY_FAILED, None)
    watch.condemn("entry 0")
    with pytest.raises(JournalUnavailableError):
        await yard.patrol.round()
    assert await yard.alerts() == []
    watch.verdict = None
    assert await yard.rules() == ["integrity-failed"]
