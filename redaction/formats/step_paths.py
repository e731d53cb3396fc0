"""Paths in the strings of a STEP file, and what is left of them: the name of a file.

Room: redaction/formats. Pure; linear in the text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.model import Category
from redaction.text import people
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

# Characters from, to, and the category whose token stands instead; None leaves nothing.
Cut = tuple[int, int, Category | None]


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
    if any(span.category is Category.PATH for span in people.find(left)) or ROOTED.fullmatch(left):
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
