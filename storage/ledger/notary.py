"""The notary: nothing that is signed leaves the house before it was compared with what left before.

Room: storage/ledger. Blocking: reads and writes the record it is handed. A checkpoint that is
smaller than one that was handed out, or not grown from it, is a fork: it can never be taken back.

    signed head --> compared with the record --> recorded, durably --> signed again, in ML-DSA-44
"""

from collections.abc import Callable
from typing import Final

from storage.ledger.checkpoint import Checkpoint, Cosigner, VerifyingKey
from storage.ledger.errors import BehindError, LedgerError, NotSignedError
from storage.ledger.merkle import EMPTY_ROOT, Nodes, subtree
from storage.ledger.notes import joined, split
from storage.ledger.signed_before import OtherWasFasterError, SignedBefore

RECORD: Final = "ledger.signed"
SECOND_KEY: Final = "ledger-mldsa44.key"
# So many processes may be faster before something else is wrong.
_TRIES: Final = 5


class Notary:
    """Keeps one log from saying two things."""

    def __init__(
        self,
        key: VerifyingKey,
        record: SignedBefore,
        second: Cosigner | None,
        now_s: Callable[[], int],
    ) -> None:
        """Watch over the log of ``key``; ``second`` signs besides, with the time of ``now_s``."""
        self.key = key
        self.second = second
        self._held: str | None = None
        self._record = record
        self._now_s = now_s

    def check(self, head: Checkpoint, nodes: Nodes) -> Checkpoint | None:
        """Return what was handed out last, if the tree under ``head`` has grown from it.

        Raises:
            BehindError: it has not: it was brought back from a backup, or is another.
            LedgerUnavailableError: the record cannot be read.
        """
        return self._compared(self._record.read(), head, nodes)

    def hold(self, why: str) -> None:
        """Let nothing leave any more: somebody knows of a longer or another log of this name."""
        self._held = why

    def release(self) -> None:
        """Let things leave again."""
        self._held = None

    @property
    def holds(self) -> str | None:
        """Why nothing may leave, None while it may."""
        return self._held

    def attest(self, note: bytes, nodes: Nodes) -> bytes:
        """Return a signed head as it may be handed out: recorded, and signed a second time.

        Raises:
            BehindError: it must not be handed out.
            LedgerUnavailableError: the record cannot be written.
        """
        if self._held is not None:
            raise BehindError(self._held)
        head = self.key.open(note)
        for _ in range(_TRIES):
            known = self._record.read()
            before = self._compared(known, head, nodes)
            if before is not None and before.size == head.size:
                break
            try:
                self._record.advance(known, note)
            except OtherWasFasterError:
                continue
            break
        else:
            raise OtherWasFasterError
        if self.second is None:
            return note
        text, lines = split(note)
        return joined(text, [*lines, self.second.line(head, self._now_s())])

    def _compared(self, known: bytes | None, head: Checkpoint, nodes: Nodes) -> Checkpoint | None:
        if known is None:
            return None
        try:
            before = self.key.open(known)
        except NotSignedError as error:
            raise BehindError("the record is of another log, or damaged") from error
        if before.size > head.size:
            why = f"{before.size} entries were signed, and the log has {head.size}"
            raise BehindError(why)
        try:
            root = root_at(before.size, nodes)
        except LedgerError as error:
            raise BehindError(f"the first {before.size} entries are not there") from error
        if root != before.root:
            raise BehindError(f"the first {before.size} entries are not those that were signed")
        return before


def root_at(size: int, nodes: Nodes) -> bytes:
    """Return the root that the tree had when it had ``size`` entries."""
    return subtree(0, size, nodes) if size else EMPTY_ROOT
