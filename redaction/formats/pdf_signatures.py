"""What visible signatures draw: it stays and is shown to the owner, or the file is refused.

Room: redaction/formats. Pure. The signature itself goes, for no changed file can keep it; its
picture is part of the page that somebody signed, and cutting that silently would change what the
page shows. So the picture stays to the pixel, and is told as content: that there is one, and whom
its words name. One that draws the very name that was removed with the signature would make the
removal a sham; its file is refused. Layout: ISO 32000-2 §12.7.5.5.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pikepdf
from pikepdf import Name

from redaction.formats.pdf_document import BROKEN, walk
from redaction.formats.pdf_words import text_of
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

CARRIER: Final = "PDF/Sig.picture"
WHERE: Final = "picture of a signature"
SHOWING: Final = frozenset({"Tj", "TJ", "'", '"'})
# Flags (table 167): hidden, and never shown on a screen.
UNSEEN: Final = 0b100010
MAX_WORDS_CHARS: Final = 20_000
# A part of a name that is long enough to be nobody else's, as the sweep sees it.
NAME: Final = re.compile(r"[^\W\d_]{4,}+")


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a visible signature: what its instructions say, and its words."""

    content: str = field(repr=False)
    words: str = field(repr=False)


def unseen(held: pikepdf.Object) -> bool:
    """Return whether ``held`` is a signature with a picture that no reader shows."""
    if not is_signature(held) or "/AP" not in held or "/Rect" not in held:
        return False
    try:
        left, bottom, right, top = (float(side) for side in held["/Rect"])
        flags = int(held.get("/F", 0))
    except (TypeError, ValueError):
        return False
    return left == right or bottom == top or bool(flags & UNSEEN)


def pictures(pdf: pikepdf.Pdf) -> list[Picture]:
    """Return the picture of each visible signature that draws something."""
    return [
        picture
        for node in walk(pdf)
        if is_signature(node.held) and "/AP" in node.held
        for picture in (_picture(pdf, node.held["/AP"]),)
        if picture.content.strip()
    ]


def without_pictures(pdf: pikepdf.Pdf) -> None:
    """Take away what visible signatures draw."""
    for node in walk(pdf):
        if is_signature(node.held) and "/AP" in node.held:
            del node.held["/AP"]


def shown(drawn: list[Picture]) -> Iterator[Finding]:
    """Yield, for review, each picture of a signature and whom its words name."""
    for picture in drawn:
        yield _kept(Category.SIGNATURE, "what a visible signature draws stays", 1.0)
        for span in people.find(picture.words):
            said = picture.words[span.start : span.end]
            yield _kept(span.category, said, span.confidence)


def signers(drawn: Iterable[str], removed: Iterable[Finding]) -> list[Finding]:
    """Return, for review, names that were removed and stand in what signatures draw all the same.

    ``drawn`` is what their pictures say, by whatever reading.
    """
    said = "\n".join(drawn).casefold()
    return [
        _kept(Category.PERSON, found.value, 1.0)
        for found in removed
        if found.category is Category.PERSON
        and found.action is Action.REMOVED
        and any(word.casefold() in said for word in NAME.findall(found.value))
    ]


def is_signature(held: pikepdf.Object) -> bool:
    """Return whether ``held`` is a field for a signature, or a widget of one."""
    parent = held.get("/Parent")
    above = parent.get(Name.FT) if isinstance(parent, pikepdf.Dictionary) else None
    return bool((held.get(Name.FT) or above) == Name.Sig)


def _picture(pdf: pikepdf.Pdf, appearance: pikepdf.Object) -> Picture:
    contents: list[str] = []
    words: list[str] = []
    for node in walk(pdf, appearance):
        held = node.held
        if isinstance(held, pikepdf.Stream) and held.get(Name.Subtype) == Name.Form:
            try:
                contents.append(held.read_bytes().decode("latin-1"))
                words += _words(held)
            except BROKEN:
                continue
    return Picture("\n".join(contents), "\n".join(words)[:MAX_WORDS_CHARS])


def _words(form: pikepdf.Stream) -> Iterator[str]:
    """Yield each string that the instructions of ``form`` show."""
    for instruction in pikepdf.parse_content_stream(form):
        if str(instruction.operator) not in SHOWING:
            continue
        operand = instruction.operands[-1] if len(instruction.operands) else None
        several = operand if isinstance(operand, pikepdf.Array) else (operand,)
        yield "".join(text_of(one) for one in several if isinstance(one, pikepdf.String))


def _kept(category: Category, value: str, sure: float) -> Finding:
    return Finding(
        CARRIER, category, Action.REVIEW, value, WHERE, CarrierClass.CONTENT, confidence=sure
    )
