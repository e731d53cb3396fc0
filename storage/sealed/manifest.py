"""What is sealed beside an object: its key, its length, its hash, and the promise that binds them.

Room: storage/sealed. Pure. Specification: docs/reference/sealed-format.md. The manifest is wrapped
by HPKE to the object's subject; the HPKE context binds purpose, suite and object id, so that a
manifest moved to another object does not open.

    manifest = data key (32) || plain_bytes (8, big endian) || commitment (32) [ || sha256 (32) ]
"""

import hmac
from dataclasses import dataclass
from typing import Final

from storage.ids import ObjectId
from storage.sealed import format as fmt
from storage.sealed.errors import TamperedError
from storage.sealed.keys import COMMITMENT_BYTES, DataKey, Secret

_LENGTH_BYTES: Final = 8
_COMMITMENT_AT: Final = fmt.KEY_BYTES + _LENGTH_BYTES
_HASH_AT: Final = _COMMITMENT_AT + COMMITMENT_BYTES
_SHA256_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Manifest(Secret):
    """An object's secret half."""

    data_key: DataKey
    plain_bytes: int
    sha256: bytes | None  # None where the object was sealed without being hashed

    def wipe(self) -> None:
        """Overwrite the key; length and hash stay."""
        self.data_key.wipe()

    def encode(self) -> bytes:
        """Return the bytes that are wrapped: 72, or 104 with a hash. Whoever asks wipes them."""
        length = self.plain_bytes.to_bytes(_LENGTH_BYTES, "big")
        return self.data_key.raw + length + self.data_key.commitment() + (self.sha256 or b"")

    @classmethod
    def decode(cls, untrusted_manifest: bytes) -> "Manifest":
        """Return the manifest in these bytes.

        Raises:
            TamperedError: they have another length, or the key is not the one committed to.
        """
        raw = untrusted_manifest
        if len(raw) not in (_HASH_AT, _HASH_AT + _SHA256_BYTES):
            raise TamperedError
        data_key = DataKey(raw[: fmt.KEY_BYTES])
        if not hmac.compare_digest(raw[_COMMITMENT_AT:_HASH_AT], data_key.commitment()):
            raise TamperedError
        plain_bytes = int.from_bytes(raw[fmt.KEY_BYTES : _COMMITMENT_AT], "big")
        return cls(data_key, plain_bytes, raw[_HASH_AT:] or None)


def manifest_context(object_id: ObjectId, purpose: str, suite: str) -> bytes:
    """Return what a wrapped manifest is bound to."""
    return f"drawbridge/1 manifest {object_id} {purpose} {suite}".encode()


def associated_data(object_id: ObjectId, purpose: str, plain_bytes: int | None) -> bytes:
    """Return what every segment is bound to; the length, where it is known from the start."""
    length = "-" if plain_bytes is None else str(plain_bytes)
    return f"drawbridge/1 object {object_id} {purpose} {length}".encode()
