"""XML parts of packages: changed in place by tables, every other character stays as it was.

Room: redaction/carriers. Pure; linear in the part. A part is cut into tokens and never parsed
into a tree and written again: writers differ in more than parsers see. There is no document type
and so no entity beyond the five of the language. Names are compared without their prefixes, for
those are the writer's choice. Source: XML 1.0 (fifth edition) §2, §3.1.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from redaction.errors import UnreadableError
from redaction.model import Category

TOKEN: Final = re.compile(
    r"(?P<text>[^<]++)"
    r"|<(?P<close>/)?(?P<name>[^\s/><\"'=!?]++)"
    r"(?P<attributes>(?:\s++[^\s=\"'<>/]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+/?+)>"
    r"|<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<\?(?P<instruction>.*?)\?>",
    re.DOTALL,
)
ATTRIBUTE: Final = re.compile(
    r"(?P<lead>\s++)(?P<name>[^\s=\"'<>/]++)\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)')"
)
DECLARED: Final = re.compile(rb"\s*+<\?xml[^>]*?encoding\s*+=\s*+[\"']([A-Za-z0-9._-]++)[\"']")
MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
ENCODINGS: Final = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
    | {"windows-1250", "windows-1251", "utf-16", "shift_jis", "gb2312", "gbk", "euc-kr"}
)


@dataclass(frozen=True, slots=True)
class Instead:
    """What stands in a carrier afterwards (None: it is cut out), and what it told before."""

    text: str | None
    category: Category


@dataclass(frozen=True, slots=True)
class Rules:
    """The carriers of a part, by names without prefixes.

    ``attributes`` has (element, attribute), the element being ``*`` for any; ``texts`` and
    ``cut`` have elements whose text is replaced, or that go with all that is in them; in
    ``paths`` stand elements in whose text local paths are cut down to a file's name. ``inside``
    has (element, its attribute ``name``): text and attributes called ``value`` in such an element
    are replaced. ``texts`` may also have names with their prefix. ``instructions`` says that
    processing instructions may go.
    """

    attributes: Mapping[tuple[str, str], Instead] = field(default_factory=dict)
    texts: Mapping[str, Instead] = field(default_factory=dict)
    cut: Mapping[str, Category] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()
    inside: Mapping[tuple[str, str], Instead] = field(default_factory=dict)
    instructions: bool = False

    def text_of(self, name: str) -> Instead | None:
        """Return what replaces the text of the element ``name``."""
        return self.texts.get(local(name)) or self.texts.get(name)


@dataclass(frozen=True, slots=True)
class Change:
    """A carrier that was changed: its name, what it told, and of what kind that is."""

    name: str
    value: str = field(repr=False)
    category: Category


@dataclass(frozen=True, slots=True)
class Part:
    """A decoded part: its text, how it is encoded, and the mark before it."""

    text: str = field(repr=False)
    encoding: str
    mark: bytes

    def encoded(self, text: str) -> bytes:
        """Return ``text`` as the bytes of this part; what its encoding lacks is a reference."""
        return self.mark + text.encode(self.encoding, "xmlcharrefreplace")


def decoded(data: bytes, *, document_type: bool = False) -> Part:
    """Return the part whose bytes are ``data``; ``document_type`` says that it may have one.

    Raises:
        UnreadableError: it does not decode as it says, or has a document type.
    """
    mark, encoding = next(((m, e) for m, e in MARKS if data.startswith(m)), (b"", ""))
    if not encoding:
        declared = DECLARED.match(data)
        encoding = declared[1].decode().lower() if declared else "utf-8"
        if encoding not in ENCODINGS or encoding == "utf-16":
            raise UnreadableError("an unusual encoding")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError("it does not decode as it says") from error
    if not document_type and ("<!DOCTYPE" in text or "<!ENTITY" in text):
        raise UnreadableError("a document type")
    return Part(text, encoding, mark)


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield every token of ``text``, without a gap.

    Raises:
        UnreadableError: something is no token.
    """
    position = 0
    for token in TOKEN.finditer(text):
        if token.start() != position:
            break
        yield token
        position = token.end()
    if position != len(text):
        raise UnreadableError("not XML")


def local(name: str) -> str:
    """Return ``name`` without its prefix."""
    return name.rpartition(":")[2]


def plain(escaped: str) -> str:
    """Return what ``escaped`` stands for."""
    return html.unescape(escaped) if "&" in escaped else escaped


def escaped(words: str) -> str:
    """Return ``words`` as they may stand in text and in both kinds of quotes."""
    return html.escape(words, quote=True)


def attributes(held: str) -> dict[str, str]:
    """Return the attributes in the tag's remainder ``held``, by names without prefixes."""
    return {
        local(found["name"]): plain(found["double"] or found["single"] or "")
        for found in ATTRIBUTE.finditer(held)
    }
