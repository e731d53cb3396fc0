"""What stands round a root key on disk: nothing but the file's mode, a passphrase, a key server.

Room: storage/sealed. Pure but for the randomness of salts and nonces. What a key server does is in
storage.sealed.transit; this module knows its shape only.
"""

import base64
import json
import secrets
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from storage.sealed.errors import PassphraseWrongError, UnsafeKeyFileError
from storage.sealed.keys import Secret
from storage.sealed.wiping import wipe

_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
# RFC 9106 section 4, second choice (64 MiB), with a pass more.
_ARGON2: Final = {"iterations": 4, "lanes": 4, "memory_cost": 64 * 1024}
# A file that asks for more is not one of ours: it would only take the memory.
_MOST: Final = {"iterations": 64, "lanes": 64, "memory_cost": 4 * 1024 * 1024}


class Enclosure(Protocol):
    """Closes a key up for the disk, and opens it again. ``about`` binds the file to its key."""

    def enclose(self, raw: bytes, about: bytes) -> bytes:
        """Return what may be written."""

    def disclose(self, enclosed: bytes, about: bytes) -> bytes:
        """Return the key.

        Raises:
            UnsafeKeyFileError: the file is not of this kind.
            PassphraseWrongError: another passphrase, or changed bytes.
            KeyServerError: the key server does not answer, or refuses.
        """


class Bare:
    """The key as it is, in a file that only the service may read."""

    def enclose(self, raw: bytes, about: bytes) -> bytes:  # noqa: ARG002  (a promise's shape)
        """Return the key."""
        return raw

    def disclose(self, enclosed: bytes, about: bytes) -> bytes:  # noqa: ARG002
        """Return the key."""
        return enclosed


class Passphrase(Secret):
    """The key under a passphrase that somebody gives at each start (Argon2id, AES-256-GCM)."""

    def __init__(self, passphrase: str) -> None:
        """Hold the passphrase; it is not shown by anything."""
        self._passphrase = passphrase.encode()

    def enclose(self, raw: bytes, about: bytes) -> bytes:
        """Return the key sealed under the passphrase, as JSON."""
        salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
        key = self._derived(salt, _ARGON2)
        sealed = AESGCM(key).encrypt(nonce, raw, about)
        wipe(key)
        words = {"salt": salt, "nonce": nonce, "sealed": sealed}
        encoded = {name: base64.b64encode(value).decode() for name, value in words.items()}
        return json.dumps({"kdf": "argon2id", **_ARGON2, **encoded}, indent=1).encode()

    def disclose(self, enclosed: bytes, about: bytes) -> bytes:
        """Return the key; see Enclosure."""
        fields = read_fields(enclosed, "kdf", "argon2id")
        try:
            costs = {name: int(fields[name]) for name in _ARGON2}
            salt, nonce, sealed = (
                base64.b64decode(fields[name], validate=True)
                for name in ("salt", "nonce", "sealed")
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnsafeKeyFileError from error
        if any(not 0 < costs[name] <= most for name, most in _MOST.items()):
            raise UnsafeKeyFileError
        key = self._derived(salt, costs)
        try:
            return AESGCM(key).decrypt(nonce, sealed, about)
        except (InvalidTag, ValueError) as error:
            raise PassphraseWrongError from error
        finally:
            wipe(key)

    def _derived(self, salt: bytes, costs: dict[str, int]) -> bytes:
        kdf = Argon2id(
            salt=salt,
            length=_KEY_BYTES,
            iterations=costs["iterations"],
            lanes=costs["lanes"],
            memory_cost=costs["memory_cost"],
        )
        return kdf.derive(self._passphrase)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "Passphrase(…)"


def read_fields(enclosed: bytes, name: str, kind: str) -> dict[str, Any]:
    """Return the fields of an enclosed key.

    Raises:
        UnsafeKeyFileError: it is not one of this kind.
    """
    try:
        fields = json.loads(enclosed)
    except ValueError as error:
        raise UnsafeKeyFileError from error
    if not isinstance(fields, dict) or fields.get(name) != kind:
        raise UnsafeKeyFileError
    return fields
