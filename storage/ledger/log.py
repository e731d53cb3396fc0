"""The ledger as the gateway uses it: append, erase, publish, look, prove.

Room: storage/ledger. Awaits its writer thread, and the sealer it is handed. What ``append``
returned is on the disk; the tree over it is signed; nobody can take it out unnoticed.

    event -> slots sealed -> leaf -> queue -> [one transaction] -> receipt
                                                    \\-> tiles, signed head -> publish -> checkpoint
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from storage.ids import SubjectId
from storage.ledger import audit, reading, releasing
from storage.ledger.checkpoint import Checkpoint, Signer, VerifyingKey
from storage.ledger.database import DAMAGED
from storage.ledger.database import reading as reading_from
from storage.ledger.errors import (
    ErasedError,
    LedgerUnavailableError,
    NotInLedgerError,
    UnfitEventError,
)
from storage.ledger.events import Event, EventKind, Receipt, Slot
from storage.ledger.filtering import Fact, Filter, Tally
from storage.ledger.leaf import SALT_BYTES, Leaf, facts_of, key_commitment, key_hash
from storage.ledger.notary import Notary
from storage.ledger.place import Database, Place
from storage.ledger.placing import Draft
from storage.ledger.sealing import FieldSealer, all_filled, opened
from storage.ledger.tiles import Tile
from storage.ledger.writer import Errand, Writer
from storage.threads import finished

Clock = Callable[[], datetime]
Kept: TypeAlias = Path | Place
# How long somebody waits for a commit before being told that the ledger cannot be written.
DEADLINE_S: Final = 15.0
T = TypeVar("T")


class Ledger:
    """The log of everything that leaves, or might. One per process and place."""

    def __init__(
        self, kept: Kept, writer: Writer, sealer: FieldSealer, key: VerifyingKey, clock: Clock
    ) -> None:
        """Work on an open writer; see ``open`` for the usual way."""
        self.kept, self.key = kept, key
        self.notary: Notary | None = None
        self._writer, self._sealer, self._clock = writer, sealer, clock

    @classmethod
    async def open(
        cls,
        kept: Kept,
        signer: Signer,
        sealer: FieldSealer,
        *,
        clock: Clock,
        notary: Notary | None = None,
    ) -> "Ledger":
        """Return the ledger kept there, begun if it is not there.

        Every entry is hashed again first: the tree must be the one that was last signed, and have
        grown from what the notary saw leave.

        Raises:
            NotValidError: the file was changed, cut or exchanged; nothing more is written to it.
            BehindError: it was brought back from before what left; nothing is written to it.
            LedgerUnavailableError: it cannot be opened.
        """
        writer = await finished(releasing.opened_writer, kept, signer, notary)
        ledger = cls(kept, writer, sealer, signer.public, clock)
        ledger.notary = notary
        return ledger

    @property
    def path(self) -> Path:
        """The file of a log that is kept in one."""
        assert isinstance(self.kept, Path)
        return self.kept

    async def close(self) -> None:
        """Write what waits and close the file."""
        await finished(self._writer.close)

    async def append(self, event: Event, *, key: str) -> Receipt:
        """Return where the event stands once it is durable. The same key, the same entry.

        Raises:
            UnfitEventError: the event says what a leaf may not hold.
            ErasedError: somebody it names was erased.
            LedgerUnavailableError: it may not be durable; try again with the same key.
        """
        return await self._placed(event, key, None)

    async def erase(self, subject: SubjectId, event: Event, *, key: str) -> Receipt:
        """Destroy every opening sealed to ``subject`` and say so, in one transaction.

        Their leaves stay, and what was proved of them stays proved. With the same key again
        nothing more is erased.

        Raises:
            UnfitEventError: the event is not a subject.erased, or names whom it erases.
            LedgerUnavailableError: nothing is known to be erased; try again with the same key.
        """
        named = {opening.subject for opening in event.openings.values()}
        if event.kind is not EventKind.SUBJECT_ERASED or subject in named:
            raise UnfitEventError
        return await self._placed(event, key, subject)

    async def _placed(self, event: Event, key: str, erases: SubjectId | None) -> Receipt:
        facts = facts_of(event)
        slots = await all_filled(self._sealer, event.openings)
        nonce, hashed = secrets.token_bytes(SALT_BYTES), key_hash(key)
        leaf = Leaf(
            kind=event.kind,
            at=self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            facts=facts,
            slots={slot: done.hashes for slot, done in slots.items()},
            key=key_commitment(nonce, hashed),
        )
        kept = {slot: done.kept for slot, done in slots.items()}
        draft = Draft(leaf, hashed, nonce, kept, erases)
        self._writer.submit(draft)
        return await _answer(draft.receipt)

    async def writable(self) -> bool:
        """Return whether the file takes a write at the moment: it is tried."""

        def touch(database: Database) -> None:
            database.execute("UPDATE log SET head = head")

        try:
            await self._run(touch)
        except LedgerUnavailableError:
            return False
        return True

    async def publish(self) -> Checkpoint:
        """Publish the tree as it stands; without new entries the last checkpoint stays.

        Raises:
            LedgerUnavailableError: it could not be kept, so it is not published.
        """
        made: list[Checkpoint] = []
        await self._run(lambda file: made.append(releasing.keep(file, self.key, self.notary)))
        return made[0]

    async def countersign(self, note: bytes) -> None:
        """Keep a published checkpoint with the cosignatures it has now; these were checked."""
        await self._run(lambda database: releasing.countersign(database, self.key, note))

    async def _run(self, work: Callable[[Database], None]) -> None:
        errand = Errand(work)
        self._writer.submit(errand)
        await _answer(errand.done)

    async def published(self) -> tuple[Checkpoint, bytes]:
        """Return the newest published checkpoint and its note; NoSuchEntryError without one."""
        return await self._read(reading.published)

    async def head(self) -> Checkpoint:
        """Return the checkpoint of everything that is written, published or not."""
        return (await self._read(reading.opened_head))[0]

    async def page(self, wanted: Filter, limit: int) -> list[reading.Entry]:
        """Return the newest entries that fit, newest first."""
        return await self._read(reading.page, wanted, limit)

    async def count(self, wanted: Filter) -> int:
        """Return how many entries fit."""
        return await self._read(reading.count, wanted)

    async def tally(self, wanted: Filter, by: Sequence[Fact]) -> list[Tally]:
        """Return how many entries fit for each combination of facts, the most frequent first."""
        return await self._read(reading.tally, wanted, by)

    async def scan(self, wanted: Filter, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest entries that fit, as numbers and exact bytes, oldest first."""
        return await self._read(reading.scan, wanted, limit)

    async def numbers(self, keys: Sequence[str]) -> list[int]:
        """Return the numbers of the entries written under these keys, in order."""
        return await self._read(reading.numbers, keys)

    async def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that the tree of ``size`` entries has grown from that of ``old``."""
        return await self._read(reading.consistency, old, size)

    async def subtrees(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the roots of full subtrees of the tree, each by its height and number."""
        return await self._read(reading.subtrees, places)

    async def entries(self, start: int, end: int) -> list[reading.Entry]:
        """Return entries ``start`` to ``end``, oldest first."""
        return await self._read(lambda database: list(reading.entries(database, start, end)))

    async def entry(self, number: int) -> reading.Entry:
        """Return one entry; NoSuchEntryError if there is none."""
        return await self._read(reading.entry, number)

    async def sealed_to(self, number: int) -> Mapping[Slot, SubjectId | None]:
        """Return to whom an entry's slots are sealed; None where that person was erased.

        A slot that was never filled is not there. NoSuchEntryError if there is no such entry.
        """
        await self.entry(number)
        kept = await self._read(reading.openings, number)
        whose = {slot: kept[slot].subject if slot in kept else None for slot in Slot}
        return {
            slot: SubjectId(subject) if subject else None
            for slot, subject in whose.items()
            if subject != ""
        }

    async def open_slots(
        self, number: int, *, only: frozenset[Slot] | None = None
    ) -> Mapping[Slot, dict[str, Any] | None]:
        """Return what an entry's slots open to; None where the person was erased.

        A slot that was never filled is not there; nor is one that is not among ``only``.

        Raises:
            NoSuchEntryError: there is no such entry.
            NotValidError: an opening is not the one that was committed to.
        """
        found = await self.entry(number)
        kept = await self._read(reading.openings, number)
        values: dict[Slot, dict[str, Any] | None] = {}
        for slot, hashes in found.leaf.slots.items():
            if only is not None and slot not in only:
                continue
            if slot not in kept:
                values[slot] = None
            elif kept[slot].subject:
                place = f"opening {number}/{slot.value}"
                try:
                    values[slot] = await opened(
                        self._sealer, place, slot, hashes.commitment, kept[slot]
                    )
                except ErasedError:
                    values[slot] = None
        return values

    async def proof(self, number: int) -> str:
        """Return the tlog-proof of an entry under a signed checkpoint that covers it.

        The newest published checkpoint serves when it reaches that far; otherwise the tree is
        published first.

        Raises:
            NotInLedgerError: there is no such entry.
            LedgerUnavailableError: a checkpoint had to be made and could not be.
        """

        proof = await self._read(reading.prove_published, number)
        if proof is None:
            await self.publish()
            proof = await self._read(reading.prove_published, number)
            if proof is None:
                raise NotInLedgerError(f"there is no entry {number}")
        return proof.text

    async def tile(self, path: str) -> bytes:
        """Return the file at a C2SP path, of the published log; NoSuchEntryError if there is none.

        Bundles of entries are among them: who asks must be entitled to those.
        """
        return await self._read(reading.published_tile, Tile.parse(path))

    async def verify(self, second: VerifyingKey | None = None) -> audit.Summary:
        """Return what a full audit of the file finds; NotValidError says where it is changed."""
        return await finished(audit.verify, self.kept, key=self.key, second=second)

    async def _read(self, look: Callable[..., T], *args: Any) -> T:
        def run() -> T:
            try:
                with reading_from(self.kept) as database:
                    return look(database, *args)
            except (*DAMAGED, OSError) as error:
                raise LedgerUnavailableError from error

        return await finished(run)


async def _answer(future: "Future[T]") -> T:
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await asyncio.wrap_future(future)
    except TimeoutError as error:
        raise LedgerUnavailableError from error
