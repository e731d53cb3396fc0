"""Gerber job files (gbrjob): who made them, when and by which program goes, the stack-up stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Values in
the JSON are replaced where they stand. Source: Ucamco, "The Gerber Job File Specification" 2020.08.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from redaction.carriers import echoes, json_walk, xml_words
from redaction.carriers.board_attributes import NO_PROJECT
from redaction.carriers.changes import Changes
from redaction.carriers.json_walk import Value
from redaction.carriers.local_paths import basenamed
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.model import Category, Edit, Plan, Profile, Proof, patched
from redaction.text import people

# Where they stand, what they hold, and what stands there instead.
GONE: Final = {
    ("Header", "GenerationSoftware", "Vendor"): (Category.SOFTWARE, ""),
    ("Header", "GenerationSoftware", "Application"): (Category.SOFTWARE, ""),
    ("Header", "GenerationSoftware", "Version"): (Category.SOFTWARE, ""),
    ("Header", "CreationDate"): (Category.TIME, "1970-01-01T00:00:00Z"),
    ("Header", "Comment"): (Category.COMMENT, ""),
    ("GeneralSpecs", "ProjectId", "GUID"): (Category.IDENTIFIER, NO_PROJECT),
}


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - names of layers and files stay
    """Return the values to replace, and whom those that stay name.

    Raises:
        UnreadableError: no JSON in UTF-8, or a name twice in an object.
    """
    changes, shown = Changes(), list[str]()
    text = _decoded(data)
    position = at = 0
    for value in json_walk.values(text):
        instead = _instead(value)
        if value.text is None:
            continue
        if instead == value.text:
            shown.append(value.text)
            continue
        category = GONE.get(value.path, (Category.PATH, ""))[0]
        changes.tell(f"Gerber job.{value.path[-1]}", category, value.text, "/".join(value.path))
        at += len(text[position : value.start].encode())
        end = at + len(text[value.start : value.end].encode())
        changes.edits.append(Edit(at, end, json.dumps(instead, ensure_ascii=False).encode()))
        position, at = value.end, end
    words = [xml_words.Words("", "\n".join(shown), "", "")]
    findings = [*changes.findings, *xml_words.named("Gerber job.text", words)]
    findings += xml_words.echoes("Gerber job.text", echoes.telling(changes.findings), words)
    return Plan(tuple(findings), tuple(changes.edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned values replaced."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every other value is the same, as another reader reads both.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = (list(_said(json.loads(one), ())) for one in (original, cleaned))
    if before != after:
        raise NotFaithfulError("a value differs")
    return (Proof("tokens", len(before), "every value but metadata is the same, in order"),)


def _instead(value: Value) -> str:
    said = value.text or ""
    return GONE[value.path][1] if value.path in GONE else basenamed(said)


def _said(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _said(inner, (*path, name))
        yield path, "object"
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, path)
        yield path, "list"
    elif path not in GONE:
        yield path, basenamed(value) if isinstance(value, str) else repr(value)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("no UTF-8") from error


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
