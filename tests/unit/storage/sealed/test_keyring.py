"""People's keys: fields open for the right person in the right place, until they are erased."""

import asyncio
import hashlib
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.ids import ObjectId, SubjectId, new_subject_id
from storage.sealed import recent
from storage.sealed.custody import LocalRootKey
from storage.sealed.errors import (
    KeyShreddedError,
    ObjectMissingError,
    TamperedError,
    UnsafeKeyFileError,
    WrongRootError,
)
from storage.sealed.keyring import Keyring, _normal
from storage.sealed.keys import PrivateKey
from storage.sealed.keystore import Keystore
from storage.sealed.keytables import ObjectRow, SubjectRow
from storage.sealed.recent import RecentKeys


async def test_a_field_opens_for_its_person_in_its_place(keyring: Keyring) -> None:
    one, two = await keyring.create_subject(), await keyring.create_subject()
    sealed = await keyring.seal_field(one, "account.name", b"Kunigunde Beispielhaft")
    assert b"Kunigunde" not in sealed
    assert await keyring.open_field(one, "account.name", sealed) == b"Kunigunde Beispielhaft"
    for subject, context in ((one, "account.email"), (two, "account.name"), (one, "")):
        with pytest.raises(TamperedError):
            await keyring.open_field(subject, context, sealed)


async def test_what_was_sealed_opens_after_a_restart(
    keyring: Keyring, custody: LocalRootKey, tmp_path: Path
) -> None:
    subject = await keyring.create_subject()
    sealed = await keyring.seal_field(subject, "name", b"words")
    keyring.close()
    again = Keyring.open(tmp_path, custody)
    assert await again.open_field(subject, "name", sealed) == b"words"
    again.close()


async def test_an_erased_person_is_sealed_to_and_opened_by_nobody(keyring: Keyring) -> None:
    subject, other = await keyring.create_subject(), await keyring.create_subject()
    sealed = await keyring.seal_field(subject, "name", b"words")
    await keyring.open_field(subject, "name", sealed)  # its key is remembered now
    await keyring.shred_subject(subject)
    with pytest.raises(KeyShreddedError):
        await keyring.open_field(subject, "name", sealed)
    with pytest.raises(KeyShreddedError):
        await keyring.seal_field(subject, "name", b"words")
    assert await keyring.open_field(
        other, "name", await keyring.seal_field(other, "name", b"others")
    )


async def test_an_erasure_by_another_process_holds_at_once(
    keyring: Keyring, custody: LocalRootKey, tmp_path: Path
) -> None:
    subject = await keyring.create_subject()
    sealed = await keyring.seal_field(subject, "name", b"words")
    assert await keyring.open_field(subject, "name", sealed) == b"words"
    elsewhere = Keyring.open(tmp_path, custody)
    await elsewhere.shred_subject(subject)
    elsewhere.close()
    with pytest.raises(KeyShreddedError):
        await keyring.open_field(subject, "name", sealed)


async def test_nothing_of_an_erased_key_is_left_in_the_files(
    keyring: Keyring, tmp_path: Path
) -> None:
    subject = await keyring.create_subject()
    row = keyring.keystore.subject(subject)
    public, wrapped = row.public_key, row.wrapped_private_key

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("keys.sqlite*"))

    assert wrapped[-64:] in on_disk()
    await keyring.shred_subject(subject)
    for secret in (wrapped, public):
        for at in range(0, len(secret) - 32, 32):
            assert secret[at : at + 32] not in on_disk()


async def test_another_root_key_stops_the_start(
    keyring: Keyring, custody: LocalRootKey, tmp_path: Path
) -> None:
    """Sealing on under a new root would hide, until it is too late, that the old one is lost."""
    other = LocalRootKey.open(tmp_path / "other.key")
    for _ in range(2):
        with pytest.raises(WrongRootError):
            Keyring.open(tmp_path, other)
    Keyring.open(tmp_path, custody).close()


@pytest.mark.parametrize(
    ("one", "other"),
    [("A@mill.example", " a@MILL.example\n"), ("Ａ", "a"), ("Straße", "STRASSE"), ("é", "e\u0301")],
)
def test_a_value_is_found_however_it_is_written(keyring: Keyring, one: str, other: str) -> None:
    assert keyring.blind_index("email", one) == keyring.blind_index("email", other)


def test_a_blind_index_is_blind(keyring: Keyring, tmp_path: Path) -> None:
    index = keyring.blind_index("email", "a@mill.example")
    assert index != keyring.blind_index("name", "a@mill.example")
    assert index != keyring.blind_index("email", "b@mill.example")
    assert index != hashlib.sha256(b"a@mill.example").hexdigest()
    other_dir = tmp_path / "other"
    other_dir.mkdir()
    other = Keyring.open(other_dir, LocalRootKey.open(other_dir / "root.key"))
    assert index != other.blind_index("email", "a@mill.example")
    other.close()


@example("\u0390", "İ")
@given(st.text(), st.text())
def test_normalising_twice_changes_nothing(one: str, two: str) -> None:
    for value in (one, two, one + two):
        assert _normal(_normal(value)) == _normal(value)


