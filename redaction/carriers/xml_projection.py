"""What an XML part says besides its carriers: equal before and after, or it was not faithful.

Room: redaction/carriers. Pure; linear in the part. Read by a parser that has nothing in common
with the one that changes parts (``xml_part``), and that refuses document types, entities and
external references.
"""

import hashlib
from collections.abc import Mapping
from typing import NoReturn

from defusedxml import DefusedXmlException, sax

from redaction.carriers.local_paths import basenamed
from redaction.carriers.xml_part import Rules, local
from redaction.errors import UnreadableError

NAMELESS = "Author"


def projected(data: bytes, rules: Rules, names: tuple[str, ...] = ()) -> bytes:
    """Return a digest of everything in the part but what ``rules`` allow to differ.

    Local paths count by the name of their file. ``names`` are words that count as nobody's in
    text.

    Raises:
        UnreadableError: not well-formed, or it has a document type.
    """
    reader = _Reader(rules, names)
    heard(data, reader)
    return reader.digest()


def heard(data: bytes, reader: "Unheard") -> None:
    """Let ``reader`` hear everything in the part, as SAX 2 names it.

    Raises:
        UnreadableError: not well-formed, or it has a document type.
    """
    try:
        sax.parseString(data, reader, reader, forbid_dtd=True)  # type: ignore[arg-type]
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableError("not well-formed") from error


def _called(held: Mapping[str, str]) -> str:
    return next((value for name, value in held.items() if local(name) == "name"), "")


class Unheard:
    """What a reader of SAX 2 events need not hear: it tells of the writing and not of the part."""

    def setDocumentLocator(self, locator: object) -> None:  # noqa: N802 - SAX
        """Ignore where the parser is."""

    def startDocument(self) -> None:  # noqa: N802 - SAX
        """Ignore the beginning."""

    def endDocument(self) -> None:  # noqa: N802 - SAX
        """Ignore the end."""

    def startPrefixMapping(self, prefix: str | None, uri: str) -> None:  # noqa: N802 - SAX
        """Ignore what only comes when names are resolved; here they are not."""

    def endPrefixMapping(self, prefix: str | None) -> None:  # noqa: N802 - SAX
        """Ignore what only comes when names are resolved."""

    def startElementNS(self, *told: object) -> None:  # noqa: N802 - SAX
        """Ignore what only comes when names are resolved."""

    def endElementNS(self, *told: object) -> None:  # noqa: N802 - SAX
        """Ignore what only comes when names are resolved."""

    def skippedEntity(self, name: str) -> NoReturn:  # noqa: N802, ARG002 - SAX
        """Refuse an entity that nobody declared."""
        raise UnreadableError("an undeclared entity")

    def ignorableWhitespace(self, content: str) -> None:  # noqa: N802 - SAX
        """Ignore what a document type would call ignorable; there is none."""

    def warning(self, error: Exception) -> None:
        """Ignore what is no error."""

    def error(self, error: Exception) -> NoReturn:
        """Raise what the parser found."""
        raise UnreadableError("not well-formed") from error

    def fatalError(self, error: Exception) -> NoReturn:  # noqa: N802 - SAX
        """Raise what the parser found."""
        raise UnreadableError("not well-formed") from error

    def processingInstruction(self, target: str, words: str) -> None:  # noqa: N802 - SAX
        """Ignore an instruction."""


class _Reader(Unheard):
    """Takes what the parser reads, as SAX 2 names it, and digests what has to stay."""

    def __init__(self, rules: Rules, names: tuple[str, ...]) -> None:
        self._rules = rules
        self._names = names
        self._inside_names = set(rules.inside)
        self._digest = hashlib.blake2b(digest_size=32)
        self._open: list[str] = []
        self._cut_at: int | None = None
        self._inside_at: int | None = None
        self._text: list[str] = []

    def digest(self) -> bytes:
        """Return the digest of everything that was read."""
        return self._digest.digest()

    def startElement(self, name: str, held: Mapping[str, str]) -> None:  # noqa: N802 - SAX
        """Digest a tag with the attributes that have to stay."""
        self._end_text()
        element = local(name)
        self._open.append(name)
        if self._cut_at is None and element in self._rules.cut:
            self._cut_at = len(self._open)
        if self._cut_at is None:
            kept = sorted(self._kept(element, held))
            self._digest.update(repr(("<", name, kept)).encode("utf-8", "surrogatepass"))
            if self._inside_at is None and (element, _called(held)) in self._inside_names:
                self._inside_at = len(self._open)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX
        """Digest the end of a tag."""
        self._end_text()
        if self._cut_at is None:
            self._digest.update(repr((">", name)).encode("utf-8", "surrogatepass"))
        elif self._cut_at == len(self._open):
            self._cut_at = None
        if self._inside_at == len(self._open):
            self._inside_at = None
        self._open.pop()

    def characters(self, content: str) -> None:
        """Take a piece of text; the parser hands it over in pieces of its own choice."""
        if self._cut_at is None:
            self._text.append(content)

    def processingInstruction(self, target: str, words: str) -> None:  # noqa: N802 - SAX
        """Digest an instruction."""
        self._end_text()
        if self._cut_at is None and not self._rules.instructions:
            self._digest.update(repr(("?", target, words)).encode("utf-8", "surrogatepass"))

    def _kept(self, element: str, held: Mapping[str, str]) -> list[tuple[str, str]]:
        table = self._rules.attributes
        return [
            (name, basenamed(value) if not name.startswith("xmlns") else value)
            for name, value in held.items()
            if (element, local(name)) not in table
            and ("*", local(name)) not in table
            and not (self._inside_at is not None and local(name) == "value")
        ]

    def _end_text(self) -> None:
        if not self._text:
            return
        text, self._text = "".join(self._text), []
        element = self._open[-1] if self._open else ""
        if self._inside_at is not None or self._rules.text_of(element) is not None:
            text = text if not text.strip() else ""
        if local(element) in self._rules.paths:
            text = basenamed(text)
        for name in self._names:
            text = text.replace(name, NAMELESS)
        self._digest.update(text.encode("utf-8", "surrogatepass"))
