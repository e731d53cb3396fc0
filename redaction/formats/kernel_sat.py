"""ACIS models as text (SAT): the header forgets program and date, the body stays to the byte.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Source:
"ACIS Save File Format" (Spatial), §"SAT header"; docs/reference/formats/sat.md.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from redaction.carriers.changes import Changes, says_nothing
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import kernel_text
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

# Version, records, bodies, flags. Before version 2.0 nothing stood behind them.
FIRST: Final = re.compile(rb"\s*+([0-9]++)(?:[ \t]++[0-9]++){2,3}[ \t]*+(?:\r\n?|\n)")
STRINGS_SINCE: Final = 200
COUNTED: Final = re.compile(rb"[ \t]*+@?([0-9]{1,5})[ \t]")
FIELDS: Final = (
    ("product", Category.SOFTWARE),
    ("acis_version", None),
    ("date", Category.TIME),
)
LAST: Final = re.compile(rb"^End-of-(?:ACIS|ASM)-(?:data|History-Section)[ \t]*+", re.MULTILINE)
HISTORY: Final = re.compile(rb"^Begin-of-(?:ACIS|ASM)-History", re.MULTILINE)


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - words of the body are only reported
    """Return the header strings to overwrite, and whom the body names.

    Raises:
        UnreadableError: the header is damaged, or the end is missing.
    """
    changes = Changes()
    body = _body(data)
    for (name, category), (start, end) in zip(FIELDS, _strings(data), strict=False):
        said = data[start:end].decode("latin-1")
        instead = kernel_text.filled(data[start:end], date=category is Category.TIME)
        if category is None or data[start:end] == instead or says_nothing(said):
            continue
        changes.edits.append(Edit(start, end, instead))
        changes.tell(f"header.{name}", category, said, "header")
    end = _end(data)
    if HISTORY.search(data):
        kept = "steps that were undone are still in the model"
        changes.findings.append(
            Finding("history", Category.HISTORY, Action.REVIEW, kept, seed=False)
        )
    if data[end:].strip():
        changes.edits.append(Edit(end, len(data), b"\n"))
        changes.tell("after the end", Category.COMMENT, data[end:].decode("latin-1"), "")
    kernel_text.reviewed(data[body:end], changes)
    return Plan(tuple(changes.findings), tuple(changes.edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned header strings overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that counts, version and the whole body are the same.

    Raises:
        NotFaithfulError: something else differs.
    """
    if original.splitlines()[:1] != cleaned.splitlines()[:1]:
        raise NotFaithfulError("the counts differ")
    ends = _end(original), _end(cleaned)
    whole = Plan(edits=tuple(edit for edit in plan.edits if edit.end <= ends[0]))
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    bodies = _body(original), _body(cleaned)
    return (kernel_text.proof(original[: ends[0]], cleaned[: ends[1]], whole, bodies),)


def _strings(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the strings of the header lie."""
    first = FIRST.match(data)
    if first is None:
        raise UnreadableError("no counts")
    if int(first[1]) < STRINGS_SINCE:
        return
    position = first.end()
    for _ in FIELDS:
        counted = COUNTED.match(data, position)
        if counted is None or counted.end() + int(counted[1]) > len(data):
            raise UnreadableError("no header string")
        position = counted.end() + int(counted[1])
        yield counted.end(), position


def _body(data: bytes) -> int:
    found = list(_strings(data))
    if found:
        return found[-1][1]
    first = FIRST.match(data)
    return first.end() if first else 0


def _end(data: bytes) -> int:
    """Return where the last section ends.

    Raises:
        UnreadableError: it does not.
    """
    ends = [found.end() for found in LAST.finditer(data)]
    if not ends:
        raise UnreadableError("no end")
    return ends[-1]


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
