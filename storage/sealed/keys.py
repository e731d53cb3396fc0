"""The key hierarchy: which key opens which door, and how one is made from another.

Room: storage/sealed. Pure but for the randomness of what is drawn fresh.

    root key --HPKE--> subject key --HPKE--> data key --HKDF(salt, associated data)--> segment key

Each key is its own type, so that mypy refuses to open a door with the wrong one, and no key shows
its bytes when printed or lets itself be pickled or copied. HPKE is RFC 9180 with the KEM
MLKEM768-X25519 (post-quantum and classical at once), HKDF-SHA256 and AES-256-GCM.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.sealed import format as fmt
from storage.sealed.errors import TamperedError
from storage.sealed.wiping import wipe

_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_SEED_BYTES: Final = 64
_MLKEM_PUBLIC_BYTES: Final = 1184
PRIVATE_KEY_BYTES: Final = _MLKEM_SEED_BYTES + 32
PUBLIC_KEY_BYTES: Final = _MLKEM_PUBLIC_BYTES + 32
COMMITMENT_BYTES: Final = 32
# Every derived key has its own label: no two purposes ever share key bytes.
_COMMITMENT_LABEL: Final = b"drawbridge/1 key commitment"


class Secret:
    """A key, or what holds keys: never pickled or copied, since what can be by accident will be.

    Who made or unwrapped one overwrites it (``wipe``) when it is done with it.
    """

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        """Refuse."""
        raise TypeError("secrets are never pickled")


@dataclass(frozen=True, slots=True)
class DataKey(Secret):
    """The key of one object."""

    raw: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "DataKey":
        """Return 32 fresh random bytes."""
        return cls(secrets.token_bytes(fmt.KEY_BYTES))

    def wipe(self) -> None:
        """Overwrite the key; this object opens nothing any more."""
        wipe(self.raw)

    def commitment(self) -> bytes:
        """Return 32 bytes that no other key has, because AES-GCM alone commits to none."""
        kdf = HKDF(SHA256(), length=COMMITMENT_BYTES, salt=None, info=_COMMITMENT_LABEL)
        return kdf.derive(self.raw)


def segment_key(data_key: DataKey, salt: bytes, associated_data: bytes) -> bytes:
    """Derive the key that seals one object's segments (HKDF-SHA-256, RFC 5869)."""
    return HKDF(SHA256(), length=fmt.KEY_BYTES, salt=salt, info=associated_data).derive(
        data_key.raw
    )


def segment_cipher(data_key: DataKey, salt: bytes, associated_data: bytes) -> AESGCM:
    """Return what seals and opens one object's segments; the key in between is overwritten."""
    key = segment_key(data_key, salt, associated_data)
    try:
        return AESGCM(key)
    finally:
        wipe(key)


def new_header() -> fmt.Header:
    """Return a fresh random header for one object."""
    return fmt.Header(secrets.token_bytes(fmt.SALT_BYTES), secrets.token_bytes(fmt.PREFIX_BYTES))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whoever holds it can seal for its owner, and open nothing."""

    raw: bytes = field(repr=False)

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """Return ``plain`` sealed to this key, bound to ``context`` (HPKE base mode).

        Raises:
            TamperedError: the key is none.
        """
        try:
            public = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC_BYTES]),
                X25519PublicKey.from_public_bytes(self.raw[_MLKEM_PUBLIC_BYTES:]),
            )
            return _SUITE.encrypt(plain, public, info=context)
        except ValueError as error:
            raise TamperedError from error


@dataclass(frozen=True, slots=True)
class PrivateKey(Secret):
    """Opens what was sealed to its public half. 96 bytes: ML-KEM seed (64), X25519 scalar (32)."""

    raw: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "PrivateKey":
        """Return a fresh key from the operating system's randomness."""
        mlkem = MLKEM768PrivateKey.generate().private_bytes_raw()
        x25519 = X25519PrivateKey.generate().private_bytes_raw()
        key = cls(mlkem + x25519)
        wipe(mlkem, x25519)
        return key

    def copy(self) -> "PrivateKey":
        """Return the key once more, for somebody who overwrites theirs at another time."""
        return PrivateKey(bytes(bytearray(self.raw)))

    def wipe(self) -> None:
        """Overwrite the key; this object opens nothing any more."""
        wipe(self.raw)

    def public(self) -> PublicKey:
        """Return the half that may be given away."""
        mlkem, x25519 = self._halves()
        return PublicKey(
            mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        )

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped for ``context``.

        Raises:
            TamperedError: another key, another context, or changed bytes.
        """
        try:
            return _SUITE.decrypt(wrapped, MLKEM768X25519PrivateKey(*self._halves()), info=context)
        except (InvalidTag, ValueError) as error:
            raise TamperedError from error

    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        seed, scalar = self.raw[:_MLKEM_SEED_BYTES], self.raw[_MLKEM_SEED_BYTES:]
        try:
            return (
                MLKEM768PrivateKey.from_seed_bytes(seed),
                X25519PrivateKey.from_private_bytes(scalar),
            )
        finally:
            wipe(seed, scalar)
