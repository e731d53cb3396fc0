"""Writes the vectors of the ledger: leaves, commitments, notes and proofs that any implementation
can check.

    python -m tests.vectors.ledger.build_vectors

tests/vectors/ledger/test_vectors.py builds them again and compares. The signing seed is bytes 00 to
1f; salts, nonces and sealed openings are given.
"""

import json
from pathlib import Path
from typing import Any, Final

from storage.ledger.checkpoint import Signer
from storage.ledger.events import EventKind, Slot
from storage.ledger.leaf import (
    VERSION,
    Leaf,
    SlotHashes,
    commitment,
    encode,
    key_commitment,
    key_hash,
    opened_bytes,
    sealed_hash,
)
from storage.ledger.merkle import consistency_path, inclusion_path, leaf_hash, root_of, subtree
from storage.ledger.proof import Proof

HERE: Final = Path(__file__).parent
SIGNER: Final = Signer("gateway.example/transfers", bytes(range(32)))
SUBJECT: Final = "abcdefghijklmnopqrstuvwxyz234567"
VALUES: Final[dict[Slot, dict[str, str | int]]] = {
    Slot.ACTOR: {"account": "a1", "name": "Wilhelmina Zauberfluß"},
    Slot.OBJ: {"filename": "bracket.step", "plain_bytes": 4096},
}
SIZES: Final = (1, 2, 3, 8, 255, 256, 257)


def leaf(version: int = VERSION) -> dict[str, Any]:
    """One leaf, with everything that goes into it."""
    slots, told = {}, {}
    for number, slot in enumerate(Slot):
        salt, sealed = bytes([number + 1]) * 32, bytes([number + 65]) * 48
        subject = SUBJECT if slot in VALUES else ""
        opened = opened_bytes(slot, VALUES.get(slot, {}))
        committed = commitment(salt, opened) if slot in VALUES else bytes([number + 129]) * 32
        slots[slot] = SlotHashes(committed, sealed_hash(subject, sealed))
        told[slot.value] = {
            "subject": subject,
            "salt": salt.hex(),
            "opened": opened.decode() if slot in VALUES else None,
            "commitment": committed.hex(),
            "sealed": sealed.hex(),
            "sealed_hash": slots[slot].sealed.hex(),
        }
    nonce, hashed = bytes([200]) * 32, key_hash("download.started/1")
    facts = {
        "x": SUBJECT,
        "src": "CN",
        "dst": "DE",
        "obs": "PL" if version > 1 else None,
        "reg": "CN-SH" if version > 1 else None,
        "dec": "allow",
        "basis": "pipl.38.1.3:scc",
        "pol": "cn-2026.1",
    }
    made = Leaf(
        EventKind.DOWNLOAD_STARTED,
        "2026-11-24T09:42:17Z",
        facts,
        slots,
        key_commitment(nonce, hashed),
        version=version,
    )
    raw = encode(made)
    return {
        "slots": told,
        "idempotency_key": "download.started/1",
        "nonce": nonce.hex(),
        "entry": raw.decode(),
        "leaf_hash": leaf_hash(raw).hex(),
    }


def trees() -> dict[str, Any]:
    """Signed trees over the entries entry-0, entry-1, …, with proofs."""
    hashes = [leaf_hash(b"entry-%d" % number) for number in range(max(SIZES))]

    def nodes(height: int, number: int) -> bytes:
        return root_of(hashes[number << height : (number + 1) << height])

    vectors = []
    for size in SIZES:
        root = root_of(hashes[:size])
        assert root == subtree(0, size, nodes)
        note = SIGNER.sign(size, root)
        places = sorted({0, size // 2, size - 1})
        proofs = [Proof(at, tuple(inclusion_path(at, size, nodes)), note).text for at in places]
        grown = {
            str(old): [node.hex() for node in consistency_path(old, size, nodes)]
            for old in SIZES
            if old <= size
        }
        vectors.append(
            {
                "size": size,
                "root": root.hex(),
                "note": note.decode(),
                "proofs": proofs,
                "consistency": grown,
            }
        )
    return {"vkey": SIGNER.public.vkey, "vectors": vectors}


def main() -> None:
    made_of = {"leaf.json": leaf(), "leaf-v1.json": leaf(1), "trees.json": trees()}
    for name, made in made_of.items():
        (HERE / name).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
