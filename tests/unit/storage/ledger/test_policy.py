"""Policies: C2SP's own example, every line that is none, and quorums of quorums."""

import pytest

from storage.ledger.checkpoint import Checkpoint, Cosigner
from storage.ledger.errors import NotSignedError, PolicyError, QuorumError
from storage.ledger.notes import KeyKind, Line, joined, split
from storage.ledger.policy import MAX_POLICY_BYTES, Policy
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER

TREE = Checkpoint(SIGNER.public.name, 3, bytes(32))
CROWD = {
    name: Cosigner(f"{name}.example", bytes([number] * 32), kind)
    for number, (name, kind) in enumerate(
        [
            ("X1", KeyKind.ED25519_COSIGNATURE),
            ("X2", KeyKind.MLDSA44),
            ("X3", KeyKind.ED25519_COSIGNATURE),
            ("Y1", KeyKind.ED25519_COSIGNATURE),
            ("Y2", KeyKind.MLDSA44),
        ],
        1,
    )
}
LOG = f"log {SIGNER.public.vkey} https://log.example/\n"
PEOPLE = "".join(f"witness {name} {one.public.vkey}\n" for name, one in CROWD.items())
GROUPS = """
# Two companies.
group X-witnesses 2 X1 X2 X3
 group\tY-witnesses  any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
POLICY = Policy.parse((LOG + PEOPLE + GROUPS).encode())
X1 = CROWD["X1"].public.vkey


def note(*names: str) -> bytes:
    text, lines = split(SIGNER.sign(TREE.size, TREE.root))
    return joined(text, [*lines, *(CROWD[name].line(TREE, 7) for name in names)])


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ("", False),
        ("X1 X2", False),
        ("Y1 Y2", False),
        ("X1 Y1 Y2", False),
        ("X1 X3 Y2", True),
        ("X1 X2 X3 Y1 Y2", True),
    ],
)
def test_a_quorum_is_what_the_groups_say(names: str, enough: bool) -> None:
    assert POLICY.satisfied(names.split()) is enough
    if enough:
        assert POLICY.check(note(*names.split())) == TREE
    else:
        with pytest.raises(QuorumError) as refused:
            POLICY.check(note(*names.split()))
        assert refused.value.cosigned == sorted(names.split())


def test_the_log_must_be_one_of_the_policys() -> None:
    another = joined(TREE.text, split(OTHER_SIGNER.sign(3, bytes(32)))[1])
    with pytest.raises(NotSignedError):
        POLICY.check(another)
    without = Policy.parse((PEOPLE + "quorum X1\n").encode())
    assert without.check(note("X1"), SIGNER.public) == TREE
    with pytest.raises(NotSignedError):
        without.check(note("X1"))


def test_a_witness_whose_signature_fails_spoils_the_note() -> None:
    line = CROWD["X1"].line(TREE, 7)
    bent = Line(line.name, line.key_id, line.signature[:-1] + b"\0")
    text, lines = split(note("X2", "X3", "Y1"))
    with pytest.raises(NotSignedError):
        POLICY.check(joined(text, [*lines, bent]))


def test_a_policy_is_written_as_it_is_read() -> None:
    assert Policy.parse(POLICY.text) == POLICY
    assert POLICY.cosigned(note("X1", "Y2")) == {"X1": 7, "Y2": 7}


def test_nobody_need_sign_where_the_policy_says_none() -> None:
    assert Policy.parse((LOG + "quorum none\n").encode()).check(note()) == TREE


def test_names_are_octets() -> None:
    raw = b"witness \xff " + X1.encode() + b"\nquorum \xff\n"
    policy = Policy.parse(raw)
    assert policy.text == raw
    assert Policy.parse(b"witness K " + X1.encode() + b"\nquorum K\n").witnesses.keys() == {"K"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        (LOG, 0),
        ("quorum none\r\n", 0),
        ("quorum none\0\n", 0),
        ("#" * (MAX_POLICY_BYTES + 1), 0),
        ("quorum\n", 1),
        ("quorum none none\n", 1),
        ("quorum none\nquorum none\n", 2),
        ("quorum X1\n", 1),
        ("nothing X1\n", 1),
        ("log\n", 1),
        (f"log {X1}\nquorum none\n", 1),
        (f"log {SIGNER.public.vkey} a b\n", 1),
        (LOG + LOG, 2),
        ("witness X1\n", 1),
        (f"witness X1 {SIGNER.public.vkey}\n", 1),
        (f"witness X1 {X1} a b\n", 1),
        (f"witness none {X1}\n", 1),
        (f"witness X1 {X1}\nwitness X2 {X1}\n", 2),
        (f"witness X1 {X1}\nwitness X1 {CROWD['X2'].public.vkey}\n", 2),
        (f"witness X1 {X1}\ngroup X1 any X1\n", 2),
        (f"witness X1 {X1}\ngroup g any\n", 2),
        (f"witness X1 {X1}\ngroup g 0 X1\n", 2),
        (f"witness X1 {X1}\ngroup g 01 X1\n", 2),
        (f"witness X1 {X1}\ngroup g 2 X1\n", 2),
        (f"witness X1 {X1}\ngroup g any g\n", 2),
        (f"witness X1 {X1}\ngroup g any none\n", 2),
        (f"witness X1 {X1}\ngroup g any X1 X1\n", 2),
        (f"witness X1 {X1}\ngroup g any X1\ngroup h any X1\n", 3),
    ],
)
def test_a_line_that_is_none_is_refused_and_named(text: str, line: int) -> None:
    with pytest.raises(PolicyError) as refused:
        Policy.parse(text.encode())
    assert refused.value.line == line
