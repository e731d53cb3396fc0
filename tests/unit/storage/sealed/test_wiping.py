"""Who is done with a key overwrites it: every kind of key, and every way out of the vault."""

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.blobs.memory import MemoryBlobs
from storage.ids import SubjectId
from storage.sealed import enclosure, keys, recent
from storage.sealed.custody import LocalRootKey
from storage.sealed.enclosure import Passphrase
from storage.sealed.keyring import Keyring
from storage.sealed.keys import DataKey, PrivateKey, Secret
from storage.sealed.kms import Kms
from storage.sealed.manifest import Manifest
from storage.sealed.recent import RecentKeys
from storage.sealed.renewal import Renewal
from storage.sealed.rotation import Rotation
from storage.sealed.transit import Transit, TransitKey
from storage.sealed.vault import Purpose, Vault
from storage.sealed.wiping import wipe
from tests.unit.storage.sealed.test_vault import opened, pieces

ONE = SubjectId("one")


@pytest.fixture
def kept_secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Hold on to the bytes of every key made from here on, to see what becomes of them."""
    held: list[bytes] = []
    for kind in (DataKey, PrivateKey):
        original = kind.__init__

        def watched(self: DataKey | PrivateKey, raw: bytes, made=original) -> None:  # type: ignore[no-untyped-def]
            held.append(raw)
            made(self, raw)

        monkeypatch.setattr(kind, "__init__", watched)
    yield held
    monkeypatch.undo()


def blank(held: list[bytes]) -> bool:
    return bool(held) and all(raw == bytes(len(raw)) for raw in held)


def test_what_is_wiped_is_zeros_for_whoever_still_holds_it() -> None:
    secret, buffer = bytes(bytearray(range(1, 33))), bytearray(range(1, 33))
    alias = secret
    wipe(secret, buffer)
    assert alias == buffer == bytes(32)


@pytest.mark.parametrize("shared", [b"", b"a", b"fifteen bytes.."])
def test_what_python_may_share_is_not_touched(shared: bytes) -> None:
    with pytest.raises(ValueError, match="no secret"):
        wipe(shared)


@pytest.mark.parametrize("secret", [DataKey.generate(), PrivateKey.generate()])
def test_a_wiped_key_is_zeros_and_was_never_anything_to_print_or_pickle(
    secret: DataKey | PrivateKey,
) -> None:
    shown = {form(secret) for form in (repr, str, "{}".format, "{!r}".format)}
    assert not [one for one in shown if repr(secret.raw)[2:8] in one or secret.raw.hex()[:8] in one]
    for refused in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            refused(secret)
    secret.wipe()
    assert secret.raw == bytes(len(secret.raw))


def test_every_class_that_holds_a_key_keeps_it_to_itself() -> None:
    holders = {Keyring, LocalRootKey, RecentKeys, Passphrase, Transit, Kms}
    kept = {DataKey, PrivateKey, Manifest}
    # By name: a dataclass with slots is made twice.
    assert {kind.__name__ for kind in _below(Secret)} == {k.__name__ for k in kept | holders}
    for kind in kept | holders:
        assert "__repr__" in vars(kind), kind
        assert (kind in holders) != ("wipe" in vars(kind)), kind


def test_those_who_hold_keys_in_memory_neither_show_nor_pickle_them(
    keyring: Keyring, custody: LocalRootKey
) -> None:
    remembered = RecentKeys()
    remembered.keep(ONE, 1, PrivateKey.generate())
    passphrase = Passphrase("so long and so secret")
    transit = Transit(TransitKey("http://127.0.0.1:1", "transit", "drawbridge"), "a token")
    for holder in (keyring, custody, remembered, passphrase, transit):
        assert len(repr(holder)) < 40
        for refused in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                refused(holder)


def test_a_manifest_takes_its_key_along() -> None:
    manifest = Manifest(DataKey.generate(), 1, None)
    manifest.wipe()
    assert manifest.data_key.raw == bytes(32)


def test_keys_that_are_forgotten_are_overwritten_and_copies_in_use_are_not(
    kept_secrets: list[bytes],
) -> None:
    clock = [0.0]
    remembered = RecentKeys(lambda: clock[0])
    raw = PrivateKey.generate().raw
    kept_secrets.clear()
    remembered.keep(ONE, 1, PrivateKey(raw))
    in_use = remembered.get(ONE, 1)
    assert in_use is not None
    (_, inside, _) = kept_secrets
    clock[0] = recent.KEPT_S
    assert remembered.get(ONE, 1) is None
    assert inside == bytes(96)
    assert in_use.raw == raw != bytes(96)
    kept_secrets.clear()
    for forget in (remembered.clear, lambda: remembered.drop(ONE)):
        remembered.keep(ONE, 2, in_use)
        forget()
    for number in range(recent.MOST_KEYS + 1):
        remembered.keep(SubjectId(str(number)), 1, in_use)
    remembered.clear()
    assert blank(kept_secrets)


async def test_sealing_and_opening_leave_no_data_key(
    keyring: Keyring, vault: Vault, kept_secrets: list[bytes]
) -> None:
    made = await vault.seal(await keyring.create_subject(), Purpose.INTAKE, pieces(b"words"))
    assert await opened(vault, made.id) == b"words"
    await vault.sha256(made.id)
    await vault.export(made.id)
    assert len([raw for raw in kept_secrets if len(raw) == 32]) == 4
    keyring._recent.clear()
    assert blank(kept_secrets)


async def test_what_fails_halfway_leaves_no_data_key(
    keyring: Keyring, vault: Vault, kept_secrets: list[bytes]
) -> None:
    subject = await keyring.create_subject()
    with pytest.raises(ValueError, match="not as long"):
        await vault.seal(subject, Purpose.INTAKE, pieces(b"words"), plain_bytes=9)
    assert blank(kept_secrets)


async def test_moving_everybody_leaves_no_key(
    keyring: Keyring, vault: Vault, custody: LocalRootKey, kept_secrets: list[bytes]
) -> None:
    subject = await keyring.create_subject()
    await vault.seal(subject, Purpose.INTAKE, pieces(b"words"))
    renewal = Renewal(keyring.keystore, custody)
    renewal.begin()
    list(renewal.renew())
    assert blank(kept_secrets)
    rotation = Rotation(keyring.keystore, custody)
    first = rotation.status()[0].id
    rotation.begin()
    list(rotation.rewrap())
    in_use = [raw for raw in kept_secrets if any(raw)]
    assert len(in_use) == 1, "the root in use is in memory, nothing else"
    rotation.retire(first)


def test_a_passphrase_leaves_no_key_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    derived: list[bytes] = []
    derive = Passphrase._derived
    monkeypatch.setattr(enclosure, "_ARGON2", {"iterations": 1, "lanes": 1, "memory_cost": 64})

    def watched(self: Passphrase, salt: bytes, costs: dict[str, int]) -> bytes:
        derived.append(derive(self, salt, costs))
        return derived[-1]

    monkeypatch.setattr(Passphrase, "_derived", watched)
    LocalRootKey.open(tmp_path / "root.key", Passphrase("so long"))
    assert len(derived) == 2
    assert blank(derived)


def test_the_segment_key_is_overwritten_when_its_cipher_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    derived: list[bytes] = []
    derive = keys.segment_key

    def watched(data_key: DataKey, salt: bytes, associated_data: bytes) -> bytes:
        derived.append(derive(data_key, salt, associated_data))
        return derived[-1]

    key = DataKey.generate()
    expected = AESGCM(derive(key, b"s", b"a")).encrypt(bytes(12), b"words", None)
    monkeypatch.setattr(keys, "segment_key", watched)
    assert keys.segment_cipher(key, b"s", b"a").encrypt(bytes(12), b"words", None) == expected
    assert blank(derived)


async def test_a_closed_keyring_remembers_nobody(
    tmp_path: Path, blobs: MemoryBlobs, kept_secrets: list[bytes]
) -> None:
    custody = LocalRootKey.open(tmp_path / "root.key")
    keyring = Keyring.open(tmp_path, custody)
    subject = await keyring.create_subject()
    await keyring.open_field(subject, "name", await keyring.seal_field(subject, "name", b"Anna"))
    root = [raw for raw in kept_secrets if any(raw)]
    keyring.close()
    assert len([raw for raw in kept_secrets if any(raw)]) == len(root) - 1


def _below(kind: type[Secret]) -> list[type[Secret]]:
    return [one for sub in kind.__subclasses__() for one in (sub, *_below(sub))]
