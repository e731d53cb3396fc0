"""A node that only receives holds public keys only: it seals, and cannot read (promise 13)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.blobs.filesystem import FilesystemBlobs
from storage.sealed.custody import LocalRootKey, PublicRoot
from storage.sealed.errors import CannotOpenError
from storage.sealed.keyring import Keyring
from storage.sealed.keys import PrivateKey
from storage.sealed.vault import Purpose, Vault
from tests.unit.storage.sealed.test_vault import opened, pieces

WORDS = b"Kunigunde Beispielhaft drew this"


@pytest.fixture
def root(tmp_path: Path) -> LocalRootKey:
    home = tmp_path / "elsewhere"
    home.mkdir()
    return LocalRootKey.open(home / "root.key")


@pytest.fixture
def node(tmp_path: Path, root: LocalRootKey) -> Path:
    """The intake node's directory, to which only the public half was brought."""
    node = tmp_path / "node"
    node.mkdir()
    (node / "root.pub").write_bytes(root.public.raw)
    return node


@pytest.fixture
def intake(node: Path) -> Iterator[Keyring]:
    keyring = Keyring.open(node, PublicRoot.open(node / "root.pub"))
    yield keyring
    keyring.close()


async def test_it_seals_objects_and_fields_and_opens_none(intake: Keyring, node: Path) -> None:
    assert not intake.can_open
    vault = Vault(intake, FilesystemBlobs(node / "blobs", floor_bytes=0))
    subject = await intake.create_subject()
    field = await intake.seal_field(subject, "name", WORDS)
    made = await vault.seal(subject, Purpose.INTAKE, pieces(WORDS))
    assert await vault.describe(made.id) == made
    for step in (
        opened(vault, made.id),
        vault.sha256(made.id),
        vault.export(made.id),
        intake.open_field(subject, "name", field),
    ):
        with pytest.raises(CannotOpenError):
            await step
    await vault.destroy(made.id)  # what it may not read it may still let go


async def test_who_holds_the_root_opens_what_it_sealed(
    intake: Keyring, node: Path, root: LocalRootKey
) -> None:
    vault = Vault(intake, FilesystemBlobs(node / "blobs", floor_bytes=0))
    made = await vault.seal(await intake.create_subject(), Purpose.INTAKE, pieces(WORDS))
    opener = Keyring.open(node, root)
    assert await opened(Vault(opener, FilesystemBlobs(node / "blobs", floor_bytes=0)), made.id)
    opener.close()


async def test_no_private_key_and_no_word_lies_in_its_directory(
    intake: Keyring, node: Path, root: LocalRootKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_keys: list[PrivateKey] = [key.copy() for key in root._keys.values()]
    generate = PrivateKey.generate

    def watched() -> PrivateKey:
        key = generate()
        made_keys.append(key.copy())  # what is used is overwritten
        return key

    monkeypatch.setattr(PrivateKey, "generate", watched)
    vault = Vault(intake, FilesystemBlobs(node / "blobs", floor_bytes=0))
    subject = await intake.create_subject()
    await intake.seal_field(subject, "name", WORDS)
    await vault.seal(subject, Purpose.INTAKE, pieces(WORDS))
    assert len(made_keys) == 2
    files = [path for path in _files(node) if path.stat().st_size]
    assert len(files) >= 4
    for path in files:
        lying = path.read_bytes()
        assert WORDS[:9] not in lying
        for key in made_keys:
            for at in range(0, 96, 32):
                assert key.raw[at : at + 32] not in lying, path.name


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
