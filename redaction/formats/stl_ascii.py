"""ASCII STL: the lines of its facets stay, names of solids and comments go.

Room: redaction/formats. Pure; linear in the file. A mesh of 200 MB has a million facets of seven
lines, so they are checked a slice at a time: a slice that is nothing but well-formed facets is
seen by its every 21st word, and only one that is not is read line by line.

    solid NAME  (facet normal n n n outer loop (vertex n n n)×3 endloop endfacet)×…  endsolid NAME
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.naming import removed
from redaction.errors import UnreadableError
from redaction.model import Action, Category, Edit, Finding, Plan

SLICE_BYTES: Final = 1024 * 1024
NAME: Final = b"part"
FACET_END: Final = b"endfacet"
FACET_WORDS: Final = tuple(
    b"facet normal 0 0 0 outer loop vertex 0 0 0 vertex 0 0 0 vertex 0 0 0 endloop endfacet".split()
)
DIGITS: Final = b"0123456789+-.eE"
# What programs print for a normal that cannot be computed.
_NO_NUMBER: Final = rb"[-+]?(?:nan(?:\(\w{1,8}\))?|inf(?:inity)?|1\.#\w{3,5})"
NO_NUMBER: Final = re.compile(_NO_NUMBER, re.IGNORECASE)
_NUMBER: Final = (
    rb"[ \t]++(?:[-+]?(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:e[-+]?[0-9]++)?|" + _NO_NUMBER + rb")"
)
LINE: Final = re.compile(
    rb"[ \t]*+(?:facet[ \t]++normal(?:" + _NUMBER + rb"){3}|outer[ \t]++loop"
    rb"|vertex(?:"
    + _NUMBER
    + rb"){3}|endloop|endfacet|color(?:"
    + _NUMBER
    + rb"){3,4})?+[ \t\f]*+",
    re.IGNORECASE,
)
COMMENT: Final = re.compile(rb"[ \t]*+(?:[;#!]|//)")
LINE_END: Final = re.compile(rb"\r\n?|\n")
BLANK: Final = b" \t\r\n\f\x00"


@dataclass(slots=True)
class _Draft:
    """A plan being written: edits in order, and the names that solids were given so far."""

    data: bytes
    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    given: dict[bytes, bytes] = field(default_factory=dict)
    current: bytes = NAME

    def rename(self, start: int, end: int, *, opens: bool) -> None:
        """Give the name that stands between ``start`` and ``end`` another that tells nothing."""
        name = self.data[start:end]
        if opens:
            number = len(self.given) + 1
            fresh = NAME if number == 1 else NAME + b"-%d" % number
            self.current = self.given.setdefault(name, fresh)
        if name and name != self.current:
            self.cut(start, end, "name", self.current)

    def cut(self, start: int, end: int, what: str, replacement: bytes = b"") -> None:
        """Replace a place and tell what stood there."""
        self.edits.append(Edit(start, end, replacement))
        text = " ".join(_decoded(self.data[start:end]).split())
        told = removed("STL", what, text)
        hidden = Finding(f"STL.{what}", Category.COMMENT, Action.REMOVED, "no text", seed=False)
        self.findings += told or [hidden]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that begins or ends a solid: where it starts, its name, and where the line ends."""

    start: int
    name: int
    end: int
    opens: bool


def plan(data: bytes) -> Plan:
    """Return the names to replace, and the comments and trailing bytes to cut.

    Raises:
        UnreadableError: cut off, or something stands in it that is neither facet nor comment.
    """
    draft = _Draft(data)
    position, inside = 0, False
    for mark in _marks(data):
        if mark.opens == inside:
            raise UnreadableError("solids that are not one after another")
        _read(draft, position, mark.start, facets=inside)
        draft.rename(mark.name, mark.end, opens=mark.opens)
        position, inside = mark.end, mark.opens
    if inside or position == 0:
        raise UnreadableError("cut off")
    if data[position:].strip(BLANK):
        draft.cut(position, len(data), "trailer", b"\n")
    return Plan(tuple(draft.findings), tuple(draft.edits))


def _marks(data: bytes) -> Iterator[_Mark]:
    lower = data.lower()
    at = lower.find(b"solid")
    while at >= 0:
        start = max(lower.rfind(b"\n", 0, at), lower.rfind(b"\r", 0, at)) + 1
        before = lower[start:at].strip(BLANK + b"\xef\xbb\xbf")
        after = at + len(b"solid")
        if before in (b"", b"end") and lower[after : after + 1] in b" \t\r\n":
            ended = LINE_END.search(data, after)
            stop = ended.start() if ended else len(data)
            name = data[after:stop]
            first = stop - len(name.lstrip(BLANK))
            last = max(first, after + len(name.rstrip(BLANK)))
            yield _Mark(start, first, last, before == b"")
            after = stop
        at = lower.find(b"solid", after)


def _read(draft: _Draft, start: int, end: int, *, facets: bool) -> None:
    """Plan the comments between ``start`` and ``end``, which holds facets or nothing."""
    while start < end:
        stop = _slice_end(draft.data, start, end)
        piece = draft.data[start:stop]
        if not facets or not _only_facets(piece):
            _by_line(draft, start, stop, facets=facets)
        start = stop


def _slice_end(data: bytes, start: int, end: int) -> int:
    if end - start <= SLICE_BYTES:
        return end
    at = data.rfind(FACET_END, start, start + SLICE_BYTES)
    ended = LINE_END.search(data, at if at > start else start + SLICE_BYTES, end)
    return ended.end() if ended else end


def _only_facets(piece: bytes) -> bool:
    """Return whether ``piece`` is nothing but whole facets of three corners."""
    words = piece.lower().split()
    period = len(FACET_WORDS)
    if len(words) % period:
        return False
    numbers: list[bytes] = []
    for place, expected in enumerate(FACET_WORDS):
        column = words[place::period]
        if expected == b"0":
            numbers += column
        elif column.count(expected) != len(column):
            return False
    if not b"".join(numbers).translate(None, DIGITS):
        return True
    odd = {number for number in numbers if number.translate(None, DIGITS)}
    return all(NO_NUMBER.fullmatch(number) for number in odd)


def _by_line(draft: _Draft, start: int, end: int, *, facets: bool) -> None:
    while start < end:
        ended = LINE_END.search(draft.data, start, end)
        stop = ended.start() if ended else end
        line = draft.data[start:stop]
        if COMMENT.match(line):
            draft.cut(start, stop, "comment")
        elif line.strip(BLANK) and not (facets and LINE.fullmatch(line)):
            raise UnreadableError("neither a facet nor a comment")
        start = ended.end() if ended else end


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
