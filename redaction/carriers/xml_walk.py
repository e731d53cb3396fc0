"""An XML text read from front to back, with the place of everything in it and its namespace.

Room: redaction/carriers. Pure; linear in the text. For formats that are changed where they stand:
what is found here is replaced or cut by its offsets, and every other character stays. Names are
told apart by their namespaces, for prefixes are the writer's choice. Sources: XML 1.0 (fifth
edition) §2 and §3.1, Namespaces in XML 1.0 §3–§6.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from redaction.carriers.xml_part import ATTRIBUTE, TOKEN, Part, plain
from redaction.errors import UnreadableError
from redaction.model import Edit

MAX_DEPTH: Final = 1_000
MAX_ATTRIBUTES: Final = 1_000
XML: Final = "http://www.w3.org/XML/1998/namespace"
XMLNS: Final = "http://www.w3.org/2000/xmlns/"

# From, to, and what stands there instead.
Cut = tuple[int, int, str]


class Kind(StrEnum):
    """What a piece of an XML text is."""

    OPEN = "open"
    CLOSE = "close"
    TEXT = "text"
    COMMENT = "comment"
    INSTRUCTION = "instruction"
    LEAP = "leap"  # left unread on request


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its name, what it says, and where it stands, the blank before it included."""

    space: str
    name: str
    value: str = field(repr=False)
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A tag, a text, a comment or an instruction, from ``start`` to ``end`` of the whole text.

    ``name`` and ``space`` are the element's, for a text those of the element it stands in;
    ``words`` is what is said. ``depth`` counts the elements around it.
    """

    kind: Kind
    start: int
    end: int
    depth: int
    space: str = ""
    name: str = ""
    held: Sequence[Attribute] = ()
    empty: bool = False
    words: str = field(repr=False, default="")


def walk(text: str, leaps: Mapping[str, re.Pattern[str]] | None = None) -> Iterator[Piece]:
    """Yield every piece of ``text`` in order.

    Inside an element in ``leaps``, whole elements that its pattern matches are one piece.

    Raises:
        UnreadableError: not well-formed, nested too deep, or a prefix that nobody declared.
    """
    reader = _Reader(text)
    position = 0
    while position < len(text):
        piece = reader.read(position)
        yield piece
        position = piece.end
        leap = leaps.get(reader.inside) if leaps else None
        run = leap.match(text, position) if leap is not None else None
        if run is not None and run.end() > position:
            yield Piece(Kind.LEAP, position, run.end(), piece.depth + 1)
            position = run.end()
    reader.finish()


def applied(text: str, cuts: Sequence[Cut]) -> str:
    """Return ``text`` with sorted, non-overlapping ``cuts`` made."""
    out: list[str] = []
    position = 0
    for start, end, instead in cuts:
        if not position <= start <= end <= len(text):
            raise ValueError("cuts overlap, are unsorted or reach outside the text")
        out += (text[position:start], instead)
        position = end
    out.append(text[position:])
    return "".join(out)


def edits(part: Part, cuts: Sequence[Cut]) -> tuple[Edit, ...]:
    """Return ``cuts`` of the part's text as edits of its bytes."""
    found: list[Edit] = []
    at, position = len(part.mark), 0
    for start, end, instead in cuts:
        at += len(part.text[position:start].encode(part.encoding))
        stop = at + len(part.text[start:end].encode(part.encoding))
        found.append(Edit(at, stop, instead.encode(part.encoding, "xmlcharrefreplace")))
        at, position = stop, end
    return tuple(found)


class _Reader:
    """Reads pieces; knows which elements are open and what their prefixes stand for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[str, str, str, dict[str, str]]] = []
        self._root_seen = False

    @property
    def inside(self) -> str:
        """The name of the innermost open element; '' outside of all."""
        return self._open[-1][2] if self._open else ""

    def finish(self) -> None:
        """Raise unless one element was opened and closed."""
        if self._open or not self._root_seen:
            raise UnreadableError("a tag is not closed")

    def read(self, position: int) -> Piece:
        """Return the piece at ``position``."""
        token = TOKEN.match(self._text, position)
        if token is None:
            raise UnreadableError("not XML")
        kind = token.lastgroup
        if kind == "attributes":
            return self._close(token) if token["close"] else self._opened(token)
        depth = len(self._open)
        space, name = (self._open[-1][1], self._open[-1][2]) if self._open else ("", "")
        if kind in ("text", "cdata"):
            words = token["cdata"] if kind == "cdata" else plain(token["text"])
            if not self._open and words.strip("\ufeff \t\r\n"):
                raise UnreadableError("text outside the document")
            return Piece(Kind.TEXT, position, token.end(), depth, space, name, words=words)
        which = Kind.COMMENT if kind == "comment" else Kind.INSTRUCTION
        words = token[kind or ""]
        return Piece(which, position, token.end(), depth, space, name, words=words)

    def _close(self, token: re.Match[str]) -> Piece:
        if not self._open or self._open[-1][0] != token["name"] or token["attributes"].strip():
            raise UnreadableError("tags do not match")
        _, space, name, _ = self._open.pop()
        return Piece(Kind.CLOSE, token.start(), token.end(), len(self._open), space, name)

    def _opened(self, token: re.Match[str]) -> Piece:
        if not self._open and self._root_seen:
            raise UnreadableError("two documents")
        self._root_seen = True
        held, empty = token["attributes"], token["attributes"].endswith("/")
        found = list(ATTRIBUTE.finditer(held))
        rest = held.removesuffix("/")
        if sum(one.end() - one.start() for one in found) != len(rest.rstrip()):
            raise UnreadableError("something between the attributes")
        if len(found) > MAX_ATTRIBUTES or len(self._open) >= MAX_DEPTH:
            raise UnreadableError("nested too deep")
        spaces = self._spaces(found)
        space, name = _resolved(token["name"], spaces, spaces.get("", ""))
        offset = token.start("attributes")
        attributes = tuple(_attribute(one, spaces, offset) for one in found)
        if len({(one.space, one.name) for one in attributes}) != len(attributes):
            raise UnreadableError("an attribute twice")
        piece = Piece(
            *(Kind.OPEN, token.start(), token.end(), len(self._open)),
            *(space, name, attributes, empty),
        )
        if not empty:
            self._open.append((token["name"], space, name, spaces))
        return piece

    def _spaces(self, found: Sequence[re.Match[str]]) -> dict[str, str]:
        known = self._open[-1][3] if self._open else {"xml": XML, "xmlns": XMLNS}
        own: dict[str, str] = {}
        for one in found:
            prefix, _, local = one["name"].partition(":")
            if prefix == "xmlns":
                own[local] = plain(_value(one)).strip()
        return {**known, **own} if own else known


def _attribute(found: re.Match[str], spaces: Mapping[str, str], offset: int) -> Attribute:
    quoted = "double" if found["double"] is not None else "single"
    if found["name"] == "xmlns":
        space, name = XMLNS, ""
    else:
        space, name = _resolved(found["name"], spaces, "")
    return Attribute(
        *(space, name, plain(found[quoted])),
        *(offset + found.start(), offset + found.end()),
        *(offset + found.start(quoted), offset + found.end(quoted)),
    )


def _value(found: re.Match[str]) -> str:
    return found["double"] if found["double"] is not None else found["single"]


def _resolved(name: str, spaces: Mapping[str, str], default: str) -> tuple[str, str]:
    prefix, mark, local = name.partition(":")
    if not mark:
        return default, name
    if prefix not in spaces or ":" in local:
        raise UnreadableError("a prefix that nobody declared")
    return spaces[prefix], local
