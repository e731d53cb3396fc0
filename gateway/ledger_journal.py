"""The journal on the ledger: notes become entries, and nothing goes on when that fails.

Room: gateway. Awaits storage.ledger. The ledger does not know people's keys; it is handed the
keyring through KeyringSealer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.journal import Happening, JournalUnavailableError, Note
from gateway.ledger_watch import LedgerWatch
from storage.ids import SubjectId
from storage.ledger.errors import (
    ErasedError,
    LedgerError,
    LedgerUnavailableError,
    NotInLedgerError,
    NotValidError,
)
from storage.ledger.events import Event, Opening, Receipt, Slot
from storage.ledger.log import Ledger
from storage.sealed.errors import KeyShreddedError
from storage.sealed.keyring import Keyring

# What these tell of lies in the store of sealed drawings: where that stands is a destination too.
STORED: Final = frozenset(
    {
        Happening.UPLOAD_RECEIVED,
        Happening.DRAWING_INSPECTED,
        Happening.DRAWING_WAIVED,
        Happening.ORIGINAL_DESTROYED,
        Happening.PART_EXPORTED,
        Happening.DOWNLOAD_STARTED,
        Happening.DOWNLOAD_RESUMED,
        Happening.GATEWAY_STARTED,
    }
)


@dataclass(frozen=True, slots=True)
class KeyringSealer:
    """Seals openings with people's keys; a shredded key is an erased person."""

    keyring: Keyring

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Return ``plain`` sealed to ``subject``; ErasedError if they were erased."""
        try:
            return await self.keyring.seal_field(subject, context, plain)
        except KeyShreddedError as error:
            raise ErasedError from error

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Return what was sealed to ``subject``; ErasedError if they were erased."""
        try:
            return await self.keyring.open_field(subject, context, sealed)
        except KeyShreddedError as error:
            raise ErasedError from error


@dataclass(frozen=True, slots=True)
class LedgerJournal:
    """Writes notes down in the ledger; see gateway.journal.Journal for what it promises.

    ``region`` is where sealed drawings are stored, None when that is unknown.
    """

    ledger: Ledger
    watch: LedgerWatch
    region: str | None = None

    async def write(self, note: Note, *, key: str) -> Receipt:
        """Return where the note stands once it is durable.

        Raises:
            JournalUnavailableError: it is not written; do not go on.
            ErasedError: somebody it names was erased.
        """
        if not self.watch.sound:
            raise JournalUnavailableError
        try:
            return await self.ledger.append(event_of(note, self.region), key=key)
        except (LedgerUnavailableError, NotValidError) as error:
            raise JournalUnavailableError from error

    async def erase(self, subject: SubjectId, note: Note, *, key: str) -> Receipt:
        """Write ``note`` and destroy every opening sealed to ``subject``.

        Raises:
            JournalUnavailableError: nothing is written and nothing erased.
        """
        if not self.watch.sound:
            raise JournalUnavailableError
        try:
            return await self.ledger.erase(subject, event_of(note, self.region), key=key)
        except (LedgerUnavailableError, NotValidError) as error:
            raise JournalUnavailableError from error

    async def proof(self, index: int) -> str:
        """Return the tlog-proof of an entry.

        Raises:
            JournalUnavailableError: it cannot be made now, or there is no such entry.
        """
        try:
            return await self.ledger.proof(index)
        except (LedgerUnavailableError, NotInLedgerError, NotValidError) as error:
            raise JournalUnavailableError from error

    async def writable(self) -> bool:
        """Return whether a note could be written now: the log is sound, and takes a write."""
        try:
            return self.watch.sound and await self.ledger.writable()
        except LedgerError:
            return False


def event_of(note: Note, storage: str | None = None) -> Event:
    """Return the entry that a note becomes; ``storage`` is where sealed drawings are stored."""
    actor = note.actor_subject or note.subject
    named: dict[Slot, tuple[SubjectId, Mapping[str, str | int]] | None] = {
        Slot.ACTOR: (actor, {"account": note.actor}) if note.actor else None,
        Slot.OBJ: (note.subject, note.about) if note.about else None,
        Slot.RCPT: (note.recipient.subject, note.recipient.about) if note.recipient else None,
        Slot.NET: (note.network.subject, note.network.about) if note.network else None,
        Slot.CTX: (note.subject, note.reasons) if note.reasons else None,
    }
    return Event(
        kind=note.happening,
        transfer=note.transfer,
        src=note.src,
        dst=note.dst,
        decision=note.decision,
        basis=note.basis,
        policy=note.policy,
        observed=note.observed,
        region=note.region or (storage if note.happening in STORED else None),
        openings={slot: Opening(*told) for slot, told in named.items() if told is not None},
    )
