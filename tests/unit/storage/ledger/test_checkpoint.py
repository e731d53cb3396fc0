"""Checkpoints: C2SP's own example, a note that Go's sumdb/note opened, and every changed byte."""

from base64 import b64decode, b64encode

import pytest

from storage.ledger.checkpoint import Checkpoint, Signer, VerifyingKey
from storage.ledger.errors import NotSignedError
from storage.ledger.merkle import EMPTY_ROOT

SIGNER = Signer("gateway.example/transfers", bytes(range(32)))
VKEY = "gateway.example/transfers+d84e0caa+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
ROOT = b64decode("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=")
NOTE = """\
gateway.example/transfers
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— gateway.example/transfers \
2E4MqrLFCccPrAXUN+vTOnZyG919tJmReemGaV0d7TjbOkacE9NBAWC7C6fOfPf2SPcqe97k+vJmTF9qa0vArJ9Iswc=
""".encode()
WITNESS = (
    "— witness.example/w1 IDJKvgAAAABlU/EARaK1uaqrSJIb21J52U2WY7rAFnfpgnnZ2H2vxwG9myuQLDij8f"
    "mKmvyuvXNC55iEz6zYyfyKmyfV1CzjhZKwAw==\n"
).encode()


def test_a_key_is_written_and_read_as_others_do() -> None:
    assert SIGNER.public.vkey == VKEY
    assert VerifyingKey.parse(VKEY + "\n") == SIGNER.public
    spec = VerifyingKey.parse(
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    )
    assert spec.id.hex() == "530d903a"


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "gateway.example",
        VKEY.replace("d84e0caa", "d84e0cab"),
        VKEY.replace("+AQO", "+AgO"),
        VKEY[:-4],
        VKEY.replace("gateway", "gate way"),
        VKEY.replace("VTG4", "VT!4"),
        "+d84e0caa+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    ],
)
def test_what_is_not_a_key_is_refused(vkey: str) -> None:
    with pytest.raises(NotSignedError):
        VerifyingKey.parse(vkey)


def test_a_tree_is_signed_byte_for_byte_as_others_sign_it() -> None:
    assert SIGNER.sign(8, ROOT) == NOTE
    assert SIGNER.public.open(NOTE) == Checkpoint("gateway.example/transfers", 8, ROOT)


def test_lines_of_witnesses_and_of_unknown_keys_are_skipped() -> None:
    assert SIGNER.public.open(NOTE + WITNESS).size == 8
    grease = f"— somebody.example {b64encode(bytes(70)).decode()}\n".encode()
    same_name = f"— gateway.example/transfers {b64encode(bytes(70)).decode()}\n".encode()
    assert SIGNER.public.open(NOTE + grease + same_name).size == 8


def test_every_changed_byte_is_refused() -> None:
    for at in range(len(NOTE)):
        for bit in (0x01, 0x20, 0x80):
            changed = bytearray(NOTE)
            changed[at] ^= bit
            with pytest.raises(NotSignedError):
                SIGNER.public.open(bytes(changed))


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"not a signature\n",
        NOTE.replace(b"\n\n", b"\n"),
        WITNESS,
        NOTE.partition(b"\n\n")[0] + b"\n\n" + WITNESS,
        NOTE + "— gateway.example/transfers 2E4MqrLFCccPrAXUN+vTOnZyG919\n".encode(),
        b"x" * 100_000,
    ],
)
def test_a_note_of_another_form_is_refused(note: bytes) -> None:
    with pytest.raises(NotSignedError):
        SIGNER.public.open(note)


def _signed(text: str) -> bytes:
    """Return any text signed with the log's key, to see what is refused although it is signed."""
    blob = SIGNER.public.id + SIGNER._key.sign(text.encode())
    return f"{text}\n— {SIGNER.public.name} {b64encode(blob).decode()}\n".encode()


@pytest.mark.parametrize(
    "text",
    [
        "another.example\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "gateway.example/transfers\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "gateway.example/transfers\n-1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "gateway.example/transfers\n8\nXcnaeacGWamtVZy3\n",
        "gateway.example/transfers\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
        "gateway.example/transfers\n8\n",
        "hello\n",
    ],
)
def test_what_is_signed_but_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotSignedError):
        SIGNER.public.open(_signed(text))


def test_the_text_ends_at_the_last_empty_line() -> None:
    extended = (
        "gateway.example/transfers\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\nmore\n"
    )
    assert SIGNER.public.open(_signed(extended)).size == 8


def test_a_log_cannot_have_a_name_that_notes_cannot_hold() -> None:
    for name in ("", "a b", "a+b", "a\nb"):
        with pytest.raises(ValueError, match="name"):
            Signer(name, bytes(32))
    assert "transfers" in repr(SIGNER)
    assert bytes(range(32)).hex() not in repr(SIGNER)
    assert SIGNER.public.open(SIGNER.sign(0, EMPTY_ROOT)).root == EMPTY_ROOT
