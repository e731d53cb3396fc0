"""One argument of a STEP entity, and what stands there afterwards.

Room: redaction/formats. Pure. The rows are in ``step_rules``.
"""

from redaction.carriers.changes import Changes
from redaction.formats import step_syntax
from redaction.formats.step_rules import OTHER, Fields
from redaction.formats.step_syntax import Value
from redaction.model import Edit


def replace(data: bytes, value: Value, inside: bytes, changes: Changes) -> bool:
    """Plan that the token ``value`` becomes ``inside``; return whether that changes it."""
    token = b"'" + inside + b"'" if value.kind == "string" else inside
    if data[value.start : value.end] == token:
        return False
    changes.edits.append(Edit(value.start, value.end, token))
    return True


def apply_fields(
    data: bytes, value: Value, fields: Fields, changes: Changes, at: tuple[str, int]
) -> None:
    """Plan what stands instead of ``value``; ``at`` is its place and the how-manieth it is."""
    row = fields.get(value.index) or fields.get(OTHER)
    instead = row.instead.get(value.kind) if row else None
    if row is None or instead is None:
        return
    where, ordinal = at
    said = data[value.start : value.end].decode("latin-1")
    if value.kind == "string":
        said = step_syntax.decoded(data[value.start + 1 : value.end - 1])
        if not said.strip():
            return
        instead = instead.replace(b"%d", b"%d" % ordinal)
    if replace(data, value, instead, changes):
        carrier = f"{value.entity.decode('latin-1')}.{row.name}"
        changes.tell(carrier, row.category, said, where)
