"""Cosignatures: that somebody saw a tree, at a time, consistent with all they saw before.

Room: storage/ledger. Pure; times are handed in. Source: C2SP tlog-cosignature; Ed25519 (RFC 8032),
ML-DSA-44 (FIPS 204).

    signature    = u64 time in seconds || signature of the message
    Ed25519      "cosignature/v1\\ntime <decimal>\\n" || the checkpoint's text
    ML-DSA-44    "subtree/v1\\n\\0" || u8 length, name || u64 time || u8 length, origin
                 || u64 0 || u64 size || root[32]

A log's own second signature is of the ML-DSA-44 form, in the log's name: it holds where somebody
can break Ed25519.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from storage.ledger.errors import NotSignedError
from storage.ledger.notes import KeyKind

SEED_BYTES: Final = 32
_TIME_BYTES: Final = 8
_MOST_NAME_BYTES: Final = 255
_LABEL: Final = b"subtree/v1\n\x00"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is signed: the checkpoint's text, and the tree that it names."""

    text: bytes
    origin: str
    size: int
    root: bytes


def _ed25519_message(_: str, time_s: int, seen: Seen) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (time_s, seen.text)


def _mldsa44_message(name: str, time_s: int, seen: Seen) -> bytes:
    return b"".join(
        (
            _LABEL,
            _counted(name),
            time_s.to_bytes(8, "big"),
            _counted(seen.origin),
            bytes(8),
            seen.size.to_bytes(8, "big"),
            seen.root,
        )
    )


def _counted(name: str) -> bytes:
    raw = name.encode()
    if not 0 < len(raw) <= _MOST_NAME_BYTES:
        raise NotSignedError
    return bytes([len(raw)]) + raw


_MESSAGES: Final[Mapping[KeyKind, Callable[[str, int, Seen], bytes]]] = {
    KeyKind.ED25519_COSIGNATURE: _ed25519_message,
    KeyKind.MLDSA44: _mldsa44_message,
}
_PUBLIC: Final[Mapping[KeyKind, Callable[[bytes], Ed25519PublicKey | MLDSA44PublicKey]]] = {
    KeyKind.ED25519: Ed25519PublicKey.from_public_bytes,
    KeyKind.ED25519_COSIGNATURE: Ed25519PublicKey.from_public_bytes,
    KeyKind.MLDSA44: MLDSA44PublicKey.from_public_bytes,
}
_PRIVATE: Final[Mapping[KeyKind, Callable[[bytes], Ed25519PrivateKey | MLDSA44PrivateKey]]] = {
    KeyKind.ED25519_COSIGNATURE: Ed25519PrivateKey.from_private_bytes,
    KeyKind.MLDSA44: MLDSA44PrivateKey.from_seed_bytes,
}


def private_of(kind: KeyKind, seed: bytes) -> Ed25519PrivateKey | MLDSA44PrivateKey:
    """Return the private key of a seed of 32 bytes; ValueError for another length."""
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    return _PRIVATE[kind](seed)


def sign(
    key: Ed25519PrivateKey | MLDSA44PrivateKey, kind: KeyKind, name: str, time_s: int, seen: Seen
) -> bytes:
    """Return the timestamped signature of a tree."""
    return time_s.to_bytes(_TIME_BYTES, "big") + key.sign(_MESSAGES[kind](name, time_s, seen))


def check(kind: KeyKind, raw: bytes, name: str, seen: Seen, signature: bytes) -> int:
    """Return the time, in seconds, at which a tree was signed; 0 where the signature says none.

    Raises:
        NotSignedError: the signature does not hold.
    """
    time_s, message = 0, seen.text
    if kind is not KeyKind.ED25519:
        time_s = int.from_bytes(signature[:_TIME_BYTES], "big")
        signature = signature[_TIME_BYTES:]
        message = _MESSAGES[kind](name, time_s, seen)
    if time_s >= 1 << 63:
        raise NotSignedError
    try:
        _PUBLIC[kind](raw).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise NotSignedError from error
    return time_s
