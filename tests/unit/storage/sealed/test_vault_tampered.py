"""Whoever writes into the blob store or the keystore gets nothing opened that was not sealed."""

from dataclasses import replace

import pytest

from storage.blobs.memory import MemoryBlobs
from storage.sealed import format as fmt
from storage.sealed.errors import SealedError, TamperedError, TruncatedError
from storage.sealed.keyring import Keyring
from storage.sealed.keytables import ObjectRow
from storage.sealed.vault import Purpose, Vault
from tests.unit.storage.sealed.objects import SECOND
from tests.unit.storage.sealed.test_vault import opened, pieces, some_object


def change(keyring: Keyring, row: ObjectRow) -> None:
    keyring.keystore.shred_object(row.id)
    keyring.keystore.add_object(row)


async def test_an_object_cut_short_never_looks_whole(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    length = SECOND + 100
    blob = await some_object(vault, keyring, length)
    whole = blobs._kept[blob]
    for kept_bytes in (0, 39, fmt.SEGMENT_BYTES, 2 * fmt.SEGMENT_BYTES, len(whole) - 1):
        blobs._kept[blob] = whole[:kept_bytes]
        with pytest.raises(TruncatedError):
            await opened(vault, blob)


async def test_a_blob_in_anothers_place_does_not_open(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    subject = await keyring.create_subject()
    one, two = [(await vault.seal(subject, Purpose.INTAKE, pieces(bytes(10)))).id for _ in range(2)]
    blobs._kept[one], blobs._kept[two] = blobs._kept[two], blobs._kept[one]
    for blob in (one, two):
        with pytest.raises(TamperedError):
            await opened(vault, blob)


@pytest.mark.parametrize(
    "changed",
    [
        {"plain_bytes": 9},
        {"sealed_bytes": 65},
        {"suite": "another"},
        {"purpose": "released"},
        {"purpose": "nothing we know"},
        {"associated_data": b"another"},
        {"wrapped_manifest": b""},
    ],
)
async def test_a_changed_row_does_not_open(
    vault: Vault, keyring: Keyring, changed: dict[str, object]
) -> None:
    blob = await some_object(vault, keyring)
    row = keyring.keystore.object(blob)
    change(keyring, replace(row, **changed))  # type: ignore[arg-type]
    with pytest.raises(SealedError):
        await opened(vault, blob)


async def test_a_manifest_moved_to_another_object_does_not_open(
    vault: Vault, keyring: Keyring
) -> None:
    subject = await keyring.create_subject()
    one, two = [(await vault.seal(subject, Purpose.INTAKE, pieces(bytes(10)))).id for _ in range(2)]
    stolen = keyring.keystore.object(two)
    change(keyring, replace(stolen, id=one))
    with pytest.raises(TamperedError):
        await opened(vault, one)


async def test_a_purpose_that_is_none_is_no_description(vault: Vault, keyring: Keyring) -> None:
    blob = await some_object(vault, keyring)
    change(keyring, replace(keyring.keystore.object(blob), purpose="nothing we know"))
    with pytest.raises(TamperedError):
        await vault.describe(blob)
