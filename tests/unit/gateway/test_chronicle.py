"""What the house tells of itself: once, also when the log could not be told at first."""

import pytest

from gateway.chronicle import Chronicle, KeysState, Origins
from gateway.household import household
from gateway.journal import JournalUnavailableError, Note
from storage.rows.engine import Rows
from storage.sealed.keyring import Keyring
from tests.unit.gateway.doubles import MemoryJournal

FIRST = KeysState("r1", 1, ("root",))


class House:
    """A chronicle whose keys a test can change."""

    def __init__(self, rows: Rows, journal: MemoryJournal, house: str) -> None:
        self.state = FIRST
        self._of = (rows, journal, house)
        self.journal = journal
        self.chronicle = self.started()

    def started(self) -> Chronicle:
        rows, journal, house = self._of
        origins = Origins("s" * 64, "l" * 64, "0.1.0", "all", "")
        self.chronicle = Chronicle(rows, journal, house, origins, self._keys)  # type: ignore[arg-type]
        return self.chronicle

    async def _keys(self) -> KeysState:
        return self.state

    def told(self, kind: str) -> list[Note]:
        return [note for note in self.journal.notes.values() if note.happening.value == kind]


@pytest.fixture
async def house(rows: Rows, keyring: Keyring, journal: MemoryJournal) -> House:
    return House(rows, journal, await household(rows, keyring))


async def test_each_start_is_told_and_a_law_only_when_it_is_another(house: House) -> None:
    await house.chronicle.round()
    await house.chronicle.round()
    await house.chronicle.stopped()
    await house.started().round()
    assert len(house.told("gateway.started")) == 2
    assert len(house.told("gateway.stopped")) == 1
    assert len(house.told("policy.loaded")) == 1
    assert house.told("gateway.started")[0].about["settings"] == "s" * 64


async def test_a_start_that_could_not_be_told_is_told_later(house: House) -> None:
    house.journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await house.chronicle.round()
    await house.chronicle.stopped()  # ends all the same
    house.journal.broken = False
    await house.chronicle.round()
    assert len(house.told("gateway.started")) == 1


async def test_keys_are_told_of_when_they_change_and_not_before(house: House) -> None:
    await house.chronicle.round()
    assert house.told("key.rotated") == house.told("key.retired") == []
    house.state = KeysState("r2", 1, ("root", "root-r2"))
    for _ in range(2):
        await house.chronicle.round()
    (rotated,) = house.told("key.rotated")
    assert rotated.about == {"root": "r2", "before": "r1"}
    house.state = KeysState("r2", 2, ("root-r2",))
    await house.started().round()
    assert house.told("key.rotated")[1].about == {"generation": "2", "before": "1"}
    assert [note.about for note in house.told("key.retired")] == [{"key": "root"}]
    await house.chronicle.round()
    assert len(house.told("key.retired")) == 1


async def test_a_rotation_that_could_not_be_told_is_told_later(house: House) -> None:
    await house.chronicle.round()
    house.state = KeysState("r2", 1, ("root",))
    house.journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await house.chronicle.round()
    house.journal.broken = False
    await house.started().round()
    assert len(house.told("key.rotated")) == 1


async def test_there_is_one_household_however_often_it_is_asked_for(
    rows: Rows, keyring: Keyring
) -> None:
    assert await household(rows, keyring) == await household(rows, keyring)
