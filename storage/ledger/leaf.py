"""A leaf: what of an event every auditor may read, and commitments to the rest.

Room: storage/ledger. Pure; salts are handed in. A leaf names nobody (promise 6): it holds a kind,
a time in seconds, countries, rules of a law pack, a random id, and for each slot two hashes. The
form is written down in docs/reference/ledger-format.md; whoever verifies hashes the stored bytes
and never writes them anew.

    cm[slot] = SHA-256(salt[32] || canonical([slot, value]))      opens to salt and value
    se[slot] = SHA-256(subject || 0x00 || sealed)                 the sealed opening beside the leaf
    key      = SHA-256(nonce[32] || SHA-256(idempotency key))

A slot that is empty holds random bytes in place of both, and 32 random bytes stand beside it, so
that a leaf does not tell which slots are filled.

Leaves are written in version 2. Version 1, which knew neither ``obs`` nor ``reg``, is still read,
so that a log begun with it verifies for ever.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from storage.ids import SubjectId
from storage.ledger.errors import UnfitEventError
from storage.ledger.events import SLOTS, Event, EventKind, Slot

VERSION: Final = 2
SALT_BYTES: Final = 32
MAX_LEAF_BYTES: Final = 4096

# No free text: what does not look like a code, a rule or a random id is refused.
SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "x": re.compile(r"[a-z2-7]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "src": re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?"),
    "dst": re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?"),
    "obs": re.compile(r"[A-Z]{2}"),
    "reg": re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?"),
    "dec": re.compile(r"allow|deny|review"),
    "basis": re.compile(r"[A-Za-z0-9][A-Za-z0-9.:+/_,-]{0,127}"),
    "pol": re.compile(r"[A-Za-z0-9][A-Za-z0-9.:+/_,-]{0,127}"),
    "ts": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
}
_KEYS: Final = frozenset({*SHAPES, "cm", "se", "key", "n", "t", "v"})
# What a version's leaves do not hold; read as null.
_LACKING: Final[Mapping[int, frozenset[str]]] = {1: frozenset({"obs", "reg"}), 2: frozenset()}


@dataclass(frozen=True, slots=True)
class SlotHashes:
    """What a leaf says of one slot: the commitment, and the hash of the sealed opening."""

    commitment: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf's facts. ``erased`` counts the openings that a subject.erased took away.

    ``facts`` has every name in every version; what a version does not know is None.
    """

    kind: EventKind
    at: str
    facts: Mapping[str, str | None]  # x, src, dst, obs, reg, dec, basis, pol
    slots: Mapping[Slot, SlotHashes]
    key: bytes
    erased: int | None = None
    version: int = VERSION


def canonical(value: Any) -> bytes:
    """Return the one way to write a JSON value: sorted keys, no spaces, UTF-8; no floats.

    Raises:
        UnfitEventError: it is no JSON value, or holds a float.
    """
    if _has_float(value):
        raise UnfitEventError
    return _written(value)


def _written(value: Any) -> bytes:
    try:
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (TypeError, ValueError) as error:
        raise UnfitEventError from error


def _has_float(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_float(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(_has_float(inner) for inner in value)
    return isinstance(value, float)


def commitment(salt: bytes, opened: bytes) -> bytes:
    """Return the commitment that ``salt`` (32 bytes) and ``opened`` open."""
    return sha256(salt + opened).digest()


def opened_bytes(slot: Slot, value: Mapping[str, Any]) -> bytes:
    """Return what a slot's commitment covers; the slot's name keeps it in its place."""
    return canonical([slot.value, dict(value)])


def sealed_hash(subject: SubjectId | str, sealed: bytes) -> bytes:
    """Return the hash by which a leaf holds on to a sealed opening."""
    return sha256(subject.encode() + b"\x00" + sealed).digest()


def key_hash(key: str) -> bytes:
    """Return the hash under which an idempotency key is looked up."""
    return sha256(key.encode()).digest()


def key_commitment(nonce: bytes, hashed_key: bytes) -> bytes:
    """Return what a leaf holds of its idempotency key."""
    return sha256(nonce + hashed_key).digest()


def facts_of(event: Event) -> dict[str, str | None]:
    """Return an event's facts under the leaf's names.

    Raises:
        UnfitEventError: one of them does not have the form it must have, or a slot is filled that
            this kind does not have.
    """
    if not set(event.openings) <= SLOTS[event.kind]:
        raise UnfitEventError
    facts = {
        "x": event.transfer,
        "src": event.src,
        "dst": event.dst,
        "obs": event.observed,
        "reg": event.region,
        "dec": event.decision,
        "basis": event.basis,
        "pol": event.policy,
    }
    for name, value in facts.items():
        if value is not None and SHAPES[name].fullmatch(value) is None:
            raise UnfitEventError(name)
    return facts


def encode(leaf: Leaf) -> bytes:
    """Return a leaf's bytes: the entry of the log."""
    lacking = _LACKING[leaf.version]
    document = {
        **{name: fact for name, fact in leaf.facts.items() if name not in lacking},
        "cm": {slot.value: _text(hashes.commitment) for slot, hashes in leaf.slots.items()},
        "se": {slot.value: _text(hashes.sealed) for slot, hashes in leaf.slots.items()},
        "key": _text(leaf.key),
        "n": leaf.erased,
        "t": leaf.kind.value,
        "ts": leaf.at,
        "v": leaf.version,
    }
    return _written(document)


def decode(untrusted: bytes) -> Leaf:
    """Return the leaf of an entry.

    Raises:
        UnfitEventError: it is not a leaf, or not written as ``encode`` writes it.
    """
    try:
        document = json.loads(untrusted)
        leaf = _leaf(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnfitEventError from error
    if len(untrusted) > MAX_LEAF_BYTES or encode(leaf) != untrusted:
        raise UnfitEventError
    return leaf


def _leaf(document: Any) -> Leaf:
    version = document["v"]
    if type(version) is not int or document.keys() != _KEYS - _LACKING[version]:
        raise UnfitEventError
    document |= dict.fromkeys(_LACKING[version])
    for name, shape in SHAPES.items():
        value = document[name]
        if not (value is None and name != "ts") and shape.fullmatch(value) is None:
            raise UnfitEventError
    count = document["n"]
    if count is not None and (type(count) is not int or count < 0):
        raise UnfitEventError
    return Leaf(
        kind=EventKind(document["t"]),
        at=document["ts"],
        facts={name: document[name] for name in SHAPES if name != "ts"},
        slots={
            slot: SlotHashes(_hash(document["cm"][slot]), _hash(document["se"][slot]))
            for slot in Slot
        },
        key=_hash(document["key"]),
        erased=count,
        version=version,
    )


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _hash(text: str) -> bytes:
    raw = urlsafe_b64decode(text + "=")
    if len(raw) != SALT_BYTES:
        raise UnfitEventError
    return raw
