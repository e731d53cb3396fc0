"""The one thread that writes: takes what waits, commits it together, answers everybody at once.

Room: storage/ledger. Blocking; storage.ledger.log waits for it. An answer means that the entry is
on the disk: SQLite in WAL mode with synchronous=FULL, one fsync for up to BATCH entries. Every
commit signs the tree it makes, in the same transaction; no signature is handed out before its
tree is committed, so nobody ever holds two trees of one size.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from storage.ledger.checkpoint import Signer
from storage.ledger.database import DAMAGED, edge_of, head_of, place_of
from storage.ledger.errors import LedgerError, LedgerUnavailableError, NotValidError
from storage.ledger.events import Receipt
from storage.ledger.place import Database, Place
from storage.ledger.placing import Batch, Draft, keep_tiles
from storage.ledger.tiles import Edge

BATCH: Final = 1024
WAITING: Final = 4096


@dataclass(frozen=True, slots=True)
class Errand:
    """Something else to be done in a transaction of its own, between two batches."""

    work: Callable[[Database], None]
    done: "Future[None]" = field(default_factory=Future, compare=False)


class Writer:
    """Owns the connection that writes. One per process and file."""

    def __init__(self, kept: Path | Place, signer: Signer) -> None:
        """Open the file, or connect to the place, and start the thread.

        Raises:
            NotValidError: the tree does not fit its signed head, or another key's.
            LedgerUnavailableError: the file cannot be opened.
        """
        self._signer = signer
        self._waiting: queue.Queue[Draft | Errand | None] = queue.Queue(WAITING)
        self._place = place_of(kept)
        self._edge: Edge | None = None
        self._head = b""
        self._size = 0
        try:
            self._database = self._place.connected(signer)
        except (*DAMAGED, OSError) as error:
            raise LedgerUnavailableError from error
        try:
            with self._place.transaction(self._database):
                self._current()
        except BaseException:
            self._database.close()
            raise
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Draft | Errand) -> None:
        """Queue ``work``; its future tells how it went.

        Raises:
            LedgerUnavailableError: too much waits already, or the ledger is closed.
        """
        if not self._thread.is_alive():
            raise LedgerUnavailableError
        try:
            self._waiting.put_nowait(work)
        except queue.Full as error:
            raise LedgerUnavailableError from error

    def close(self) -> None:
        """Write what waits, then end."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        self._database.close()

    def _run(self) -> None:
        going = True
        while going:
            drafts, errands, going = self._taken()
            if drafts:
                self._answered(drafts)
            for errand in errands:
                self._ran(errand)

    def _taken(self) -> tuple[list[Draft], list[Errand], bool]:
        """Wait for something, then take all that waits, up to a batch. False: no more will come."""
        drafts: list[Draft] = []
        errands: list[Errand] = []
        work = self._waiting.get()
        while work is not None:
            if isinstance(work, Draft):
                drafts.append(work)
            else:
                errands.append(work)
            if len(drafts) == BATCH:
                return drafts, errands, True
            try:
                work = self._waiting.get_nowait()
            except queue.Empty:
                return drafts, errands, True
        return drafts, errands, False

    def _answered(self, drafts: Sequence[Draft]) -> None:
        try:
            receipts = self._committed(drafts)
        except (*DAMAGED, OSError, LedgerError) as error:
            # Whatever the disk holds now is read anew before anything else is written.
            self._edge = None
            for draft in drafts:
                _failed(draft.receipt, error)
            return
        for draft, receipt in zip(drafts, receipts, strict=True):
            if draft.receipt.set_running_or_notify_cancel():
                draft.receipt.set_result(receipt)

    def _committed(self, drafts: Sequence[Draft]) -> list[Receipt]:
        with self._place.transaction(self._database):
            edge = self._current().copy()
            before, head = edge.size, self._head
            receipts = Batch(self._place, self._database, edge).write(drafts)
            if edge.size != before:
                keep_tiles(self._database, edge)
                head = self._signed(edge)
        self._edge, self._head, self._size = edge, head, edge.size
        if any(draft.erases for draft in drafts):
            self._place.forget(self._database)
        return receipts

    def _current(self) -> Edge:
        """Return the edge that the database holds; read again where others may have moved it."""
        head = head_of(self._database)
        if self._edge is not None and head == self._head:
            return self._edge
        if self._edge is not None and not self._place.shared:
            raise NotValidError("head", "somebody else writes this file")
        edge = edge_of(self._database, self._signer.public)
        if edge.size < self._size:
            raise NotValidError("head", "entries that were acknowledged are no longer there")
        self._edge, self._head, self._size = edge, head, edge.size
        return edge

    def _signed(self, edge: Edge) -> bytes:
        """Keep the signed head; it replaces the one that was read, or nothing is written."""
        head = self._signer.sign(edge.size, edge.root())
        sql = "UPDATE log SET head = ? WHERE head = ?"
        if self._database.execute(sql, (head, self._head)).rowcount != 1:
            raise NotValidError("head", "somebody else has moved it")
        return head

    def _ran(self, errand: Errand) -> None:
        try:
            with self._place.transaction(self._database):
                errand.work(self._database)
        except (*DAMAGED, OSError, LedgerError) as error:
            _failed(errand.done, error)
            return
        if errand.done.set_running_or_notify_cancel():
            errand.done.set_result(None)


def _failed(answer: "Future[Receipt] | Future[None]", error: Exception) -> None:
    # Whoever no longer waits is not told.
    if answer.set_running_or_notify_cancel():
        failure = LedgerUnavailableError()
        failure.__cause__ = error
        answer.set_exception(failure)
