"""Leaves: what they hold, what they refuse to hold, and that they name nobody."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ledger.errors import UnfitEventError
from storage.ledger.events import SLOTS, Event, EventKind, Opening, Slot
from storage.ledger.leaf import (
    Leaf,
    SlotHashes,
    canonical,
    commitment,
    decode,
    encode,
    facts_of,
    key_commitment,
    key_hash,
    opened_bytes,
    sealed_hash,
)
from tests.unit.storage.ledger.logs import ANNA, event

LEAF = Leaf(
    kind=EventKind.TRANSFER_DECIDED,
    at="2026-11-24T09:42:17Z",
    facts=facts_of(event()),
    slots={slot: SlotHashes(bytes([n]) * 32, bytes([n + 8]) * 32) for n, slot in enumerate(Slot)},
    key=bytes(32),
)


def test_a_leaf_is_one_line_of_sorted_json() -> None:
    raw = encode(LEAF)
    document = json.loads(raw)
    assert list(document) == sorted(document)
    assert b" " not in raw
    assert raw.isascii()
    assert document["t"] == "transfer.decided"
    assert set(document["cm"]) == set(document["se"]) == {slot.value for slot in Slot}
    assert len(raw) < 1000


def test_a_leaf_is_read_as_it_was_written() -> None:
    assert decode(encode(LEAF)) == LEAF
    erasing = replace(LEAF, kind=EventKind.SUBJECT_ERASED, erased=3)
    assert decode(encode(erasing)) == erasing


def test_a_leaf_of_the_first_version_is_still_read() -> None:
    document = json.loads(encode(LEAF))
    first = canonical(
        {name: value for name, value in document.items() if name not in {"obs", "reg"}} | {"v": 1}
    )
    leaf = decode(first)
    assert (leaf.version, leaf.facts["obs"], leaf.facts["reg"]) == (1, None, None)
    assert encode(leaf) == first


def _without(*names: str) -> bytes:
    document = json.loads(encode(LEAF))
    for name in names:
        del document[name]
    return canonical(document)


def _with(**changes: Any) -> bytes:
    return canonical(json.loads(encode(LEAF)) | changes)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 10_000,
        encode(LEAF) + b"\n",
        b" " + encode(LEAF),
        json.dumps(json.loads(encode(LEAF))).encode(),
        _without("src"),
        _without("obs"),
        _without("obs", "reg"),
        _with(more=1),
        _with(v=1),
        _with(v=3),
        _with(v=True),
        _with(v="2"),
        _with(v=[]),
        _with(obs="Germany"),
        _with(obs="CN-HK"),
        _with(reg="Frankfurt"),
        _with(t="something.else"),
        _with(ts="yesterday"),
        _with(ts=None),
        _with(src="Germany"),
        _with(src=5),
        _with(n=-1),
        _with(n=True),
        _with(n="3"),
        _with(key="AAAA"),
        _with(key=None),
        _with(cm={}),
        _with(cm={slot.value: "A" * 42 + "B" for slot in Slot}),
        _with(basis="x" * 5000),
    ],
)
def test_what_is_not_written_like_a_leaf_is_none(raw: bytes) -> None:
    with pytest.raises(UnfitEventError):
        decode(raw)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transfer", "order 17 of Wilhelmina"),
        ("transfer", "w.zauberfluss@customer.example"),
        ("transfer", "abc"),
        ("src", "Germany"),
        ("src", "de"),
        ("dst", "DE; Example Millers"),
        ("observed", "Germany"),
        ("observed", "CN-HK"),
        ("region", "Frankfurt am Main"),
        ("decision", "perhaps"),
        ("basis", "consent of Wilhelmina"),
        ("basis", "w.zauberfluss@customer.example"),
        ("basis", ""),
        ("policy", "p" * 129),
        ("policy", "pack\nnext"),
    ],
)
def test_free_text_does_not_enter_a_leaf(field: str, value: str) -> None:
    with pytest.raises(UnfitEventError):
        facts_of(replace(event(), **{field: value}))


@pytest.mark.parametrize("kind", EventKind)
def test_only_the_slots_of_its_kind_can_be_filled(kind: EventKind) -> None:
    for slot in Slot:
        filled = Event(kind, openings={slot: Opening(ANNA, {})})
        if slot in SLOTS[kind]:
            facts_of(filled)
        else:
            with pytest.raises(UnfitEventError):
                facts_of(filled)


def test_a_uuid_is_a_transfer_too() -> None:
    facts_of(Event(EventKind.LINK_OPENED, transfer="0b7b1a52-9c1e-4a58-9d40-0c9a6a3d7f10"))
    facts_of(Event(EventKind.LINK_OPENED, src="CN-HK"))


def test_commitments_are_those_the_reference_writes_down() -> None:
    opened = opened_bytes(Slot.ACTOR, {"name": "Wilhelmina Zauberfluß", "account": 7})
    assert opened == '["actor",{"account":7,"name":"Wilhelmina Zauberfluß"}]'.encode()
    salt = b"\x01" * 32
    assert commitment(salt, opened) == sha256(salt + opened).digest()
    assert sealed_hash("abc", b"sealed") == sha256(b"abc\x00sealed").digest()
    nonce = b"\x02" * 32
    assert key_commitment(nonce, key_hash("k")) == sha256(nonce + sha256(b"k").digest()).digest()


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text() | st.none(), max_size=4))
def test_canonical_json_means_the_same_and_has_one_form(value: dict[str, Any]) -> None:
    try:
        written = canonical(value)
    except UnfitEventError:
        # Half of a surrogate pair cannot be written in UTF-8.
        assert any(
            "\ud800" <= char <= "\udfff" for text in map(str, value.items()) for char in text
        )
        return
    assert json.loads(written) == value
    assert canonical(dict(reversed(value.items()))) == written


@pytest.mark.parametrize("value", [1.0, {"a": [float("nan")]}, {"a": b"bytes"}, {"a": "\ud800"}])
def test_what_has_more_than_one_form_is_refused(value: object) -> None:
    with pytest.raises(UnfitEventError):
        canonical(value)
