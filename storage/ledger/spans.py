"""A tree walked from its left edge to its right: entries where they are shown, hashes between.

Room: storage/ledger. Pure. Whoever shows some entries of a log and, for every gap between them, the
roots of the full subtrees that fill it, has shown what root the whole tree has. So one walk proves
that every entry shown stands where it is said to stand, with O(log size) memory on both sides.

    entries 2 and 5 of 9:   [0,2) e2 [3,4) [4,5) e5 [6,8) [8,9)
"""

from collections.abc import Iterator
from typing import Final

from storage.ledger.errors import NotInLedgerError
from storage.ledger.merkle import EMPTY_ROOT, HASH_BYTES, node_hash

MAX_HEIGHT: Final = 62


def between(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the largest full subtrees that fill [start, end), from the left: height and number.

    The subtree of height h and number n has the leaves n * 2**h to (n + 1) * 2**h.
    """
    while start < end:
        aligned = (start & -start).bit_length() - 1 if start else MAX_HEIGHT
        height = min(aligned, (end - start).bit_length() - 1)
        yield height, start >> height
        start += 1 << height


class Climb:
    """Told every subtree from the left; knows the root of all it was told."""

    def __init__(self) -> None:
        """Begin before the first leaf."""
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []

    def add(self, height: int, node: bytes) -> None:
        """Take the next subtree: of one leaf (height 0), or more.

        Raises:
            NotInLedgerError: no tree has a subtree of that height there.
        """
        if not 0 <= height <= MAX_HEIGHT or self.size & ((1 << height) - 1):
            raise NotInLedgerError(f"no subtree of height {height} begins at {self.size}")
        if len(node) != HASH_BYTES:
            raise NotInLedgerError("a hash has another length")
        self.size += 1 << height
        while self._stack and self._stack[-1][0] == height:
            node = node_hash(self._stack.pop()[1], node)
            height += 1
        self._stack.append((height, node))

    def root(self) -> bytes:
        """Return the root of the tree of all that was told."""
        if not self._stack:
            return EMPTY_ROOT
        root = self._stack[-1][1]
        for _, node in reversed(self._stack[:-1]):
            root = node_hash(node, root)
        return root
