"""Removed values that a DWG says again: blanked where that changes no drawing.

Room: redaction/formats. Pure. The text of a field repeats a property, a printer's name its server,
a record of an add-in its user. A value is blanked where it is all that a string says, in what is
left of a path, and in records and layouts, which nobody reads on the sheet; anywhere else it stays,
and the file is no clean one. Source: Open Design Specification for .dwg files 5.4.1, §2.5, §20.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.secrets import secrets
from redaction.formats.dwg_bits import Text, bits, shifted, written
from redaction.formats.dwg_objects import Objects, Stretch
from redaction.formats.dwg_paths import close
from redaction.formats.dwg_residue import pattern
from redaction.model import Action, Category, Finding

# XRECORD and LAYOUT; other records have no type of their own but one the file counts out.
HIDDEN_TYPES: Final = frozenset({79, 82})
CUT_PATHS: Final = (".\\", "./")
MAX_CHARS: Final = 400
SPACE: Final = 0x20
TERMINATOR: Final = "\x00"


@dataclass(frozen=True, slots=True)
class Place:
    """The bits that say a removed value, and the (bit, text) of the strings that may hold them."""

    start: int
    end: int
    secret: str = field(repr=False)
    category: Category
    strings: tuple[tuple[int, str], ...] = field(repr=False)

    def blank(self, new: bytearray, text: Text) -> None:
        """Overwrite the value with spaces."""
        chars = (self.end - self.start) // (8 * text.size)
        written(new, self.start, " ".encode(text.shape) * chars)

    def is_whole(self) -> bool:
        """Return whether the value is all that a string says."""
        return any(
            start == self.start and len(words.rstrip(TERMINATOR)) == len(self.secret)
            for start, words in self.strings
        )

    def is_in_path(self) -> bool:
        """Return whether the value stands in what is left of a path."""
        return any(words.startswith(CUT_PATHS) for _, words in self.strings)


def plan_repeats(
    objects: Objects, text: Text, findings: Iterable[Finding]
) -> tuple[bytes, list[Finding]]:
    """Return the stream without the removed values of ``findings``, and what was blanked."""
    new = bytearray(objects.stream)
    found: list[Finding] = []
    touched: set[Stretch] = set()
    for place in said(objects.stream, secrets(findings), text):
        stretch = objects.holding(place.start, place.end)
        if stretch is None or not place.strings:
            continue
        if place.is_whole() or place.is_in_path() or objects.kind(stretch) in HIDDEN_TYPES:
            place.blank(new, text)
            touched.add(stretch)
            found.append(Finding("DWG.object", place.category, Action.REPLACED, place.secret))
    close(new, touched)
    return bytes(new), found


def said(stream: bytes, told: Mapping[str, Category], text: Text) -> Iterator[Place]:
    """Yield every place of ``stream`` that says one of ``told``."""
    if not told:
        return
    sought = {secret: pattern(secret, (text.codec,)) for secret in told}
    for shift, copy in shifted(stream):
        lower = copy.lower()
        for secret, shape in sought.items():
            for match in shape.finditer(lower):
                start, end = match.start() * 8 + shift, match.end() * 8 + shift
                strings = tuple(_strings(stream, (start, end), text))
                yield Place(start, end, secret, told[secret], strings)


def _strings(stream: bytes, place: tuple[int, int], text: Text) -> Iterator[tuple[int, str]]:
    """Yield (bit, text) for the announced strings that may hold ``place``."""
    step = 8 * text.size
    for back in range(MAX_CHARS):
        start = place[0] - back * step
        if start < 0 or (back and not _is_printable(bits(stream, start, step), text)):
            return
        for count in text.announced(stream, start):
            if (
                place[1]
                <= start + count * step
                <= min(place[1] + MAX_CHARS * step, 8 * len(stream))
            ):
                words = bits(stream, start, count * step).to_bytes(count * text.size, "big")
                yield start, words.decode(text.codec, "replace")


def _is_printable(character: int, text: Text) -> bool:
    """Return whether a character, its bytes as they stand, is part of a word or between words."""
    low = character >> 8 if text.wide else character
    return low >= SPACE or (text.wide and character & 0xFF != 0)
