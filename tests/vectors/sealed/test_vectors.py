"""The vectors are what this code makes, and what it and Tink open."""

import json
from typing import Any

import pytest

from storage.sealed.errors import TamperedError
from storage.sealed.keys import DataKey, PrivateKey
from storage.sealed.manifest import Manifest
from storage.sealed.unseal import unseal
from tests.unit.storage.sealed.objects import tink_opens
from tests.vectors.sealed import build_vectors as built


def kept(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((built.HERE / name).read_text())
    return vectors


def test_the_object_vectors_are_made_again_to_the_byte() -> None:
    assert kept("objects.json") == built.objects()


def test_the_manifest_vectors_are_made_again_to_the_byte() -> None:
    vectors = kept("manifest.json")
    del vectors["wrapped"]
    kept_subjects = vectors.pop("subjects")
    assert [{n: one[n] for n in ("generation", "context")} for one in kept_subjects] == (
        built.subjects()
    )
    assert vectors == built.manifests()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_short_vectors_open_here_and_with_tink(place: int) -> None:
    vectors = kept("objects.json")
    vector = vectors["vectors"][place]
    key, sealed = DataKey(bytes.fromhex(vectors["data_key"])), bytes.fromhex(vector["sealed"])
    bound, length = vector["associated_data"].encode(), vector["plain_bytes"]
    assert unseal(key, bound, sealed, length) == built.plain_of(length)
    assert tink_opens(sealed, key=key, bound=bound) == built.plain_of(length)


def test_the_wrapped_manifest_still_opens() -> None:
    vectors = kept("manifest.json")
    key = PrivateKey(bytes.fromhex(vectors["private_key"]))
    wrapped = bytes.fromhex(vectors["wrapped"])
    raw = key.unwrap(wrapped, vectors["context"].encode())
    assert raw.hex() == vectors["encoded"]
    assert Manifest.decode(raw).plain_bytes == vectors["plain_bytes"]
    with pytest.raises(TamperedError):
        key.unwrap(wrapped, vectors["context"].encode() + b" ")


@pytest.mark.parametrize("place", [0, 1])
def test_the_wrapped_private_keys_of_a_person_still_open_each_in_its_place(place: int) -> None:
    vectors = kept("manifest.json")
    root = PrivateKey(bytes.fromhex(vectors["private_key"]))
    one, other = vectors["subjects"][place], vectors["subjects"][1 - place]
    assert root.unwrap(bytes.fromhex(one["wrapped"]), one["context"].encode()) == built.OWNED.raw
    with pytest.raises(TamperedError):
        root.unwrap(bytes.fromhex(one["wrapped"]), other["context"].encode())
