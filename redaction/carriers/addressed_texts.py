"""E-mail addresses in texts that stand among the numbers of a model: shown to their owner.

Room: redaction/carriers. Pure; linear in the data. Text in 8 bits or UTF-16, at any byte.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from redaction.model import Action, Category, Finding
from redaction.text import people

# An address goes on with a domain; a sign alone stands everywhere among numbers.
ADDRESS: Final = re.compile(
    rb"@(?=[A-Za-z0-9\x80-\xff-]{1,63}\.[A-Za-z]|\x00(?:[A-Za-z0-9-]\x00){1,63}\.\x00[A-Za-z]\x00)"
)
NEAR_BYTES: Final = 300
MIN_TEXT: Final = re.compile(rb"[\x20-\x7e]{6,}|(?:[\x20-\xff]\x00){6,}")


def found(carrier: str, where: str, content: bytes) -> Iterable[Finding]:
    """Yield, for review, each address in ``content``."""
    text = "\n".join(_addressed(content))
    for span in people.find(text) if text else ():
        if span.category is Category.EMAIL:
            told = people.finding(text, span, Action.REVIEW, carrier)
            yield replace(told, where=where)


def _addressed(content: bytes) -> Iterator[str]:
    """Yield the texts in which an e-mail address stands, as far as they are near it."""
    position = 0
    for mark in ADDRESS.finditer(content):
        start = max(position, mark.start() - NEAR_BYTES)
        for run in MIN_TEXT.finditer(content, start, mark.end() + NEAR_BYTES):
            if run.start() <= mark.start() < run.end():
                position = run.end()
                yield run.group().decode("utf-16-le" if run.group()[1] == 0 else "latin-1")
