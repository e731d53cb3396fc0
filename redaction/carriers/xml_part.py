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

from redaction.carriers.local_paths import basenamed
from redaction.errors import UnreadableError
from redaction.model import Category
from redaction.text import people

TOKEN: Final = re.compile(
    r"(?P<text>[^<]++)"
    r"|<(?P<close>/)?(?P<name>[^\s/><\"'=!?]++)"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
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
MAX_DEPTH: Final = 1_000
MAX_TOLD_CHARS: Final = 4_000


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
    are replaced. ``texts`` may also have names with their prefix.
    """

    attributes: Mapping[tuple[str, str], Instead] = field(default_factory=dict)
    texts: Mapping[str, Instead] = field(default_factory=dict)
    cut: Mapping[str, Category] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()
    inside: Mapping[tuple[str, str], Instead] = field(default_factory=dict)

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


def decoded(data: bytes) -> Part:
    """Return the part whose bytes are ``data``.

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
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
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


def scrubbed(text: str, rules: Rules) -> tuple[str, list[Change]]:
    """Return ``text`` with the carriers of ``rules`` changed, and what they told.

    Local paths in attributes are cut down everywhere; comments that name somebody go.

    Raises:
        UnreadableError: not XML, or tags that do not match.
    """
    scribe = _Scribe(rules)
    for token in tokens(text):
        scribe.take(token)
    return scribe.finished()


class _Scribe:
    """Copies tokens, and changes what the rules name."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._watched = {attribute for _, attribute in rules.attributes}
        self._out: list[str] = []
        self._changes: list[Change] = []
        self._open: list[str] = []
        self._cut_at: int | None = None
        self._told: list[str] = []
        self._inside: tuple[int, str, Instead] | None = None

    def take(self, token: re.Match[str]) -> None:
        """Copy or change one token."""
        kind = token.lastgroup
        if kind == "attributes":
            self._tag(token)
        elif self._cut_at is not None:
            self._told.append(token.group())
        elif kind in ("text", "cdata"):
            self._out.append(self._text(token))
        elif kind == "comment" and _names_somebody(token["comment"]):
            self._changes.append(Change("comment", token["comment"], Category.COMMENT))
        else:
            self._out.append(token.group())

    def finished(self) -> tuple[str, list[Change]]:
        """Return everything copied, and what was changed."""
        if self._open:
            raise UnreadableError("a tag is not closed")
        return "".join(self._out), self._changes

    def _tag(self, token: re.Match[str]) -> None:
        name = local(token["name"])
        if token["close"]:
            self._close(token, name)
            return
        held = token["attributes"]
        empty = held.endswith("/")
        if not empty:
            self._open.append(token["name"])
            if len(self._open) > MAX_DEPTH:
                raise UnreadableError("nested too deep")
        if self._cut_at is not None:
            self._told.append(token.group())
        elif name in self._rules.cut:
            self._told = [held]
            if empty:
                self._end_cut(name)
            else:
                self._cut_at = len(self._open) - 1
        else:
            self._out.append(self._changed_tag(token, name, held))
            self._enter(name, held, empty=empty)

    def _close(self, token: re.Match[str], name: str) -> None:
        if not self._open or self._open.pop() != token["name"]:
            raise UnreadableError("tags do not match")
        if self._inside is not None and len(self._open) < self._inside[0]:
            self._inside = None
        if self._cut_at is None:
            self._out.append(token.group())
        elif self._cut_at == len(self._open):
            self._end_cut(name)

    def _enter(self, name: str, held: str, *, empty: bool) -> None:
        if self._inside is None and not empty and self._rules.inside:
            called = attributes(held).get("name", "")
            rule = self._rules.inside.get((name, called))
            if rule is not None:
                self._inside = (len(self._open), called, rule)

    def _end_cut(self, name: str) -> None:
        inside = "".join(self._told)[:MAX_TOLD_CHARS]
        values = [found["double"] or found["single"] or "" for found in ATTRIBUTE.finditer(inside)]
        words = " ".join((*values, *re.findall(r">([^<>]++)<", f">{inside}<")))
        told = plain(words if values else inside).strip()
        self._changes.append(Change(name, told, self._rules.cut[name]))
        self._cut_at, self._told = None, []

    def _text(self, token: re.Match[str]) -> str:
        name = local(self._open[-1]) if self._open else ""
        rule = self._rules.text_of(self._open[-1]) if self._open else None
        if self._inside is not None:
            _, name, rule = self._inside
        words = token["cdata"] if token["cdata"] is not None else plain(token["text"])
        if rule is not None:
            if words.strip() in ("", rule.text or ""):
                return token.group()
            self._changes.append(Change(name, words, rule.category))
            return escaped(rule.text or "")
        if name in self._rules.paths:
            bare = basenamed(words)
            if bare != words:
                self._changes.append(Change(name, words, Category.PATH))
                return escaped(bare)
        return token.group()

    def _changed_tag(self, token: re.Match[str], name: str, held: str) -> str:
        if not held or held == "/":
            return token.group()
        changed = ATTRIBUTE.sub(lambda found: self._attribute(name, found), held)
        return token.group() if changed == held else f"<{token['name']}{changed}>"

    def _attribute(self, element: str, found: re.Match[str]) -> str:
        name = local(found["name"])
        value = found["double"] if found["double"] is not None else found["single"]
        rule = None
        if name in self._watched:
            table = self._rules.attributes
            rule = table.get((element, name)) or table.get(("*", name))
        if self._inside is not None and name == "value":
            _, name, rule = self._inside
        if rule is not None:
            if value == rule.text:
                return found.group()
            self._changes.append(Change(name, plain(value), rule.category))
            if rule.text is None:
                return ""
            return f'{found["lead"]}{found["name"]}="{escaped(rule.text)}"'
        if ("\\" not in value and "/" not in value) or found["name"].startswith("xmlns"):
            return found.group()
        words = plain(value)
        bare = basenamed(words)
        if bare == words:
            return found.group()
        self._changes.append(Change(name, words, Category.PATH))
        return f'{found["lead"]}{found["name"]}="{escaped(bare)}"'


def _names_somebody(comment: str) -> bool:
    return any(span.category in people.TOKENS for span in people.find(comment))
