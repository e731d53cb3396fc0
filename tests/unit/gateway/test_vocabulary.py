"""The vocabulary of events: complete, documented, and nothing in it that is never written."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from gateway.journal import Happening, Note, Party
from gateway.vocabulary import KINDS
from gateway.vocabulary_reference import document, entry_schema, opening_schemas
from storage.ids import SubjectId
from storage.ledger.events import SLOTS, EventKind, Slot
from tests.unit.gateway.doubles import MemoryJournal
from tests.unit.gateway.vocabulary_check import NotInVocabularyError
from tests.vectors.ledger.build_vectors import HERE

ROOT: Final = Path(__file__).parents[3]
# They list kinds, or read entries; they write none.
NOT_WRITERS: Final = {
    "gateway/vocabulary.py",
    "gateway/vocabulary_reference.py",
    "gateway/alerts/rules.py",
    "gateway/ledger_journal.py",
}
SUBJECT: Final = SubjectId("s" * 32)


@cache
def written() -> dict[str, set[str]]:
    """Return which modules of the gateway name each kind where they may write it."""
    found: dict[str, set[str]] = {kind.name: set() for kind in EventKind}
    for path in (ROOT / "gateway").rglob("*.py"):
        name = str(path.relative_to(ROOT))
        text = path.read_text()
        if name in NOT_WRITERS or "journal" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            of = node.value if isinstance(node, ast.Attribute) else None
            if isinstance(of, ast.Name) and of.id == "Happening" and node.attr in found:
                found[node.attr].add(name)
    return found


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_is_written_by_the_product(kind: EventKind) -> None:
    assert written()[kind.name], f"nothing writes {kind.value}: take it out, or write it"


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_is_seen_written_by_a_test(kind: EventKind) -> None:
    """A test of behaviour asks for it by its value, or by its name in the journal."""
    asked = re.compile(rf'["=]{re.escape(kind.value)}"|\b(Happening|EventKind)\.{kind.name}\b')
    assert any(map(asked.search, texts_of_tests())), f"no test sees {kind.value} written"


@cache
def texts_of_tests() -> tuple[str, ...]:
    return tuple(
        path.read_text()
        for folder in ("journeys", "contract", "faults", "unit/gateway", "browser")
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
        if path != Path(__file__)
    )


@pytest.mark.parametrize("kind", EventKind)
def test_a_kind_tells_only_in_slots_that_it_has(kind: EventKind) -> None:
    assert kind in KINDS
    for slot in Slot:
        assert slot in SLOTS[kind] or not KINDS[kind].fields(slot), (kind, slot)


def test_the_document_is_that_of_the_code() -> None:
    assert (ROOT / "docs/reference/events.md").read_text() == document()


@pytest.mark.parametrize("kind", EventKind)
def test_schemas_are_schemas(kind: EventKind) -> None:
    for schema in (entry_schema(), *opening_schemas(kind).values()):
        jsonschema_rs.meta.validate(schema)


def test_a_leaf_of_the_vectors_fits_its_schema_and_a_changed_one_does_not() -> None:
    entry: dict[str, Any] = json.loads(json.loads((HERE / "leaf.json").read_text())["entry"])
    schema = jsonschema_rs.validator_for(entry_schema())
    assert schema.is_valid(entry)
    for change in ({"obs": "Germany"}, {"t": "link.burnt"}, {"more": 1}, {"ts": None}, {"v": 1}):
        assert not schema.is_valid(entry | change)


def test_an_opening_fits_its_schema_and_one_that_tells_more_does_not() -> None:
    schema = jsonschema_rs.validator_for(opening_schemas(EventKind.DOWNLOAD_CUT)["obj"])
    told = {"part": "p", "session": "s", "file": "f", "why": "revoked", "start": 0, "stop": 9}
    assert schema.is_valid(told)
    for change in ({"start": "0"}, {"name": "bracket.step"}):
        assert not schema.is_valid(told | change)


@pytest.mark.parametrize(
    "note",
    [
        Note(Happening.PART_WITHDRAWN, SUBJECT, "a", {"part": "p", "name": "Bracket"}),
        Note(Happening.PART_APPROVED, SUBJECT, "a", {"part": "p"}),
        Note(Happening.PART_APPROVED, SUBJECT, "a", {"part": "p", "waived": "none"}),
        Note(Happening.PART_WITHDRAWN, SUBJECT, "a", {"part": "p"}, dst="DE"),
        Note(
            *(Happening.NOTICE_SENT, SUBJECT, "gateway"),
            recipient=Party(SUBJECT, {"email": "w.zauberfluss@works.example"}),
        ),
    ],
)
async def test_the_journal_of_the_tests_refuses_what_no_kind_tells(note: Note) -> None:
    with pytest.raises(NotInVocabularyError):
        await MemoryJournal().write(note, key="k")
