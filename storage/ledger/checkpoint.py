"""Checkpoints: the log's size and root, signed.

Room: storage/ledger. Pure. Sources: C2SP tlog-checkpoint, and signed-note by storage.ledger.notes.

    <origin>\\n<size>\\n<base64 root>\\n\\n— <origin> <signature>\\n…

A log signs every tree in Ed25519, and what it publishes in ML-DSA-44 besides; either proves it.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.ledger import cosignature
from storage.ledger.cosignature import SEED_BYTES, Seen
from storage.ledger.errors import NotSignedError
from storage.ledger.merkle import HASH_BYTES
from storage.ledger.notes import (
    NAME,
    KeyKind,
    Line,
    decoded,
    joined,
    key_id,
    parse_vkey,
    split,
    vkey_of,
)

__all__ = ["SEED_BYTES", "Checkpoint", "Cosigner", "Signer", "VerifyingKey", "open_note"]

LOG_KINDS: Final = frozenset({KeyKind.ED25519, KeyKind.MLDSA44})
WITNESS_KINDS: Final = frozenset({KeyKind.ED25519_COSIGNATURE, KeyKind.MLDSA44})
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

    @classmethod
    def parse(cls, untrusted_text: bytes) -> "Checkpoint":
        """Return what a note's text says; nothing is checked.

        Raises:
            NotSignedError: it is not a checkpoint's text.
        """
        lines = untrusted_text.decode("utf-8", "replace").split("\n")
        if len(lines) < 4 or _SIZE.fullmatch(lines[1]) is None:
            raise NotSignedError
        root = decoded(lines[2])
        if len(root) != HASH_BYTES:
            raise NotSignedError
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public key of a log or a witness, and the name it signs under."""

    name: str
    raw: bytes
    kind: KeyKind = KeyKind.ED25519

    @classmethod
    def parse(cls, untrusted_vkey: str, kinds: frozenset[KeyKind] = LOG_KINDS) -> "VerifyingKey":
        """Return the key of a vkey.

        Raises:
            NotSignedError: it is no vkey, or not of these kinds.
        """
        name, kind, raw = parse_vkey(untrusted_vkey)
        if kind not in kinds:
            raise NotSignedError
        return cls(name, raw, kind)

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature says whose it is."""
        return key_id(self.name, self.kind, self.raw)

    @property
    def vkey(self) -> str:
        """The key as a line to hand to whoever verifies."""
        return vkey_of(self.name, self.kind, self.raw)

    def open(self, untrusted_note: bytes) -> Checkpoint:
        """Return the checkpoint of a note that this key signed as its log; see ``open_note``."""
        return open_note(untrusted_note, (self,))

    def times(self, text: bytes, lines: Iterable[Line]) -> list[int]:
        """Return when this key signed a checkpoint's text, in seconds; 0 where it does not say.

        Empty when none of the lines is this key's.

        Raises:
            NotSignedError: a line in its name does not hold.
        """
        checkpoint = Checkpoint.parse(text)
        # What ML-DSA-44 signs are the first three lines; with more, it would not be this text.
        if self.kind is KeyKind.MLDSA44 and text != checkpoint.text:
            raise NotSignedError
        seen = Seen(text, checkpoint.origin, checkpoint.size, checkpoint.root)
        return [
            cosignature.check(self.kind, self.raw, self.name, seen, line.signature)
            for line in lines
            if line.name == self.name and line.key_id == self.id
        ]


def open_note(untrusted_note: bytes, keys: Sequence[VerifyingKey]) -> Checkpoint:
    """Return the checkpoint of a note that one of a log's ``keys`` signed, and none did falsely.

    Lines of keys that are not given are skipped.

    Raises:
        NotSignedError: it is no checkpoint of the keys' name, none of them signed it, or a line in
            the name of one of them does not hold.
    """
    text, lines = split(untrusted_note)
    checkpoint = Checkpoint.parse(text)
    ours = [key for key in keys if key.name == checkpoint.origin and key.kind in LOG_KINDS]
    # All of them are checked, also after one that holds.
    times = [key.times(text, lines) for key in ours]
    if not any(times):
        raise NotSignedError
    return checkpoint


class Signer:
    """Signs checkpoints in a log's name, in Ed25519."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Use the key of a seed of 32 bytes.

        Raises:
            ValueError: a log cannot be called so, or the seed has another length.
        """
        _refuse_nameless(name)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = VerifyingKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> bytes:
        """Return the signed note of a tree. Signing the same tree again gives the same bytes."""
        text = Checkpoint(self.public.name, size, root).text
        return joined(text, [Line(self.public.name, self.public.id, self._key.sign(text))])

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return f"Signer({self.public.name!r})"


class Cosigner:
    """Signs trees with a time: a witness, or a log for the second time."""

    def __init__(self, name: str, seed: bytes, kind: KeyKind = KeyKind.MLDSA44) -> None:
        """Use the key of a seed of 32 bytes.

        Raises:
            ValueError: nobody can be called so, or the seed has another length.
        """
        _refuse_nameless(name)
        self._key = cosignature.private_of(kind, seed)
        self.public = VerifyingKey(name, self._key.public_key().public_bytes_raw(), kind)

    def line(self, checkpoint: Checkpoint, time_s: int) -> Line:
        """Return the signature line of a tree seen at a time in seconds."""
        seen = Seen(checkpoint.text, checkpoint.origin, checkpoint.size, checkpoint.root)
        key = self.public
        signature = cosignature.sign(self._key, key.kind, key.name, time_s, seen)
        return Line(key.name, key.id, signature)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return f"Cosigner({self.public.name!r})"


def _refuse_nameless(name: str) -> None:
    if NAME.fullmatch(name) is None:
        raise ValueError("a log's name has no spaces and no plus signs")
