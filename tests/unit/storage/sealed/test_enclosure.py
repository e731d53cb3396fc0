"""A root key on disk: under a passphrase it is nothing to whoever has the file."""

import json
from pathlib import Path

import pytest

from storage.sealed import enclosure
from storage.sealed.custody import LocalRootKey
from storage.sealed.enclosure import Passphrase
from storage.sealed.errors import PassphraseWrongError, UnsafeKeyFileError

ABOUT = b"about"
RAW = bytes(range(96))
COSTS = dict(enclosure._ARGON2)
NO_WORDS = '"salt": "", "nonce": "", "sealed": ""'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive in a moment; how costly it is in earnest is read from the file, and tested below."""
    monkeypatch.setattr(enclosure, "_ARGON2", {"iterations": 1, "lanes": 1, "memory_cost": 64})


def test_the_right_passphrase_opens() -> None:
    enclosed = Passphrase("correct horse").enclose(RAW, ABOUT)
    assert RAW[:16] not in enclosed
    assert Passphrase("correct horse").disclose(enclosed, ABOUT) == RAW


@pytest.mark.parametrize(("passphrase", "about"), [("correct hors", ABOUT), ("correct horse", b"")])
def test_another_passphrase_or_another_use_does_not(passphrase: str, about: bytes) -> None:
    enclosed = Passphrase("correct horse").enclose(RAW, ABOUT)
    with pytest.raises(PassphraseWrongError):
        Passphrase(passphrase).disclose(enclosed, about)


def test_two_files_of_one_key_share_nothing() -> None:
    one, two = (json.loads(Passphrase("p").enclose(RAW, ABOUT)) for _ in range(2))
    assert one["sealed"] != two["sealed"]
    assert one["salt"] != two["salt"]


@pytest.mark.parametrize("name", ["sealed", "nonce", "salt"])
def test_changed_bytes_do_not_open(name: str) -> None:
    fields = json.loads(Passphrase("p").enclose(RAW, ABOUT))
    fields[name] = fields[name][:2] + ("A" if fields[name][2] != "A" else "B") + fields[name][3:]
    with pytest.raises(PassphraseWrongError):
        Passphrase("p").disclose(json.dumps(fields).encode(), ABOUT)


@pytest.mark.parametrize(
    "enclosed",
    [
        b"",
        RAW,
        b"[]",
        b"{}",
        b'{"kdf": "scrypt"}',
        b'{"kdf": "argon2id"}',
        f'{{"kdf": "argon2id", "iterations": 1, "lanes": 1, "memory_cost": 9999999, {NO_WORDS}}}',
        f'{{"kdf": "argon2id", "iterations": 0, "lanes": 1, "memory_cost": 64, {NO_WORDS}}}',
        f'{{"kdf": "argon2id", "iterations": 1, "lanes": 1, "memory_cost": 64, {NO_WORDS[:10]}!"}}',
    ],
)
def test_what_is_no_enclosed_key_is_refused_before_any_work(enclosed: bytes | str) -> None:
    raw = enclosed.encode() if isinstance(enclosed, str) else enclosed
    with pytest.raises(UnsafeKeyFileError):
        Passphrase("p").disclose(raw, ABOUT)


def test_a_root_can_be_put_under_a_passphrase_and_taken_out_again(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    bare = LocalRootKey.open(path)
    bare.make()
    wrapped = bare.public.wrap(b"words", b"here")
    assert bare.re_enclose(Passphrase("p")) == 2
    with pytest.raises(UnsafeKeyFileError):
        LocalRootKey.open(path)
    with pytest.raises(PassphraseWrongError):
        LocalRootKey.open(path, Passphrase("q"))
    closed = LocalRootKey.open(path, Passphrase("p"))
    assert closed.unwrap(wrapped, b"here", bare.public.raw) == b"words"
    assert "p'" not in repr(closed) + repr(Passphrase("p"))


def test_a_passphrase_is_costly_to_guess() -> None:
    # RFC 9106 asks for no less than 64 MiB and three passes.
    assert COSTS["memory_cost"] >= 64 * 1024
    assert COSTS["iterations"] >= 3
