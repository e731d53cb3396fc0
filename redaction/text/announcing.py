"""Where a text announces a person: its labels, found by their letters alone.

Room: redaction/text. Pure; linear in the text. ``DRAWN_BY``, ``Drawn by``, ``CHK'D`` and
``swDrawnBy`` are all found; which words are labels stands in ``labels``.
"""

import re
from dataclasses import dataclass
from typing import Final

from redaction.text.labels import LABELS, LONGEST_WORDS, Strength
from redaction.text.latin import LETTER

TOKEN: Final = re.compile(rf"[{LETTER}가-힣]+(?:['.][{LETTER}]{{1,3}}(?![{LETTER}]))*")
JOINT: Final = re.compile(r"[ \t_\-./']{0,2}")
MARKS: Final = re.compile(r"[^\w]|_")
# Most words begin no label; what none begins with need not be read on.
BEGINNINGS: Final = frozenset(label[:end] for label in LABELS for end in range(1, len(label) + 1))
SLASHES: Final = ("/", "\\", "%")
CAMEL: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the text, and how strong it is."""

    start: int
    end: int
    strength: Strength


def labels(text: str) -> list[Label]:
    """Return the labels in ``text``, the longest at each place, adjoining ones each on its own."""
    found: list[Label] = []
    tokens = list(TOKEN.finditer(text))
    at = 0
    while at < len(tokens):
        label, used = _label(text, tokens, at)
        if label is not None:
            found.append(label)
        at += used
    return found


def _label(text: str, tokens: list[re.Match[str]], at: int) -> tuple[Label | None, int]:
    key = ""
    best: tuple[Label | None, int] = (None, 1)
    for used in range(1, LONGEST_WORDS + 1):
        if at + used > len(tokens):
            break
        token = tokens[at + used - 1]
        if used == 1 and token[0].islower() and text[token.start() - 1 : token.start()] in SLASHES:
            break
        if used > 1 and not JOINT.fullmatch(text, tokens[at + used - 2].end(), token.start()):
            break
        word = token[0]
        key += (word if word.isalpha() else MARKS.sub("", word)).lower()
        if key not in BEGINNINGS:
            break
        strength = LABELS.get(key)
        if strength and len(key) > 1:
            best = (Label(tokens[at].start(), token.end(), strength), used)
    if best[0] is None and not tokens[at][0].isupper() and not tokens[at][0].islower():
        humps = CAMEL.findall(tokens[at][0])
        for count in (3, 2):
            strength = LABELS.get("".join(humps[-count:]).lower()) if len(humps) > count else None
            if strength is Strength.STRONG:
                return Label(tokens[at].start(), tokens[at].end(), strength), 1
    return best
