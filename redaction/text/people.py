"""People in words: where a free text names, reaches or locates somebody.

Room: redaction/text. Pure; linear in the text. Used by the format handlers and, for the
description of a part, by the gateway. What is found with ``SURE`` confidence is replaced by a
fixed token, the rest is shown to its owner for review: a drawing's words are only touched where
there is hardly a doubt.

    >>> redact("Ask jane.roe@example.com")[0]
    'Ask [e-mail]'
"""

import codecs
import unicodedata
from typing import Final

from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import addresses, names, paths, phones
from redaction.text.span import Span, without_overlaps

__all__ = ["SURE", "TOKENS", "Span", "find", "redact", "warm"]

# Chosen on a curve of false alarms per drawing text; see docs/reference/formats/text.md.
SURE: Final = 0.8
# The same for everybody: a token must not tell who was removed, nor by which program.
TOKENS: Final = {
    Category.EMAIL: "[e-mail]",
    Category.PHONE: "[phone]",
    Category.PATH: "[path]",
    Category.NETWORK: "[address]",
}


def find(text: str) -> list[Span]:
    """Return the e-mail and network addresses, phones, paths and names in ``text``, sorted.

    Spans do not overlap. Names are found only beside a word that announces one.
    """
    plain = _normalised(text)
    located = without_overlaps(
        span
        for finder in (addresses.emails, addresses.networks, paths.paths, phones.phones)
        for span in finder(plain)
    )
    return without_overlaps([*located, *names.names(plain)])


def redact(text: str) -> tuple[str, tuple[Finding, ...]]:
    """Return ``text`` with what is surely personal replaced by tokens, and what was found.

    What is less sure, and every name, stays and is a finding with action ``review``.
    """
    out: list[str] = []
    findings: list[Finding] = []
    position = 0
    for span in find(text):
        replaced = is_replaced(span)
        findings.append(finding(text, span, Action.REPLACED if replaced else Action.REVIEW))
        if replaced:
            out += (text[position : span.start], TOKENS[span.category])
            position = span.end
    out.append(text[position:])
    return "".join(out), tuple(findings)


def is_replaced(span: Span) -> bool:
    """Return whether ``span`` is sure enough, and of a kind, to be replaced without asking."""
    return span.category in TOKENS and span.confidence >= SURE


def finding(text: str, span: Span, action: Action, carrier: str = "text") -> Finding:
    """Return the finding for ``span`` of ``text``, placed by its line."""
    line = text.count("\n", 0, span.start) + 1
    return Finding(
        carrier,
        span.category,
        action,
        text[span.start : span.end],
        where=f"line {line}",
        carrier_class=CarrierClass.CONTENT,
        confidence=span.confidence,
    )


def _normalised(text: str) -> str:
    """Return ``text`` with full-width forms made plain, one character for one."""
    if text.isascii():
        return text
    return "".join(
        plain if len(plain := unicodedata.normalize("NFKC", character)) == 1 else character
        for character in text
    )


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    phones.warm()
    for encoding in ("utf-16-le", "utf-16-be", "latin-1"):
        codecs.lookup(encoding)
