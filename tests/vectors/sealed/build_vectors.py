"""Writes the vectors of the sealed format: inputs and outputs that any implementation can check.

    python -m tests.vectors.sealed.build_vectors

Plaintexts are given by rule (byte i is i * 31 + i // 251, modulo 256), long outputs by SHA-256.
tests/vectors/sealed/test_vectors.py builds them again and compares.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from storage.ids import ObjectId, SubjectId
from storage.sealed import format as fmt
from storage.sealed.keys import DataKey, PrivateKey, segment_key
from storage.sealed.keytables import subject_context
from storage.sealed.manifest import Manifest, associated_data, manifest_context
from storage.sealed.seal import Sealer
from storage.sealed.tink import keyset_json

HERE: Final = Path(__file__).parent
KEY: Final = DataKey(bytes(range(32)))
HEADER: Final = fmt.Header(bytes(range(32, 64)), bytes(range(64, 71)))
OBJECT: Final = ObjectId("abcdefghijklmnopqrstuvwxyz234567")
PRIVATE: Final = PrivateKey(bytes(range(96)))
SUBJECT: Final = SubjectId("765432zyxwvutsrqponmlkjihgfedcba")
OWNED: Final = PrivateKey(bytes(range(96, 192)))
LENGTHS: Final = [
    0,
    1,
    100,
    fmt.FIRST_PLAIN_BYTES - 1,
    fmt.FIRST_PLAIN_BYTES,
    fmt.FIRST_PLAIN_BYTES + 1,
    fmt.FIRST_PLAIN_BYTES + fmt.PLAIN_SEGMENT_BYTES,
    fmt.FIRST_PLAIN_BYTES + fmt.PLAIN_SEGMENT_BYTES + 1,
]
SHORT_BYTES: Final = 1000


def plain_of(length: int) -> bytes:
    return bytes((place * 31 + place // 251) % 256 for place in range(length))


def objects() -> dict[str, Any]:
    """The object format: one vector a length."""
    vectors = []
    for length in LENGTHS:
        bound = associated_data(OBJECT, "released", length)
        sealer = Sealer(KEY, bound, HEADER)
        sealed = bytes(sealer.feed(plain_of(length))) + bytes(sealer.finish())
        vector = {
            "plain_bytes": length,
            "associated_data": bound.decode(),
            "segment_key": segment_key(KEY, HEADER.salt, bound).hex(),
            "sealed_bytes": len(sealed),
            "sealed_sha256": sha256(sealed).hexdigest(),
            "tags": [sealed[end - 16 : end].hex() for end in _segment_ends(len(sealed))],
        }
        if length <= SHORT_BYTES:
            vector["sealed"] = sealed.hex()
        vectors.append(vector)
    return {
        "suite": fmt.SUITE,
        "data_key": KEY.raw.hex(),
        "salt": HEADER.salt.hex(),
        "nonce_prefix": HEADER.prefix.hex(),
        "plaintext": "byte i is (i * 31 + i // 251) % 256",
        "keyset": json.loads(keyset_json(KEY)),
        "vectors": vectors,
    }


def manifests() -> dict[str, Any]:
    """The manifest: its bytes, its context, and the fixed wrapped ones that must open."""
    manifest = Manifest(KEY, 100, sha256(plain_of(100)).digest())
    return {
        "data_key": KEY.raw.hex(),
        "commitment": KEY.commitment().hex(),
        "context": manifest_context(OBJECT, "released", fmt.SUITE).decode(),
        "plain_bytes": manifest.plain_bytes,
        "sha256": sha256(plain_of(100)).hexdigest(),
        "encoded": manifest.encode().hex(),
        "encoded_without_hash": Manifest(KEY, 100, None).encode().hex(),
        "private_key": PRIVATE.raw.hex(),
        "public_key": PRIVATE.public().raw.hex(),
    }


def subjects() -> list[dict[str, Any]]:
    """What a person's wrapped private key is bound to, of two generations."""
    return [
        {"generation": number, "context": subject_context(SUBJECT, number).decode()}
        for number in (1, 2)
    ]


def wrapped(context: str, encoded: str) -> str:
    """One wrapping of the manifest. HPKE draws fresh randomness, so it is made once and kept."""
    return PRIVATE.public().wrap(bytes.fromhex(encoded), context.encode()).hex()


def _segment_ends(sealed_bytes: int) -> list[int]:
    return [*range(fmt.SEGMENT_BYTES, sealed_bytes, fmt.SEGMENT_BYTES), sealed_bytes]


def write(directory: Path) -> None:
    made = manifests()
    made["wrapped"] = wrapped(made["context"], made["encoded"])
    made["subjects"] = [
        {**one, "wrapped": wrapped(one["context"], OWNED.raw.hex())} for one in subjects()
    ]
    for name, vectors in (("objects.json", objects()), ("manifest.json", made)):
        (directory / name).write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    write(HERE)
