"""A JSON text read from front to back, with the place of every value in it.

Room: redaction/carriers. Pure; linear in the text. For formats that are changed where they stand: a
value is replaced by its offsets, and every other character stays. An object with one name twice is
refused, for programs differ in which of both they believe. Source: RFC 8259.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import UnreadableError

TOKEN: Final = re.compile(
    r"[ \t\r\n]*+(?:(?P<string>\"(?:[^\"\\\x00-\x1f]++|\\.)*+\")|(?P<mark>[{}\[\]:,])"
    r"|(?P<word>-?(?:0|[1-9][0-9]{0,400}+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?|true|false|null))"
)
MAX_DEPTH: Final = 200


@dataclass(frozen=True, slots=True)
class Value:
    """A value: the names that lead to it (items of lists have none of their own), and its place.

    ``text`` is what a string says; None for anything else.
    """

    path: tuple[str, ...]
    start: int
    end: int
    text: str | None = field(repr=False, default=None)


@dataclass(slots=True)
class _Open:
    """An object or list that is being read."""

    start: int
    is_object: bool
    names: set[str] = field(default_factory=set)
    name: str | None = None
    filled: bool = False
    wants: bool = False


def values(text: str) -> Iterator[Value]:
    """Yield every string, object and list, inner ones before what they lie in.

    Raises:
        UnreadableError: no JSON, nested too deep, or one name twice in an object.
    """
    reader = _Reader()
    position = 0
    while True:
        token = TOKEN.match(text, position)
        if token is None:
            break
        position = token.end()
        yield from reader.take(token)
    if text[position:].strip() or not reader.done:
        raise UnreadableError("no JSON")


class _Reader:
    """Takes tokens and knows where in the document they stand."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._path: list[str] = []
        self.done = False

    def take(self, token: re.Match[str]) -> Iterator[Value]:
        """Yield the values that end with this token."""
        if self.done:
            raise UnreadableError("two documents")
        mark = token["mark"]
        if mark is None:
            yield from self._scalar(token)
        elif mark in "{[":
            self._begin()
            self._open.append(_Open(token.start("mark"), mark == "{"))
            if len(self._open) > MAX_DEPTH:
                raise UnreadableError("nested too deep")
        elif mark in "}]":
            yield self._close(token, mark == "}")
        else:
            self._separate(mark)

    def _scalar(self, token: re.Match[str]) -> Iterator[Value]:
        said = _said(token["string"]) if token["string"] is not None else None
        here = self._open[-1] if self._open else None
        if here is not None and here.is_object and here.name is None:
            if said is None or said in here.names or (here.filled and not here.wants):
                raise UnreadableError("a name is missing or stands twice")
            here.names.add(said)
            here.name, here.wants = said, False
            self._path.append(said)
            return
        self._begin()
        if said is not None:
            yield Value(tuple(self._path), token.start("string"), token.end("string"), said)
        self._end()

    def _begin(self) -> None:
        """Check that a value may begin here."""
        if not self._open:
            return
        here = self._open[-1]
        announced = here.wants if here.is_object else here.wants or not here.filled
        if not announced or (here.is_object and here.name is None):
            raise UnreadableError("a value where none may be")
        here.wants, here.filled = False, True

    def _end(self) -> None:
        if not self._open:
            self.done = True
        elif self._open[-1].is_object:
            self._open[-1].name = None
            self._path.pop()

    def _close(self, token: re.Match[str], is_object: bool) -> Value:
        here = self._open[-1] if self._open else None
        if here is None or here.is_object != is_object or here.wants or here.name is not None:
            raise UnreadableError("brackets do not match")
        self._open.pop()
        value = Value(tuple(self._path), here.start, token.end())
        self._end()
        return value

    def _separate(self, mark: str) -> None:
        here = self._open[-1] if self._open else None
        named = here is not None and here.name is not None
        if (
            here is None
            or here.wants
            or named != (mark == ":")
            or (mark == "," and not here.filled)
        ):
            raise UnreadableError("a comma or colon where none may be")
        here.wants = True


def _said(string: str) -> str:
    if "\\" not in string:
        return string[1:-1]
    try:
        said = json.loads(string)
    except ValueError as error:
        raise UnreadableError("no JSON") from error
    return str(said)
