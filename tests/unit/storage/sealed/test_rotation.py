"""Another root while the house is open: everything opens at every step, a kill costs nothing."""

import sqlite3
from pathlib import Path

import pytest

from storage.ids import SubjectId
from storage.sealed.custody import LocalRootKey, PublicRoot, key_files, root_id
from storage.sealed.errors import KeyShreddedError, RootInUseError, WrongRootError
from storage.sealed.keymoves import KeyMoves
from storage.sealed.keyring import Keyring
from storage.sealed.rotation import Rotation

PEOPLE = 250  # more than two batches


@pytest.fixture
def rotation(keyring: Keyring, custody: LocalRootKey) -> Rotation:
    return Rotation(keyring.keystore, custody)


@pytest.fixture
async def people(keyring: Keyring) -> dict[SubjectId, bytes]:
    subjects = [await keyring.create_subject() for _ in range(PEOPLE)]
    return {one: await keyring.seal_field(one, "name", one.encode()) for one in subjects}


async def all_open(keyring: Keyring, people: dict[SubjectId, bytes]) -> bool:
    return all(
        [
            await keyring.open_field(one, "name", sealed) == one.encode()
            for one, sealed in people.items()
        ]
    )


async def test_everything_opens_at_every_step(
    keyring: Keyring, rotation: Rotation, people: dict[SubjectId, bytes], tmp_path: Path
) -> None:
    first = rotation.status()[0].id
    beside = Keyring.open(tmp_path, LocalRootKey.open(tmp_path / "root.key"))
    second = rotation.begin()
    assert [(root.id, root.in_use, root.keys) for root in rotation.status()] == [
        (second, True, 0),
        (first, False, PEOPLE),
    ]
    assert rotation.left() == PEOPLE
    assert await beside.create_subject(), "a gateway that runs goes on with the root in use"
    moved = 0
    for count in rotation.rewrap():
        moved += count
        assert await all_open(beside, dict(list(people.items())[::50]))
    assert moved == PEOPLE
    assert rotation.left() == 0
    rotation.retire(first)
    beside.close()
    again = Keyring.open(tmp_path, LocalRootKey.open(tmp_path / "root.key"))
    assert await all_open(again, people)
    again.close()
    assert [path.name for path in key_files(tmp_path / "root.key")] == [f"root-{second}.key"]
    assert root_id(PublicRoot.open(tmp_path / "root.pub").public.raw) == second


async def test_what_was_interrupted_goes_on(
    keyring: Keyring, rotation: Rotation, people: dict[SubjectId, bytes], tmp_path: Path
) -> None:
    rotation.begin()
    assert next(rotation.rewrap()) == 100
    resumed = Rotation(keyring.keystore, LocalRootKey.open(tmp_path / "root.key"))
    assert sum(resumed.rewrap()) == PEOPLE - 100
    assert await all_open(keyring, people)


async def test_a_root_that_keys_hang_on_cannot_be_retired(
    rotation: Rotation, people: dict[SubjectId, bytes]
) -> None:
    first = rotation.status()[0].id
    with pytest.raises(RootInUseError):
        rotation.retire(first)
    second = rotation.begin()
    next(rotation.rewrap())
    for name in (first, second):
        with pytest.raises(RootInUseError):
            rotation.retire(name)
    with pytest.raises(WrongRootError):
        rotation.retire("0" * 16)


async def test_who_is_erased_meanwhile_stays_erased(
    keyring: Keyring, rotation: Rotation, people: dict[SubjectId, bytes]
) -> None:
    rotation.begin()
    rows = KeyMoves(keyring.keystore).behind_root(rotation._in_use(), 10)
    gone = rows[3].id
    await keyring.shred_subject(gone)
    wrapped = [row.wrapped_private_key for row in rows]
    assert KeyMoves(keyring.keystore).rewrapped(rotation._in_use(), rows, wrapped) == 9
    with pytest.raises(KeyShreddedError):
        await keyring.open_field(gone, "name", people[gone])


async def test_without_the_old_root_nothing_is_lost_but_time(
    keyring: Keyring, rotation: Rotation, people: dict[SubjectId, bytes], tmp_path: Path
) -> None:
    rotation.begin()
    hidden = tmp_path / "hidden"
    (tmp_path / "root.key").rename(hidden)
    alone = Rotation(keyring.keystore, LocalRootKey.open(tmp_path / "root.key"))
    assert [root.held for root in alone.status()] == [True, False]
    with pytest.raises(WrongRootError):
        next(alone.rewrap())
    hidden.rename(tmp_path / "root.key")
    assert sum(alone.rewrap()) == PEOPLE, "brought back, it goes on"
    assert await all_open(keyring, people)


def test_keys_of_the_time_of_one_root_are_taken_over(tmp_path: Path) -> None:
    custody = LocalRootKey.open(tmp_path / "root.key")
    with sqlite3.connect(tmp_path / "keys.sqlite") as old:
        old.executescript(
            "CREATE TABLE root (only INTEGER PRIMARY KEY, public_key BLOB NOT NULL) STRICT;"
            "CREATE TABLE subject (id TEXT PRIMARY KEY, public_key BLOB NOT NULL,"
            " wrapped_private_key BLOB NOT NULL) STRICT;"
        )
        old.execute("INSERT INTO root VALUES (1, ?)", (custody.public.raw,))
        old.execute("INSERT INTO subject VALUES ('anna', x'01', x'02')")
    old.close()
    for _ in range(2):
        keyring = Keyring.open(tmp_path, custody)
        assert keyring.keystore.subject(SubjectId("anna")).root == custody.public.raw
        keyring.close()
