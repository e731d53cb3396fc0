"""The vectors are what this code makes, and what it accepts."""

import json
from hashlib import sha256
from typing import Any

import pytest

from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.leaf import decode
from storage.ledger.merkle import check_consistency
from storage.ledger.proof import Proof
from tests.vectors.ledger import build_vectors as built


def kept(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((built.HERE / name).read_text())
    return vectors


def test_the_vectors_are_made_again_to_the_byte() -> None:
    assert kept("leaf.json") == built.leaf()
    assert kept("leaf-v1.json") == built.leaf(1)
    assert kept("trees.json") == built.trees()


@pytest.mark.parametrize("name", ["leaf.json", "leaf-v1.json"])
def test_a_leaf_follows_from_what_is_given_by_sha256_alone(name: str) -> None:
    vector = kept(name)
    leaf = decode(vector["entry"].encode())
    for slot, hashes in leaf.slots.items():
        told = vector["slots"][slot.value]
        if told["opened"] is not None:
            opened = bytes.fromhex(told["salt"]) + told["opened"].encode()
            assert sha256(opened).digest() == hashes.commitment
        sealed = told["subject"].encode() + b"\x00" + bytes.fromhex(told["sealed"])
        assert sha256(sealed).digest() == hashes.sealed
    hashed_key = sha256(vector["idempotency_key"].encode()).digest()
    assert sha256(bytes.fromhex(vector["nonce"]) + hashed_key).digest() == leaf.key
    assert sha256(b"\x00" + vector["entry"].encode()).hexdigest() == vector["leaf_hash"]


def test_signed_trees_open_and_their_proofs_hold() -> None:
    vectors = kept("trees.json")
    key = VerifyingKey.parse(vectors["vkey"])
    roots = {vector["size"]: bytes.fromhex(vector["root"]) for vector in vectors["vectors"]}
    for vector in vectors["vectors"]:
        signed = key.open(vector["note"].encode())
        assert (signed.size, signed.root) == (vector["size"], roots[vector["size"]])
        for text in vector["proofs"]:
            proof = Proof.parse(text)
            assert proof.check(b"entry-%d" % proof.index, key) == signed
        for old, hashes in vector["consistency"].items():
            path = [bytes.fromhex(node) for node in hashes]
            check_consistency(int(old), roots[int(old)], signed.size, signed.root, path)
