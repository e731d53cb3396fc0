"""The oracle of web pages: every element, attribute and word, as another parser reads them.

Room: redaction/formats. Pure; linear in the page. What it leaves out are the carriers: comments,
data of programs, what a page says of itself, who edited it, and the folders of local paths.
"""

import html
import re
from html.parser import HTMLParser
from typing import Final

from redaction.carriers import data_urls
from redaction.errors import NotFaithfulError
from redaction.formats import html_markup
from redaction.model import Proof

SPACE: Final = re.compile(r"\s++")


def compared(original: bytes, cleaned: bytes, encoding: str) -> Proof:
    """Prove that both pages are the same but for the carriers.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = (_Reader.read(data, encoding) for data in (original, cleaned))
    if before != after:
        raise NotFaithfulError("an element, an attribute or a word differs")
    return Proof("tokens", len(before), "every element, attribute and word is the same")


class _Reader(HTMLParser):
    """Lists what a page holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[object, ...]] = []
        self._island = ""
        self._style = False

    @classmethod
    def read(cls, data: bytes, encoding: str) -> list[tuple[object, ...]]:
        reader = cls()
        reader.feed(data.decode(encoding, "replace"))
        reader.close()
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._island:
            return
        if tag in html_markup.ISLANDS:
            self._island = tag
            return
        self._style = tag == "style"
        self.found.append((tag, *_attributes(tag, attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._island:
            self.found.append((tag, "/", *_attributes(tag, attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self._island:
            self._island = "" if tag == self._island else self._island
            return
        self._style = False
        self.found.append(("/", tag))

    def handle_data(self, data: str) -> None:
        if self._island:
            return
        said = data
        if self._style:
            said = SPACE.sub(" ", html_markup.pathless(html_markup.STYLE_COMMENT.sub("", data)))
        if self.found and self.found[-1][0] == "":
            said = f"{self.found.pop()[1]}{said}"  # a comment stood between them
        self.found.append(("", said))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("!", decl))

    def handle_pi(self, data: str) -> None:
        if not self._island:
            self.found.append(("?", data))


def _attributes(tag: str, attrs: list[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """Return what stays of the attributes."""
    called = html_markup.called_by({name: value or "" for name, value in reversed(attrs)})
    kept: list[tuple[str, str]] = []
    for name, value in attrs:
        if html_markup.goes(tag, name, called):
            kept.append((name, ""))
        else:
            plain = html.unescape(html_markup.pathless(html.escape(value or "")))
            kept.append((name, data_urls.by_content(plain)))
    return kept
