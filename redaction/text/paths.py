"""Paths and URLs in free text that tell of a person, a machine or a company's shares.

Room: redaction/text. Pure; linear in the text. What a program installed (``C:\\Program Files``)
tells of nobody and is left alone. Segments may hold spaces, so a path ends at the last separator
it reaches plus one word.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.span import Span

_NAME: Final = r"[^\\/:*?\"<>|\s,;()\[\]{}]"
# Up to four words: "Documents and Settings". Anything longer is a sentence.
_SEGMENT: Final = rf"{_NAME}{{1,80}}+(?: {_NAME}{{1,80}}+){{0,3}}?"
_LAST: Final = r"[^\\/:*?\"<>|\s,;()\[\]{}]{0,120}+"

WINDOWS: Final = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z]:[\\/]{{1,2}}(?:{_SEGMENT}[\\/]{{1,2}}){{0,24}}{_LAST}"
)
UNC: Final = re.compile(
    rf"(?<![\\\w:])\\\\(?:\\\\)?[A-Za-z0-9][A-Za-z0-9._\-]{{1,62}}\\{{1,2}}"
    rf"(?:{_SEGMENT}\\{{1,2}}){{0,24}}{_LAST}"
)
POSIX: Final = re.compile(
    rf"(?<![\w.\-/:])(?:/(?:export|mnt|net|Volumes))?/(?:home|Users|Benutzer)/{_NAME}{{1,64}}+"
    rf"(?:/{_SEGMENT}(?=/)){{0,24}}(?:/{_LAST})?"
)
LOCAL_URL: Final = re.compile(
    r"(?<!\w)(?:file|smb|afp|nfs|cifs)://[^\s\"<>]{2,400}+", re.IGNORECASE
)
# A scheme, and who logs in there.
USER_URL: Final = re.compile(
    r"(?<!\w)[a-z][a-z0-9+.\-]{1,15}://[^\s/@\"<>:]{1,64}+(?::[^\s/@\"<>]{0,64}+)?@[^\s\"<>]{3,20"
    r"0}+",
    re.IGNORECASE,
)
HOME_URL: Final = re.compile(
    r"(?<!\w)(?:https?|ftp)://[^\s/\"<>]{3,100}+/~[^\s\"<>]{1,200}+", re.IGNORECASE
)
ACCOUNT: Final = re.compile(
    r"(?:saved by|lastsavedby|user(?:name)?|login|account|logged in as)[ \t]*+[:=]?[ \t]*+"
    r"(?P<account>[A-Za-z][A-Za-z0-9\-]{1,20}\\{1,2}[A-Za-z][A-Za-z0-9._\-]{1,40})",
    re.IGNORECASE,
)

HOME: Final = re.compile(
    r"[\\/](?:users|home|documents and settings|docume~1|benutzer|utilisateurs|usuarios)[\\/]+"
    r"(?!public\b|default\b|all users\b|shared\b)",
    re.IGNORECASE,
)
INSTALLED: Final = re.compile(
    r"[a-z]:[\\/]+(?:program files|programme|programdata|windows|winnt|temp\b)", re.IGNORECASE
)
TRAILING: Final = ".'’”)!?"


def paths(text: str) -> Iterator[Span]:
    """Yield local paths, shares, and URLs with a user in them; installed programs are left out."""
    for pattern, confidence in (
        (LOCAL_URL, 0.95),
        (UNC, 0.92),
        (POSIX, 0.92),
        (USER_URL, 0.9),
        (HOME_URL, 0.7),
    ):
        for found in pattern.finditer(text):
            yield _span(text, found.start(), found.end(), confidence)
    for found in WINDOWS.finditer(text):
        # "C:\" alone, or "A:/B" of a ratio, tells nothing.
        if len(found[0]) > 5 and not INSTALLED.match(found[0]):
            confidence = 0.95 if HOME.search(found[0]) else 0.6
            yield _span(text, found.start(), found.end(), confidence)
    for found in ACCOUNT.finditer(text):
        yield Span(found.start("account"), found.end("account"), Category.PATH, 0.85, "path.local")


def _span(text: str, start: int, end: int, confidence: float) -> Span:
    shown = text[start:end].rstrip(TRAILING)
    return Span(start, start + len(shown), Category.PATH, confidence, "path.local")
