"""Read a report that came over the wall, believing nothing.

Room: redaction. Pure. The worker that wrote it has touched hostile bytes, so every field is
checked for kind, range and length, and the sentence of a refusal is looked up here by its
code instead of being taken from the worker.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NoReturn, TypeVar

from redaction.errors import TooComplexError, WorkerFailedError
from redaction.model import Action, CarrierClass, Category, Proof
from redaction.registry import BY_NAME
from redaction.report import (
    ID_CHARS,
    MAX_FINDINGS,
    MAX_ORACLES,
    MAX_VALUE_CHARS,
    MAX_WORDS_CHARS,
    UNKNOWN_FORMAT,
    Reason,
    Report,
    ReportedFinding,
    Status,
    printable,
)
from redaction.text.reasons import REASONS
from redaction.unsupported import REFUSALS

# Empty objects unfold to twenty times their text: more would let a report exhaust the gateway.
MAX_REPORT_BYTES: Final = 8 * 1024 * 1024
MAX_COUNT: Final = 2**53  # beyond this JSON numbers stop being exact in other languages

REPORT_KEYS: Final = frozenset(
    {"status", "format", "profile", "findings", "fidelity", "bytes_in", "bytes_out", "reason"}
)
SHOWN_KEYS: Final = frozenset({"value", "value_preview", "confidence", "count", "rule", "id"})
FINDING_KEYS: Final = SHOWN_KEYS | {"carrier", "category", "action", "class", "where"}
ID: Final = re.compile(rf"(?:[0-9a-f]{{{ID_CHARS}}})?")

_Kind = TypeVar("_Kind", bound=StrEnum)


class ReportLiedError(WorkerFailedError):
    """The sandbox could not finish this file. Nothing was released."""


def written(report: Report) -> bytes:
    """Return ``report`` as the bytes that cross the wall; values are in clear.

    Raises:
        TooComplexError: it is longer than ``read`` would take.
    """
    document = report.to_json(show_values=True, explained=False)
    report_bytes = json.dumps(document, ensure_ascii=False).encode()
    if len(report_bytes) > MAX_REPORT_BYTES:
        raise TooComplexError
    return report_bytes


def read(untrusted_report: bytes) -> Report:
    """Return the report these bytes hold, as ``written`` wrote it.

    Raises:
        ReportLiedError: not such a report: too large, not JSON, a field missing, unknown, of
            the wrong kind or out of range, or statements that contradict each other.
    """
    if len(untrusted_report) > MAX_REPORT_BYTES:
        _lied("larger than a report may be")
    try:
        untrusted = json.loads(untrusted_report, object_pairs_hook=_object, parse_constant=_lied)
    except (ValueError, RecursionError) as error:
        raise ReportLiedError("not JSON") from error
    return _consistent(_report(_mapping(untrusted, REPORT_KEYS)))


def _report(untrusted: Mapping[str, object]) -> Report:
    untrusted_format = _words(untrusted.get("format"))
    if untrusted_format not in BY_NAME and untrusted_format != UNKNOWN_FORMAT:
        _lied("unknown format")
    fidelity = _mapping(untrusted.get("fidelity"), frozenset({"identical", "oracles"}))
    report = Report(
        status=_kind(Status, untrusted.get("status")),
        format=untrusted_format,
        profile=_words(untrusted.get("profile")),
        findings=tuple(map(_finding, _list(untrusted.get("findings"), MAX_FINDINGS))),
        oracles=tuple(map(_proof, _list(fidelity.get("oracles"), MAX_ORACLES))),
        reason=_reason(untrusted["reason"]) if "reason" in untrusted else None,
        bytes_in=_count(untrusted.get("bytes_in")),
        bytes_out=_count(untrusted.get("bytes_out")),
    )
    if fidelity.get("identical") is not report.identical:
        _lied("claims more or less than it proves")
    return report


def _consistent(report: Report) -> Report:
    if (report.status is Status.REFUSED) != (report.reason is not None):
        _lied("a refusal without a reason, or a reason without a refusal")
    if report.status is Status.CLEAN and not report.oracles:
        _lied("clean without a proof")
    if report.status is not Status.REFUSED and report.format == UNKNOWN_FORMAT:
        _lied("neither recognised nor refused")
    return report


def _finding(untrusted_finding: object) -> ReportedFinding:
    untrusted = _mapping(untrusted_finding, FINDING_KEYS)
    untrusted_confidence = untrusted.get("confidence")
    if type(untrusted_confidence) not in (int, float):
        _lied("confidence is not a number")
    confidence = float(str(untrusted_confidence))
    if not 0.0 <= confidence <= 1.0:
        _lied("confidence out of range")
    untrusted_id, untrusted_rule = _words(untrusted.get("id")), _words(untrusted.get("rule"))
    if not ID.fullmatch(untrusted_id) or not (untrusted_rule in REASONS or untrusted_rule == ""):
        _lied("an id that is none, or an unknown rule")
    return ReportedFinding(
        carrier=_words(untrusted.get("carrier")),
        category=_kind(Category, untrusted.get("category")),
        action=_kind(Action, untrusted.get("action")),
        carrier_class=_kind(CarrierClass, untrusted.get("class")),
        where=_words(untrusted.get("where")),
        value=_words(untrusted.get("value"), MAX_VALUE_CHARS),
        confidence=confidence,
        count=_count(untrusted.get("count")),
        id=untrusted_id,
        rule=untrusted_rule,
    )


def _proof(untrusted_proof: object) -> Proof:
    untrusted = _mapping(untrusted_proof, frozenset({"oracle", "compared", "statement"}))
    return Proof(
        _words(untrusted.get("oracle")),
        _count(untrusted.get("compared")),
        _words(untrusted.get("statement")),
    )


def _reason(untrusted_reason: object) -> Reason:
    untrusted = _mapping(untrusted_reason, frozenset({"code", "sentence"}))
    refusal = REFUSALS.get(_words(untrusted.get("code")))
    if refusal is None:
        _lied("unknown reason")
    return Reason(refusal.code, refusal().public())


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # A key given twice is read differently by different readers.
    document = dict(pairs)
    if len(document) != len(pairs):
        _lied("a key twice")
    return document


def _mapping(untrusted: object, keys: frozenset[str]) -> Mapping[str, object]:
    if not isinstance(untrusted, dict) or not untrusted.keys() <= keys:
        _lied("not an object, or with unknown keys")
    return untrusted


def _list(untrusted: object, max_items: int) -> Sequence[object]:
    if not isinstance(untrusted, list) or len(untrusted) > max_items:
        _lied("not a list, or too long")
    return untrusted


def _words(untrusted: object, max_chars: int = MAX_WORDS_CHARS) -> str:
    if not isinstance(untrusted, str) or printable(untrusted, max_chars) != untrusted:
        _lied("not printable words of a bounded length")
    return untrusted


def _count(untrusted: object) -> int:
    if type(untrusted) is not int or not 0 <= untrusted <= MAX_COUNT:
        _lied("not a count")
    return untrusted


def _kind(kinds: type[_Kind], untrusted: object) -> _Kind:
    if not isinstance(untrusted, str) or untrusted not in set(kinds):
        _lied(f"not a {kinds.__name__}")
    return kinds(untrusted)


def _lied(how: str) -> NoReturn:
    raise ReportLiedError(how)
