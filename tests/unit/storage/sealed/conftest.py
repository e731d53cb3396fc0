"""A cellar of one's own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.blobs.memory import MemoryBlobs
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault


@pytest.fixture
def custody(tmp_path: Path) -> LocalRootKey:
    return LocalRootKey.open(tmp_path / "root.key")


@pytest.fixture
def keyring(tmp_path: Path, custody: LocalRootKey) -> Iterator[Keyring]:
    keyring = Keyring.open(tmp_path, custody)
    yield keyring
    keyring.close()


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def vault(keyring: Keyring, blobs: MemoryBlobs) -> Vault:
    return Vault(keyring, blobs)
