"""Are the openings beside the entries those that the leaves hold on to?

Room: storage/ledger. Blocking; reads the connection it is handed. An opening that is there must
have the hash its leaf has. One that is not there must have been erased: the subject.erased entries
say how many were, so that none can be taken away in silence.
"""

from storage.ledger.errors import NotValidError
from storage.ledger.events import EventKind, Slot
from storage.ledger.leaf import Leaf, sealed_hash
from storage.ledger.place import Database


class OpeningCount:
    """Told every leaf in order; ``settle`` compares what is missing with what was erased."""

    def __init__(self, database: Database) -> None:
        """Begin before the first entry."""
        self._rows = database.execute(
            "SELECT number, slot, subject, sealed FROM opening ORDER BY number"
        )
        self._next = self._rows.fetchone()
        self._missing: list[str] = []
        self.present = 0
        self.erased = 0

    def expect(self, number: int, leaf: Leaf) -> None:
        """Check what is kept beside the next entry.

        Raises:
            NotValidError: an opening was changed, moved, or belongs to nothing.
        """
        found: set[str] = set()
        while self._next is not None and self._next[0] <= number:
            self._check(number, leaf)
            found.add(self._next[1])
            self._next = self._rows.fetchone()
        self._missing += [f"{number}/{slot}" for slot in Slot if slot not in found]
        if leaf.kind is EventKind.SUBJECT_ERASED:
            self.erased += leaf.erased or 0

    def _check(self, number: int, leaf: Leaf) -> None:
        of, slot, subject, sealed = self._next
        place = f"opening {of}/{slot}"
        if of != number or slot not in set(Slot):
            raise NotValidError(place, "it belongs to no entry")
        if sealed_hash(subject, sealed) != leaf.slots[Slot(slot)].sealed:
            raise NotValidError(place, "it was changed")
        self.present += bool(subject)

    def settle(self) -> None:
        """Return if exactly as many openings are missing as were erased.

        Raises:
            NotValidError: names the first that is missing.
        """
        if self._next is not None:
            raise NotValidError(
                f"opening {self._next[0]}/{self._next[1]}", "it belongs to no entry"
            )
        if len(self._missing) != self.erased:
            place = f"opening {self._missing[0]}" if self._missing else "openings"
            why = f"{len(self._missing)} are missing, and {self.erased} were erased"
            raise NotValidError(place, why)
