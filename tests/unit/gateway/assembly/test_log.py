"""How the log is begun, found again, and refused where it, its key or its end went missing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from gateway.assembly.log import LedgerChangedError, LedgerUnreadableError, opened_ledger
from storage.ledger.events import Event, EventKind
from storage.ledger.log import Ledger
from storage.sealed.errors import UnsafeKeyFileError
from storage.sealed.keyring import Keyring
from tests.unit.gateway.doubles import Hands

EVENT = Event(EventKind.POLICY_LOADED)


@asynccontextmanager
async def opened(home: Path, keyring: Keyring, origin: str = "one") -> AsyncIterator[Ledger]:
    settings = Settings.model_validate({"data_dir": home, "ledger": {"origin": origin}})
    async with opened_ledger(settings, keyring, Hands()) as ledger:
        yield ledger


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


async def test_a_log_keeps_its_key_and_the_name_it_was_begun_with(
    home: Path, keyring: Keyring
) -> None:
    async with opened(home, keyring) as ledger:
        key = ledger.key
        await ledger.append(EVENT, key="a")
    assert key.name == "one"
    assert (home / "ledger.key").stat().st_mode & 0o077 == 0
    async with opened(home, keyring, origin="another") as ledger:
        assert ledger.key == key
        assert (await ledger.append(EVENT, key="b")).index == 1


async def test_a_log_whose_file_was_taken_away_is_not_begun_again(
    home: Path, keyring: Keyring
) -> None:
    """A second log under one key would be a fork: two trees of one size, both signed."""
    async with opened(home, keyring) as ledger:
        await ledger.append(EVENT, key="a")
    (home / "ledger.sqlite").unlink()
    with pytest.raises(LedgerChangedError):
        async with opened(home, keyring):
            raise AssertionError
    assert not (home / "ledger.sqlite").exists()


async def test_a_log_whose_key_was_taken_away_gets_no_other(home: Path, keyring: Keyring) -> None:
    async with opened(home, keyring) as ledger:
        await ledger.append(EVENT, key="a")
    (home / "ledger.key").unlink()
    with pytest.raises(LedgerChangedError):
        async with opened(home, keyring):
            raise AssertionError
    assert not (home / "ledger.key").exists()
    assert (home / "ledger.sqlite").exists()


async def test_what_a_killed_process_had_only_begun_is_begun_anew(
    home: Path, keyring: Keyring
) -> None:
    async with opened(home, keyring):
        pass
    (home / "ledger.key").unlink()
    async with opened(home, keyring) as ledger:
        assert (await ledger.append(EVENT, key="a")).index == 0
    (home / "ledger.key").unlink()
    for path in home.glob("ledger.sqlite*"):  # noqa: ASYNC240
        path.unlink()
    (home / "ledger.sqlite").touch()
    async with opened(home, keyring) as ledger:
        assert (await ledger.head()).size == 0


async def test_damage_stops_the_start_and_destroys_nothing(home: Path, keyring: Keyring) -> None:
    async with opened(home, keyring) as ledger:
        await ledger.append(EVENT, key="a")
    path = home / "ledger.sqlite"
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(4000) + content[4100:])
    with pytest.raises((LedgerChangedError, LedgerUnreadableError)):
        async with opened(home, keyring):
            raise AssertionError
    (home / "ledger.key").unlink()
    with pytest.raises(LedgerChangedError):
        async with opened(home, keyring):
            raise AssertionError
    assert path.exists()


async def test_a_key_that_others_can_read_stops_the_start(home: Path, keyring: Keyring) -> None:
    async with opened(home, keyring) as ledger:
        await ledger.append(EVENT, key="a")
    (home / "ledger.key").chmod(0o644)
    with pytest.raises(UnsafeKeyFileError):
        async with opened(home, keyring):
            raise AssertionError
