"""Long objects both ways between the vault and Tink, streamed, through files of many segments.

The length can be set: DRAWBRIDGE_INTEROP_BYTES=1073741824 takes a gigabyte each way."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import ObjectId, new_object_id
from storage.sealed import format as fmt
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.keys import DataKey
from storage.sealed.manifest import Manifest, associated_data
from storage.sealed.vault import ExportedObject, Purpose, SealedObject, Vault
from tests.unit.storage.sealed.objects import tink_from, tink_of

pytestmark = pytest.mark.timeout(600)

LENGTH = int(os.environ.get("DRAWBRIDGE_INTEROP_BYTES", 65 * fmt.PLAIN_SEGMENT_BYTES + 12_345))
PIECE_BYTES = 1_000_003  # never a segment


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    opened = Keyring.open(tmp_path, LocalRootKey.open(tmp_path / "root.key"))
    yield opened
    opened.close()


@pytest.fixture
def vault(tmp_path: Path, keyring: Keyring) -> Vault:
    return Vault(keyring, FilesystemBlobs(tmp_path / "blobs", floor_bytes=0))


def pieces() -> Iterator[bytes]:
    """Yield the same plaintext at each call, drawn by chance piece by piece."""
    chance, left = Random(5), LENGTH
    while left:
        piece = chance.randbytes(min(PIECE_BYTES, left))
        left -= len(piece)
        yield piece


def hash_of(some: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in some:
        digest.update(piece)
    return digest.hexdigest()


def read_by(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(PIECE_BYTES):
        yield piece


def test_tink_opens_what_the_vault_sealed(vault: Vault, keyring: Keyring, tmp_path: Path) -> None:
    async def sealed() -> ExportedObject:
        async def arriving() -> AsyncIterator[bytes]:
            for piece in pieces():
                yield piece

        made = await vault.seal(
            await keyring.create_subject(), Purpose.RELEASED, arriving(), plain_bytes=LENGTH
        )
        exported = await vault.export(made.id)
        with (tmp_path / "exported").open("wb") as file:
            async for piece in exported.ciphertext:
                file.write(piece)
        return exported

    exported = asyncio.run(sealed())
    assert (tmp_path / "exported").stat().st_size == exported.sealed_bytes
    with (
        (tmp_path / "exported").open("rb") as file,
        tink_from(exported.keyset).new_decrypting_stream(file, exported.associated_data) as plain,
    ):
        assert hash_of(read_by(plain.read)) == hash_of(pieces())
    assert exported.sha256 is not None
    assert exported.sha256.hex() == hash_of(pieces())


def test_the_vault_opens_what_tink_sealed(vault: Vault, keyring: Keyring, tmp_path: Path) -> None:
    key, name = DataKey.generate(), new_object_id()
    bound = associated_data(name, Purpose.RELEASED, LENGTH)
    with (
        (tmp_path / "made").open("wb") as file,
        tink_of(key).new_encrypting_stream(file, bound) as stream,
    ):
        for piece in pieces():
            stream.write(piece)

    async def opened() -> str:
        made = SealedObject(
            name, await keyring.create_subject(), Purpose.RELEASED,
            LENGTH, fmt.sealed_bytes(LENGTH), fmt.SUITE,
        )  # fmt: skip
        await _taken_in(tmp_path, name)
        vault._keep(made, bound, Manifest(key, LENGTH, None))
        digest = hashlib.sha256()
        async for piece in vault.open(name):
            digest.update(piece)
        return digest.hexdigest()

    assert asyncio.run(opened()) == hash_of(pieces())


async def _taken_in(tmp_path: Path, name: ObjectId) -> None:
    async def arriving() -> AsyncIterator[bytes]:
        with (tmp_path / "made").open("rb") as file:
            for piece in read_by(file.read):
                yield piece

    blobs = FilesystemBlobs(tmp_path / "blobs", floor_bytes=0)
    assert await blobs.put(name, arriving()) == fmt.sealed_bytes(LENGTH)
