"""Local paths and names buried in binary data, changed without moving a byte.

Room: redaction/carriers. Pure; linear in the data. Programs keep where a file, its template and its
references lay as plain text among their numbers. The directories of such a path become ``.\\.\\``,
as many as fit: what is left still leads to a file of that name beside the drawing. Paths of
installed programs tell of nobody and stay. Strings of Microsoft's class library: FF FE FF, a
length, UTF-16 (MFC ``CArchive``); Inventor counts the characters of its strings in four bytes.

A program finds the parts of an assembly by the directories of their paths, so a format may ask to
keep those that are known to tell of nobody: beside a directory that names somebody, and behind
the home in a path of Inventor. Where nothing is known of a path, all its directories go.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from redaction.carriers import path_sightings
from redaction.model import Category, Edit
from redaction.text import people

SEPARATORS: Final = "\\/"
# What a program installed, also among the documents that all users share.
_MAKERS: Final = r"(?:autodesk|solid ?works|solid ?edge|siemens|rhino|mcneel)"
INSTALLED: Final = re.compile(
    r"[a-z]:[\\/]+(?:program files|programme\b|progra~[0-9]|programdata|windows"
    r"|winnt(?![\\/]profiles)|archivos de programa|i386|temp[\\/]?$|tmp[\\/]?$"
    r"|(?:users[\\/]+public|documents and settings[\\/]+all users)[\\/]+[^\\/]+[\\/]+"
    + _MAKERS
    + r")",
    re.IGNORECASE,
)
HOMES: Final = re.compile(
    r"[\\/](?:users|home|documents and settings|do[ck]ume~[0-9]|dokumente und einstellungen"
    r"|benutzer|utilisateurs|usuarios|profiles|homedrives[\\/]+[^\\/]+)[\\/]+([^\\/]++)",
    re.IGNORECASE,
)
SHARED: Final = frozenset({"public", "default", "all users", "shared", "default user"})
STRING: Final = re.compile(rb"\xff\xfe\xff(?P<size>[\x01-\xfe])", re.DOTALL)
MIN_DIRECTORIES: Final = 2
# A path that was cut before: nothing in it is left to cut.
CUT: Final = re.compile(r"(?:\.[\\/]{1,2}){2}|\.\\\\\.")
MAX_NAME_CHARS: Final = 80
MIN_ODD_CHARS: Final = 3
MIN_NAME_CHARS: Final = 4
# A shorter name in 8 bits stands by chance in megabytes of numbers, if no zero ends it.
CERTAIN_CHARS: Final = 6
# Accounts of nobody, which are words of every program as well, or makers of computers.
_GENERIC: Final = """
    acer admin administrator asus author cad caduser computer default dell desktop design designer
    drawing engineer guest home hp inventor laptop lenovo master me model msi nobody none notebook
    office owner part pc public solidworks standard station student system temp test toshiba
    unknown user users windows work workstation
