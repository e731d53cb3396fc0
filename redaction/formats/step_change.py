"""What is to change in a STEP file: edits and findings, gathered while it is read.

Room: redaction/formats. Pure. An entity may stand in a file a hundred thousand times, so what is
alike is counted and not listed; a value that says nothing ("none", a blank) is replaced and is no
finding.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from redaction.formats import step_syntax
from redaction.formats.step_rules import NOTHING_SAID, OTHER, Fields
from redaction.formats.step_syntax import Value
from redaction.model import Action, CarrierClass, Category, Edit, Finding
from redaction.text import people

# How many different values of one carrier are listed when they are times or comments.
MAX_LISTED: Final = 200
# These name programs and moments; the same words elsewhere in the file are no leak.
NO_SECRET: Final = frozenset({Category.TIME, Category.SOFTWARE, Category.COMMENT})
PUNCTUATION: Final = "-_.,:;*?!/\\()<> "
MIN_LETTERS: Final = 3
MIN_DIGITS: Final = 11
# Without one of these, a text holds no address, number or path.
REACHED: Final = re.compile(r"[@\\/\d]")
# So many times the same line of the report is counted one by one.
MAX_COUNTED: Final = 1000
TELLING: Final = frozenset({Category.SOFTWARE, Category.COMMENT, Category.PATH, Category.PERSON})


@dataclass(slots=True)
class Changes:
    """Edits and findings so far; ``keywords`` are the words that the file's own entities use."""

    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    keywords: set[str] = field(default_factory=set)
    _listed: Counter[str] = field(default_factory=Counter)
    _counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def replace(self, data: bytes, value: Value, inside: bytes) -> bool:
        """Plan that the token ``value`` becomes ``inside``; return whether that changes it."""
        token = b"'" + inside + b"'" if value.kind == "string" else inside
        if data[value.start : value.end] == token:
            return False
        self.edits.append(Edit(value.start, value.end, token))
        return True

    def tell(self, carrier: str, category: Category, value: str, where: str) -> None:
        """Note that ``value`` was taken out of ``carrier``, and who is named inside it."""
        value = value.strip()
        if says_nothing(value):
            return
        if category in NO_SECRET:
            self._listed[carrier] += 1
            if self._listed[carrier] > MAX_LISTED:
                return
        secret = category not in NO_SECRET and self._is_rare(value)
        self._add(carrier, category, value, where, seed=secret)
        if category in TELLING:
            self.tell_people(carrier, value, where)

    def tell_people(self, carrier: str, text: str, where: str) -> None:
        """Note the addresses, numbers and paths inside a ``text`` that was taken out."""
        for span in people.find(text) if REACHED.search(text) else ():
            if span.category in people.TOKENS:
                self._add(carrier, span.category, text[span.start : span.end], where, seed=True)

    def review(self, carrier: str, category: Category, value: str, where: str) -> None:
        """Ask the owner about ``value``, which stays."""
        self.findings.append(
            Finding(carrier, category, Action.REVIEW, value, where, CarrierClass.CONTENT)
        )

    def _is_rare(self, value: str) -> bool:
        """Return whether ``value``, found elsewhere, can only be itself.

        A word that names an entity is in every file, and a short number in every geometry.
        """
        if not self.keywords.isdisjoint(value.upper().split()):
            return False
        letters = sum(character.isalpha() for character in value)
        return letters >= MIN_LETTERS or len(value) >= MIN_DIGITS

    def _add(self, carrier: str, category: Category, value: str, where: str, *, seed: bool) -> None:
        self._counted[carrier, value] += 1
        if self._counted[carrier, value] <= MAX_COUNTED:
            self.findings.append(
                Finding(carrier, category, Action.REMOVED, value, where=where, seed=seed)
            )


def says_nothing(value: str) -> bool:
    """Return whether ``value`` only fills its place ("none", "-")."""
    return value.casefold().strip(PUNCTUATION) in NOTHING_SAID


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
    if changes.replace(data, value, instead):
        carrier = f"{value.entity.decode('latin-1')}.{row.name}"
        changes.tell(carrier, row.category, said, where)
