"""XML that is no drawing by itself, as parts lists and exchange files: people out, the tree stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. What an
element or attribute holds is told by its name where that names an author, and read as words
everywhere else. Comments and instructions go, but for what binds a style. A document type is
refused, for it can make any text of any other. Source: XML 1.0 (fifth edition);
docs/reference/formats/xml.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import xml_part, xml_projection, xml_walk
from redaction.carriers.changes import Changes, says_nothing
from redaction.carriers.naming import category_of
from redaction.carriers.xml_part import Part
from redaction.carriers.xml_walk import Cut, Kind, Piece
from redaction.errors import ActiveContentError, NotFaithfulError
from redaction.fidelity.patches import check_patched
from redaction.model import Category, Plan, Profile, Proof, patched
from redaction.text import people
from redaction.text.span import Span

# Who made a document: a supplier or a customer in a parts list is what the list is for.
MAKERS: Final = re.compile(
    r"(?:author|creator|contributor|(?:last_?)?(?:modified|saved|created|edited)_?by"
    r"|(?:drawn|checked|approved|designed)_?by|user_?name|user_?id|login|authoring_?user"
    r"|e_?mail|author_?email|phone|telephone)s?",
    re.IGNORECASE,
)
HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|-")
KEPT_INSTRUCTIONS: Final = ("xml ", "xml-stylesheet ")
ACTIVE: Final = frozenset({"script"})
# Lists of numbers, as geometry has them; a short one may be somebody's.
NUMBERS: Final = re.compile(r"\s*+|[\d\s.,;+\-eE]{60,}+")
CDATA: Final = "<![CDATA["
TEXT: Final = "XML.text"


@dataclass(slots=True)
class _Reading:
    """What goes of a document, and what it told."""

    part: Part
    profile: Profile
    cuts: list[Cut] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    found: dict[tuple[str, str], Sequence[Span]] = field(default_factory=dict)

    def take(self, piece: Piece) -> None:
        """Plan what goes of one piece."""
        if piece.kind is Kind.OPEN:
            if piece.name.casefold() in ACTIVE:
                raise ActiveContentError
            for held in piece.held:
                if held.space != xml_walk.XMLNS:
                    said = self._cleaned(held.name, held.value)
                    if said != held.value:
                        place = held.value_start, held.value_end
                        self.cuts.append((*place, xml_part.escaped(said)))
        elif piece.kind is Kind.TEXT and piece.words.strip():
            self._text(piece)
        elif piece.kind is Kind.COMMENT or (
            piece.kind is Kind.INSTRUCTION and not piece.words.startswith(KEPT_INSTRUCTIONS)
        ):
            self.changes.tell(f"XML.{piece.kind}", Category.COMMENT, piece.words, "")
            self.cuts.append((piece.start, piece.end, ""))

    def _text(self, piece: Piece) -> None:
        said = self._cleaned(piece.name, piece.words)
        if said == piece.words:
            return
        raw = self.part.text[piece.start : piece.end]
        instead = f"{CDATA}{said}]]>" if raw.startswith(CDATA) else xml_part.escaped(said)
        self.cuts.append((piece.start, piece.end, instead))

    def _cleaned(self, name: str, words: str) -> str:
        """Return what stands in the element or attribute ``name`` afterwards."""
        if MAKERS.fullmatch(HUMP.sub("_", name)):
            if says_nothing(words):
                return words
            self.changes.tell(f"XML.{name}", category_of(name), words, "")
            return ""
        out: list[str] = []
        position = 0
        for span in self._spans(name, words):
            if self._goes(span, words[span.start : span.end]):
                out += (words[position : span.start], people.token(span.category))
                position = span.end
        return "".join((*out, words[position:]))

    def _spans(self, name: str, words: str) -> Sequence[Span]:
        """Return whom ``words`` name; the same few stand in such files a thousand times."""
        if NUMBERS.fullmatch(words):
            return ()
        known = self.found.get((name, words))
        if known is None:
            known = self.found[name, words] = people.find(words, HUMP.sub(" ", name))
        return known

    def _goes(self, span: Span, value: str) -> bool:
        asked = self.profile.asks(TEXT, span.category, value)
        out = asked or people.is_replaced_in_prose(span)
        self.changes.content(TEXT, span, value, "", out=out)
        return out


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what is to be replaced or cut, and whom the words name.

    Raises:
        ActiveContentError: it holds a script.
        UnreadableError: not well-formed, in an unusual encoding, or with a document type.
    """
    part = xml_part.decoded(data)
    reading = _Reading(part, profile)
    for piece in xml_walk.walk(part.text):
        reading.take(piece)
    return Plan(tuple(reading.changes.findings), xml_walk.edits(part, reading.cuts))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned places replaced."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove by another parser that every element and attribute is the same, and most words.

    Raises:
        NotFaithfulError: something else differs.
    """
    check_patched(original, cleaned, plan.edits)
    before, after = _Said(), _Said()
    xml_projection.heard(original, before)
    xml_projection.heard(cleaned, after)
    if before.tree != after.tree:
        raise NotFaithfulError("another element or attribute")
    changed = sum(old != new for old, new in zip(before.words, after.words, strict=True))
    if changed > len(plan.edits):
        raise NotFaithfulError("more words differ than were planned")
    said = "every element and attribute is the same, in order; only the listed words differ"
    return (Proof("tokens", len(before.tree), said),)


class _Said(xml_projection.Unheard):
    """What a document is made of, as a parser reads it: its tree, and one text for each of it."""

    def __init__(self) -> None:
        self.tree: list[tuple[str, ...]] = []
        self._pieces: list[list[str]] = []

    @property
    def words(self) -> list[str]:
        """Return the texts, each put together from how the parser handed it over."""
        return ["".join(pieces) for pieces in self._pieces]

    def startElement(self, name: str, held: Mapping[str, str]) -> None:  # noqa: N802 - SAX
        """Take a tag, each attribute, and the place of the text behind it."""
        for attribute, value in held.items():
            self._take(("attribute", name, attribute), value)
        self._take(("open", name), "")

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX
        """Take the end of a tag, and the place of the text behind it."""
        self._take(("close", name), "")

    def characters(self, content: str) -> None:
        """Take a piece of text to what stands there already."""
        self._pieces[-1].append(content)

    def _take(self, what: tuple[str, ...], words: str) -> None:
        self.tree.append(what)
        self._pieces.append([words])


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
