"""What was found, what was done, and how it was proved: the paper that goes with a drawing.

Room: redaction. Pure. Made in the sandbox worker, carried over the wall as JSON, read again
on the trusted side by ``redaction.report_reading``, shown by the command line, API and console.

    {"status": "clean", "format": "step", "profile": "supplier",
     "findings": [{"id": "5e2f…", "carrier": "TEXT", "category": "person", "action": "review",
                   "class": "content", "where": "handle 2A", "value_preview": "J… D…",
                   "confidence": 0.9, "rule": "name.labelled", "why": "A label before it …",
                   "count": 1}],
     "fidelity": {"identical": true, "oracles": [{"oracle": "tokens", "compared": 812, …}]},
     "bytes_in": 4711, "bytes_out": 4698}
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from redaction.errors import RedactionError, TooComplexError
from redaction.instead import instead_of
from redaction.model import Action, CarrierClass, Category, Finding, Proof
from redaction.text.reasons import why

UNKNOWN_FORMAT: Final = "unknown"
MAX_FINDINGS: Final = 20_000
MAX_ORACLES: Final = 100
MAX_VALUE_CHARS: Final = 2_000
MAX_WORDS_CHARS: Final = 400
PREVIEW_WORDS: Final = 6
ID_CHARS: Final = 16
WORD: Final = re.compile(r"\w++")
# Terminals and browsers act on these; a drawing's words must never be able to do so.
UNSHOWABLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


class Status(StrEnum):
    """How it ended. ``inspected`` says that nothing was to be changed."""

    CLEAN = "clean"
    REFUSED = "refused"
    INSPECTED = "inspected"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file was refused: a stable code and its public sentence."""

    code: str
    sentence: str

    def to_json(self, *, explained: bool = True) -> dict[str, str]:
        """Return the JSON object; ``explained`` adds what to send instead, and how."""
        told = {"code": self.code, "sentence": self.sentence}
        return told | ({"instead": instead_of(self.code)} if explained else {})


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A finding as its owner reads it; the same value in many places is one line and a count.

    ``id`` names the line in every report on the same file, and nobody in it.
    """

    carrier: str
    category: Category
    action: Action
    carrier_class: CarrierClass
    where: str
    value: str = field(repr=False)
    confidence: float = 1.0
    count: int = 1
    id: str = ""
    rule: str = ""

    def to_json(self, *, show_values: bool, explained: bool = True) -> dict[str, object]:
        """Return the JSON object; the value stands in it only when ``show_values``.

        ``explained`` adds why its rule takes it for personal.
        """
        document: dict[str, object] = {
            "id": self.id,
            "carrier": self.carrier,
            "category": self.category.value,
            "action": self.action.value,
            "class": self.carrier_class.value,
            "where": self.where,
            "value_preview": masked(self.value),
            "confidence": self.confidence,
            "rule": self.rule,
            "count": self.count,
        }
        if explained:
            document["why"] = why(self.rule)
        return document | ({"value": self.value} if show_values else {})


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told about one file. It holds values in clear: ``to_json`` hides them."""

    status: Status
    format: str
    profile: str
    findings: tuple[ReportedFinding, ...] = ()
    oracles: tuple[Proof, ...] = ()
    reason: Reason | None = None
    bytes_in: int = 0
    bytes_out: int = 0

    @property
    def identical(self) -> bool:
        """Whether the drawing was proved unchanged; never true without a proof."""
        return self.status is Status.CLEAN and bool(self.oracles)

    def to_json(self, *, show_values: bool = False, explained: bool = True) -> dict[str, object]:
        """Return the JSON object of the command line's contract; values masked unless asked."""
        findings = (
            found.to_json(show_values=show_values, explained=explained) for found in self.findings
        )
        document: dict[str, object] = {
            "status": self.status.value,
            "format": self.format,
            "profile": self.profile,
            "findings": list(findings),
            "fidelity": {
                "identical": self.identical,
                "oracles": [
                    {"oracle": p.oracle, "compared": p.compared, "statement": p.statement}
                    for p in self.oracles
                ],
            },
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
        }
        if self.reason is not None:
            document["reason"] = self.reason.to_json(explained=explained)
        return document

    def refused(self, error: RedactionError) -> "Report":
        """Return this report turned into a refusal: findings stay, what was proved does not."""
        return replace(
            self,
            status=Status.REFUSED,
            oracles=(),
            reason=Reason(error.code, error.public()),
            bytes_out=0,
        )


