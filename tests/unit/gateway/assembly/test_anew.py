"""A log that ends and goes on: nothing is signed twice, and the new one holds the old one's end."""

import shutil
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from gateway.assembly.anew import (
    ForeignCheckpointError,
    NewNameError,
    NothingToEndError,
    SharedLogError,
    begin_anew,
)
from gateway.assembly.log import (
    HalfAnewError,
    LedgerBehindError,
    SecondKeyMissingError,
    opened_ledger,
)
from storage.ledger import audit
from storage.ledger.checkpoint import Checkpoint
from storage.ledger.events import Event, EventKind
from storage.ledger.log import Ledger
from storage.sealed.errors import UnsafeKeyFileError
from storage.sealed.keyring import Keyring
from tests.unit.gateway.doubles import Hands
from tests.unit.storage.ledger.logs import OTHER_SIGNER

EVENT = Event(EventKind.LEDGER_REVIEWED)


def settings_of(home: Path, **more: Any) -> Settings:
    return Settings.model_validate({"data_dir": home, "ledger": {"origin": "log/1"}, **more})


def opened(home: Path, keyring: Keyring) -> AbstractAsyncContextManager[Ledger]:
    return opened_ledger(settings_of(home), keyring, Hands())


async def grown(home: Path, keyring: Keyring, *keys: str) -> Checkpoint:
    async with opened(home, keyring) as ledger:
        for key in keys:
            await ledger.append(EVENT, key=key)
        return await ledger.publish()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def put_back(home: Path, copy: Path) -> None:
    for suffix in ("-wal", "-shm"):
        (home / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    shutil.copy(copy, home / "ledger.sqlite")


async def test_the_new_log_holds_the_end_of_the_old_one(home: Path, keyring: Keyring) -> None:
    await grown(home, keyring, "a")
    async with opened(home, keyring) as ledger:
        old = ledger.key
        await ledger.append(EVENT, key="b")  # written, and never published
    ended = await begin_anew(settings_of(home), "log/2", Hands())
    assert (ended.last.origin, ended.last.size) == ("log/1", 2)
    kept = (ended.archive / "checkpoint").read_bytes()
    assert old.open(kept) == ended.last
    assert audit.verify(ended.archive / "ledger.sqlite", key=old, older_note=kept).size == 2
    async with opened(home, keyring) as ledger:
        assert ledger.key == ended.key != old
        first = await ledger.entry(0)
        assert first.leaf.kind is EventKind.LEDGER_CONTINUED
        end = f"sha256:{sha256(ended.last.text).hexdigest()}"
        assert first.leaf.facts["pol"] == (await ledger.verify()).continues == end
        await ledger.publish()
    assert not list(ended.archive.glob("*.key"))


async def test_a_log_of_yesterday_ends_where_it_was_signed(home: Path, keyring: Keyring) -> None:
    await grown(home, keyring, "a")
    shutil.copy(home / "ledger.sqlite", home / "yesterday")
    last = await grown(home, keyring, "b")
    put_back(home, home / "yesterday")
    with pytest.raises(LedgerBehindError):
        await grown(home, keyring)
    assert (await begin_anew(settings_of(home), "log/2", Hands())).last == last
    await grown(home, keyring, "c")


async def test_what_is_killed_half_way_goes_on(
    home: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = await grown(home, keyring, "a")

    def killed(*_: object) -> Path:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr("gateway.assembly.anew._exchange", killed)
        with pytest.raises(MemoryError):
            await begin_anew(settings_of(home), "log/2", Hands())
    with pytest.raises(HalfAnewError):
        await grown(home, keyring)
    assert (await begin_anew(settings_of(home), "log/2", Hands())).last == last
    assert (await grown(home, keyring)).origin == "log/2"


async def test_what_cannot_be_ended_is_left_alone(home: Path, keyring: Keyring) -> None:
    with pytest.raises(NothingToEndError):
        await begin_anew(settings_of(home), "log/2", Hands())
    last = await grown(home, keyring, "a")
    for name in ("log/1", "a b", "a+b", ""):
        with pytest.raises(NewNameError):
            await begin_anew(settings_of(home), name, Hands())
    foreign = OTHER_SIGNER.sign(9, bytes(32))
    with pytest.raises(ForeignCheckpointError):
        await begin_anew(settings_of(home), "log/2", Hands(), foreign)
    kept = {"database_url": "postgresql+asyncpg://db.example/rows", "ledger": {"store": "database"}}
    shared = settings_of(home, **kept)
    with pytest.raises(SharedLogError):
        await begin_anew(shared, "log/2", Hands())
    assert await grown(home, keyring) == last


async def test_a_second_key_is_made_once_and_never_replaced(home: Path, keyring: Keyring) -> None:
    await grown(home, keyring, "a")
    second = home / "ledger-mldsa44.key"
    assert second.stat().st_mode & 0o077 == 0
    second.chmod(0o640)
    with pytest.raises(UnsafeKeyFileError):
        await grown(home, keyring)
    second.unlink()
    with pytest.raises(SecondKeyMissingError):
        await grown(home, keyring)
    assert not second.exists()