def test_an_index_key_that_others_can_read_stops_the_start(
    keyring: Keyring, custody: LocalRootKey, tmp_path: Path
) -> None:
    (tmp_path / "index.key").chmod(0o644)
    with pytest.raises(UnsafeKeyFileError):
        Keyring.open(tmp_path, custody)


async def test_every_file_of_the_keyring_is_its_owners_alone(
    keyring: Keyring, tmp_path: Path
) -> None:
    await keyring.create_subject()
    modes = {name: os.stat(tmp_path / name).st_mode & 0o777 for name in os.listdir(tmp_path)}
    assert {"root.key", "index.key", "keys.sqlite", "keys.sqlite-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_the_keystore_is_as_careful_as_it_says(keyring: Keyring) -> None:
    ask = keyring.keystore._database.execute
    assert ask("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ask("PRAGMA synchronous").fetchone() == (2,)
    assert ask("PRAGMA secure_delete").fetchone() == (1,)


def test_a_keyring_says_what_it_is_and_not_what_it_holds(keyring: Keyring) -> None:
    assert repr(keyring) == "Keyring(can_open=True)"


async def test_many_at_once_each_get_their_own(keyring: Keyring) -> None:
    subjects = await asyncio.gather(*(keyring.create_subject() for _ in range(8)))
    words = [subject.encode() for subject in subjects]
    sealed = await asyncio.gather(
        *(keyring.seal_field(s, "name", w) for s, w in zip(subjects, words, strict=True))
    )
    opened = await asyncio.gather(
        *(keyring.open_field(s, "name", f) for s, f in zip(subjects, sealed, strict=True))
    )
    assert opened == words


def test_a_shredded_person_takes_their_objects_along(keyring: Keyring) -> None:
    store = keyring.keystore
    root = keyring._custody.public.raw
    for name in ("one", "two"):
        store.add_subject(SubjectRow(SubjectId(name), b"public", b"wrapped", root))
        store.add_object(ObjectRow(ObjectId(name), SubjectId(name), "p", "s", 1, 2, b"", b""))
    assert store.shred_subject(SubjectId("one")) == ["one"]
    with pytest.raises(ObjectMissingError):
        store.object(ObjectId("one"))
    assert store.present([ObjectId("one"), ObjectId("two")]) == {"two"}
    assert store.shred_subject(SubjectId("one")) == []


def test_no_object_is_kept_for_someone_erased_meanwhile(keyring: Keyring) -> None:
    """Erasure deletes the objects it finds; one added after it would stay unnoticed."""
    row = ObjectRow(ObjectId("x"), new_subject_id(), "p", "s", 1, 2, b"", b"")
    with pytest.raises(KeyShreddedError):
        keyring.keystore.add_object(row)


def test_a_failed_change_leaves_the_keystore_usable(tmp_path: Path) -> None:
    store = Keystore(tmp_path / "k.sqlite")
    root = store.root(b"root")
    store.add_subject(SubjectRow(SubjectId("one"), b"", b"", root))
    with pytest.raises(sqlite3.IntegrityError):
        store.add_subject(SubjectRow(SubjectId("one"), b"", b"", root))
    store.add_subject(SubjectRow(SubjectId("two"), b"", b"", root))
    store.close()


def test_many_objects_are_asked_for_in_turns(keyring: Keyring) -> None:
    assert keyring.keystore.present([ObjectId(str(n)) for n in range(1201)]) == set()


class TestRecentKeys:
    @pytest.fixture
    def clock(self) -> list[float]:
        return [0.0]

    @pytest.fixture
    def keys(self, clock: list[float]) -> RecentKeys:
        return RecentKeys(lambda: clock[0])

    def test_a_key_is_forgotten_when_its_time_is_over(
        self, keys: RecentKeys, clock: list[float]
    ) -> None:
        key, one = PrivateKey(bytes(96)), SubjectId("one")
        keys.keep(one, 1, key)
        clock[0] = recent.KEPT_S - 0.001
        assert keys.get(one, 1) == key
        clock[0] = recent.KEPT_S
        assert keys.get(one, 1) is None
        assert len(keys) == 0

    def test_using_a_key_does_not_prolong_its_stay(
        self, keys: RecentKeys, clock: list[float]
    ) -> None:
        keys.keep(SubjectId("one"), 1, PrivateKey(bytes(96)))
        for _ in range(10):
            clock[0] += recent.KEPT_S / 10
            keys.get(SubjectId("one"), 1)
        assert keys.get(SubjectId("one"), 1) is None

    def test_there_are_never_more_than_a_few(self, keys: RecentKeys) -> None:
        for number in range(recent.MOST_KEYS + 5):
            keys.keep(SubjectId(str(number)), 1, PrivateKey(bytes(96)))
        assert len(keys) == recent.MOST_KEYS
        assert keys.get(SubjectId("0"), 1) is None

    def test_it_says_what_it_is_and_not_what_it_holds(self, keys: RecentKeys) -> None:
        keys.keep(SubjectId("one"), 1, PrivateKey(bytes(96)))
        assert repr(keys) == "RecentKeys(…)"
        keys.clear()
        assert keys.get(SubjectId("one"), 1) is None
