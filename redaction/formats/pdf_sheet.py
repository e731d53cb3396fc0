"""A page's text as pdfium reads it: each character with its place on the page.

Room: redaction/formats. Pure. Characters are counted one by one, so that a place in the text is a
place on the page; control characters and what has no meaning are blanks. Lengths are points, with
the origin where the page has it (ISO 32000-2 §8.3.2.3).
"""

import ctypes
import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from redaction.errors import UnreadableError

MAX_PAGE_CHARS: Final = 400_000
BLANK: Final = " "
LINE_ENDS: Final = "\r\n"
LAST_POINT: Final = 0x10FFFF
INVISIBLE: Final = 3
QUARTER: Final = math.pi / 2


class Box(NamedTuple):
    """A rectangle in points, sides parallel to the page's."""

    left: float
    bottom: float
    right: float
    top: float

    def joined(self, other: "Box") -> "Box":
        """Return the smallest rectangle that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that is open in pdfium; ``text[i]`` is its character ``i``."""

    number: int
    text: str
    _held: pdfium.FPDF_TEXTPAGE

    def ink(self, at: int) -> Box:
        """Return what character ``at`` covers with its dots."""
        sides = [ctypes.c_double() for _ in range(4)]
        left, right, bottom, top = sides
        pdfium.FPDFText_GetCharBox(self._held, at, *map(ctypes.byref, sides))
        return Box(left.value, bottom.value, right.value, top.value)

    def room(self, at: int) -> Box:
        """Return the box of its font and its advance: the same height along a line."""
        room = pdfium.FS_RECTF()
        pdfium.FPDFText_GetLooseCharBox(self._held, at, ctypes.byref(room))
        return Box(room.left, room.bottom, room.right, room.top)

    def origin(self, at: int) -> tuple[float, float]:
        """Return where the pen stood for character ``at``."""
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self._held, at, ctypes.byref(x), ctypes.byref(y))
        return x.value, y.value

    def turn(self, at: int) -> int:
        """Return by how many quarters the character is turned to the left."""
        to_the_right = pdfium.FPDFText_GetCharAngle(self._held, at)
        return -round(to_the_right / QUARTER) % 4 if to_the_right >= 0 else 0

    def is_drawn(self, at: int) -> bool:
        """Return whether the page says the character, and pdfium did not make it up."""
        return not pdfium.FPDFText_IsGenerated(self._held, at)

    def is_invisible(self, at: int) -> bool:
        """Return whether it is drawn without ink, like the words beneath a scan."""
        drawn = pdfium.FPDFText_GetTextObject(self._held, at)
        return bool(drawn) and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == INVISIBLE

    def box(self, start: int, end: int) -> Box | None:
        """Return the rectangle of characters ``start`` up to ``end``; None if none is drawn."""
        boxes = [self.ink(at) for at in range(start, end) if self.is_drawn(at)]
        whole = boxes[0] if boxes else None
        for box in boxes:
            whole = box.joined(whole) if whole is not None else box
        return whole


def each(data: bytes, action: Callable[[Sheet], None]) -> None:
    """Call ``action`` for every page of a document, one open at a time.

    Raises:
        UnreadableError: pdfium cannot read it.
    """
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            for number in range(len(document)):
                with closing(document[number]) as page, closing(page.get_textpage()) as words:
                    action(Sheet(number + 1, "".join(_characters(words)), words.raw))
    except pypdfium2.PdfiumError as error:
        raise UnreadableError from error


def _characters(words: pypdfium2.PdfTextPage) -> Iterator[str]:
    for at in range(min(words.count_chars(), MAX_PAGE_CHARS)):
        point = pdfium.FPDFText_GetUnicode(words.raw, at)
        character = chr(point) if point <= LAST_POINT else BLANK
        yield character if character.isprintable() or character in LINE_ENDS else BLANK