"""
GENERIC: Final = frozenset(_GENERIC.split())


@dataclass(frozen=True, slots=True)
class Buried:
    """A path among binary data, and the edit that takes its directories away.

    ``path`` is what goes: a path, or the directory in it that is a person's name, as ``category``
    says. ``kept`` are the directories that stay, if any.
    """

    edit: Edit
    path: str = field(repr=False)
    category: Category = Category.PATH
    kept: str = field(default="", repr=False)


def paths(data: bytes, *, whole: bool = True) -> Iterator[Buried]:
    """Yield the local paths in ``data``, in order, none overlapping.

    Without ``whole``, directories stay that are known to tell of nobody.
    """
    position = 0
    found = [*_wide(data, whole=whole), *_narrow(data, whole=whole)]
    for buried in sorted(found, key=lambda known: known.edit):
        if buried.edit.start >= position:
            position = buried.edit.end
            yield buried


def _wide(data: bytes, *, whole: bool) -> Iterator[Buried]:
    for run in path_sightings.runs(path_sightings.WIDE, data):
        text = run.group().decode("utf-16-le", "replace")
        size = _string_chars(data, run.start())
        counted = _counted_chars(data, run.start(), len(text)) if size is None else None
        text = text[: size or counted or len(text)]
        if _is_text(data[max(0, run.start() - 2) : run.start()]) and not homes(text):
            continue  # a path in the middle of a sentence is a message of the program
        length = _personal_chars(text, MIN_DIRECTORIES - 1)
        if not (homes(text) or path_sightings.is_wide(data, run.start(), text, length)):
            continue
        if length and not whole:
            yield from _careful(run.start(), text, length, "utf-16-le", tail=counted is not None)
        elif length:
            yield _buried(run.start(), text, length, "utf-16-le")


def _narrow(data: bytes, *, whole: bool) -> Iterator[Buried]:
    for run in path_sightings.runs(path_sightings.NARROW, data):
        text = run.group().decode("latin-1")
        length = _personal_chars(text, MIN_DIRECTORIES)
        if not (homes(text) or path_sightings.is_narrow(data, run.start(), text, length)):
            continue
        if length and not whole:
            yield from _careful(run.start(), text, length, "latin-1", tail=False)
        elif length:
            yield _buried(run.start(), text, length, "latin-1")


def _buried(at: int, text: str, length: int, encoding: str) -> Buried:
    """Return the path at ``at`` without its first ``length`` characters."""
    fill = _fill(length, text).encode(encoding)
    return Buried(Edit(at, at + len(fill), fill), text[:length] + _bare(text[length:]))


def _careful(at: int, text: str, length: int, encoding: str, *, tail: bool) -> Iterator[Buried]:
    """Yield the path at ``at`` without what tells of somebody; ``tail``: what follows a home stays.

    Nothing is yielded for a path that was cut before.
    """
    if CUT.search(text[:length]):
        return
    home = max(
        (known.end() for known in HOMES.finditer(text[:length]) if _is_own(known)), default=0
    )
    if tail and 0 < home < length - 1:
        cut = _buried(at, text[:home] + text[home], home + 1, encoding)
        yield Buried(cut.edit, text[: home + 1], kept=text[home + 1 : length])
        return
    person = None if home or text[:2] in ("\\\\", "//") else _person(text[:length])
    if person is None:
        yield _buried(at, text, length, encoding)
        return
    start, end = person
    width = len(" ".encode(encoding))
    fill = _fill(end - start + 1, text)[:-1].encode(encoding)
    edit = Edit(at + width * start, at + width * end, fill)
    left = f"{text[:start]}...{text[end:length]}"
    yield Buried(edit, text[start:end], Category.PERSON, left)


def _person(directories: str) -> tuple[int, int] | None:
    """Return where the one directory lies that is somebody's name, if no other seems to be."""
    ends = [at for at, character in enumerate(directories) if character in SEPARATORS]
    places = [(start + 1, end) for start, end in pairwise(ends)]
    told = [place for place in places if _surely(directories[slice(*place)]) > 0]
    if len(told) == 1 and _surely(directories[slice(*told[0])]) >= people.SURE:
        return told[0]
    return None


@lru_cache(maxsize=1024)
def _surely(name: str) -> float:
    """Return how sure it is that a directory of that name is called after a person, from 0 to 1."""
    if not MIN_NAME_CHARS <= len(name) <= MAX_NAME_CHARS:
        return 0
    whole = [span for span in people.find(name) if span.end - span.start == len(name)]
    return max((span.confidence for span in whole if span.category is Category.PERSON), default=0)


def _string_chars(data: bytes, at: int) -> int | None:
    """Return how long the string that begins at ``at`` says it is, if it says so."""
    return data[at - 1] if data[max(0, at - 4) : at - 1] == b"\xff\xfe\xff" else None


def _counted_chars(data: bytes, at: int, most: int) -> int | None:
    """Return how long the string at ``at`` is by the four bytes before it, if they count one.

    The text may seem one character longer, when a number behind it looks like one.
    """
    count = int.from_bytes(data[max(0, at - 4) : at], "little")
    return count if at >= 4 and count in (most - 1, most) else None


