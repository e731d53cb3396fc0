"""What leaves opens with Tink alone; what Tink made can live here."""

import base64
import json
from hashlib import sha256

from storage.blobs.memory import MemoryBlobs
from storage.ids import new_object_id
from storage.sealed import format as fmt
from storage.sealed.keyring import Keyring
from storage.sealed.keys import DataKey
from storage.sealed.manifest import Manifest
from storage.sealed.vault import Purpose, SealedObject, Vault
from tests.unit.storage.sealed.objects import (
    BOUND,
    THIRD,
    plain_of,
    tink_opens,
    tink_seals,
)
from tests.unit.storage.sealed.test_vault import opened, pieces


async def test_tink_alone_opens_an_export(vault: Vault, keyring: Keyring) -> None:
    plain = plain_of(THIRD + 1)
    made = await vault.seal(await keyring.create_subject(), Purpose.RELEASED, pieces(plain))
    exported = await vault.export(made.id)
    ciphertext = b"".join([piece async for piece in exported.ciphertext])
    assert len(ciphertext) == exported.sealed_bytes == made.sealed_bytes
    assert made.id.encode() in exported.associated_data
    # The key at the end of the proto value, as anybody's program would read it.
    value = json.loads(exported.keyset)["key"][0]["keyData"]["value"]
    key = DataKey(base64.b64decode(value)[-fmt.KEY_BYTES :])
    found = tink_opens(ciphertext, key=key, bound=exported.associated_data)
    assert found == plain
    assert exported.plain_bytes == len(plain)
    assert exported.sha256 == sha256(plain).digest()
    assert value not in repr(exported)


async def test_an_object_that_tink_made_can_be_taken_in(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    plain, key = plain_of(THIRD), DataKey.generate()
    made = SealedObject(
        new_object_id(), await keyring.create_subject(), Purpose.RELEASED,
        len(plain), fmt.sealed_bytes(len(plain)), fmt.SUITE,
    )  # fmt: skip
    assert await blobs.put(made.id, pieces(tink_seals(plain, key=key))) == made.sealed_bytes
    vault._keep(made, BOUND, Manifest(key, len(plain), sha256(plain).digest()))
    assert await opened(vault, made.id) == plain
    assert await vault.describe(made.id) == made
    assert keyring.keystore.object(made.id).associated_data == BOUND
