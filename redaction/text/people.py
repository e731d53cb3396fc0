"""People in words: where a free text names, reaches or locates somebody.

Room: redaction/text. Pure; linear in the text. Used by the format handlers and, for the
description of a part, by the gateway. What is found with ``SURE`` confidence is replaced by a
fixed token, the rest is shown to its owner for review: a drawing's words are only touched where
there is hardly a doubt. Rules, languages and measured figures: docs/reference/people-in-words.md.

    >>> redact("Ask jane.roe@example.com")[0]
    'Ask [e-mail]'
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import (
    accounts,
    addresses,
    chats,
    companions,
    identities,
    labelled,
    logins,
    mentioned,
    paths,
    phones,
    postal,
)
from redaction.text.chinese import chinese
from redaction.text.japanese import japanese
from redaction.text.korean import korean
from redaction.text.lexicon import lexicon
from redaction.text.plain import plain
from redaction.text.rows import rows
from redaction.text.span import Span, surest, without_overlaps

__all__ = [
    "IN_PROSE",
    "SURE",
    "TOKENS",
    "Span",
    "announces",
    "find",
    "pinpoint",
    "redact",
    "warm",
]

# Chosen on a curve of false alarms per drawing text; see docs/reference/people-in-words.md.
SURE: Final = 0.8
SUGGESTED: Final = 0.5
# The same for everybody: a token must not tell who was removed, nor by which program.
TOKENS: Final = {
    Category.EMAIL: "[e-mail]",
    Category.PHONE: "[phone]",
    Category.PATH: "[path]",
    Category.NETWORK: "[address]",
    Category.CHAT: "[account]",
    Category.BANK: "[account]",
    Category.NATIONAL_ID: "[number]",
}
# In a description or a plain text, which no machine is built by, names and logins go too.
IN_PROSE: Final = TOKENS | {
    Category.PERSON: "[name]",
    Category.USERNAME: "[name]",
    Category.ADDRESS: "[address]",
}
# What stands where another kind of words was taken out because their owner asked for it.
TAKEN_OUT: Final = "[removed]"
# Han, kana and Hangul: a sign for a diameter needs no reader of Chinese.
EASTERN: Final = re.compile("[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_TOKENS: Final = sorted({re.escape(token) for token in (*IN_PROSE.values(), TAKEN_OUT)})
_TOKEN: Final = re.compile("|".join(_TOKENS))


def find(text: str, label: str | None = None) -> list[Span]:
    """Return whom and what ``text`` names, sorted; a path is one span with all it holds.

    ``label`` is what the cell beside the text says, where a format knows it ("DRAWN"). Spans do
    not overlap; each is at least ``SUGGESTED`` sure.
    """
    comparable = plain(text)
    whole = without_overlaps(paths.paths(comparable))
    return _with_names(comparable, label, [*whole, *_apart(_reached(comparable), whole)])


def announces(cell: str) -> bool:
    """Return whether ``cell`` is fit to be another cell's label: it announces a person."""
    return labelled.announces(plain(cell))


def pinpoint(text: str, label: str | None = None) -> list[Span]:
    """Return the same as ``find`` but, instead of paths, the user names and hosts in them."""
    comparable = plain(text)
    return _with_names(comparable, label, list(_reached(comparable)))


def _reached(text: str) -> Iterator[Span]:
    """Yield how somebody is reached or identified, overlaps included."""
    for finder in (
        addresses.emails,
        addresses.networks,
        phones.phones,
        identities.identities,
        accounts.accounts,
        chats.chats,
        logins.logins,
        postal.postal,
    ):
        yield from finder(text)


def _with_names(text: str, label: str | None, located: list[Span]) -> list[Span]:
    beside = plain(label) if label else None
    held = surest(located)
    barred = mentioned.barred(text)
    names = [span for span in labelled.labelled(text, beside) if not mentioned.within(span, barred)]
    names += [*mentioned.mentioned(text, barred), *companions.beside(text, held), *rows(text)]
    if not text.isascii() and EASTERN.search(text):
        names += [*chinese(text, beside), *japanese(text, beside), *korean(text)]
    first = surest(_apart(names, held))
    named = surest([*first, *_apart(companions.also(text, first), held)])
    likely = [span for span in surest([*held, *named]) if span.confidence >= SUGGESTED]
    # "Questions: [e-mail]" looks like a login behind its label, and is what we wrote there.
    ends = {at: token.end() for token in _TOKEN.finditer(text) for at in range(*token.span())}
    return [span for span in likely if span.end > ends.get(span.start, 0)]


def _apart(spans: Iterable[Span], held: list[Span]) -> list[Span]:
    """Return those of ``spans`` that touch none of ``held``, which are sorted and apart."""
    marked = sorted(held)
    kept: list[Span] = []
    at = 0
    for span in sorted(spans):
        while at < len(marked) and marked[at].end <= span.start:
            at += 1
        if at == len(marked) or span.end <= marked[at].start:
            kept.append(span)
    return kept


def redact(text: str) -> tuple[str, tuple[Finding, ...]]:
    """Return ``text`` with what is surely personal replaced by tokens, and what was found.

    What is less sure stays and is a finding with action ``review``.
    """
    out: list[str] = []
    findings: list[Finding] = []
    position = 0
    for span in find(text):
        replaced = is_replaced_in_prose(span)
        findings.append(finding(text, span, Action.REPLACED if replaced else Action.REVIEW))
        if replaced:
            out += (text[position : span.start], IN_PROSE[span.category])
            position = span.end
    out.append(text[position:])
    return "".join(out), tuple(findings)


def is_replaced(span: Span) -> bool:
    """Return whether ``span`` is sure enough, and of a kind, to be replaced without asking."""
    return span.category in TOKENS and span.confidence >= SURE


def is_replaced_in_prose(span: Span) -> bool:
    """Return the same for a description or a plain text, where names are replaced too."""
    return span.category in IN_PROSE and span.confidence >= SURE


def token(category: Category) -> str:
    """Return what stands in a drawing where words of this kind were taken out on request."""
    return IN_PROSE.get(category, TAKEN_OUT)


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
        rule=span.rule,
    )


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    phones.warm()
    lexicon()
    for encoding in ("utf-16-le", "utf-16-be", "latin-1"):
        codecs.lookup(encoding)
