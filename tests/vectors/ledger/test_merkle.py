"""The trees of transparency-dev/merkle, as it publishes them: proofs that hold, and many that do
not. tests/services/install brings them to build/ledger/merkle, from the Go module that has them."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from storage.ledger.errors import NotInLedgerError
from storage.ledger.merkle import check_consistency, check_inclusion

TREES = Path(__file__).parents[3] / "build" / "ledger" / "merkle"

pytestmark = pytest.mark.service


def vectors(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the vectors of one kind; they must be as many as were published."""
    if not TREES.is_dir():
        pytest.skip("there are no trees here: run tests/services/install")
    found = sorted((TREES / kind).rglob("*.json"))
    assert len(found) >= 90, f"{len(found)} vectors of {kind}"
    return [(str(path.relative_to(TREES)), json.loads(path.read_bytes())) for path in found]


def raw(text: str | None) -> bytes:
    return b64decode(text or "")


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [raw(text) for text in vector["proof"] or []]


def test_every_inclusion_is_judged_as_its_authors_judge_it() -> None:
    holding = 0
    for name, one in vectors("inclusion"):
        leaf, root = raw(one["leafHash"]), raw(one["root"])
        try:
            check_inclusion(leaf, one["leafIdx"], proof_of(one), one["treeSize"], root)
        except NotInLedgerError:
            assert one["wantErr"], name
        else:
            assert not one["wantErr"], name
            holding += 1
    assert holding > 1


def test_every_consistency_is_judged_as_its_authors_judge_it_but_from_nothing() -> None:
    """They call a proof from the empty tree meaningless; C2SP's witnesses ask for it, empty."""
    holding = 0
    for name, one in vectors("consistency"):
        first, second = raw(one["root1"]), raw(one["root2"])
        try:
            check_consistency(one["size1"], first, one["size2"], second, proof_of(one))
        except NotInLedgerError:
            assert one["wantErr"], name
        else:
            assert not one["wantErr"] or one["size1"] == 0, name
            holding += 1
    assert holding > 1
