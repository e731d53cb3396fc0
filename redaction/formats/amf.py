"""AMF models for printing: who made them goes, every point and triangle stays where it stands.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Points and
triangles are leapt over and never read into numbers; metadata, comments and instructions are cut.
A packed AMF is a ZIP archive and cleaned as one. Specification: ISO/ASTM 52915;
docs/reference/formats/amf.md lists every carrier.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import echoes, xml_part, xml_projection, xml_walk, xml_words
from redaction.carriers.changes import Changes
from redaction.carriers.local_paths import basenamed
from redaction.carriers.naming import category_of
from redaction.carriers.xml_part import Part, Rules
from redaction.carriers.xml_walk import Cut, Kind, Piece
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import mesh
from redaction.model import Category, Plan, Profile, Proof, patched
from redaction.text import people

_N: Final = r"\s*+[-+0-9.eE]++\s*+"


def _list(*names: str) -> str:
    return r"\s*+".join(f"<{name}>{_N}</{name}>" for name in names)


RUN: Final = re.compile(
    rf"(?:\s*+(?:<vertex>\s*+<coordinates>\s*+{_list('x', 'y', 'z')}\s*+</coordinates>\s*+"
    rf"(?:<normal>\s*+{_list('nx', 'ny', 'nz')}\s*+</normal>\s*+)?</vertex>"
    rf"|<triangle>\s*+{_list('v1', 'v2', 'v3')}\s*+</triangle>))++"
)
LEAPS: Final = {"vertices": RUN, "volume": RUN}
METADATA: Final = "metadata"
# What a slicer says about a piece of the mesh: a hole or a modifier, and where it came from.
VOLUME: Final = re.compile(
    r"slic3r\.(?:modifier|volume_type|extruder|matrix|source_(?:offset_[xyz]|in_\w+)|\w*_id)"
)
VOLUME_VALUE: Final = re.compile(
    r"(?:[-+0-9.eE\s]++|ModelPart|NegativeVolume|ParameterModifier|SupportBlocker|SupportEnforcer)"
)
NAMES: Final = {"company": Category.ORGANISATION, "cad": Category.SOFTWARE}
MAX_TOLD_CHARS: Final = 4_000
RULES: Final = Rules(cut={METADATA: Category.COMMENT}, instructions=True)
_GRAMMAR: Final = """
    AMF OBJECT MESH VERTICES VERTEX COORDINATES NORMAL VOLUME TRIANGLE MATERIAL COLOR TEXTURE
    COMPOSITE CONSTELLATION INSTANCE EDGE UNIT INCH FEET METER MICRON MILLIMETER VERSION TYPE
    METADATA MODEL MODELPART SLIC3R MATRIX SOURCE OFFSET
"""


@dataclass(slots=True)
class _Reading:
    """Where a model changes, what that told, and what of it is shown."""

    part: Part
    cuts: list[Cut] = field(default_factory=list)
    changes: Changes = field(default_factory=lambda: Changes(keywords=set(_GRAMMAR.split())))
    opened: Piece | None = None
    words: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def take(self, piece: Piece) -> None:
        """Note what goes of one piece."""
        if self.opened is not None:
            self._inside(self.opened, piece)
        elif piece.kind is Kind.OPEN:
            self._open(piece)
        elif piece.kind is Kind.TEXT:
            self.shown.append(piece.words)
        elif piece.kind is Kind.COMMENT or (
            piece.kind is Kind.INSTRUCTION and not piece.words.startswith("xml ")
        ):
            self.changes.tell(f"AMF.{piece.kind}", Category.COMMENT, piece.words, "")
            self.cuts.append((piece.start, piece.end, ""))

    def _open(self, piece: Piece) -> None:
        if piece.depth == 0 and piece.name != "amf":
            raise UnreadableError("no AMF")
        if piece.name == METADATA:
            self.opened, self.words = piece, []
            if piece.empty:
                self._end(piece, piece)
            return
        for held in piece.held:
            bare = basenamed(held.value) if held.space != xml_walk.XMLNS else held.value
            if bare != held.value:
                self.changes.tell(f"AMF.{held.name}", Category.PATH, held.value, "")
                self.cuts.append((held.value_start, held.value_end, xml_part.escaped(bare)))

    def _inside(self, opened: Piece, piece: Piece) -> None:
        if piece.kind in (Kind.TEXT, Kind.COMMENT) and piece.words.strip():
            self.words.append(piece.words)
        elif piece.kind is Kind.CLOSE and piece.depth == opened.depth:
            self._end(opened, piece)

    def _end(self, opened: Piece, last: Piece) -> None:
        self.opened = None
        said = " ".join(self.words).strip()
        name = next((held.value for held in opened.held if held.name == "type"), "metadata")
        if VOLUME.fullmatch(name) and VOLUME_VALUE.fullmatch(said):
            return
        if said:
            category = NAMES.get(name.casefold()) or category_of(name)
            self.changes.tell(f"AMF.{name}", category, said[:MAX_TOLD_CHARS], "")
        self.cuts.append((opened.start, last.end, ""))


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a mesh has no words to choose from
    """Return what is to be cut.

    Raises:
        UnreadableError: no AMF, not well-formed, or it has a document type.
    """
    reading = _Reading(xml_part.decoded(data))
    for piece in xml_walk.walk(reading.part.text, LEAPS):
        reading.take(piece)
    words = [xml_words.Words("", "\n".join(reading.shown), "", "")]
    findings = [*reading.changes.findings, *xml_words.named("AMF.text", words)]
    findings += xml_words.echoes("AMF.text", echoes.telling(reading.changes.findings), words)
    return Plan(tuple(findings), xml_walk.edits(reading.part, reading.cuts))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned places."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every point and triangle is the same text, and that the rest says the same.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = xml_part.decoded(original).text, xml_part.decoded(cleaned).text
    frames = [xml_projection.projected(_frame(text), RULES) for text in (before, after)]
    if frames[0] != frames[1]:
        raise NotFaithfulError("something but metadata differs")
    return (mesh.elements([before], [after], RUN),)


def _frame(text: str) -> bytes:
    """Return the model without its points and triangles, encoded as no declaration says."""
    frame = RUN.sub("", text.lstrip("\ufeff"))
    return re.sub(r"\A\s*+<\?xml\s.*?\?>", "", frame, flags=re.DOTALL).encode("utf-8")


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
