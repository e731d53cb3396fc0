"""How many segments one read brings: more for a few streams, fewer when many share the memory.

Room: storage/sealed. Pure. A stream holds one batch that its client is being sent and one that is
read ahead of it, so a client that has stopped reading costs twice a batch for as long as it stays.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from storage.sealed.seek import Span

# Segments of 1 MiB: fewer ways to a thread and back.
FEW_SEGMENTS: Final = 4
# What makes two hundred slow clients cost less than 3 MiB each.
MANY_SEGMENTS: Final = 1
FEW_STREAMS: Final = 8


class Batches:
    """Cuts what streams want into reads, by how many streams there are at each of them."""

    def __init__(self) -> None:
        """Begin with no stream."""
        self._streams = 0

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count a stream while the block runs."""
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    def over(self, wanted: Sequence[Span]) -> Iterator[Sequence[Span]]:
        """Yield ``wanted`` in batches, in order; each is as long as may be when it is asked for."""
        first = 0
        while first < len(wanted):
            size = FEW_SEGMENTS if self._streams <= FEW_STREAMS else MANY_SEGMENTS
            yield wanted[first : first + size]
            first += size
