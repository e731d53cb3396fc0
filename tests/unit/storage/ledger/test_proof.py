"""Proofs as texts: one that others checked, and everything that is not one."""

from base64 import b64decode

import pytest

from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.errors import LedgerError, NotInLedgerError
from storage.ledger.proof import Proof

VKEY = "gateway.example/transfers+d84e0caa+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
ENTRY = bytes.fromhex("40414243")  # number 5 of the Certificate Transparency vectors
TEXT = """\
c2sp.org/tlog-proof@v1
index 5
vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=
037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=

gateway.example/transfers
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— gateway.example/transfers \
2E4MqrLFCccPrAXUN+vTOnZyG919tJmReemGaV0d7TjbOkacE9NBAWC7C6fOfPf2SPcqe97k+vJmTF9qa0vArJ9Iswc=
"""
KEY = VerifyingKey.parse(VKEY)


def test_a_proof_checked_by_others_is_read_and_checked_here() -> None:
    proof = Proof.parse(TEXT)
    assert proof.index == 5
    assert proof.check(ENTRY, KEY).size == 8
    assert proof.text == TEXT


def test_the_extra_line_is_skipped() -> None:
    with_extra = TEXT.replace("index 5", "extra aGk=\nindex 5")
    assert Proof.parse(with_extra).check(ENTRY, KEY).size == 8


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("index 5", "index 05"),
        TEXT.replace("index 5", "index -5"),
        TEXT.replace("index 5\n", ""),
        TEXT.replace("vBoG", "v!oG"),
        TEXT.replace("vBoGQ7Eu", "vBoG"),
        TEXT.replace(
            "\nyoVO", "\n" + "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n" * 64 + "yoVO"
        ),
    ],
)
def test_what_is_not_a_proof_is_refused(text: str) -> None:
    with pytest.raises(NotInLedgerError):
        Proof.parse(text)


def test_a_proof_of_something_else_proves_nothing() -> None:
    for text, entry in (
        (TEXT, b"another"),
        (TEXT.replace("index 5", "index 4"), ENTRY),
        (TEXT.replace("index 5", "index 8"), ENTRY),
        (TEXT.replace("\n8\n", "\n7\n"), ENTRY),
        (TEXT.replace("2E4MqrLF", "2E4MqrLE"), ENTRY),
    ):
        with pytest.raises(LedgerError):
            Proof.parse(text).check(entry, KEY)
    assert b64decode("vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=") in Proof.parse(TEXT).hashes
