"""What is to change in a text file: edits and findings, gathered while it is read.

Room: redaction/carriers. Pure; used by STEP, IGES and other formats made of text. An entity may
stand in a file a hundred thousand times, so what is alike is counted and not listed; a value that
says nothing ("none", a blank) is replaced and is no finding.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from redaction.model import Action, CarrierClass, Category, Edit, Finding
from redaction.text import people
from redaction.text.span import Span

# How many different values of one carrier are listed when they are times or comments.
MAX_LISTED: Final = 200
# These name programs and moments; the same words elsewhere in the file are no leak.
NO_SECRET: Final = frozenset({Category.TIME, Category.SOFTWARE, Category.COMMENT})
# What programs write where nobody said anything. Replaced all the same, but no finding.
NOTHING_SAID: Final = frozenset(
    """
    |none|null|unknown|unspecified|undefined|not specified|not set|n/a|na|nil|default|author|user
    |anonymous|anonymous user|anon|nobody|name|person|organization|organisation|company|part
    |last_name|first_name|organization_name|id|unknown author|unknown organization
    |unknown organisation|unknown authorisation|unknown authorization
    """.replace("\n    ", "")
    .strip()
    .split("|")
)
PUNCTUATION: Final = "-_.,:;*?!/\\()<> "
MIN_LETTERS: Final = 3
MIN_DIGITS: Final = 11
# Without one of these, a text holds no address, number or path.
REACHED: Final = re.compile(r"[@\\/\d]")
# So many times the same line of the report is counted one by one.
MAX_COUNTED: Final = 1000
TELLING: Final = frozenset({Category.SOFTWARE, Category.COMMENT, Category.PATH, Category.PERSON})


class Words(Protocol):
    """A set of words, which need not be gathered before somebody asks."""

    def isdisjoint(self, words: Iterable[str], /) -> bool:
        """Return whether none of ``words`` is in it."""


@dataclass(slots=True)
class Changes:
    """Edits and findings so far; ``keywords`` are the words of its grammar, in capitals."""

    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    keywords: Words = field(default_factory=frozenset)
    _listed: Counter[str] = field(default_factory=Counter)
    _counted: Counter[tuple[str, str]] = field(default_factory=Counter)

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
        # Whoever is named inside is looked for once.
        if category in TELLING and self._counted[carrier, value] == 1:
            self.tell_people(carrier, value, where)

    def gone(self, carrier: str, category: Category, value: str, where: str) -> None:
        """Note that something went whose value is no secret."""
        self._listed[carrier] += 1
        if self._listed[carrier] <= MAX_LISTED:
            self._add(carrier, category, value, where, seed=False)

    def tell_people(self, carrier: str, text: str, where: str) -> None:
        """Note the addresses, numbers and paths inside a ``text`` that was taken out."""
        for span in people.find(text) if REACHED.search(text) else ():
            if span.category in people.TOKENS:
                self._add(carrier, span.category, text[span.start : span.end], where, seed=True)

    def review(self, carrier: str, category: Category, value: str, where: str) -> None:
        """Ask the owner about ``value``, which stays."""
        self.content(carrier, Span(0, len(value), category, 1.0), value, where, out=False)

    def content(self, carrier: str, span: Span, value: str, where: str, *, out: bool) -> None:
        """Note ``value``, which ``span`` found: it goes on request, or its owner is asked."""
        self._counted[carrier, value] += 1
        if self._counted[carrier, value] <= MAX_COUNTED:
            self.findings.append(
                Finding(
                    carrier,
                    span.category,
                    Action.REPLACED if out else Action.REVIEW,
                    value,
                    where,
                    CarrierClass.CONTENT,
                    confidence=span.confidence,
                    rule=span.rule,
                )
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
