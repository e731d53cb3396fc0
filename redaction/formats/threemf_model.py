"""The models of a 3MF package: who made them goes, every point and triangle stays where it stands.

Room: redaction/formats. Pure; linear in the model. Runs of points and triangles are leapt over and
never read into numbers. Cut are metadata, comments and instructions; identifiers of the production
extension become numbers in their order, for they must differ and need not lead anywhere. Sources:
3MF core 1.3 §3.4 (model), §4.1 (mesh); production 1.1 §2–§4 (UUID).
"""

import re
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import xml_part, xml_projection, xml_walk
from redaction.carriers.changes import Changes
from redaction.carriers.local_paths import basenamed
from redaction.carriers.naming import category_of
from redaction.carriers.xml_part import Instead, Rules
from redaction.carriers.xml_walk import Attribute, Cut, Kind, Piece
from redaction.model import Category

# Numbers, and the hexadecimal codes with which slicers paint facets.
RUN: Final = re.compile(
    r"(?:\s*+<(?:[A-Za-z]\w*+:)?(?:vertex|triangle)"
    r"(?:\s++[A-Za-z][\w:]*+=(?:\"[-+.0-9A-Fa-f]*+\"|'[-+.0-9A-Fa-f]*+'))*+\s*+/>)++"
)
LEAPS: Final = {"vertices": RUN, "triangles": RUN}
METADATA: Final = frozenset({"metadata", "metadatagroup"})
# By these a slicer knows how to read its own marks in the mesh.
VERSION: Final = re.compile(r"(?:\w+:)?(?:3mf)?\w*version\w*", re.IGNORECASE)
VERSION_VALUE: Final = re.compile(r"\s*+[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}\s*+")
APPLICATION_VALUE: Final = re.compile(
    r"\s*+(?:PrusaSlicer|BambuStudio|OrcaSlicer|SuperSlicer|Slic3r|QIDIStudio|QIDISlicer"
    r"|Creality_?Print|AnycubicSlicer(?:Next)?|ElegooSlicer|Ultimaker Cura|3D Builder)"
    r"(?:[- ]v?[0-9][0-9A-Za-z.+-]{0,30})?\s*+"
)
MAX_TOLD_CHARS: Final = 4_000
NAMES: Final = {"designer": Category.PERSON, "application": Category.SOFTWARE}
RULES: Final = Rules(
    attributes={("*", "UUID"): Instead("", Category.IDENTIFIER)},
    cut=dict.fromkeys(METADATA, Category.COMMENT),
    instructions=True,
)


@dataclass(slots=True)
class Model:
    """A model as it was, where it changes, and what of it is shown."""

    part: xml_part.Part
    cuts: list[Cut] = field(default_factory=list)
    shown: str = ""

    def written(self) -> bytes:
        """Return the model as it will be."""
        return self.part.encoded(xml_walk.applied(self.part.text, self.cuts))


def read(content: bytes, where: str, numbers: dict[str, str], changes: Changes) -> Model:
    """Return what changes in a model; what it told is noted in ``changes``.

    ``numbers`` are the identifiers of the package so far; new ones are added.

    Raises:
        UnreadableError: not XML, or it has a document type.
    """
    reader = _Reader(Model(xml_part.decoded(content)), where, numbers, changes)
    for piece in xml_walk.walk(reader.model.part.text, LEAPS):
        reader.take(piece)
    return reader.finished()


