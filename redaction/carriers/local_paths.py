"""Local paths in fields: the file's own name stays, where it lay on somebody's disk goes.

Room: redaction/carriers. Pure; linear in the value. A link to a file that lies beside the
drawing still works by its bare name; one that led to a person's disk led nowhere for others.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text import people

# The whole value is a path: a drive, a share, a URL of the machine's own files, a home.
LOCAL: Final = re.compile(
    r"(?:file:/{0,3}|smb:|afp:|nfs:)?(?:[A-Za-z](?::|%3A|\|)[\\/]|\\\\|//[\w.\-]++/)[^\r\n]*+"
    r"|(?:file|smb|afp|nfs|cifs):[^\r\n]*+"
    r"|(?:(?:\.\.[\\/])++|[\\/])(?:home|Users|Benutzer|Volumes|mnt|export)[\\/][^\r\n]++"
    r"|[\\/](?:tmp|var|private)[\\/][^\r\n]++",
    re.IGNORECASE,
)
SEPARATOR: Final = re.compile(r"[\\/]|%5C|%2F", re.IGNORECASE)
SUSPECT: Final = re.compile(r"[\\/]")
SURE: Final = 0.6
MAX_VALUE_CHARS: Final = 100_000


def basenamed(value: str) -> str:
    """Return ``value`` with every local path in it cut down to the name of its file."""
    if not SUSPECT.search(value) or len(value) > MAX_VALUE_CHARS:
        return value
    if LOCAL.fullmatch(value.strip()):
        return _name(value.strip())
    out: list[str] = []
    position = 0
    for start, end in _places(value):
        out += (value[position:start], _name(value[start:end]))
        position = end
    out.append(value[position:])
    return "".join(out)


def _places(value: str) -> Iterator[tuple[int, int]]:
    for span in people.find(value):
        path = value[span.start : span.end]
        if span.category is Category.PATH and span.confidence >= SURE and _is_local(path):
            yield span.start, span.end


def _is_local(path: str) -> bool:
    return LOCAL.fullmatch(path) is not None


def _name(path: str) -> str:
    """Return the last name in ``path``; a path that ends in a directory leaves nothing."""
    return SEPARATOR.split(path)[-1]
