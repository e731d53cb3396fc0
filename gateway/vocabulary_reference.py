"""The vocabulary as a document for auditors: JSON Schemas of entries and of their openings.

Room: gateway. Pure. ``python -m gateway.vocabulary_reference > docs/reference/events.md`` writes it
anew; a test fails when the document is older than the vocabulary.
"""

import json
import sys
from typing import Any, Final

from gateway.vocabulary import EITHER, KINDS, Kind
from storage.ledger.events import SLOTS, VOCABULARY, EventKind, Slot
from storage.ledger.leaf import SHAPES, VERSION

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_HASH: Final = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
_NEVER_NULL: Final = frozenset({"ts"})

_HEAD: Final = """\
# Events

Generated from `gateway/vocabulary.py` by `python -m gateway.vocabulary_reference`.

Vocabulary {vocabulary}, in leaves of version {version} ([ledger-format.md](ledger-format.md)).
Every kind is written by the gateway, and no other is: a kind that is not here cannot be written,
nor a slot that its kind does not have. The number grows by one whenever a kind is added, taken away
or means something else. Logs begun with an older one go on, and verify.

An entry stands before what it tells of happens; nothing leaves without one. `basis` of an alert's
entries is `alert:` and the rule's name. A transfer has one link, so `transfer.revoked` is the end
of both.

| kind | written when | public facts | slots |
|---|---|---|---|
"""


def document() -> str:
    """Return the whole document in Markdown."""
    head = _HEAD.format(vocabulary=VOCABULARY, version=VERSION)
    rows = "".join(_row(kind, KINDS[kind]) for kind in EventKind)
    entry = json.dumps(entry_schema(), indent=1)
    openings = "".join(
        f"  {json.dumps(kind.value)}: {json.dumps(opening_schemas(kind))},\n" for kind in EventKind
    ).removesuffix(",\n")
    return (
        f"{head}{rows}\n## An entry\n\nA JSON Schema ({DIALECT}). Facts that a kind does not have"
        f" are null.\n\n```json\n{entry}\n```\n\n## Openings\n\nFor each kind, the JSON Schema of"
        " what each slot opens to, if it is filled.\n"
        f"\n```json\n{{\n{openings}\n}}\n```\n"
    )


def entry_schema() -> dict[str, Any]:
    """Return the JSON Schema of an entry."""
    facts: dict[str, Any] = {
        name: {
            "type": "string" if name in _NEVER_NULL else ["string", "null"],
            "pattern": f"^({shape.pattern})$",
        }
        for name, shape in SHAPES.items()
    }
    slots = {
        "type": "object",
        "properties": {slot.value: _HASH for slot in Slot},
        "required": [slot.value for slot in Slot],
        "additionalProperties": False,
    }
    properties = facts | {
        "v": {"const": VERSION},
        "t": {"enum": [kind.value for kind in EventKind]},
        "n": {"type": ["integer", "null"], "minimum": 0},
        "key": _HASH,
        "cm": slots,
        "se": slots,
    }
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def opening_schemas(kind: EventKind) -> dict[str, Any]:
    """Return the JSON Schema of what each of a kind's slots opens to."""
    return {
        slot.value: _schema(KINDS[kind], slot)
        for slot in Slot
        if slot in SLOTS[kind] and KINDS[kind].fields(slot)
    }


def _schema(kind: Kind, slot: Slot) -> dict[str, Any]:
    fields = kind.fields(slot)
    types = {
        name: ["integer", "string"]
        if name in EITHER
        else ("integer" if field.whole_number else "string")
        for name, field in fields.items()
    }
    return {
        "type": "object",
        "properties": {name: {"type": one} for name, one in types.items()},
        "required": [name for name, field in fields.items() if not field.optional],
        "additionalProperties": False,
    }


def _row(kind: EventKind, said: Kind) -> str:
    facts = ", ".join(f"`{name}`" for name in said.facts.split()) or "—"
    slots = ", ".join(f"`{slot}`" for slot in opening_schemas(kind))
    return f"| `{kind.value}` | {said.meaning} | {facts} | {slots} |\n"


if __name__ == "__main__":
    sys.stdout.write(document())
