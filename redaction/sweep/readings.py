"""A file as it may be read: as it stands, with its escapes undone, without its zeros.

Room: redaction/sweep. Pure. A file is read a piece at a time, so that no reading of it is ever
whole in memory; each piece is given out behind the end of the one before, so that nothing is
missed where they meet.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from redaction.sweep.escapes import unescaped

PIECE_BYTES: Final = 1024 * 1024
# No escape holds such a byte, so behind it a piece may end.
APART: Final = re.compile(rb"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Haystack:
    """Text in lower case, ``begin`` and ``end`` of what can be judged by what is around it.

    What begins before ``begin`` could be judged earlier; what ends behind ``end`` will be.
    """

    text: bytes
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Left:
    """The end of what was read so far, and whether that is not all of it."""

    text: bytes = b""
    is_cut: bool = False


def haystacks(data: bytes, longest_bytes: int, context_bytes: int) -> Iterator[Haystack]:
    """Yield ``data`` in each way of reading it.

    Every place up to ``longest_bytes`` long is in one haystack at least between its ``begin``
    and ``end``, with ``context_bytes`` on either side unless there the reading itself ends.
    """
    kept_bytes = longest_bytes + 2 * context_bytes
    lefts = [_Left()] * len(READINGS)
    for piece, is_last in _pieces(data):
        lower = piece.lower()
        as_it_stands = lefts[0]
        for at, read in enumerate(READINGS):
            said, left = read(lower), lefts[at]
            if at and said is lower and left == as_it_stands:
                # What has no escapes and no zeros reads the same in every way.
                lefts[at] = lefts[0]
                continue
            text = left.text + said
            lefts[at] = _Left(text[-kept_bytes:], left.is_cut or len(text) > kept_bytes)
            yield Haystack(
                text,
                context_bytes if left.is_cut else 0,
                len(text) - (0 if is_last else context_bytes),
            )


def _pieces(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces that end in no escape, and whether each is the last."""
    start = 0
    while start < len(data):
        apart = APART.search(data, start + PIECE_BYTES - 1)
        end = apart.end() if apart else len(data)
        yield data[start:end], end == len(data)
        start = end


def _plain(lower: bytes) -> bytes:
    plain = unescaped(lower)
    return lower if plain is None else plain


def _narrow(lower: bytes) -> bytes:
    # Without its zeros, UTF-16 in either byte order reads as ASCII does.
    return lower.replace(b"\x00", b"") if b"\x00" in lower else lower


READINGS: Final[tuple[Callable[[bytes], bytes], ...]] = (bytes, _plain, _narrow)
