"""STEP and IFC models: people go out of the header and the data, the geometry stays to the byte.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Nothing is
parsed that need not be: statements are cut out, those that may hold people are taken apart, and
only single tokens of those are replaced by others of the same type. Specification:
ISO 10303-21:2016; carriers: docs/reference/formats/step.md.

    data → outline → header, links, entities, properties, comments → words that stay → edits
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from redaction.carriers import path_cuts, repeats
from redaction.carriers.changes import Changes
from redaction.formats import (
    step_fidelity,
    step_names,
    step_outline,
    step_properties,
    step_syntax,
    step_words,
)
from redaction.formats.step_change import apply_fields
from redaction.formats.step_outline import Outline
from redaction.formats.step_rules import ENTITIES, HEADER, UNKNOWN_HEADER
from redaction.formats.step_stretches import Vocabulary
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

# A comment may stand between any two tokens, and so may a blank.
INSTEAD_OF_COMMENT: Final = b" "
INSTEAD_OF_TAIL: Final = b"\n"
MAX_TAIL_BYTES: Final = 64 * 1024


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the tokens to replace, and whom the model's own words name.

    Raises:
        UnreadableError: a statement, string or comment, or the whole, does not end.
    """
    outline = step_outline.outlined(data)
    changes = Changes(keywords=Vocabulary(outline.stretches, outline.keywords))
    _header(data, outline, changes)
    _entities(data, outline, changes)
    step_properties.blanked(data, outline.properties, changes)
    gone = step_names.numbered(data, profile, changes, outline.end)
    words = step_words.read(data, outline, profile, changes, gone)
    _links(data, outline, changes)
    _comments(data, outline, changes)
    changes.findings += repeats.repeated(changes.findings, words)
    kept = [edit for edit in changes.edits if not _inside(edit, outline.signatures)]
    kept += _ends(data, outline, changes)
    return Plan(tuple(changes.findings), tuple(sorted(kept)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned tokens replaced."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every token but the planned ones is the same, in the same order.

    Raises:
        NotFaithfulError: something else differs.
    """
    return (step_fidelity.tokens(original, cleaned, plan.edits),)


def _header(data: bytes, outline: Outline, changes: Changes) -> None:
    for statement in outline.header:
        fields = HEADER.get(statement.keyword, UNKNOWN_HEADER)
        for value in step_syntax.values(data, statement):
            apply_fields(data, value, fields, changes, ("header", 1))


def _entities(data: bytes, outline: Outline, changes: Changes) -> None:
    ordinals: Counter[bytes] = Counter()
    for statement in outline.ruled:
        counted = set()
        for value in step_syntax.values(data, statement):
            fields = ENTITIES.get(value.entity)
            if fields is None:
                continue
            if value.entity not in counted:
                counted.add(value.entity)
                ordinals[value.entity] += 1
            at = (statement.where, ordinals[value.entity])
            apply_fields(data, value, fields, changes, at)


def _links(data: bytes, outline: Outline, changes: Changes) -> None:
    """Cut references into other files down to the names of those files."""
    for statement in outline.linked:
        for token in step_syntax.TOKEN.finditer(data, statement.start, statement.end):
            if token.lastgroup != "resource":
                continue
            said = token.group()[1:-1].decode("latin-1")
            name = path_cuts.basename(said)
            if name != said:
                replacement = f"<{name}>".encode("latin-1")
                changes.edits.append(Edit(token.start(), token.end(), replacement))
                changes.tell("REFERENCE", Category.PATH, said, statement.where)


def _comments(data: bytes, outline: Outline, changes: Changes) -> None:
    for start, end in outline.stretches.rest(outline.end):
        if data.find(b"/*", start, end) < 0:
            continue
        for found in step_syntax.COMMENTS.finditer(data, start, end):
            if found[1] is not None:
                changes.edits.append(Edit(found.start(), found.end(), INSTEAD_OF_COMMENT))
                changes.tell("comment", Category.COMMENT, _plain(found[1][2:-2]), "")


def _ends(data: bytes, outline: Outline, changes: Changes) -> list[Edit]:
    """Cut signatures, which die with any change, and whatever follows the end."""
    edits = [Edit(start, end, b"") for start, end in outline.signatures]
    tail = data[outline.end :]
    if tail.strip():
        edits.append(Edit(outline.end, len(data), INSTEAD_OF_TAIL))
        if not _signed(tail):
            changes.tell("after the end", Category.COMMENT, _plain(tail[:MAX_TAIL_BYTES]), "")
    if outline.signatures or _signed(tail):
        told = Finding("SIGNATURE", Category.SIGNATURE, Action.REMOVED, "signature", seed=False)
        changes.findings.append(told)
    return edits


def _signed(tail: bytes) -> bool:
    return tail.lstrip().upper().startswith(b"SIGNATURE")


def _inside(edit: Edit, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(start <= edit.start and edit.end <= end for start, end in ranges)


def _plain(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
    step_syntax.warm()