class Ids:
    """Names the lines of the reports on one file, each the same in all of them.

    An id is a hash of where the words were first found and how many others were found there
    before: it can be kept in clear and tells nothing of what they say.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Category, str], str] = {}
        self._counted: Counter[tuple[str, Category, str]] = Counter()

    def of(self, line: ReportedFinding) -> str:
        """Return the id of ``line``, whatever is done about it."""
        words = (line.carrier, line.category, line.value)
        if words not in self._known:
            place = (line.carrier, line.category, line.where)
            self._counted[place] += 1
            told = "\0".join((*place, str(self._counted[place])))
            self._known[words] = hashlib.sha256(told.encode()).hexdigest()[:ID_CHARS]
        return self._known[words]


def reported(findings: Iterable[Finding], ids: Ids | None = None) -> tuple[ReportedFinding, ...]:
    """Return ``findings`` as report lines: printable, bounded, repetitions counted.

    ``ids`` are those of an earlier report on the same file, if there was one.

    Raises:
        TooComplexError: more than ``MAX_FINDINGS`` different lines.
    """
    ids = ids or Ids()
    lines: dict[tuple[object, ...], ReportedFinding] = {}
    for found in findings:
        line = line_of(found, ids)
        key = (line.carrier, line.category, line.action, line.carrier_class, line.value)
        known = lines.get(key)
        lines[key] = line if known is None else replace(known, count=known.count + 1)
        if len(lines) > MAX_FINDINGS:
            raise TooComplexError
    return tuple(lines.values())


def proved(proofs: Sequence[Proof]) -> tuple[Proof, ...]:
    """Return ``proofs`` with printable, bounded words, at most ``MAX_ORACLES``."""
    return tuple(
        Proof(
            printable(proof.oracle, MAX_WORDS_CHARS),
            proof.compared,
            printable(proof.statement, MAX_WORDS_CHARS),
        )
        for proof in proofs[:MAX_ORACLES]
    )


def line_of(found: Finding, ids: Ids) -> ReportedFinding:
    """Return the report line for one finding."""
    line = ReportedFinding(
        carrier=printable(found.carrier, MAX_WORDS_CHARS),
        category=found.category,
        action=found.action,
        carrier_class=found.carrier_class,
        where=printable(found.where, MAX_WORDS_CHARS),
        value=printable(found.value, MAX_VALUE_CHARS),
        confidence=min(1.0, max(0.0, found.confidence)),
        rule=found.rule,
    )
    return replace(line, id=ids.of(line))


def printable(words: str, max_chars: int) -> str:
    """Return ``words`` on one line, cut to ``max_chars``, without control or direction marks."""
    cut = words if len(words) <= max_chars else words[: max_chars - 1] + "…"
    return "".join(
        character
        if unicodedata.category(character) not in UNSHOWABLE
        else " "
        if character in "\t\n\r\v\f"
        else "�"
        for character in cut
    )


def masked(value: str) -> str:
    """Return a hint at ``value`` that recognises it to who knows it: ``Jane Doe`` is ``J… D…``.

    Digits and one-letter words tell too much of themselves and are hidden whole.
    """
    words = 0

    def hint(word: re.Match[str]) -> str:
        nonlocal words
        words += 1
        text = word.group()
        return "…" if len(text) < 3 or not text[0].isalpha() else text[0] + "…"

    cut = WORD.sub(hint, value[:MAX_WORDS_CHARS])
    if words > PREVIEW_WORDS:
        cut = "…".join(cut.split("…")[:PREVIEW_WORDS]) + "…"
    return cut if words else "…"
