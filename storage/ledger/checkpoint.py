"""Checkpoints: the log's size and root, signed.

Room: storage/ledger. Pure. Sources: C2SP signed-note, C2SP tlog-checkpoint; Ed25519 (RFC 8032).

    <origin>\\n<size>\\n<base64 root>\\n\\n— <key name> <base64 (key id[4] || signature[64])>\\n
    key id = SHA-256(name || 0x0A || 0x01 || public key)[:4]
    vkey   = <name>+<key id in hex>+<base64 (0x01 || public key)>
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage.ledger.errors import NotSignedError
from storage.ledger.merkle import HASH_BYTES

SEED_BYTES: Final = 32
MAX_NOTE_BYTES: Final = 16 * 1024
_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log's operator commits to: so many entries, with this root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n".encode()


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public key of a log, and the name it signs under."""

    name: str
    raw: bytes

    @classmethod
    def parse(cls, untrusted_vkey: str) -> "VerifyingKey":
        """Return the key of a vkey.

        Raises:
            NotSignedError: it is not the vkey of an Ed25519 key.
        """
        name, _, rest = untrusted_vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if _NAME.fullmatch(name) is None or len(raw) != 1 + SEED_BYTES or raw[:1] != _ED25519:
            raise NotSignedError
        key = cls(name, raw[1:])
        if key.id.hex() != key_id:
            raise NotSignedError
        return key

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature says whose it is."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as a line to hand to whoever verifies."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.raw).decode()}"

    def open(self, untrusted_note: bytes) -> Checkpoint:
        """Return the checkpoint of a note that this key signed. Other keys' lines are skipped.

        Raises:
            NotSignedError: it is no checkpoint of this name, this key did not sign it, or a line
                in its name does not hold.
        """
        text, _, signatures = untrusted_note[:MAX_NOTE_BYTES].rpartition(b"\n\n")
        text += b"\n"
        blobs = [blob for name, blob in _signatures(signatures) if name == self.name]
        ours = [blob[_KEY_ID_BYTES:] for blob in blobs if blob.startswith(self.id)]
        if not ours:
            raise NotSignedError
        public = Ed25519PublicKey.from_public_bytes(self.raw)
        try:
            for signature in ours:
                public.verify(signature, text)
        except InvalidSignature as error:
            raise NotSignedError from error
        checkpoint = _checkpoint(text)
        if checkpoint.origin != self.name:
            raise NotSignedError
        return checkpoint


class Signer:
    """Signs checkpoints in a log's name."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Use the key of a seed of 32 bytes.

        Raises:
            ValueError: a log cannot be called so, or the seed has another length.
        """
        if _NAME.fullmatch(name) is None:
            raise ValueError("a log's name has no spaces and no plus signs")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = VerifyingKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> bytes:
        """Return the signed note of a tree. Signing the same tree again gives the same bytes."""
        checkpoint = Checkpoint(self.public.name, size, root)
        blob = self.public.id + self._key.sign(checkpoint.text)
        line = f"— {self.public.name} {b64encode(blob).decode()}\n"
        return checkpoint.text + b"\n" + line.encode()

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return f"Signer({self.public.name!r})"


def _signatures(untrusted: bytes) -> list[tuple[str, bytes]]:
    """Return the names and blobs of a note's signature lines; one bad line spoils the note."""
    try:
        lines = untrusted.decode().split("\n")
    except UnicodeDecodeError as error:
        raise NotSignedError from error
    if lines.pop() != "" or not lines:
        raise NotSignedError
    found = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or _NAME.fullmatch(parts[1]) is None:
            raise NotSignedError
        found.append((parts[1], _decoded(parts[2])))
    return found


def _checkpoint(text: bytes) -> Checkpoint:
    lines = text.decode("utf-8", "replace").split("\n")
    if len(lines) < 4 or _SIZE.fullmatch(lines[1]) is None:
        raise NotSignedError
    root = _decoded(lines[2])
    if len(root) != HASH_BYTES:
        raise NotSignedError
    return Checkpoint(lines[0], int(lines[1]), root)


def _decoded(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSignedError from error
    # Base64 can be written with loose bits at its end; then it is not what was signed.
    if b64encode(raw).decode() != text:
        raise NotSignedError
    return raw
