"""What is sealed beside an object: its key, its length, its hash, and the promise that binds them.

Room: storage/sealed. Pure. The manifest is wrapped by HPKE to the object's subject; the HPKE
context binds purpose, suite and object id, so a manifest moved to another object does not open.

    manifest = data key (32) || plain_bytes (8, big endian) || sha256 (32) || commitment (32)
"""

import hmac
from dataclasses import dataclass, field
from typing import Final

from storage.ids import ObjectId
from storage.sealed.errors import TamperedError
from storage.sealed.keys import DataKey, commitment

_BYTES: Final = 32 + 8 + 32 + 32


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object's secret half."""

    data_key: DataKey = field(repr=False)
    plain_bytes: int
    sha256: bytes

    def encode(self) -> bytes:
        """Return the 104 bytes that are wrapped."""
        length = self.plain_bytes.to_bytes(8, "big")
        return self.data_key + length + self.sha256 + commitment(self.data_key)

    @classmethod
    def decode(cls, raw: bytes) -> "Manifest":
        """Return the manifest in ``raw``.

        Raises:
            TamperedError: it has another length, or the key is not the one committed to.
        """
        if len(raw) != _BYTES:
            raise TamperedError
        data_key = DataKey(raw[:32])
        if not hmac.compare_digest(raw[72:], commitment(data_key)):
            raise TamperedError
        return cls(data_key, int.from_bytes(raw[32:40], "big"), raw[40:72])


def manifest_context(object_id: ObjectId, purpose: str, suite: str) -> bytes:
    """Return what a wrapped manifest is bound to."""
    return f"drawbridge/1 manifest {object_id} {purpose} {suite}".encode()


def associated_data(object_id: ObjectId, purpose: str, plain_bytes: int | None) -> bytes:
    """Return what every segment is bound to; the length, where it is known from the start."""
    length = "-" if plain_bytes is None else str(plain_bytes)
    return f"drawbridge/1 object {object_id} {purpose} {length}".encode()
