"""Another key for everybody while the house is open: all opens at every step, kills cost nothing,
and a former key goes when, and only when, nothing hangs on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from storage.blobs.memory import MemoryBlobs
from storage.ids import ObjectId, SubjectId
from storage.sealed.custody import LocalRootKey, PublicRoot
from storage.sealed.errors import (
    CannotOpenError,
    KeyShreddedError,
    ObjectMissingError,
    RetiredKeyError,
    TamperedError,
)
from storage.sealed.keymoves import KeyMoves
from storage.sealed.keyring import Keyring
from storage.sealed.keys import PrivateKey
from storage.sealed.keytables import ObjectRow, SubjectRow, subject_context
from storage.sealed.manifest import manifest_context
from storage.sealed.renewal import Renewal
from storage.sealed.rotation import Rotation
from storage.sealed.vault import Purpose, Vault
from tests.unit.storage.sealed.test_vault import opened, pieces

PEOPLE = 130  # more than a batch


@dataclass
class Person:
    id: SubjectId
    field: bytes
    object: ObjectId


@pytest.fixture
def renewal(keyring: Keyring, custody: LocalRootKey) -> Renewal:
    return Renewal(keyring.keystore, custody)


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Keyring]:
    """The keyring of a gateway that runs meanwhile: it remembers keys that it used."""
    keyring = Keyring.open(tmp_path, LocalRootKey.open(tmp_path / "root.key"))
    yield keyring
    keyring.close()


async def somebody(keyring: Keyring, vault: Vault) -> Person:
    subject = await keyring.create_subject()
    field = await keyring.seal_field(subject, "name", subject.encode())
    made = await vault.seal(subject, Purpose.INTAKE, pieces(subject.encode()))
    return Person(subject, field, made.id)


def _on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("keys.sqlite*"))


async def opens(keyring: Keyring, vault: Vault, person: Person) -> bool:
    name = await keyring.open_field(person.id, "name", person.field)
    return name == await opened(vault, person.object) == person.id.encode()


async def test_everything_opens_at_every_step_and_no_byte_of_data_changes(
    keyring: Keyring, beside: Keyring, vault: Vault, blobs: MemoryBlobs, renewal: Renewal
) -> None:
    people = [await somebody(keyring, vault) for _ in range(PEOPLE)]
    data = {name: sha256(kept).digest() for name, kept in blobs._kept.items()}
    running = Vault(beside, blobs)
    assert await opens(beside, running, people[0]), "its key is remembered from now on"
    before = keyring.keystore.keys_of(people[0].id)
    assert renewal.begin() == 2
    assert renewal.left() == 2 * PEOPLE
    late = await somebody(beside, running)
    assert beside.keystore.subject(late.id).generation == 2, "who comes now is of it at once"
    moved = 0
    for count in renewal.renew():
        moved += count
        for person in (*people[::40], late):
            assert await opens(beside, running, person)
    assert (moved, renewal.left(), renewal.unopened) == (2 * PEOPLE, 0, 0)
    new, old = keyring.keystore.keys_of(people[0].id)
    assert [old] == before
    assert new.public_key != old.public_key
    newest, first = renewal.status()
    assert (newest.people, newest.objects, newest.former) == (PEOPLE + 1, PEOPLE + 1, 0)
    assert (first.people, first.objects, first.former) == (0, 0, PEOPLE)
    assert data == {n: sha256(blobs._kept[n]).digest() for n in data}


async def test_what_is_sealed_afterwards_hangs_on_the_newer_key_alone(
    keyring: Keyring, vault: Vault, renewal: Renewal, custody: LocalRootKey
) -> None:
    person = await somebody(keyring, vault)
    renewal.begin()
    list(renewal.renew())
    field = await keyring.seal_field(person.id, "name", b"later")
    made = await vault.seal(person.id, Purpose.INTAKE, pieces(b"later"))
    assert await keyring.open_field(person.id, "name", field) == b"later"
    old = keyring.keystore.keys_of(person.id)[1]
    key = PrivateKey(custody.unwrap(old.wrapped_private_key, old.context, old.root))
    for row in (keyring.keystore.object(person.object), keyring.keystore.object(made.id)):
        assert row.generation == 2
        with pytest.raises(TamperedError):
            key.unwrap(row.wrapped_manifest, manifest_context(row.id, row.purpose, row.suite))
    with pytest.raises(TamperedError):
        key.unwrap(field, b"drawbridge/1 field name")
    assert key.unwrap(person.field, b"drawbridge/1 field name") == person.id.encode()


async def test_what_was_interrupted_goes_on(
    keyring: Keyring, vault: Vault, renewal: Renewal, tmp_path: Path
) -> None:
    people = [await somebody(keyring, vault) for _ in range(PEOPLE)]
    renewal.begin()
    steps = renewal.renew()
    assert [next(steps), next(steps), next(steps)] == [100, 30, 100]
    del steps
    resumed = Renewal(keyring.keystore, LocalRootKey.open(tmp_path / "root.key"))
    assert resumed.left() == 30
    assert sum(resumed.renew()) == 30
    assert all([await opens(keyring, vault, person) for person in people])


async def test_a_former_key_stays_while_a_field_or_an_object_hangs_on_it(
    keyring: Keyring, vault: Vault, renewal: Renewal
) -> None:
    with_field, bare = await somebody(keyring, vault), await keyring.create_subject()
    made = await vault.seal(bare, Purpose.INTAKE, pieces(b"words"))
    renewal.begin()
    steps = renewal.renew()
    assert next(steps) == 2, "people first"
    assert renewal.retire() == 0, "an object hangs on each"
    assert sum(steps) == 2
    assert renewal.retire() == 1
    assert len(keyring.keystore.keys_of(bare)) == 1
    assert len(keyring.keystore.keys_of(with_field.id)) == 2
    assert renewal.status()[1].holding_fields == 1
    assert await opened(vault, made.id) == b"words"
    assert await opens(keyring, vault, with_field)


async def test_generations_that_nobody_used_go_though_an_older_one_stays(
    keyring: Keyring, vault: Vault, renewal: Renewal
) -> None:
    person = await somebody(keyring, vault)
    for generation in (2, 3, 4):
        assert renewal.begin() == generation
        list(renewal.renew())
        assert await opens(keyring, vault, person)
    assert [key.generation for key in keyring.keystore.keys_of(person.id)] == [4, 3, 2, 1]
    assert renewal.retire() == 2
    assert [key.generation for key in keyring.keystore.keys_of(person.id)] == [4, 1]
    assert await opens(keyring, vault, person)


async def test_erasing_shreds_every_generation(
    keyring: Keyring, vault: Vault, renewal: Renewal, tmp_path: Path
) -> None:
    person = await somebody(keyring, vault)
    renewal.begin()
    list(renewal.renew())
    wrapped = [key.wrapped_private_key for key in keyring.keystore.keys_of(person.id)]
    assert all(key[-64:] in _on_disk(tmp_path) for key in wrapped)
    await keyring.shred_subject(person.id)
    assert not [key for key in wrapped if key[-64:] in _on_disk(tmp_path)]
    with pytest.raises(KeyShreddedError):
        await keyring.open_field(person.id, "name", person.field)
    with pytest.raises(ObjectMissingError):
        await opened(vault, person.object)


async def test_who_is_erased_meanwhile_gets_no_key(
    keyring: Keyring, vault: Vault, renewal: Renewal
) -> None:
    gone, stays = await somebody(keyring, vault), await somebody(keyring, vault)
    renewal.begin()
    moves = KeyMoves(keyring.keystore)
    rows = moves.behind_generation(2, 10)
    following = [renewal._following(row) for row in rows]
    await keyring.shred_subject(gone.id)
    assert moves.succeeded(rows, following) == 1
    assert moves.succeeded(rows, following) == 0, "nobody gets two"
    objects = moves.objects_behind(ObjectId(""), 10)
    seen, moved = renewal._moved(objects)
    await keyring.shred_subject(stays.id)
    assert moves.objects_moved(seen, moved) == 0
    assert renewal._moved(objects) == ([], [])
    with pytest.raises(KeyShreddedError):
        keyring.keystore.keys_of(gone.id)


async def test_an_object_changed_by_somebody_holds_nobody_up(
    keyring: Keyring, vault: Vault, renewal: Renewal
) -> None:
    bad, good = await somebody(keyring, vault), await somebody(keyring, vault)
    row = keyring.keystore.object(bad.object)
    for changed in (replace(row, wrapped_manifest=bytes(1240)), replace(row, purpose="report")):
        keyring.keystore.shred_object(bad.object)
        keyring.keystore.add_object(changed)
        renewal.begin()
        list(renewal.renew())
        assert (renewal.unopened, renewal.left()) == (1, 1)
        with pytest.raises(TamperedError):
            await opened(vault, bad.object)
    assert await opens(keyring, vault, good)


async def test_a_key_put_in_the_place_of_another_generation_does_not_open(
    keyring: Keyring, vault: Vault, renewal: Renewal
) -> None:
    person = await somebody(keyring, vault)
    renewal.begin()
    list(renewal.renew())
    field = await keyring.seal_field(person.id, "name", b"later")
    new, old = keyring.keystore.keys_of(person.id)
    with keyring.keystore.writing() as database:
        for table, row in (("subject", old), ("former", new)):
            database.execute(
                f"UPDATE {table} SET wrapped_private_key = ?", (row.wrapped_private_key,)
            )
    keyring._recent.clear()
    for sealed in (field, person.field):
        with pytest.raises(TamperedError):
            await keyring.open_field(person.id, "name", sealed)
    assert subject_context(person.id, 1) == f"drawbridge/1 subject {person.id}".encode()
    assert subject_context(person.id, 2) == f"drawbridge/1 subject {person.id} 2".encode()


async def test_another_root_takes_former_keys_along(
    keyring: Keyring, vault: Vault, renewal: Renewal, custody: LocalRootKey
) -> None:
    person = await somebody(keyring, vault)
    renewal.begin()
    list(renewal.renew())
    rotation = Rotation(keyring.keystore, custody)
    first = rotation.status()[0].id
    rotation.begin()
    assert sum(rotation.rewrap()) == 2
    rotation.retire(first)
    keyring._recent.clear()
    assert await opens(keyring, vault, person)


async def test_what_was_wrapped_to_a_key_that_is_gone_is_wrapped_again(
    keyring: Keyring, vault: Vault, renewal: Renewal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between wrapping and keeping, another process may renew and retire."""
    subject, meanwhile = await keyring.create_subject(), [True]
    store = keyring.keystore
    real_object, real_pin = store.add_object, store.pin

    def renewed() -> None:
        if meanwhile and meanwhile.pop():
            renewal.begin()
            list(renewal.renew())
            assert renewal.retire() == 1

    def added(row: ObjectRow) -> None:
        renewed()
        real_object(row)

    def pinned(row: SubjectRow) -> None:
        renewed()
        real_pin(row)

    monkeypatch.setattr(store, "add_object", added)
    made = await vault.seal(subject, Purpose.INTAKE, pieces(b"words"))
    assert await opened(vault, made.id) == b"words"
    assert store.object(made.id).generation == 2
    meanwhile.append(True)
    monkeypatch.setattr(store, "pin", pinned)
    sealed = await keyring.seal_field(subject, "name", b"Anna")
    assert await keyring.open_field(subject, "name", sealed) == b"Anna"
    assert store.subject(subject).fields == 1
    monkeypatch.undo()
    row = replace(store.object(made.id), generation=1)
    with pytest.raises(RetiredKeyError):
        store.add_object(row)


async def test_a_node_with_the_public_half_renews_nothing(
    keyring: Keyring, vault: Vault, tmp_path: Path
) -> None:
    person = await somebody(keyring, vault)
    public = Renewal(keyring.keystore, PublicRoot.open(tmp_path / "root.pub"))
    public.begin()
    with pytest.raises(CannotOpenError):
        list(public.renew())
    assert await opens(keyring, vault, person)
