"""The one thread that writes: takes what waits, commits it together, answers everybody at once.

Room: storage/ledger. Blocking; storage.ledger.log waits for it. An answer means that the entry is
on the disk: SQLite in WAL mode with synchronous=FULL, one fsync for up to BATCH entries. Every
commit signs the tree it makes, in the same transaction; no signature is handed out before its
tree is committed, so nobody ever holds two trees of one size.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from storage.ids import SubjectId
from storage.ledger.checkpoint import Signer
from storage.ledger.database import DAMAGED, connected, edge_of, head_of, transaction
from storage.ledger.errors import LedgerError, LedgerUnavailableError, NotValidError
from storage.ledger.events import Receipt, Slot
from storage.ledger.leaf import Leaf, encode
from storage.ledger.merkle import leaf_hash
from storage.ledger.tiles import Edge

BATCH: Final = 1024
WAITING: Final = 4096


@dataclass(frozen=True, slots=True)
class Sealed:
    """An opening as it is kept: whose it is ("" when the slot is empty), and the sealed bytes."""

    subject: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that waits for its place. ``erases`` is the person whose openings go with it."""

    leaf: Leaf
    key_hash: bytes
    nonce: bytes
    openings: Mapping[Slot, Sealed]
    erases: SubjectId | None = None
    receipt: "Future[Receipt]" = field(default_factory=Future, compare=False)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something else to be done in a transaction of its own, between two batches."""

    work: Callable[[sqlite3.Connection], None]
    done: "Future[None]" = field(default_factory=Future, compare=False)


class Writer:
    """Owns the connection that writes. One per process and file."""

    def __init__(self, path: Path, signer: Signer) -> None:
        """Open the file and start the thread.

        Raises:
            NotValidError: the tree does not fit its signed head, or another key's.
            LedgerUnavailableError: the file cannot be opened.
        """
        self._signer = signer
        self._waiting: queue.Queue[Draft | Errand | None] = queue.Queue(WAITING)
        try:
            self._database = connected(path, signer)
        except (*DAMAGED, OSError) as error:
            raise LedgerUnavailableError from error
        try:
            self._edge: Edge | None = edge_of(self._database, signer.public)
            self._head = head_of(self._database)
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
        edge = self._current().copy()
        before = edge.size
        head = self._head
        with transaction(self._database):
            if head_of(self._database) != head:
                raise NotValidError("head", "somebody else writes this file")
            receipts = [self._placed(draft, edge) for draft in drafts]
            if edge.size != before:
                head = self._kept(edge)
        self._edge, self._head = edge, head
        if any(draft.erases for draft in drafts):
            # What was erased also leaves the log of changes.
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return receipts

    def _current(self) -> Edge:
        if self._edge is None:
            self._edge = edge_of(self._database, self._signer.public)
            self._head = head_of(self._database)
        return self._edge

    def _placed(self, draft: Draft, edge: Edge) -> Receipt:
        known = self._database.execute(
            "SELECT number, leaf FROM entry WHERE key_hash = ?", (draft.key_hash,)
        ).fetchone()
        if known is not None:
            return Receipt(known[0], leaf_hash(known[1]))
        leaf = draft.leaf
        if draft.erases is not None:
            leaf = replace(leaf, erased=self._erased(draft.erases))
        entry, number = encode(leaf), edge.size
        self._database.execute(
            "INSERT INTO entry (number, leaf, key_hash, nonce) VALUES (?, ?, ?, ?)",
            (number, entry, draft.key_hash, draft.nonce),
        )
        self._database.executemany(
            "INSERT INTO opening VALUES (?, ?, ?, ?)",
            [(number, slot, kept.subject, kept.sealed) for slot, kept in draft.openings.items()],
        )
        hashed = leaf_hash(entry)
        edge.append(hashed)
        return Receipt(number, hashed)

    def _erased(self, subject: SubjectId) -> int:
        return self._database.execute("DELETE FROM opening WHERE subject = ?", (subject,)).rowcount

    def _kept(self, edge: Edge) -> bytes:
        """Keep the tiles that grew, and the signed head."""
        tiles = edge.take_full() | edge.partial()
        self._database.executemany(
            "INSERT INTO tile VALUES (?, ?, ?)"
            " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
            [(level, number, tile) for (level, number), tile in tiles.items()],
        )
        head = self._signer.sign(edge.size, edge.root())
        self._database.execute("UPDATE log SET head = ?", (head,))
        return head

    def _ran(self, errand: Errand) -> None:
        try:
            with transaction(self._database):
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