def _personal_chars(text: str, min_separators: int) -> int:
    """Return how many characters of the path go: its directories, or all of it if it is one."""
    if INSTALLED.match(text):
        return 0
    separators = [at for at, character in enumerate(text) if character in SEPARATORS]
    joined = sum(1 for at in separators if at - 1 not in separators)
    if joined < min_separators or len(text) < 6:
        return 0
    last = separators[-1] + 1
    rest = _bare(text[last:])
    if "." in rest.strip(".") or not rest:
        return last
    return last + len(rest)


def _bare(rest: str) -> str:
    """Return the name at the end of a path without what follows it in the data."""
    found = re.match(r"[\w .~()\[\]{}&+,;=@!#$%'^`-]*", rest)
    return found[0] if found else ""


def _fill(length: int, text: str) -> str:
    """Return a way to where one stands, of ``length`` characters, which ends as a directory.

    It never ends in two separators, behind which the rest would be taken for a server.
    """
    separator = "/" if "/" in text and "\\" not in text else "\\"
    step = f".{separator}"
    if length % 2 == 0:
        return step * (length // 2)
    first = step + separator if length > MIN_ODD_CHARS else separator
    return first + step * ((length - len(first)) // 2)


def homes(path: str) -> list[str]:
    """Return whose home the path leads through."""
    return [known[1] for known in HOMES.finditer(path) if _is_own(known)]


def _is_own(home: re.Match[str]) -> bool:
    return home[1].casefold() not in SHARED


def is_telling(name: str) -> bool:
    """Return whether ``name`` is somebody's, and long enough to be told from chance."""
    return len(name) >= MIN_NAME_CHARS and name.casefold() not in GENERIC


def strings(data: bytes, start: int = 0) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text of each string of the class library in ``data``."""
    for mark in STRING.finditer(data, start):
        end = mark.end() + 2 * mark["size"][0]
        if end <= len(data):
            yield mark.end(), end, data[mark.end() : end].decode("utf-16-le", "replace")


def names(data: bytes, wanted: Collection[str]) -> Iterator[tuple[Edit, str]]:
    """Yield the edits that blank strings which are, as a whole, one of the ``wanted`` names.

    A name that is only part of a longer text is left for others to judge.
    """
    for name in sorted(wanted):
        for encoding, width in (("utf-16-le", 2), ("latin-1", 1)):
            spelled = name.encode(encoding, "replace")
            at = data.find(spelled)
            while at >= 0:
                end = at + len(spelled)
                around = data[max(0, at - width) : at], data[end : end + width]
                closed = width == 2 or len(name) >= CERTAIN_CHARS or around[1] in (b"\0", b"")
                if closed and not any(map(_is_text, around)):
                    yield Edit(at, end, " ".encode(encoding) * len(name)), name
                at = data.find(spelled, end)


def holds(data: bytes, name: str) -> bool:
    """Return whether ``name`` stands in ``data``, alone or inside a longer text."""
    long = len(name) >= CERTAIN_CHARS
    encodings = ("utf-16-le", "latin-1") if long else ("utf-16-le",)
    return any(name.encode(encoding, "replace") in data for encoding in encodings)


def equal(data: bytes, wanted: Collection[str]) -> Iterator[tuple[Edit, str]]:
    """Yield the edits that blank strings of the class library that are one of ``wanted``.

    They say how long they are, so that even a name of two letters is told from chance.
    """
    for start, end, text in strings(data):
        if text in wanted and text.strip() and text.casefold() not in GENERIC:
            yield Edit(start, end, b" \0" * len(text)), text


def _is_text(character: bytes) -> bool:
    """Return whether a byte, or two of them in UTF-16, is a letter, digit, sign or blank."""
    wide = len(character) == 2
    return (
        bool(character)
        and 0x20 <= character[0] != 0x7F
        and (character[0] < 0x7F or wide)
        and (not wide or character[1] == 0)
    )
