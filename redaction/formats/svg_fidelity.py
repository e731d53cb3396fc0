"""The token oracle of SVG: all that is drawn is the same, read by another parser.

Room: redaction/formats. Pure; linear in the drawing. Says on its own what is drawn: every element
of SVG but metadata, scripts and the document's own title, with every attribute that has no prefix
but events and data fields, and every word. Pictures count by their bytes, however they are written.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from redaction.carriers import data_urls, xml_projection
from redaction.errors import NotFaithfulError
from redaction.formats import svg_tables as tables
from redaction.model import Proof

SILENT: Final = frozenset({"metadata", "script", "handler", "listener"})


def compared(original: str, cleaned: str) -> Proof:
    """Return the proof that both drawings show the same.

    Raises:
        NotFaithfulError: they do not.
        UnreadableError: one is not well-formed.
    """
    before, after = _drawn(original), _drawn(cleaned)
    if before != after:
        raise NotFaithfulError("something drawn differs")
    return Proof("tokens", before[1], "every element, attribute and word that is drawn is the same")


def _drawn(text: str) -> tuple[bytes, int]:
    reader = _Reader()
    # The parser would read the declaration of an encoding that no longer counts.
    body = (
        text[text.index("?>") + 2 :] if text.lstrip("\ufeff \r\n\t").startswith("<?xml") else text
    )
    xml_projection.heard(body.strip("\ufeff").encode("utf-8", "surrogatepass"), reader)
    return reader.digest.digest(), reader.tokens


class _Reader(xml_projection.Unheard):
    """Digests what is drawn."""

    def __init__(self) -> None:
        self.digest = hashlib.blake2b(digest_size=32)
        self.tokens = 0
        self._spaces: list[Mapping[str, str]] = [{"xml": tables.XML}]
        self._open: list[tuple[str, str]] = []
        self._silent_at: int | None = None
        self._text: list[str] = []

    def startElement(self, name: str, held: Mapping[str, str]) -> None:  # noqa: N802 - SAX
        """Digest a tag with what is drawn by it."""
        self._end_text()
        own = {
            key.partition(":")[2]: value for key, value in held.items() if key.startswith("xmlns")
        }
        spaces = {**self._spaces[-1], **own}
        self._spaces.append(spaces)
        prefix, mark, local = name.rpartition(":")
        space = spaces.get(prefix if mark else "", "")
        if self._silent_at is None and self._is_silent(space, local):
            self._silent_at = len(self._open)
        self._open.append((space, local))
        if self._silent_at is None:
            fields = sorted(self._fields(local, held, spaces))
            self._add(repr(("<", space, local, fields)))
            self.tokens += 1 + len(fields)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002 - SAX
        """Digest the end of a tag."""
        self._end_text()
        self._open.pop()
        self._spaces.pop()
        if self._silent_at is None:
            self._add(">")
        elif self._silent_at == len(self._open):
            self._silent_at = None

    def characters(self, content: str) -> None:
        """Take a piece of text."""
        if self._silent_at is None:
            self._text.append(content)

    def _is_silent(self, space: str, local: str) -> bool:
        if space in tables.DRAWN:
            return local in SILENT or (local in ("title", "desc") and len(self._open) == 1)
        return space not in tables.KEPT

    def _fields(
        self, element: str, held: Mapping[str, str], spaces: Mapping[str, str]
    ) -> list[tuple[str, str, str]]:
        found = []
        depth = len(self._open) - 1
        for key, value in held.items():
            prefix, mark, local = key.rpartition(":")
            space = spaces.get(prefix, "") if mark else ""
            event = not space and (local.startswith(("on", "data-")) or local == "content")
            if key.startswith("xmlns") or (event and local != "data-name"):
                continue
            if space not in ("", tables.XLINK, tables.XML):
                continue
            after = tables.field((element, depth), space, local, value)
            if after is not None:
                found.append((space, local, data_urls.by_content(after)))
        return found

    def _end_text(self) -> None:
        if self._text:
            text, self._text = "".join(self._text), []
            if self._open and self._open[-1][1] == "style":
                text = data_urls.by_content(tables.css(text))
            self._add(text)

    def _add(self, text: str) -> None:
        self.digest.update(text.encode("utf-8", "surrogatepass"))
