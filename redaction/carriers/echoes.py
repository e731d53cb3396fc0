"""Parts of removed values by which they would be recognised elsewhere.

Room: redaction/carriers. Pure. A name is recognised by its parts, an address by what stands before
its @, a path by the home or server in it; the sweep looks for the same parts.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.model import Action, Category, Finding

ECHOED: Final = frozenset(
    {Category.PERSON, Category.ORGANISATION, Category.EMAIL, Category.PATH, Category.HOST}
    | {Category.PHONE, Category.NETWORK, Category.ADDRESS, Category.IDENTIFIER, Category.LOCATION}
)
NAME_PARTS: Final = re.compile(r"[^\W\d_]++(?:['’-][^\W\d_]++)*+")
HOMES: Final = re.compile(
    r"(?:^|[\\/])(?:users|home|documents and settings|docume~1|benutzer|utilisateurs)[\\/]+"
    r"([^\\/]++)",
    re.IGNORECASE,
)
SERVERS: Final = re.compile(r"^[\\/]{2,}([^\\/.]++)")


def telling(removed: Iterable[Finding]) -> list[tuple[str, Category]]:
    """Return the values of ``removed`` findings, and the parts of them that tell as much."""
    return [
        (part, found.category)
        for found in removed
        if found.seed and found.category in ECHOED
        if found.action in (Action.REMOVED, Action.REPLACED)
        for part in _parts(found)
    ]


def _parts(found: Finding) -> Iterator[str]:
    value = found.value.strip()
    yield value
    if found.category is Category.PERSON:
        yield from NAME_PARTS.findall(value)
    if found.category is Category.EMAIL:
        yield value.partition("@")[0]
    if found.category is Category.PATH:
        yield value[: max(value.rfind("/"), value.rfind("\\"), 0)]
        yield from HOMES.findall(value)
        yield from SERVERS.findall(value)
