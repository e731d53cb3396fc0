"""A content stream without some of its characters; nothing else in it moves.

Room: redaction/formats. Pure. A character that goes leaves the way by which it would have moved the
pen, as a number between the strings of TJ (ISO 32000-2 §9.4.3). Nothing is drawn over anything: the
character's code is not in the stream any more.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import pikepdf
from pikepdf import Name, Operator

from redaction.formats.pdf_document import walk
from redaction.formats.pdf_glyphs import Glyph, Instruction, Script, elements

MARKING: Final = frozenset({"BDC", "DP"})
WORDINGS: Final = ("/ActualText", "/Alt", "/E")
SECOND: Final = re.compile(rb"/(?:ActualText|Alt|E)\b")


def cut(script: Script, gone: Iterable[Glyph]) -> int:
    """Write the streams of ``script`` anew without the characters in ``gone``; return how many.

    One that moves the pen nobody knows how far stays: what follows it could not be kept in place.
    """
    cut_count = 0
    by_stream: defaultdict[int, dict[int, list[Glyph]]] = defaultdict(dict)
    for glyph in gone:
        if not math.isfinite(glyph.number):
            continue
        cut_count += 1
        by_stream[glyph.place.stream].setdefault(glyph.place.instruction, []).append(glyph)
    for number, by_instruction in by_stream.items():
        written = [
            piece
            for at, instruction in enumerate(script.instructions(number))
            for piece in (
                _without(instruction, by_instruction[at])
                if at in by_instruction
                else (instruction,)
            )
        ]
        script.streams[number].write(pikepdf.unparse_content_stream(written))
    return cut_count


def plainly(pdf: pikepdf.Pdf) -> None:
    """Take second wordings (ActualText) out of what is drawn.

    They would say in other words what is about to go, and hide from readers where the characters
    stand (ISO 32000-2 §14.9.4).
    """
    for page in pdf.pages:
        page.contents_coalesce()
    for node in walk(pdf):
        held = node.held
        if node.key == "/Properties" and isinstance(held, pikepdf.Dictionary):
            for marked in held.values():
                for key in WORDINGS if isinstance(marked, pikepdf.Dictionary) else ():
                    if key in marked:
                        del marked[key]
        drawn = node.key == "/Contents" or held.get(Name.Subtype) == Name.Form
        if drawn and isinstance(held, pikepdf.Stream) and SECOND.search(held.read_bytes()):
            plain = [_plain(instruction) for instruction in pikepdf.parse_content_stream(held)]
            held.write(pikepdf.unparse_content_stream(plain))


def _plain(instruction: Instruction) -> Instruction:
    operands = list(instruction.operands) if str(instruction.operator) in MARKING else []
    if len(operands) != 2 or not isinstance(operands[1], pikepdf.Dictionary):
        return instruction
    if not any(key in operands[1] for key in WORDINGS):
        return instruction
    kept = {key: value for key, value in operands[1].items() if key not in WORDINGS}
    return pikepdf.ContentStreamInstruction(
        [operands[0], pikepdf.Dictionary(kept)], instruction.operator
    )


def _without(instruction: Instruction, gone: list[Glyph]) -> Iterator[Instruction]:
    """Yield what shows the same as ``instruction`` but for the characters in ``gone``."""
    operator, operands = str(instruction.operator), list(instruction.operands)
    if operator == '"':
        yield pikepdf.ContentStreamInstruction([operands[0]], Operator("Tw"))
        yield pikepdf.ContentStreamInstruction([operands[1]], Operator("Tc"))
    if operator in ("'", '"'):
        yield pikepdf.ContentStreamInstruction([], Operator("T*"))
    removed = {(glyph.place.element, glyph.place.start): glyph for glyph in gone}
    kept: list[pikepdf.String | float] = []
    for element, held in enumerate(elements(operands[-1])):
        if isinstance(held, float):
            kept.append(held)
            continue
        at = 0
        cuts = sorted(start for number, start in removed if number == element)
        for start in cuts:
            glyph = removed[element, start]
            kept += [pikepdf.String(held[at:start])] if start > at else []
            kept.append(glyph.number)
            at = glyph.place.end
        kept += [pikepdf.String(held[at:])] if at < len(held) else []
    yield pikepdf.ContentStreamInstruction([pikepdf.Array(_joined(kept))], Operator("TJ"))


def _joined(kept: list[pikepdf.String | float]) -> list[pikepdf.Object | float]:
    """Return strings and numbers with numbers that follow each other added up."""
    out: list[pikepdf.Object | float] = []
    for held in kept:
        if isinstance(held, float) and out and isinstance(out[-1], float):
            out[-1] = round(out[-1] + held, 4)
        else:
            out.append(round(held, 4) if isinstance(held, float) else held)
    return out
