"""Signed notes: a text, an empty line, and a line for each who signed it.

Room: storage/ledger. Pure; checks no signature. Source: C2SP signed-note.

    <text, ending in a newline>\\n— <key name> <base64 (key id[4] || signature)>\\n…
    key id = SHA-256(name || 0x0A || kind || public key)[:4]
    vkey   = <name>+<key id in hex>+<base64 (kind || public key)>

The text ends at the last empty line, so that it may hold others.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from storage.ledger.errors import NotSignedError

# Room for the log's two signatures and those of 32 witnesses, each of 3.3 kB in ML-DSA-44.
MAX_NOTE_BYTES: Final = 128 * 1024
KEY_ID_BYTES: Final = 4
NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]+")


class KeyKind(IntEnum):
    """Who signs what with which algorithm: the byte before a public key."""

    ED25519 = 0x01  # a log's own signature over the text
    ED25519_COSIGNATURE = 0x04  # a witness, over the text and a time
    MLDSA44 = 0x06  # a log or a witness, over the tree and a time


PUBLIC_BYTES: Final = {
    KeyKind.ED25519: 32,
    KeyKind.ED25519_COSIGNATURE: 32,
    KeyKind.MLDSA44: 1312,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One signature line: who says to have signed, with which key, and what."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> bytes:
        """The line as it is written."""
        return f"— {self.name} {b64encode(self.key_id + self.signature).decode()}\n".encode()


def split(untrusted_note: bytes) -> tuple[bytes, list[Line]]:
    """Return a note's text and its signature lines; one bad line spoils the note.

    Raises:
        NotSignedError: it is too long, or no note.
    """
    text, gap, signatures = untrusted_note.rpartition(b"\n\n")
    if not gap or len(untrusted_note) > MAX_NOTE_BYTES:
        raise NotSignedError
    return text + b"\n", lines_of(signatures)


def lines_of(untrusted: bytes) -> list[Line]:
    """Return signature lines; NotSignedError if there are none, or one is not written so."""
    try:
        lines = untrusted.decode().split("\n")
    except UnicodeDecodeError as error:
        raise NotSignedError from error
    if lines.pop() != "" or not lines:
        raise NotSignedError
    return [_line(line) for line in lines]


def _line(text: str) -> Line:
    parts = text.split(" ")
    if len(parts) != 3 or parts[0] != "—" or NAME.fullmatch(parts[1]) is None:
        raise NotSignedError
    blob = decoded(parts[2])
    return Line(parts[1], blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def joined(text: bytes, lines: Iterable[Line]) -> bytes:
    """Return the note of a text and its signatures."""
    return text + b"\n" + b"".join(line.text for line in lines)


def key_id(name: str, kind: KeyKind, raw: bytes) -> bytes:
    """Return the four bytes by which a signature says whose it is."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:KEY_ID_BYTES]


def vkey_of(name: str, kind: KeyKind, raw: bytes) -> str:
    """Return a public key as a line to hand to whoever verifies."""
    key = b64encode(bytes([kind]) + raw).decode()
    return f"{name}+{key_id(name, kind, raw).hex()}+{key}"


def parse_vkey(untrusted_vkey: str) -> tuple[str, KeyKind, bytes]:
    """Return the name, kind and bytes of a public key.

    Raises:
        NotSignedError: it is not one, or of a kind that nobody here knows.
    """
    name, _, rest = untrusted_vkey.strip().partition("+")
    hashed, _, encoded = rest.partition("+")
    raw = decoded(encoded)
    if NAME.fullmatch(name) is None or not raw or raw[0] not in set(KeyKind):
        raise NotSignedError
    kind, raw = KeyKind(raw[0]), raw[1:]
    if len(raw) != PUBLIC_BYTES[kind] or key_id(name, kind, raw).hex() != hashed:
        raise NotSignedError
    return name, kind, raw


def decoded(text: str) -> bytes:
    """Return the bytes of strict base64; NotSignedError if it is not, or not written so."""
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSignedError from error
    # Base64 can be written with loose bits at its end; then it is not what was signed.
    if b64encode(raw).decode() != text:
        raise NotSignedError
    return raw
