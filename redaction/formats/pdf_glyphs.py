"""Where each character of a page's content streams stands.

Room: redaction/formats. Pure. The instructions of a page and of the forms it draws are followed as
far as they move the pen (ISO 32000-2 §9.3 text state, §9.4.4 text space); nothing is changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import pikepdf
from pikepdf import Name

from redaction.errors import TooComplexError
from redaction.formats import pdf_fonts
from redaction.formats.pdf_fonts import PER_EM, Font

MAX_FORM_DEPTH: Final = 12
MAX_INSTRUCTIONS: Final = 5_000_000
SHOWING: Final = frozenset({"Tj", "TJ", "'", '"'})

Matrix = tuple[float, float, float, float, float, float]
Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage
Number = float
IDENTITY: Final[Matrix] = (1, 0, 0, 1, 0, 0)


class Place(NamedTuple):
    """A character in a content stream: instruction, string in it, bytes of that string."""

    stream: int
    instruction: int
    element: int
    start: int
    end: int


class Glyph(NamedTuple):
    """A character that is drawn: where the pen stands for it, in points, and its height."""

    place: Place
    x: float
    y: float
    size: float
    number: float  # what stands for it in TJ when it goes


def times(one: Matrix, other: Matrix) -> Matrix:
    """Return the matrix that does ``one`` and then ``other``."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        *(a * g + b * i, a * h + b * j),
        *(c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + m),
    )


