"""The markup of a web page and what in it tells of people: a list of places to cut or to rewrite.

Room: redaction/formats. Pure; linear in the page. Sources: HTML Living Standard §13.1 (syntax),
§4.2.5 (``meta``), §4.7 (edits); for what Word writes into pages, "Microsoft Office HTML and XML
Reference".
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from redaction.carriers.changes import Changes
from redaction.carriers.local_paths import LOCAL, SEPARATOR, basenamed
from redaction.carriers.naming import category_of
from redaction.errors import ActiveContentError, TooComplexError, UnreadableError
from redaction.model import Category, Edit

# A piece of markup that begins where a "<" stands.
TOKEN: Final = re.compile(
    r"<!--(?P<comment>>|->|.*?--!?>)"
    r"|<(?P<kept>!doctype\b[^>]*+|!\[(?:if\b[^>\]]*+|endif|CDATA\[[^>\]]*+\])\]|\?xml\b[^>]*+)>"
    r"|<(?P<bogus>(?:!(?!--)|\?)[^>]*+|/[^A-Za-z>][^>]*+)>"
    r"|<(?P<close>/?+)(?P<name>[A-Za-z][^\s/>]*+)"
    r"(?P<attributes>(?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>])*+)>",
    re.DOTALL | re.IGNORECASE,
)
BEGINS: Final = re.compile(r"<[A-Za-z!?/]")
PROGRAM: Final = re.compile(r"\?(?:php|=)", re.IGNORECASE)
ATTRIBUTE: Final = re.compile(
    r"(?P<name>[^\s=/>\"'][^\s=/>]*+)(?:\s*+=\s*+"
    r"(?P<value>\"[^\"]*+\"|'[^']*+'|[^\s\"'>][^\s>]*+))?",
    re.DOTALL,
)
MAX_TOKENS: Final = 2_000_000
# What runs, or shows another page.
ACTIVE: Final = frozenset(
    [
        "script",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "portal",
        "bgsound",
        "base",
    ]
)
RUNNING: Final = re.compile(r"\s*+(?:javascript:|vbscript:|data:text/html)", re.IGNORECASE)
CALLED: Final = ("name", "property", "itemprop", "http-equiv")
# Elements that are no page but say what somebody wrote it with.
ISLANDS: Final = frozenset({"xml", "metadata"})
# Elements whose text holds no elements.
RAW: Final = frozenset({"style", "title", "textarea", "xmp", "noembed", "noframes"})
BLOCKS: Final = frozenset(
    [
        "p",
        "div",
        "br",
        "hr",
        "tr",
        "td",
        "th",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "title",
        "table",
        "ul",
        "ol",
        "pre",
        "dt",
        "dd",
        "caption",
        "option",
    ]
)
# What a browser needs to know; whatever else a page says of itself goes.
NEEDED: Final = frozenset(
    [
        "viewport",
        "content-type",
        "content-language",
        "x-ua-compatible",
        "color-scheme",
        "theme-color",
        "referrer",
        "format-detection",
        "content-style-type",
        "content-script-type",
        "default-style",
    ]
)
EDITED: Final = frozenset({"ins", "del"})
EDITS: Final = frozenset({"cite", "datetime"})
NAMING: Final = frozenset({Category.PERSON, Category.EMAIL})
STYLE_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
# Without one of these, a value holds no local path.
SUSPECT: Final = re.compile(
    r"\\|&#|%5c|(?:file|smb|afp|nfs|cifs):|[a-z](?::|%3a|\|)/"
    r"|/(?:home|users|benutzer|volumes|mnt|export|tmp|var|private)/",
    re.IGNORECASE,
)
FETCHING: Final = "@import"


@dataclass(slots=True)
class Markup:
    """A page taken apart. ``text`` has one character for every byte, read as ``encoding``."""

    text: str = field(repr=False)
    encoding: str
    edits: list[Edit] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    shown: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    _counted: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        position = count = 0
        while found := BEGINS.search(self.text, position):
            start = found.start()
            token = TOKEN.match(self.text, start)
            if token is None:
                raise UnreadableError("a tag or a comment does not end")
            count += 1
            if count > MAX_TOKENS:
                raise TooComplexError
            self._words(position, start)
            position = self._token(token)
        self._words(position, len(self.text))

    def _token(self, token: re.Match[str]) -> int:
        """Deal with one piece of markup; return where the page goes on."""
        if token["name"] is not None:
            return self._element(token, token.end())
        if token["bogus"] is not None and PROGRAM.match(token["bogus"]):
            raise ActiveContentError
        hidden = token["comment"] or token["bogus"]
        if hidden is not None:
            self._cut(token.start(), token.end(), "comment", hidden.removesuffix("-->"))
        return token.end()

    def _element(self, token: re.Match[str], end: int) -> int:
        name = token["name"].lower()
        if name in ACTIVE:
            raise ActiveContentError
        if name in BLOCKS:
            self.shown.append("\n")
        if token["close"]:
            return end
        if name in ISLANDS and not token["attributes"].endswith("/"):
            stop = self._closing(name, end)
            self._cut(token.start(), stop, name, "data of a program")
            return stop
        self._attributes(name, token)
        if name not in RAW:
            return end
        close = self._closing(name, end, inside=True)
        if name == "style":
            self._style(end, close)
        else:
            self._words(end, close)
        return close

    def _closing(self, name: str, start: int, *, inside: bool = False) -> int:
        """Return where the element that began before ``start`` ends; ``inside``, its content."""
        found = re.compile(rf"</{re.escape(name)}[^>]*+>", re.IGNORECASE).search(self.text, start)
        if found is None:
            raise UnreadableError("an element does not end")
        return found.start() if inside else found.end()

    def _words(self, start: int, end: int) -> None:
        self.shown.append(html.unescape(self._decoded(self.text[start:end])))

    def _style(self, start: int, end: int) -> None:
        said = self.text[start:end]
        if FETCHING in said.lower():
            raise ActiveContentError
        for comment in STYLE_COMMENT.finditer(said):
            at = start + comment.start()
            self._cut(at, at + len(comment.group()), "style comment", comment.group()[2:-2])
        position = 0
        for piece in (*STYLE_COMMENT.finditer(said), None):
            stop = piece.start() if piece else len(said)
            self._paths(start + position, start + stop, "style")
            position = piece.end() if piece else stop

    def _attributes(self, element: str, token: re.Match[str]) -> None:
        base = token.start("attributes")
        found = list(ATTRIBUTE.finditer(token["attributes"]))
        held = {one["name"].lower(): html.unescape(_value(one)) for one in reversed(found)}
        if element == "meta" and held.get("http-equiv", "").lower() == "refresh":
            raise ActiveContentError
        called = called_by(held)
        for one in found:
            name, value = one["name"].lower(), html.unescape(_value(one))
            if name.startswith("on") or name == "srcdoc" or RUNNING.match(value):
                raise ActiveContentError
            if not value:
                continue
            start, end = base + one.start("value"), base + one.end("value")
            if goes(element, name, called):
                self.edits.append(Edit(start, end, b'""'))
                category = Category.TIME if name == "datetime" else Category.PERSON
                category = category_of(called) if element == "meta" else category
                carrier = f"HTML.{element} {called or name}"
                self.changes.tell(carrier, category, self._decoded(value), self._line(start))
            else:
                self._paths(start, end, name, quoted=True)
                self.attributes.append(self._decoded(value))

    def _paths(self, start: int, end: int, carrier: str, *, quoted: bool = False) -> None:
        said = self._decoded(self.text[start:end])
        bare = said[1:-1] if quoted and said[:1] in "\"'" else said
        kept = pathless(bare)
        if kept == bare:
            return
        written = '"' + kept.replace('"', "&quot;") + '"' if quoted else kept
        self.edits.append(Edit(start, end, written.encode(self.encoding, "xmlcharrefreplace")))
        self.changes.tell(f"HTML.{carrier}", Category.PATH, unquote(bare), self._line(start))

    def _cut(self, start: int, end: int, carrier: str, said: str) -> None:
        self.edits.append(Edit(start, end, b""))
        text = self._decoded(said).strip() or "nothing"
        self.changes.tell(f"HTML.{carrier}", Category.COMMENT, text, self._line(start))

    def _decoded(self, said: str) -> str:
        return said.encode("latin-1", "replace").decode(self.encoding, "replace")

    def _line(self, at: int) -> str:
        begin = self._counted[0] if at >= self._counted[0] else 0
        line = self._counted[1] if begin else 1
        self._counted = (at, line + self.text.count("\n", begin, at))
        return f"line {self._counted[1]}"


def goes(element: str, name: str, called: str) -> bool:
    """Return whether the value of the attribute ``name`` tells of people by what it is for.

    ``called`` is what a ``meta`` element is about.
    """
    if element == "meta":
        return name == "content" and bool(called) and called not in NEEDED
    if element in EDITED:
        return name in EDITS
    return category_of(name) in NAMING and name not in ("class", "id")


def called_by(held: Mapping[str, str]) -> str:
    """Return what an element with these attributes is about."""
    return next((held[name].strip().lower() for name in CALLED if name in held), "")


def pathless(value: str) -> str:
    """Return ``value`` with the local paths in it cut down to the names of files."""
    if not SUSPECT.search(value) or value[:5].lower() == "data:":
        return value
    plain = html.unescape(value)
    if LOCAL.fullmatch(unquote(plain).strip()):
        return html.escape(SEPARATOR.split(plain.strip())[-1])
    return basenamed(value)


def _value(found: re.Match[str]) -> str:
    value = found["value"] or ""
    return value[1:-1] if value[:1] in ("'", '"') else value
