"""The evidence of a bundle: the log walked once, with hashes where entries are not shown.

Room: gateway/review. Pure. One line a step, from the log's first entry to its last:

    e {"basis":…}          an entry, its exact bytes
    h 3 <base64>           the root of the full subtree of 2**3 entries that stand here unshown

Adding them up gives the tree's size and root, which the checkpoint signs (storage.ledger.spans).
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Final

from storage.ledger.errors import NotValidError
from storage.ledger.merkle import leaf_hash
from storage.ledger.spans import Climb, between

MAX_LINE_BYTES: Final = 64 * 1024 + 16


class Evidence:
    """Writes evidence for entries that come in order."""

    def __init__(self) -> None:
        """Begin before the first entry of the log."""
        self._next = 0

    def gaps(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """Return the subtrees that stand before each of ``numbers`` in turn; nothing changes."""
        places: list[tuple[int, int]] = []
        at = self._next
        for number in numbers:
            places += between(at, number)
            at = number + 1
        return places

    def lines(self, entries: Sequence[tuple[int, bytes]], nodes: Sequence[bytes]) -> bytes:
        """Return the lines of ``entries`` and of the gaps before them.

        ``nodes`` are the roots of what ``gaps`` returned for them.
        """
        waiting = iter(nodes)
        told: list[bytes] = []
        for number, raw in entries:
            told += self._gap(number, waiting)
            told.append(b"e " + raw + b"\n")
            self._next = number + 1
        return b"".join(told)

    def rest(self, size: int, nodes: Sequence[bytes]) -> bytes:
        """Return the lines from the last entry to the end of a log of ``size`` entries."""
        told = self._gap(size, iter(nodes))
        self._next = size
        return b"".join(told)

    def _gap(self, end: int, nodes: Iterable[bytes]) -> list[bytes]:
        places = between(self._next, end)
        return [
            b"h %d %b\n" % (height, b64encode(node))
            for (height, _), node in zip(places, nodes, strict=False)
        ]


class Walk:
    """Reads evidence: every line in turn; then knows the tree of all it was told."""

    def __init__(self) -> None:
        """Begin before the first line."""
        self.climb = Climb()
        self.hidden = 0  # entries of which only hashes are shown

    def step(self, untrusted_line: bytes) -> tuple[int, bytes] | None:
        """Take a line; return the entry that it shows, with its number, None for a hash.

        Raises:
            NotValidError: it is no line of evidence.
            NotInLedgerError: no tree has such a subtree there.
        """
        kind, _, rest = untrusted_line.rstrip(b"\n").partition(b" ")
        if kind == b"e":
            number = self.climb.size
            self.climb.add(0, leaf_hash(rest))
            return number, rest
        height, _, node = rest.partition(b" ")
        if kind != b"h" or not (height.isdigit() and len(height) < 3):
            raise NotValidError("evidence", "a line is neither an entry nor a hash")
        try:
            self.climb.add(int(height), b64decode(node, validate=True))
        except binascii.Error as error:
            raise NotValidError("evidence", "a hash is not base64") from error
        self.hidden += 1 << int(height)
        return None
