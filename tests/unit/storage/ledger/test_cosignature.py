"""Two kinds of keys and of signatures: whoever knows one needs no other, and none may lie."""

from base64 import b64decode

import pytest

from storage.ledger.checkpoint import (
    WITNESS_KINDS,
    Checkpoint,
    Cosigner,
    VerifyingKey,
    open_note,
)
from storage.ledger.errors import NotSignedError
from storage.ledger.notes import MAX_NOTE_BYTES, KeyKind, Line, joined, split
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER

ORIGIN = SIGNER.public.name
TREE = Checkpoint(ORIGIN, 8, b64decode("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="))
SECOND = Cosigner(ORIGIN, bytes(range(64, 96)))
ED25519 = Cosigner("witness.example/w1", bytes(range(32, 64)), KeyKind.ED25519_COSIGNATURE)
MLDSA = Cosigner("witness.example/w1", bytes(range(32, 64)))
# Signed by an independent implementation in Go, at time 1700000000.
GO_LINE = (
    "— witness.example/w1 IDJKvgAAAABlU/EARaK1uaqrSJIb21J52U2WY7rAFnfpgnnZ2H2vxwG9myuQLDij8f"
    "mKmvyuvXNC55iEz6zYyfyKmyfV1CzjhZKwAw==\n"
).encode()


def note(*lines: Line) -> bytes:
    text, ours = split(SIGNER.sign(TREE.size, TREE.root))
    return joined(text, [*ours, *lines])


def test_an_ed25519_cosignature_is_byte_for_byte_that_of_others() -> None:
    assert ED25519.line(TREE, 1_700_000_000).text == GO_LINE
    assert ED25519.public.vkey == (
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
    )


def test_either_key_of_a_log_proves_its_checkpoint() -> None:
    both = note(SECOND.line(TREE, 1_796_000_000))
    assert SIGNER.public.open(both) == SECOND.public.open(both) == TREE
    assert open_note(both, [SIGNER.public, SECOND.public]) == TREE
    only = joined(TREE.text, [SECOND.line(TREE, 0)])
    assert open_note(only, [SIGNER.public, SECOND.public]) == TREE
    with pytest.raises(NotSignedError):
        SIGNER.public.open(only)


def test_a_known_key_that_fails_spoils_what_another_proves() -> None:
    line = SECOND.line(TREE, 1_796_000_000)
    bent = Line(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    assert SIGNER.public.open(note(bent)) == TREE
    with pytest.raises(NotSignedError):
        open_note(note(bent), [SIGNER.public, SECOND.public])


def test_a_signature_holds_for_its_tree_time_and_name_only() -> None:
    for cosigner in (ED25519, MLDSA):
        line = cosigner.line(TREE, 7)
        assert cosigner.public.times(TREE.text, [line]) == [7]
        other = Checkpoint(ORIGIN, 9, TREE.root)
        later = Line(line.name, line.key_id, (8).to_bytes(8, "big") + line.signature[8:])
        for text, lied in ((other.text, line), (TREE.text, later)):
            with pytest.raises(NotSignedError):
                cosigner.public.times(text, [lied])
    renamed = VerifyingKey("witness.example/w2", MLDSA.public.raw, KeyKind.MLDSA44)
    moved = Line(renamed.name, renamed.id, MLDSA.line(TREE, 7).signature)
    with pytest.raises(NotSignedError):
        renamed.times(TREE.text, [moved])


def test_what_ml_dsa_does_not_cover_it_does_not_prove() -> None:
    extended = TREE.text + b"more\n"
    with pytest.raises(NotSignedError):
        SECOND.public.open(joined(extended, [SECOND.line(TREE, 7)]))


@pytest.mark.parametrize("signature", [b"", bytes(8), bytes(72), b"\xff" * 72, bytes(3000)])
def test_a_signature_of_another_length_or_a_time_beyond_all_is_refused(signature: bytes) -> None:
    for cosigner in (ED25519, MLDSA):
        line = Line(cosigner.public.name, cosigner.public.id, signature)
        with pytest.raises(NotSignedError):
            cosigner.public.times(TREE.text, [line])


def test_a_witness_is_no_log_and_a_log_no_witness() -> None:
    assert VerifyingKey.parse(ED25519.public.vkey, WITNESS_KINDS) == ED25519.public
    assert VerifyingKey.parse(MLDSA.public.vkey) == MLDSA.public
    with pytest.raises(NotSignedError):
        VerifyingKey.parse(ED25519.public.vkey)
    with pytest.raises(NotSignedError):
        VerifyingKey.parse(SIGNER.public.vkey, WITNESS_KINDS)
    named = Cosigner(ORIGIN, bytes(32), KeyKind.ED25519_COSIGNATURE)
    with pytest.raises(NotSignedError):
        named.public.open(joined(TREE.text, [named.line(TREE, 7)]))


def test_thirty_two_witnesses_fit_into_a_note_and_no_flood_does() -> None:
    crowd = [Cosigner(f"witness.example/{n}", bytes([n] * 32)) for n in range(3)]
    lines = [one.line(TREE, 7) for one in crowd] * 11
    assert SIGNER.public.open(note(SECOND.line(TREE, 7), *lines[:32])) == TREE
    with pytest.raises(NotSignedError):
        SIGNER.public.open(note(*lines[:32], *lines[:32]))
    with pytest.raises(NotSignedError):
        SIGNER.public.open(b"\n\n" + b"x" * MAX_NOTE_BYTES)


def test_a_cosigner_keeps_its_key_to_itself() -> None:
    assert bytes(range(64, 96)).hex() not in repr(SECOND)
    assert "transfers" in repr(SECOND)
    for name, seed in (("a b", bytes(32)), ("a", bytes(31))):
        with pytest.raises(ValueError, match="has"):
            Cosigner(name, seed)
    with pytest.raises(NotSignedError):
        Cosigner("n" * 256, bytes(32)).line(TREE, 7)
    assert OTHER_SIGNER.public.id != SIGNER.public.id
