"""What the headers and bodies of modelling kernels have in common: fields of fixed length.

Room: redaction/formats. Pure; linear in the text. A body is a graph whose strings are counted, so
nothing in it is changed; who is reached in it is shown to the owner. Names are not looked for: a
body is mostly numbers, and no word in it announces one.
"""

from collections.abc import Iterable
from typing import Final

from redaction.carriers import repeats
from redaction.carriers.changes import Changes
from redaction.errors import NotFaithfulError
from redaction.model import Edit, Plan, Proof, patched
from redaction.text import addresses, paths

FILLER: Final = b"x"
# The same moment in the two ways that kernels write it.
LONG_AGO: Final = {24: b"Thu Jan 01 00:00:00 1970", 11: b"01-jan-1970"}
LINE_ENDS: Final = {ord("\r"): None, ord("\n"): None}


def filled(value: bytes, *, date: bool = False) -> bytes:
    """Return as many fillers as ``value`` has bytes, or a moment nobody remembers."""
    return LONG_AGO.get(len(value), b"") if date and len(value) in LONG_AGO else FILLER * len(value)


def overwritten(places: Iterable[int], instead: bytes) -> list[Edit]:
    """Return the edits that put ``instead`` at ``places``, byte by byte."""
    runs: list[list[int]] = []
    for number, place in enumerate(places):
        if runs and runs[-1][1] == place:
            runs[-1][1] += 1
        else:
            runs.append([place, place + 1, number])
    return [Edit(start, end, instead[at : at + end - start]) for start, end, at in runs]


def reviewed(body: bytes, changes: Changes) -> None:
    """Report addresses and paths in ``body``, and removed values that it repeats."""
    # Lines break in the middle of words.
    text = body.decode("latin-1").translate(LINE_ENDS)
    for finder in (addresses.emails, paths.paths):
        for span in finder(text):
            said = text[span.start : span.end]
            changes.content("body", span, said, "", out=False)
    changes.findings += repeats.repeated(changes.findings, text)


def proof(original: bytes, cleaned: bytes, plan: Plan, bodies: tuple[int, int]) -> Proof:
    """Prove that the bodies, which begin at ``bodies``, are the same and headers as long.

    Raises:
        NotFaithfulError: they are not.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = bodies
    if before != after or original[before:] != cleaned[after:]:
        raise NotFaithfulError("the body differs")
    return Proof("bytes", len(original) - before, "the whole model is the same, byte by byte")
