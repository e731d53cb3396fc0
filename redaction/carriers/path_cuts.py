"""Paths in the strings of a model, and what is left of them: the name of a file.

Room: redaction/carriers. Pure; linear in the text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.model import Category
from redaction.text import people
from redaction.text.paths import WINDOWS
from redaction.text.span import Span

# A place in the file system of a workstation, in a string that holds nothing else.
ROOTED: Final = re.compile(r"/(?:[^/\n\0]{1,80}/){2,24}[^/\n\0]{1,120}\.\w{1,8}")
# Its last part is no file but somebody's directory.
HOME: Final = re.compile(
    r"[\\/](?:users|home|documents and settings|benutzer|utilisateurs)[\\/]+[^\\/]*$",
    re.IGNORECASE,
)
# What begins so has a directory to cut off; "ACME\jroe" is an account.
BEGINS: Final = re.compile(r"[\\/]|[A-Za-z][A-Za-z0-9+.-]*+:")

# The rest of a path whose beginning is known.
REST: Final = r"[^\s\"<>|*?,;()\0]*+"
MIN_PATH_CHARS: Final = 6
MIN_DIRECTORY_CHARS: Final = 8
# Each of them is one more look at the whole text; what is left over, the sweep will find.
MAX_DIRECTORIES: Final = 50

# Characters from, to, and the category whose token stands instead; None leaves nothing.
Cut = tuple[int, int, Category | None]


def found(text: str, removed: Iterable[str]) -> Iterator[Span]:
    """Yield every path with a drive in ``text``, and those that lie where a removed one lay."""
    for path in WINDOWS.finditer(text):
        if len(path[0]) >= MIN_PATH_CHARS:
            yield Span(path.start(), path.end(), Category.PATH, people.SURE)
    directories = {path[: max(path.rfind("/"), path.rfind("\\"), 0)] for path in removed}
    telling = sorted(known for known in directories if len(known) >= MIN_DIRECTORY_CHARS)
    for directory in telling[:MAX_DIRECTORIES]:
        for path in re.finditer(re.escape(directory) + REST, text, re.IGNORECASE):
            yield Span(path.start(), path.end(), Category.PATH, people.SURE)


def cuts(text: str, spans: Iterable[Span]) -> Iterator[Cut]:
    """Yield what to cut out of ``text`` so that nothing of ``spans`` but file names is left."""
    position = 0
    kept: list[str] = []
    planned: list[Cut] = []
    for span in spans:
        planned.append(_cut(text, span))
        begins, ends, _ = planned[-1]
        kept.append(text[position:begins])
        position = ends
    left = "".join((*kept, text[position:]))
    again = any(span.category is Category.PATH for span in people.find(left))
    if again or ROOTED.fullmatch(left) or any(found(left, ())):
        # What was cut apart reads as a path again: nothing behind its beginning can be trusted.
        planned = [(planned[0][0], len(text), Category.PATH)]
    yield from planned


def _cut(text: str, span: Span) -> Cut:
    said = text[span.start : span.end]
    if span.category is not Category.PATH or HOME.search(said) or not BEGINS.match(said):
        return span.start, span.end, span.category
    name = max(said.rfind("/"), said.rfind("\\")) + 1
    return span.start, span.start + name, None


def basename(resource: str) -> str:
    """Return ``resource`` (RFC 3986) without its directories; its fragment stays."""
    path, mark, fragment = resource.partition("#")
    return path[max(path.rfind("/"), path.rfind("\\")) + 1 :] + mark + fragment
