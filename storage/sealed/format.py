"""The sealed object, byte by byte: the one place where its numbers are written.

Room: storage/sealed. Pure. Specification: docs/reference/sealed-format.md; the wire format is
Tink's streaming AEAD AES256_GCM_HKDF_1MB.

    object  = header || segment 0 || segment 1 || ... || last segment
    header  = 0x28 || salt (32) || nonce prefix (7)
    segment = AES-256-GCM(up to 1 MiB - 16 of plaintext; the first one 40 bytes less)
    nonce   = nonce prefix (7) || segment number (4, big endian) || 0x01 if last else 0x00
    key     = HKDF-SHA-256(data key, salt, info = associated data, 32)
"""

from dataclasses import dataclass
from typing import Final

from storage.sealed.errors import TamperedError

SUITE: Final = "tink-aes256-gcm-hkdf-1mb"

KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
PREFIX_BYTES: Final = 7
HEADER_BYTES: Final = 1 + SALT_BYTES + PREFIX_BYTES
TAG_BYTES: Final = 16

SEGMENT_BYTES: Final = 1024 * 1024
PLAIN_SEGMENT_BYTES: Final = SEGMENT_BYTES - TAG_BYTES
FIRST_PLAIN_BYTES: Final = PLAIN_SEGMENT_BYTES - HEADER_BYTES
# The segment number has four bytes in the nonce, so no object has more segments than this.
MAX_SEGMENTS: Final = 2**32


@dataclass(frozen=True, slots=True)
class Header:
    """What an object begins with; drawn at random for each, and no secret."""

    salt: bytes
    prefix: bytes

    def encode(self) -> bytes:
        """Return the 40 bytes."""
        return bytes([HEADER_BYTES]) + self.salt + self.prefix

    @classmethod
    def decode(cls, untrusted_header: bytes) -> "Header":
        """Return the header in these bytes; raise TamperedError if they are none."""
        raw = bytes(untrusted_header)
        if len(raw) != HEADER_BYTES or raw[0] != HEADER_BYTES:
            raise TamperedError
        return cls(raw[1 : 1 + SALT_BYTES], raw[1 + SALT_BYTES :])


def nonce(prefix: bytes, segment: int, *, last: bool) -> bytes:
    """Return the 12-byte nonce of one segment.

    The last-segment flag lives in the nonce, so an object cut at a segment boundary cannot
    authenticate: the segment that became last was sealed as a middle one.

    Raises:
        OverflowError: ``segment`` does not fit in 32 bits.
    """
    return prefix + segment.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def sealed_bytes(plain_bytes: int) -> int:
    """Return how long an object of ``plain_bytes`` is when sealed."""
    return HEADER_BYTES + plain_bytes + TAG_BYTES * segments(plain_bytes)


def segments(plain_bytes: int) -> int:
    """Return how many segments an object has; an empty object has one, empty."""
    if plain_bytes <= FIRST_PLAIN_BYTES:
        return 1
    beyond = plain_bytes - FIRST_PLAIN_BYTES
    return 1 + -(-beyond // PLAIN_SEGMENT_BYTES)
