"""What a renderer gives back: pages as pixels, and what it counted and measured on the way.

Room: redaction/preview. Pure.

    data --draw--> Drawn --paper.printed--> one PNG
"""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from redaction.preview.limits import MAX_PIXELS


@dataclass(frozen=True, slots=True)
class Measure:
    """Something a renderer counted or measured, so that before and after can be compared.

    ``name`` is stable and translated by whoever shows it; ``value`` is the number as it is told,
    rounded so that the same drawing always tells the same.
    """

    name: str
    value: str

    @classmethod
    def count(cls, name: str, number: int) -> "Measure":
        """Return a count."""
        return cls(name, str(number))

    @classmethod
    def length(cls, name: str, *numbers: float) -> "Measure":
        """Return a measure of six digits, or several of them, as of a box."""
        return cls(name, " × ".join(f"{number:.6g}" for number in numbers))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The first pages of a file, how many it has in all, and what was measured."""

    pages: tuple[Image.Image, ...]
    pages_in_all: int
    measures: tuple[Measure, ...] = ()


class Renderer(Protocol):
    """What a module under redaction.preview.renderers offers, as plain functions.

    It runs in a process that can open no file and start no thread, under the sandbox's limits.
    """

    def draw(self, data: bytes) -> Drawn:
        """Return pictures of ``data``.

        Raises:
            RedactionError: there is nothing to draw, or it cannot be read.
        """

    def warm(self) -> None:
        """Load everything ``draw`` will need, while files can still be opened."""


def fitted(width: float, height: float, pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return the size in pixels of a ``width`` by ``height`` page, its longest side ``pixels``."""
    longest = max(width, height)
    return (
        max(1, round(pixels * width / longest)),
        max(1, round(pixels * height / longest)),
    )
