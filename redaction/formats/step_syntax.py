"""The grammar of a STEP exchange structure: statements, their values, and what strings say.

Room: redaction/formats. Pure; linear in the file: every quantifier is possessive. A file may hold
millions of instances, so statements are cut out by one expression and only those that matter are
taken apart. Source: ISO 10303-21:2016 §5.5 (tokens), §6.4.3 (strings), §8 to §14 (sections).
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# A doubled quote inside a string reads as two strings that touch, which comes to the same.
STRING: Final = rb"'[^']*+'"
COMMENT: Final = rb"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
BINARY: Final = rb'"[^"]*+"'
RESOURCE: Final = rb"<[^<>]*+>"
_BLANK: Final = rb"\s*+(?:" + COMMENT + rb"\s*+)*+"

STATEMENT: Final = re.compile(
    _BLANK
    + rb"(?:#([0-9]++)"
    + _BLANK
    + rb"="
    + _BLANK
    + rb")?+(!?[A-Za-z_0-9-]*+)(?:[^'\"/;<]++|"
    + b"|".join((STRING, COMMENT, BINARY, RESOURCE, rb"/(?!\*)", b"<"))
    + rb")*+;"
)
_OPAQUE: Final = b"|" + BINARY + b"|" + RESOURCE
COMMENTS: Final = re.compile(b"(" + COMMENT + b")|" + STRING + _OPAQUE)
STRINGS: Final = re.compile(b"'((?:[^']++|'')*+)'|" + COMMENT + _OPAQUE)
TOKEN: Final = re.compile(
    rb"(?P<blank>\s++)|(?P<comment>" + COMMENT + rb")|(?P<string>(?:" + STRING + rb")++)"
    rb"|(?P<binary>" + BINARY + rb")|(?P<resource>" + RESOURCE + rb")|(?P<name>[#@][0-9]++)"
    rb"|(?P<enumeration>\.[A-Za-z0-9_]++\.)"
    rb"|(?P<real>[+-]?+[0-9]++\.[0-9]*+(?:[Ee][+-]?+[0-9]++)?+)|(?P<integer>[+-]?+[0-9]++)"
    rb"|(?P<keyword>!?[A-Za-z_][A-Za-z0-9_-]*+)|(?P<mark>.)",
    re.DOTALL,
)

DIRECTIVE: Final = re.compile(
    rb"\\X2\\(?P<two>(?:[0-9A-Fa-f]{4}|\s)*+)\\X0\\|\\X4\\(?P<four>(?:[0-9A-Fa-f]{8}|\s)*+)\\X0\\"
    rb"|\\X\\(?P<one>[0-9A-Fa-f]{2})|\\S\\(?P<shifted>[\x20-\x7e])|\\P(?P<page>[A-Ia-i])\\"
    rb"|(?P<quote>'')|(?P<backslash>\\\\)|(?P<layout>\\[NF]\\|[\r\n]++)|(?P<plain>[^\\'\r\n]++|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Bytes from ``start`` to ``end``, its semicolon included; ``number`` 0 when it has none.

    ``keyword`` is in capitals, and empty for a complex instance such as ``#1=(A()B());``.
    """

    start: int
    end: int
    number: int
    keyword: bytes

    @property
    def where(self) -> str:
        """Return the place in words that name nobody."""
        return f"#{self.number}" if self.number else "header"


@dataclass(frozen=True, slots=True)
class Value:
    """One token among the arguments of an entity, ``index`` counted from 0 at the outer level."""

    kind: str
    start: int
    end: int
    entity: bytes
    index: int


def values(data: bytes, statement: Statement) -> Iterator[Value]:
    """Yield the argument tokens of every entity in ``statement``, marks and blanks left out."""
    depth, entity, index, outer = 0, b"", 0, -1
    for token in TOKEN.finditer(data, statement.start, statement.end):
        kind = token.lastgroup or ""
        text = token.group() if kind in ("keyword", "mark") else b""
        if text == b"(":
            depth += 1
            outer = depth if outer < 0 and entity else outer
        elif text == b")":
            depth -= 1
            # The entities of a complex instance stand one behind the other, one level down.
            if depth < outer:
                entity, outer = b"", -1
        elif text == b",":
            index += depth == outer
        elif kind == "keyword" and outer < 0:
            entity, index = text.upper(), 0
        elif outer > 0 and kind not in ("blank", "comment"):
            yield Value(kind, token.start(), token.end(), entity, index)


def located(raw: bytes) -> tuple[str, list[int]]:
    """Return what the inside of a string says, and for each character where it began in ``raw``.

    Directives that say nothing are left as they stand; so is a single backslash, which many
    programs write for two. The list has one entry more: the end.
    """
    text: list[str] = []
    starts: list[int] = []
    page = "iso8859_1"
    for part in DIRECTIVE.finditer(raw):
        kind = part.lastgroup or "plain"
        if kind == "page":
            page = f"iso8859_{'abcdefghi'.index(part['page'].decode().lower()) + 1}"
            continue
        if kind == "plain":
            said, offsets = _plain(part["plain"])
            starts += [part.start() + offset for offset in offsets]
        else:
            said = _said(kind, part, page)
            # Half a directive cannot be cut: what ends inside one takes it along.
            starts += [part.start(), *[part.end()] * (len(said) - 1)][: len(said)]
        text.append(said)
    return "".join(text), [*starts, len(raw)]


def decoded(raw: bytes) -> str:
    """Return what the inside of a string says."""
    if raw.isascii() and b"\\" not in raw and b"'" not in raw and b"\n" not in raw:
        return raw.decode("ascii")
    return located(raw)[0]


def _said(kind: str, part: re.Match[bytes], page: str) -> str:
    try:
        match kind:
            case "two":
                return bytes.fromhex(part[kind].decode()).decode("utf-16-be")
            case "four":
                return bytes.fromhex(part[kind].decode()).decode("utf-32-be")
            case "one":
                return chr(int(part[kind], 16))
            case "shifted":
                return bytes((part[kind][0] | 0x80,)).decode(page)
    except UnicodeDecodeError:
        return part[0].decode("latin-1")
    return {"quote": "'", "backslash": "\\"}.get(kind, "")


def _plain(raw: bytes) -> tuple[str, list[int]]:
    """Return text that holds no directives; bytes beyond ASCII are UTF-8 or else Latin-1."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
        return text, list(range(len(text)))
    offsets, at = [], 0
    for character in text:
        offsets.append(at)
        at += len(character.encode()) if character > "\x7f" else 1
    return text, offsets


def warm() -> None:
    """Load the codecs that strings may name, so that no file is opened afterwards."""
    for encoding in ("utf-16-be", "utf-32-be", *(f"iso8859_{page}" for page in range(1, 10))):
        codecs.lookup(encoding)
