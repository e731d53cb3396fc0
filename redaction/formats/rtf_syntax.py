"""The syntax of RTF: groups, control words, text; told apart, and read as characters.

Room: redaction/formats. Pure; linear in the file. A group begins with the word that says what it is
for; a star before it says that a reader who does not know the word skips the group. Source: Rich
Text Format Specification 1.9.1, "RTF Syntax" and "Unicode RTF".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import OpaqueStreamError, TooComplexError, UnreadableError

TOKEN: Final = re.compile(
    rb"\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<word>[A-Za-z]{1,40})(?P<number>-?[0-9]{1,10})?[ ]?"
    rb"|\\(?P<symbol>[^A-Za-z'])"
    rb"|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}]+)",
    re.DOTALL,
)
RAW: Final = b"bin"
STAR: Final = b"*"
MAX_DEPTH: Final = 500
MAX_TOKENS: Final = 5_000_000
LINES: Final = frozenset({b"par", b"line", b"cell", b"row", b"sect", b"page", b"tab", b"nestcell"})
SYMBOLS: Final = {"~": " ", "_": "-", "\n": "\n", "\r": "\n", "\\": "\\", "{": "{", "}": "}"}
CODE_PAGES: Final = {
    **{n: f"cp{n}" for n in (437, 850, 866, 874, 932, 949, *range(1250, 1259))},
    936: "gbk",
    950: "big5",
    10000: "mac_roman",
}


# Code pages in which a character may have two bytes.
HALVES: Final = frozenset({"cp932", "cp949", "gbk", "big5"})


@dataclass(slots=True)
class Group:
    """A group: what it is for, where it lies, and what stands in it, in order."""

    start: int
    word: bytes = b""
    end: int = 0
    items: list["re.Match[bytes] | Group"] = field(default_factory=list)

    def groups(self) -> Iterator["Group"]:
        """Yield the groups right inside this one."""
        return (item for item in self.items if isinstance(item, Group))

    def walk(self) -> Iterator["Group"]:
        """Yield this group and all inside, in the order of the file."""
        waiting = [self]
        while waiting:
            group = waiting.pop()
            yield group
            waiting += reversed(list(group.groups()))


@dataclass(frozen=True, slots=True)
class Character:
    """A character and where it stands in the file."""

    said: str
    start: int
    end: int


def read(data: bytes) -> Group:
    """Return the group that is the document.

    Raises:
        UnreadableError: groups do not match.
        OpaqueStreamError: raw bytes stand among the words.
        TooComplexError: more, or deeper, than any document has.
    """
    stack: list[Group] = []
    position = count = 0
    while token := TOKEN.match(data, position):
        position = token.end()
        count += 1
        if count > MAX_TOKENS or len(stack) > MAX_DEPTH:
            raise TooComplexError
        if token["open"]:
            stack.append(Group(token.start()))
            continue
        if not stack:
            break
        if not token["close"]:
            _add(stack[-1], token)
            continue
        group = stack.pop()
        group.end = position
        if not stack:
            return group
        stack[-1].items.append(group)
    raise UnreadableError("groups do not match")


def _add(group: Group, token: re.Match[bytes]) -> None:
    if token["word"] == RAW:
        raise OpaqueStreamError
    if token["word"] and not group.word and all(map(_comes_before, group.items)):
        group.word = token["word"]
    group.items.append(token)


def _comes_before(item: "re.Match[bytes] | Group") -> bool:
    """Return whether ``item`` may stand before the word that says what a group is for."""
    if isinstance(item, Group):
        return False
    return item["symbol"] == STAR or (item["text"] or b"x").strip(b"\r\n") == b""


def characters(items: Sequence["re.Match[bytes] | Group"], encoding: str) -> list[Character]:
    """Return what ``items`` say, character by character; groups inside are left out."""
    return [
        Character(character, start + at, start + at + 1 if len(said) > 1 else end)
        for said, start, end in _pieces(items, encoding)
        for at, character in enumerate(said)
    ]


def text(items: Sequence["re.Match[bytes] | Group"], encoding: str) -> str:
    """Return what ``items`` say; groups inside are left out, zeros stand for line ends."""
    said = "".join(piece for piece, *_ in _pieces(items, encoding))
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _pieces(
    items: Sequence["re.Match[bytes] | Group"], encoding: str
) -> Iterator[tuple[str, int, int]]:
    """Yield text, and where it stands; of more than one character each stands in one byte."""
    skipped, skip = 0, 1
    held = b""
    for item in items:
        if isinstance(item, Group):
            continue
        start, end = item.span()
        if item["word"] == b"uc":
            skip = int(item["number"] or 1)
        elif item["word"] == b"u":
            yield chr(int(item["number"] or 0) & 0xFFFF), start, end
            skipped = skip
        elif item["text"]:
            said = _said(item)
            yield said[skipped:], start + min(skipped, len(said)), end
            skipped = max(0, skipped - len(said))
        else:
            said = _said(item)
            if item["hex"]:
                held += bytes([int(item["hex"], 16)])
                said = _read(held, encoding)
                held = b"" if said else held
            if said and not skipped:
                yield said, start, end
            skipped = max(0, skipped - bool(said))


def _read(held: bytes, encoding: str) -> str:
    """Return the character of ``held``; '' if it is only the first half of one."""
    try:
        return held.decode(encoding)
    except UnicodeDecodeError:
        return "" if len(held) == 1 and encoding in HALVES else "\ufffd"


def _said(item: re.Match[bytes]) -> str:
    if item["text"]:
        # One character for each byte, so that places can be told; line ends say nothing.
        return item["text"].decode("latin-1").translate({10: "\x00", 13: "\x00"})
    if item["symbol"]:
        symbol = item["symbol"].decode("latin-1")
        return SYMBOLS.get(symbol, "")
    return "\n" if item["word"] in LINES else ""


def encoding_of(document: Group) -> str:
    """Return in which code page the document's bytes are, as it says."""
    for item in document.items:
        if not isinstance(item, Group) and item["word"] == b"ansicpg":
            return CODE_PAGES.get(int(item["number"] or 0), "cp1252")
    return "cp1252"
