"""One entry on its way out: its number, its hash, its exact bytes and its public facts.

Room: gateway/review. Pure. Nothing sealed is ever exported: a SIEM is out of an erasure's reach.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from storage.ledger.errors import NotValidError, UnfitEventError
from storage.ledger.merkle import leaf_hash
from storage.ledger.skimming import Skimmed, skimmed


class Row(NamedTuple):
    """An entry as the formats take it: ``raw`` are its exact bytes."""

    number: int
    leaf_hash: str
    raw: bytes
    facts: Skimmed


class Encoder(Protocol):
    """Writes one export, in order; the bytes of all three together are the file."""

    def begin(self) -> bytes:
        """Return what stands before the first row."""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return ``rows`` in this format."""

    def end(self) -> bytes:
        """Return what stands after the last row."""


def rows_of(entries: Iterable[tuple[int, bytes]]) -> list[Row]:
    """Return entries as rows.

    Raises:
        NotValidError: one is not a leaf; says which.
    """
    return [_row(number, raw) for number, raw in entries]


def _row(number: int, raw: bytes) -> Row:
    try:
        return Row(number, leaf_hash(raw).hex(), raw, skimmed(raw))
    except UnfitEventError as error:
        raise NotValidError(f"entry {number}", "it is not a leaf") from error
