"""Keys open one door each, and show themselves to nobody."""

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.ids import ObjectId
from storage.sealed import format as fmt
from storage.sealed.errors import TamperedError
from storage.sealed.keys import (
    PRIVATE_KEY_BYTES,
    PUBLIC_KEY_BYTES,
    DataKey,
    PrivateKey,
    PublicKey,
    segment_key,
)
from storage.sealed.manifest import Manifest, associated_data, manifest_context
from tests.unit.storage.sealed.objects import KEY

PRIVATE = PrivateKey(bytes(range(PRIVATE_KEY_BYTES)))
PUBLIC = PRIVATE.public()
MANIFEST = Manifest(KEY, 2**40 + 1, bytes(range(32, 64)))


@settings(max_examples=20, deadline=None)
@given(plain=st.binary(max_size=300), context=st.binary(max_size=100))
def test_what_is_wrapped_unwraps(plain: bytes, context: bytes) -> None:
    assert PRIVATE.unwrap(PUBLIC.wrap(plain, context), context) == plain


def test_a_key_made_from_its_bytes_is_the_same_key() -> None:
    made = PrivateKey.generate()
    assert len(made.raw) == PRIVATE_KEY_BYTES
    assert len(made.public().raw) == PUBLIC_KEY_BYTES
    assert PrivateKey(made.raw).unwrap(made.public().wrap(b"words", b""), b"") == b"words"
    assert made != PrivateKey.generate()


def test_a_wrapped_key_opens_for_one_key_in_one_place() -> None:
    wrapped = PUBLIC.wrap(b"words", b"here")
    for key, context in ((PRIVATE, b"there"), (PRIVATE, b""), (PrivateKey.generate(), b"here")):
        with pytest.raises(TamperedError):
            key.unwrap(wrapped, context)


@pytest.mark.parametrize("at", [0, 500, 1087, 1088, 1119, 1120, -1])
def test_a_wrapped_key_with_one_flipped_bit_does_not_open(at: int) -> None:
    """Places in the ML-KEM half, in the X25519 half, in the ciphertext, in the tag."""
    wrapped = bytearray(PUBLIC.wrap(b"words", b"here"))
    wrapped[at] ^= 1
    with pytest.raises(TamperedError):
        PRIVATE.unwrap(bytes(wrapped), b"here")


@pytest.mark.parametrize("length", [0, 1, 1119, 1120, 1135])
def test_a_wrapped_key_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(TamperedError):
        PRIVATE.unwrap(PUBLIC.wrap(b"words", b"here")[:length], b"here")


@pytest.mark.parametrize("raw", [b"", bytes(PUBLIC_KEY_BYTES - 1), b"\xff" * PUBLIC_KEY_BYTES])
def test_what_is_no_public_key_seals_nothing(raw: bytes) -> None:
    with pytest.raises(TamperedError):
        PublicKey(raw).wrap(b"words", b"")


@pytest.mark.parametrize("secret", [KEY, PRIVATE, MANIFEST, DataKey.generate()])
def test_a_secret_shows_itself_to_nobody(secret: DataKey | PrivateKey | Manifest) -> None:
    key = secret.data_key if isinstance(secret, Manifest) else secret
    for shown in (repr(secret), str(secret), f"{secret}", repr([secret])):
        assert repr(key.raw)[2:10] not in shown
        assert key.raw.hex()[:16] not in shown
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(secret, protocol)
    for copied in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copied(secret)


def test_fresh_keys_are_fresh() -> None:
    assert len({DataKey.generate().raw for _ in range(50)}) == 50
    assert len(DataKey.generate().raw) == fmt.KEY_BYTES


@pytest.mark.parametrize("sha256", [bytes(range(32)), None])
def test_a_manifest_says_what_was_put_in(sha256: bytes | None) -> None:
    manifest = Manifest(KEY, 2**63, sha256)
    assert Manifest.decode(manifest.encode()) == manifest
    assert len(manifest.encode()) == (104 if sha256 else 72)


@pytest.mark.parametrize("length", [0, 71, 73, 103, 105])
def test_a_manifest_of_another_length_is_none(length: int) -> None:
    with pytest.raises(TamperedError):
        Manifest.decode((MANIFEST.encode() + b"x")[:length])


@pytest.mark.parametrize("at", [0, 31, 40, 71])
def test_a_key_that_is_not_the_one_committed_to_is_refused(at: int) -> None:
    """AES-GCM can be made to open one ciphertext under two keys; this is what forbids it."""
    raw = bytearray(MANIFEST.encode())
    raw[at] ^= 1
    with pytest.raises(TamperedError):
        Manifest.decode(bytes(raw))


def test_the_commitment_gives_away_neither_key_nor_segment_key() -> None:
    assert KEY.commitment() not in (KEY.raw, segment_key(KEY, b"", b""))


def test_what_seals_are_bound_to_differs_in_every_part() -> None:
    one, two = ObjectId("a" * 32), ObjectId("b" * 32)
    names = [(blob, purpose) for blob in (one, two) for purpose in ("intake", "released")]
    contexts = {manifest_context(*name, suite) for name in names for suite in ("suite", "1")}
    contexts |= {associated_data(*name, length) for name in names for length in (None, 1, 11)}
    assert len(contexts) == 20
