"""The format is Tink's: Tink opens what is sealed here, and the other way round."""

import json

import pytest
import tink
from tink import json_proto_keyset_format, secret_key_access, streaming_aead

from storage.sealed import format as fmt
from storage.sealed.errors import TamperedError
from storage.sealed.keys import DataKey
from storage.sealed.tink import keyset_json
from storage.sealed.unseal import unseal
from tests.unit.storage.sealed.objects import (
    BOUND,
    EDGES,
    KEY,
    SECOND,
    plain_of,
    sealed_of,
    tink_opens,
    tink_seals,
)


@pytest.mark.parametrize("length", EDGES)
def test_tink_opens_what_is_sealed_here(length: int) -> None:
    assert tink_opens(sealed_of(length)) == plain_of(length)


@pytest.mark.parametrize("length", EDGES)
def test_what_tink_seals_opens_here(length: int) -> None:
    sealed = tink_seals(plain_of(length))
    assert len(sealed) == fmt.sealed_bytes(length)
    assert unseal(KEY, BOUND, sealed, length) == plain_of(length)


@pytest.mark.parametrize("length", [0, SECOND])
def test_tink_and_we_refuse_the_same_wrong_associated_data(length: int) -> None:
    with pytest.raises(tink.TinkError):
        tink_opens(sealed_of(length), bound=b"another object")
    with pytest.raises(TamperedError):
        unseal(KEY, b"another object", tink_seals(plain_of(length)), length)


def test_the_keyset_says_exactly_what_tink_says_of_its_own_template() -> None:
    streaming_aead.register()
    made = tink.new_keyset_handle(streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB)
    theirs = json.loads(json_proto_keyset_format.serialize(made, secret_key_access.TOKEN))
    ours = json.loads(keyset_json(KEY))
    assert ours["key"][0].keys() == theirs["key"][0].keys()
    for keyset in (ours, theirs):
        keyset["primaryKeyId"] = keyset["key"][0]["keyId"] = 0
        value = keyset["key"][0]["keyData"]["value"]
        # Of the value only the 32 key bytes at its end may differ.
        keyset["key"][0]["keyData"]["value"] = value[: -len("A" * 44)]
    assert ours == theirs


def test_another_key_opens_nothing() -> None:
    with pytest.raises(tink.TinkError):
        tink_opens(sealed_of(1), key=DataKey(bytes(32)))