def corner(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return where ``matrix`` puts the point ``x``, ``y``."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


@dataclass(slots=True)
class _State:
    """What q keeps and Q brings back, as far as text is concerned."""

    ctm: Matrix
    font: Font = field(default_factory=Font)
    size: Number = 0.0
    between: Number = 0.0  # Tc
    words: Number = 0.0  # Tw
    scale: Number = 1.0  # Tz
    leading: Number = 0.0  # TL
    rise: Number = 0.0  # Ts


class Script:
    """The content streams that a page draws with, read once each, and every glyph of theirs."""

    def __init__(self) -> None:
        self.streams: list[pikepdf.Stream] = []
        self._numbers: dict[tuple[int, int], int] = {}
        self._read: dict[int, list[Instruction]] = {}
        self._fonts: dict[tuple[int, int], Font] = {}
        self._left = MAX_INSTRUCTIONS

    def glyphs(self, page: pikepdf.Page) -> Iterator[Glyph]:
        """Yield every character that ``page`` draws; its content becomes one stream.

        Raises:
            TooComplexError: it takes too many instructions.
        """
        page.contents_coalesce()
        content = page.obj.get(Name.Contents)
        if isinstance(content, pikepdf.Stream):
            yield from self._drawn(content, resources(page.obj), _State(IDENTITY), 0)

    def drawn(self, form: pikepdf.Stream) -> Iterator[Glyph]:
        """Yield every character that ``form`` draws on a page without anything else."""
        matrix = _matrix(list(form["/Matrix"])) if "/Matrix" in form else IDENTITY
        yield from self._drawn(form, resources(form), _State(matrix), 0)

    def number_of(self, stream: pikepdf.Stream) -> int:
        """Return the number under which ``stream`` is known here, the same every time."""
        number = self._numbers.setdefault(stream.objgen, len(self.streams))
        if number == len(self.streams):
            self.streams.append(stream)
        return number

    def instructions(self, number: int) -> list[Instruction]:
        """Return the instructions of stream ``number``."""
        if number not in self._read:
            self._read[number] = list(pikepdf.parse_content_stream(self.streams[number]))
        return self._read[number]

    def _drawn(
        self, stream: pikepdf.Stream, named: pikepdf.Object, state: _State, depth: int
    ) -> Iterator[Glyph]:
        number = self.number_of(stream)
        instructions = self.instructions(number)
        self._left -= len(instructions)
        if self._left < 0 or depth > MAX_FORM_DEPTH:
            raise TooComplexError
        pen = _Pen(state, lambda name: self._font(named, name))
        for at, instruction in enumerate(instructions):
            operator = str(instruction.operator)
            if operator in SHOWING:
                yield from pen.shown(operator, instruction, number, at)
            elif operator == "Do":
                yield from self._form(named, str(instruction.operands[0]), pen.state, depth)
            elif operator in MOVES:
                MOVES[operator](pen, list(instruction.operands))

    def _form(self, named: pikepdf.Object, name: str, state: _State, depth: int) -> Iterator[Glyph]:
        form = _entry(named, "/XObject", name)
        if not isinstance(form, pikepdf.Stream) or form.get(Name.Subtype) != Name.Form:
            return
        matrix = _matrix(list(form["/Matrix"])) if "/Matrix" in form else IDENTITY
        inner = replace(state, ctm=times(matrix, state.ctm))
        own = resources(form) if "/Resources" in form else named
        yield from self._drawn(form, own, inner, depth + 1)

    def _font(self, named: pikepdf.Object, name: str) -> Font:
        held = _entry(named, "/Font", name)
        if held is None or not held.is_indirect:
            return pdf_fonts.font(held)
        if held.objgen not in self._fonts:
            self._fonts[held.objgen] = pdf_fonts.font(held)
        return self._fonts[held.objgen]


def resources(held: pikepdf.Object) -> pikepdf.Object:
    """Return the resources of a page or a form, a page's inherited ones included."""
    found, above = held.get(Name.Resources), 0
    while found is None and "/Parent" in held and above < MAX_FORM_DEPTH:
        held, above = held["/Parent"], above + 1
        found = held.get(Name.Resources)
    return found if isinstance(found, pikepdf.Dictionary) else pikepdf.Dictionary()


def _entry(named: pikepdf.Object, kind: str, name: str) -> pikepdf.Object | None:
    several = named.get(kind)
    return several.get(name) if isinstance(several, pikepdf.Dictionary) else None


def _matrix(operands: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = (float(operand) for operand in operands[:6])
    return a, b, c, d, e, f


class _Pen:
    """Follows one content stream: its graphics states and where the pen stands."""

    def __init__(self, state: _State, font: Callable[[str], Font]) -> None:
        self.state = replace(state)
        self.kept: list[_State] = []
        self.line = self.text = IDENTITY
        self.font = font

    def moved(self, x: float, y: float) -> None:
        """Begin another line, ``x`` and ``y`` from where this one began."""
        self.line = self.text = times((1, 0, 0, 1, x, y), self.line)

    def advanced(self, x: float) -> None:
        self.text = times((1, 0, 0, 1, x, 0), self.text)

    def shown(
        self, operator: str, instruction: Instruction, stream: int, at: int
    ) -> Iterator[Glyph]:
        """Yield the characters that a showing instruction draws, and move the pen along."""
        operands = list(instruction.operands)
        if operator == '"':
            self.state.words, self.state.between = float(operands[0]), float(operands[1])
        if operator in ("'", '"'):
            self.moved(0, -self.state.leading)
        for element, held in enumerate(elements(operands[-1])):
            if isinstance(held, bytes):
                yield from self._string(held, Place(stream, at, element, 0, 0))
            else:
                self.advanced(-held / PER_EM * self.state.size * self.state.scale)

    def _string(self, raw: bytes, place: Place) -> Iterator[Glyph]:
        state, begin = self.state, 0
        for code in state.font.codes(raw):
            extra = state.between + (state.words if code.is_space else 0.0)
            to_page = times(times((1, 0, 0, 1, 0, state.rise), self.text), state.ctm)
            end = begin + code.size_bytes
            # By how much the type is higher than wide does not matter here.
            size = state.size * (abs(to_page[2]) + abs(to_page[3]))
            number = -code.width - (extra * PER_EM / state.size if state.size else 0.0)
            spot = place._replace(start=begin, end=end)
            yield Glyph(spot, to_page[4], to_page[5], abs(size), number)
            self.advanced((code.width / PER_EM * state.size + extra) * state.scale)
            begin = end


def elements(operand: Any) -> Iterator[bytes | float]:
    """Yield the strings and numbers of the operand of Tj or TJ, in order."""
    several = operand if isinstance(operand, (pikepdf.Array, list)) else [operand]
    for held in several:
        yield bytes(held) if isinstance(held, pikepdf.String) else float(held)


_Move = Callable[[_Pen, Sequence[Any]], None]


def _number(name: str, factor: float = 1.0) -> _Move:
    return lambda pen, operands: setattr(pen.state, name, float(operands[0]) * factor)


def _begun(pen: _Pen, _: Sequence[Any]) -> None:
    pen.line = pen.text = IDENTITY


def _kept(pen: _Pen, _: Sequence[Any]) -> None:
    pen.kept.append(replace(pen.state))


def _restored(pen: _Pen, _: Sequence[Any]) -> None:
    if pen.kept:
        pen.state = pen.kept.pop()


def _placed(pen: _Pen, operands: Sequence[Any]) -> None:
    pen.line = pen.text = _matrix(operands)


def _led(pen: _Pen, operands: Sequence[Any]) -> None:
    pen.state.leading = -float(operands[1])
    pen.moved(float(operands[0]), float(operands[1]))


def _chosen(pen: _Pen, operands: Sequence[Any]) -> None:
    pen.state.font, pen.state.size = pen.font(str(operands[0])), float(operands[1])


def _transformed(pen: _Pen, operands: Sequence[Any]) -> None:
    pen.state.ctm = times(_matrix(operands), pen.state.ctm)


MOVES: Final[dict[str, _Move]] = {
    "q": _kept,
    "Q": _restored,
    "cm": _transformed,
    "BT": _begun,
    "Tf": _chosen,
    "Tc": _number("between"),
    "Tw": _number("words"),
    "Tz": _number("scale", 0.01),
    "TL": _number("leading"),
    "Ts": _number("rise"),
    "Tm": _placed,
    "Td": lambda pen, operands: pen.moved(float(operands[0]), float(operands[1])),
    "TD": _led,
    "T*": lambda pen, _: pen.moved(0, -pen.state.leading),
}
