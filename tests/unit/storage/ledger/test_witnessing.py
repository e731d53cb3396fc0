"""What is said to a witness, and how little of its answer is believed."""

from base64 import b64encode

import pytest

from storage.ledger.checkpoint import Checkpoint, Cosigner
from storage.ledger.errors import NotSignedError
from storage.ledger.notes import KeyKind, Line, joined, split
from storage.ledger.witnessing import SIZE_TYPE, Request, conflict_size, cosignatures, merged
from tests.unit.storage.ledger.logs import SIGNER

TREE = Checkpoint(SIGNER.public.name, 8, bytes(32))
NOTE = SIGNER.sign(TREE.size, TREE.root)
ED25519 = Cosigner("witness.example/w1", bytes(32), KeyKind.ED25519_COSIGNATURE)
MLDSA = Cosigner("witness.example/w1", bytes(32))
STRANGER = Cosigner("witness.example/w2", bytes(range(32)))
KEYS = [ED25519.public, MLDSA.public]


def bent(line: Line) -> Line:
    return Line(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))


def test_a_request_is_read_as_it_was_written() -> None:
    for request in (Request(0, (), NOTE), Request(5, (bytes(32), b"\1" * 32), NOTE)):
        assert Request.parse(request.body) == request
    assert Request(5, (bytes(32),), NOTE).body.startswith(b"old 5\nAAAA")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"old",
        b"old -1",
        b"old 05",
        b"old 5\nAAAA",
        b"old 5\n!",
        b"old 5" + b"\n" + b64encode(bytes(31)),
        b"old 5" + (b"\n" + b64encode(bytes(32))) * 64,
    ],
)
def test_a_request_of_another_form_is_refused(head: bytes) -> None:
    with pytest.raises(NotSignedError):
        Request.parse(head + b"\n\n" + NOTE)


def test_what_strangers_sign_is_dropped() -> None:
    ours, theirs = ED25519.line(TREE, 7), STRANGER.line(TREE, 7)
    assert cosignatures(TREE.text, theirs.text + ours.text, KEYS) == [ours]
    with pytest.raises(NotSignedError):
        cosignatures(TREE.text, theirs.text, KEYS)


def test_one_false_signature_spoils_the_answer() -> None:
    """Also where the witness' other key has signed well."""
    good, false = ED25519.line(TREE, 7), bent(MLDSA.line(TREE, 7))
    for answer in (false.text, good.text + false.text, bent(good).text):
        with pytest.raises(NotSignedError):
            cosignatures(TREE.text, answer, KEYS)
    other = Checkpoint(TREE.origin, 9, TREE.root)
    with pytest.raises(NotSignedError):
        cosignatures(TREE.text, ED25519.line(other, 7).text, KEYS)


def test_a_later_signature_takes_the_place_of_the_one_before() -> None:
    once = merged(NOTE, [ED25519.line(TREE, 7), MLDSA.line(TREE, 7)])
    again = merged(once, [ED25519.line(TREE, 8)])
    assert ED25519.public.times(*split(again)) == [8]
    assert MLDSA.public.times(*split(again)) == [7]
    assert SIGNER.public.open(again) == TREE
    assert split(joined(*split(again))) == split(again)


def test_a_conflict_says_a_size_or_nothing() -> None:
    assert conflict_size(SIZE_TYPE, b"42\n") == 42
    said = ((SIZE_TYPE, b"42"), (SIZE_TYPE, b"042\n"), (SIZE_TYPE, b"x\n"), ("text/plain", b"42\n"))
    assert [conflict_size(*one) for one in said] == [None] * 4
