"""Openings: made for each slot of an event, and read again by those entitled.

Room: storage/ledger. Awaits the sealer it is handed, which knows people's keys; this room does not.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from storage.ids import SubjectId
from storage.ledger.errors import NotValidError
from storage.ledger.events import Opening, Slot
from storage.ledger.leaf import (
    SALT_BYTES,
    SlotHashes,
    commitment,
    opened_bytes,
    sealed_hash,
)
from storage.ledger.placing import Sealed


class FieldSealer(Protocol):
    """Seals bytes to a person, bound to where they stand (storage.sealed.keyring is one)."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Return ``plain`` sealed to ``subject``; raise ErasedError if they were erased."""

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Return what was sealed to ``subject`` for ``context``.

        Raises:
            ErasedError: the person was erased.
        """


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """A slot's hashes for the leaf, and what is kept beside it."""

    hashes: SlotHashes
    kept: Sealed


def empty() -> FilledSlot:
    """Return a slot that nobody stands in; its hashes cannot be told from those of a filled one."""
    # One call for both: asking the kernel is most of the cost.
    noise = secrets.token_bytes(2 * SALT_BYTES)
    kept = Sealed("", noise[:SALT_BYTES])
    return FilledSlot(SlotHashes(noise[SALT_BYTES:], sealed_hash("", kept.sealed)), kept)


async def filled(sealer: FieldSealer, slot: Slot, opening: Opening) -> FilledSlot:
    """Return a slot with its opening sealed; ErasedError if its person was erased."""
    salt, opened = secrets.token_bytes(SALT_BYTES), opened_bytes(slot, opening.value)
    committed = commitment(salt, opened)
    sealed = await sealer.seal_field(opening.subject, _context(slot, committed), salt + opened)
    hashes = SlotHashes(committed, sealed_hash(opening.subject, sealed))
    return FilledSlot(hashes, Sealed(opening.subject, sealed))


async def all_filled(
    sealer: FieldSealer, openings: Mapping[Slot, Opening]
) -> dict[Slot, FilledSlot]:
    """Return every slot, in the order of the vocabulary."""
    done = {slot: await filled(sealer, slot, opening) for slot, opening in openings.items()}
    return {slot: done.get(slot) or empty() for slot in Slot}


async def opened(
    sealer: FieldSealer, place: str, slot: Slot, committed: bytes, kept: Sealed
) -> dict[str, Any]:
    """Return what a slot's commitment opens to.

    Raises:
        NotValidError: the opening is not the one that was committed to.
    """
    subject = SubjectId(kept.subject)
    plain = await sealer.open_field(subject, _context(slot, committed), kept.sealed)
    if commitment(plain[:SALT_BYTES], plain[SALT_BYTES:]) != committed:
        raise NotValidError(place, "the opening does not fit its commitment")
    value: dict[str, Any] = json.loads(plain[SALT_BYTES:])[1]
    return value


def _context(slot: Slot, committed: bytes) -> str:
    """Bind an opening to its slot and leaf: commitments are salted, so each is in one leaf only."""
    return f"ledger {slot.value} {committed.hex()}"
