"""The first oracle of formats made of text: every byte that was not planned to change is the same.

Room: redaction/fidelity. Pure; linear in the files, and keeps no third file in memory.
"""

from collections.abc import Sequence
from typing import Final

from redaction.errors import NotFaithfulError
from redaction.model import Edit

PIECE_BYTES: Final = 1024 * 1024


def check_patched(original: bytes, cleaned: bytes, edits: Sequence[Edit]) -> None:
    """Return if ``cleaned`` is ``original`` with ``edits`` applied, byte for byte.

    Raises:
        NotFaithfulError: it is not, or the edits overlap or reach outside the file.
    """
    at = position = 0
    for edit in edits:
        if not position <= edit.start <= edit.end <= len(original):
            raise NotFaithfulError("edits overlap, are unsorted or reach outside the file")
        _check_same(original, position, edit.start, cleaned, at)
        at += edit.start - position
        if not cleaned.startswith(edit.replacement, at):
            raise NotFaithfulError("something else stands where it was planned")
        at += len(edit.replacement)
        position = edit.end
    _check_same(original, position, len(original), cleaned, at)
    if len(cleaned) != at + len(original) - position:
        raise NotFaithfulError("bytes outside the plan differ")


def _check_same(original: bytes, start: int, end: int, cleaned: bytes, at: int) -> None:
    for begin in range(start, end, PIECE_BYTES):
        piece = original[begin : min(begin + PIECE_BYTES, end)]
        if not cleaned.startswith(piece, at + begin - start):
            raise NotFaithfulError("bytes outside the plan differ")
