"""CloudEvents 1.0 and Elastic Common Schema: one JSON object a line.

Room: gateway/review. Pure. Sources: CloudEvents 1.0.2 (JSON event format), ECS 8.17.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.review.exports.row import Row

ECS_VERSION: Final = "8.17.0"
# The last word of a kind, and what ECS calls it.
_ECS_TYPES: Final[Mapping[str, str]] = {
    "received": "creation",
    "created": "creation",
    "added": "creation",
    "destroyed": "deletion",
    "erased": "deletion",
    "denied": "denied",
    "refused": "denied",
    "changed": "change",
    "rotated": "change",
    "approved": "change",
    "revoked": "change",
    "withdrawn": "change",
}


class _Lines(ABC):
    """A JSON object a row."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def begin(self) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        lines = [json.dumps(self.event(row), separators=(",", ":")) + "\n" for row in rows]
        return "".join(lines).encode()

    def end(self) -> bytes:
        """Return nothing."""
        return b""

    @abstractmethod
    def event(self, row: Row) -> dict[str, Any]:
        """Return one entry as an event."""


class CloudEvents(_Lines):
    """Events whose ``data`` is the leaf; ``id`` is its hash, so that repeats are told apart."""

    def event(self, row: Row) -> dict[str, Any]:
        """Return one entry as an event."""
        facts = row.facts.told()
        event = {
            "specversion": "1.0",
            "id": row.leaf_hash,
            "source": self.origin,
            "type": f"drawbridge.{facts['t']}",
            "time": facts["ts"],
            "sequence": str(row.number),
            "datacontenttype": "application/json",
            "data": json.loads(row.raw),
        }
        return event | ({"subject": facts["x"]} if facts["x"] is not None else {})


class Ecs(_Lines):
    """Documents for Elasticsearch."""

    def event(self, row: Row) -> dict[str, Any]:
        """Return one entry as a document."""
        facts = row.facts.told()
        kind = facts["t"] or ""
        denied = facts["dec"] == "deny" or kind.endswith((".denied", ".refused"))
        document: dict[str, Any] = {
            "@timestamp": facts["ts"],
            "ecs": {"version": ECS_VERSION},
            "event": {
                "kind": "event",
                "category": ["file"],
                "type": [_ECS_TYPES.get(kind.rpartition(".")[2], "access")],
                "action": kind,
                "outcome": "failure" if denied else "success",
                "id": row.leaf_hash,
                "sequence": row.number,
                "hash": row.leaf_hash,
                "provider": self.origin,
            },
            "drawbridge": {
                name: facts[fact]
                for name, fact in (
                    ("decision", "dec"),
                    ("legal_basis", "basis"),
                    ("policy", "pol"),
                    ("observed_country", "obs"),
                    ("region", "reg"),
                )
                if facts[fact] is not None
            },
        }
        for side, fact in (("source", "src"), ("destination", "dst")):
            country = facts[fact]
            if country is not None:
                document[side] = {"geo": {"country_iso_code": country[:2]}}
        return document | ({"transaction": {"id": facts["x"]}} if facts["x"] is not None else {})
