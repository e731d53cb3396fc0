"""Names beside what was found: a telephone number's owner, the second of two people.

Room: redaction/text. Pure; linear in what was found.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.model import Category
from redaction.text.latin import Familiarity, Name, is_given, name_at
from redaction.text.mentioned import CAPITAL
from redaction.text.span import Span
from redaction.text.vocabulary import COMPANY

REACHING: Final = frozenset({Category.PHONE, Category.EMAIL, Category.CHAT})
BEFORE_CHARS: Final = 44
CONNECT_BEFORE: Final = re.compile(
    r"(?P<name>[^\n;|]{2,40}?)(?:[ ]?[(,:/–-]{1,2}[ ]?|[ ]|[ ](?:at|on|au|unter|al|tel|TEL|Tel"
    r"|mob|cell|ph)[.: ]{1,3})$"
)
CONNECT_AFTER: Final = re.compile(r"[ ]?[),;/–-]{1,2}[ ]?|[ ]\(?|\n")
ALSO: Final = re.compile(
    r" ?(?:, ?|/ ?|& ?|\+ ?|;[ ]?|[ ](?:and|und|et|y|e|i|och|og|en|or|oder|или|и) )"
)


def beside(text: str, held: Iterable[Span]) -> Iterator[Span]:
    """Yield names that stand right before or after a telephone number, a mail or a chat."""
    for span in held:
        if span.category in REACHING:
            tie = CONNECT_AFTER.match(text, span.end)
            after = name_at(text, tie.end()) if tie else None
            for name in (after, *_before(text, span.start)):
                if name is not None and _is_beside(text, name):
                    yield Span(name.start, name.end, Category.PERSON, 0.72, "name.beside")


def _before(text: str, start: int) -> Iterator[Name]:
    begin = max(0, start - BEFORE_CHARS)
    before = CONNECT_BEFORE.search(text[begin:start])
    if before:
        end = begin + before.end("name")
        for capital in CAPITAL.finditer(text, begin + before.start("name"), end):
            name = name_at(text, capital.start())
            if name is not None and name.end == end:
                yield name


def _is_beside(text: str, name: Name) -> bool:
    value = text[name.start : name.end]
    if name.eponym or COMPANY.match(text, name.end) or name.shape == "initials":
        return False
    if name.shape == "single":
        return is_given(value) and not value.isupper()
    return name.familiarity >= Familiarity.PARTLY or name.shape == "initialled"


def also(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """Yield the names that "and", a comma or a stroke ties to those in ``found``."""
    for span in found:
        if span.category is not Category.PERSON:
            continue
        tie = ALSO.match(text, span.end)
        name = name_at(text, tie.end()) if tie else None
        if name is None or name.eponym or COMPANY.match(text, name.end):
            continue
        value = text[name.start : name.end]
        single = name.shape == "single" and is_given(value) and not value.isupper()
        joined = name.shape in ("full", "initialled") and name.familiarity is not Familiarity.WORD
        if (joined and (not value.isupper() or name.familiarity >= Familiarity.PARTLY)) or single:
            yield Span(
                name.start, name.end, Category.PERSON, min(0.8, span.confidence), "name.also"
            )
