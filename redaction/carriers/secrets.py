"""Which removed values must not be said again: what a handler cuts out or reports elsewhere.

Room: redaction/carriers. Pure. The sweep asks the same question of the whole file afterwards; a
handler that knows where words stand answers it first, place by place.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.model import Action, Category, Finding

MIN_CHARS: Final = 4
# A shorter value counts only as a word of its own.
WORD_CHARS: Final = 8
MAX_SECRETS: Final = 200
WHOLE: Final = frozenset({Category.ORGANISATION, Category.HOST, Category.EMAIL, Category.PERSON})
LONG: Final = frozenset({Category.PHONE, Category.NETWORK, Category.IDENTIFIER, Category.LOCATION})
HOMES: Final = re.compile(
    r"(?:^|[\\/])(?:users|home|documents and settings|docume~1|benutzer|utilisateurs)[\\/]+"
    r"([^\\/]++)|^[\\/]{2,}([^\\/.]++)",
    re.IGNORECASE,
)
NAME_PARTS: Final = re.compile(r"[^\W\d_]++(?:['’-][^\W\d_]++)*+")
# Logins of nobody in particular: cutting the word out of everything would only do harm.
_NOBODY: Final = """
    admin administrator anonymous author autocad autodesk cad client company customer default
    design designer document drawing engineer engineering example export file files guest home
    info layer layout local line model name nobody none office owner part plot print private
    product project public root sales server service shared standard student style support system
    temp test text unknown unnamed untitled user username users view windows work workstation
"""
NOBODY: Final = frozenset(_NOBODY.split())


def secrets(findings: Iterable[Finding]) -> dict[str, Category]:
    """Return what must not be said again, in folded case, by its category."""
    told: dict[str, Category] = {}
    for finding in findings:
        if finding.seed and finding.action in (Action.REMOVED, Action.REPLACED):
            for part in _parts(finding):
                folded = part.strip().casefold()
                if len(folded) >= MIN_CHARS and folded not in NOBODY and len(set(folded)) > 2:
                    told.setdefault(folded, finding.category)
    longest = sorted(told, key=lambda secret: (-len(secret), secret))[:MAX_SECRETS]
    return {secret: told[secret] for secret in longest}


def _parts(finding: Finding) -> Iterator[str]:
    value = finding.value
    if finding.category in WHOLE or (finding.category in LONG and len(value) >= WORD_CHARS):
        yield value
    if finding.category is Category.PERSON:
        yield from NAME_PARTS.findall(value)
    elif finding.category is Category.EMAIL:
        yield value.partition("@")[0]
    elif finding.category is Category.PATH:
        directory = value[: max(value.rfind("/"), value.rfind("\\"), 0)]
        if len(directory) >= WORD_CHARS:
            yield directory
        yield from (home or server for home, server in HOMES.findall(value))