class _Reader:
    """Takes the pieces of a model and notes what is cut."""

    def __init__(self, model: Model, where: str, numbers: dict[str, str], changes: Changes) -> None:
        self.model = model
        self._where = where
        self._numbers = numbers
        self._changes = changes
        self._cutting: Piece | None = None
        self._names: list[str] = []
        self._words: list[str] = []
        self._shown: list[str] = []
        self._from = 0

    def finished(self) -> Model:
        """Return the model with all its cuts."""
        self._show(len(self.model.part.text))
        self.model.shown = "".join(self._shown)
        return self.model

    def take(self, piece: Piece) -> None:
        """Note what goes of one piece."""
        if self._cutting is not None:
            self._inside(piece)
        elif piece.kind is Kind.OPEN and piece.name in METADATA:
            self._cutting = piece
            self._names = [_called(piece)]
            if piece.empty:
                self._cut(piece)
        elif piece.kind is Kind.OPEN:
            for held in piece.held:
                self._attribute(held)
        elif piece.kind is Kind.COMMENT:
            self._changes.tell("3MF.comment", Category.COMMENT, piece.words, self._where)
            self._replace(piece.start, piece.end, "")
        elif piece.kind is Kind.INSTRUCTION and not piece.words.startswith("xml "):
            self._changes.tell("3MF.instruction", Category.COMMENT, piece.words, self._where)
            self._replace(piece.start, piece.end, "")
        elif piece.kind is Kind.LEAP:
            self._show(piece.start)
            self._from = piece.end

    def _inside(self, piece: Piece) -> None:
        opened = self._cutting
        if piece.kind is Kind.OPEN:
            self._names.append(_called(piece))
        elif piece.kind in (Kind.TEXT, Kind.COMMENT) and piece.words.strip():
            self._words.append(piece.words)
        elif opened and piece.kind is Kind.CLOSE and piece.depth == opened.depth:
            self._cut(piece)

    def _cut(self, end: Piece) -> None:
        opened, words = self._cutting, " ".join(self._words)
        names = self._names
        self._cutting, self._names, self._words = None, [], []
        if opened is None or _stays(names, words):
            return
        name = next((known for known in names if known), "metadata")
        category = NAMES.get(name.casefold()) or category_of(name)
        if words:
            self._changes.tell(f"3MF.{name}", category, words[:MAX_TOLD_CHARS], self._where)
        self._replace(opened.start, end.end, "")

    def _attribute(self, held: Attribute) -> None:
        if held.name == "UUID" and held.space:
            known = self._numbers.setdefault(held.value.casefold(), _number(len(self._numbers)))
            if known != held.value:
                self._changes.gone("3MF.UUID", Category.IDENTIFIER, held.value, self._where)
                self._replace(held.value_start, held.value_end, known)
            return
        if held.space == xml_walk.XMLNS or ("/" not in held.value and "\\" not in held.value):
            return
        bare = basenamed(held.value)
        if bare != held.value:
            self._changes.tell(f"3MF.{held.name}", Category.PATH, held.value, self._where)
            self._replace(held.value_start, held.value_end, xml_part.escaped(bare))

    def _replace(self, start: int, end: int, instead: str) -> None:
        self.model.cuts.append((start, end, instead))
        self._show(start)
        self._shown.append(instead)
        self._from = end

    def _show(self, end: int) -> None:
        self._shown.append(self.model.part.text[self._from : end])
        self._from = end


def _called(piece: Piece) -> str:
    return next((held.value for held in piece.held if held.name == "name"), "")


def _stays(names: list[str], words: str) -> bool:
    """Return whether metadata only tells programs how to read the mesh."""
    if len(names) != 1:
        return False
    if names[0].casefold() == "application":
        return APPLICATION_VALUE.fullmatch(words) is not None
    versioned = VERSION.fullmatch(names[0]) is not None
    return versioned and VERSION_VALUE.fullmatch(words) is not None


def _number(count: int) -> str:
    return f"00000000-0000-4000-8000-{count + 1:012x}"


def projected(content: bytes) -> object:
    """Return everything a model says but its carriers; identifiers count by their order."""
    text = xml_part.decoded(content).text
    frame = RUN.sub("", text).encode("utf-8")
    order: dict[str, int] = {}
    for found in re.findall(r"\bUUID\s*+=\s*+[\"']([^\"'<]++)", text):
        order.setdefault(found.casefold(), len(order))
    alike = [
        order[found.casefold()] for found in re.findall(r"\bUUID\s*+=\s*+[\"']([^\"'<]++)", text)
    ]
    return xml_projection.projected(frame, RULES), alike
