"""Removed values that the drawing's own words repeat: shown to the owner, for they stay.

Room: redaction/carriers. Pure; for formats whose words are text in the file. A part may be called
after its maker; only its owner knows.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.carriers.echoes import HOMES, NAME_PARTS, SERVERS
from redaction.model import Action, CarrierClass, Category, Finding

MIN_CHARS: Final = 4
# Shorter than this, a value counts only as a word of its own: "anna" is not in "savannah".
WORD_CHARS: Final = 8
WORDS: Final = re.compile(r"[^\W_]++")


def repeated(removed: Iterable[Finding], words: str) -> list[Finding]:
    """Return, for review, values of ``removed`` and parts of them that ``words`` repeat."""
    parts = {
        (part, found.category)
        for found in removed
        if found.seed and found.action is Action.REMOVED
        for part in _parts(found)
        if len(part) >= MIN_CHARS
    }
    folded = words.casefold()
    known = set(WORDS.findall(folded))
    return [
        Finding("drawing", category, Action.REVIEW, part, "", CarrierClass.CONTENT)
        for part, category in sorted(parts)
        if _stands(part.casefold(), folded, known)
    ]


def _parts(found: Finding) -> Iterator[str]:
    value = found.value.strip()
    if found.category is not Category.PATH:
        yield value
    if found.category is Category.PERSON:
        yield from NAME_PARTS.findall(value)
    if found.category is Category.EMAIL:
        yield value.partition("@")[0]
    if found.category is Category.PATH:
        # Its directories are cut wherever they stand, so only the people in it are looked for.
        yield from HOMES.findall(value)
        yield from SERVERS.findall(value)


def _stands(part: str, folded: str, known: set[str]) -> bool:
    if part.isalnum() and len(part) < WORD_CHARS:
        return part in known
    first = WORDS.search(part)
    # Most values share no word with the drawing: that is told without reading it again.
    likely = len(part) >= WORD_CHARS and part.isalnum()
    return (likely or first is None or first[0] in known) and part in folded
