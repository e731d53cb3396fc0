"""What is sealed beside entries, opened for those entitled: one entry, or a search through many.

Room: gateway/review. Awaits the ledger, which asks the keyring. Without a grant a reviewer sees of
an entry what its leaf says, which slots are sealed, and what is sealed to themselves. What a grant
opens is looked through in memory and written nowhere; that it was opened is an entry before it is.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Protocol

from gateway.identity.roles import Caller
from gateway.review.finding import Finding
from gateway.review.question import Question
from gateway.review.unsealing import Grant, Unsealing
from storage.ids import SubjectId
from storage.ledger.events import Slot
from storage.ledger.reading import Entry

# A search looks at so many entries at once, tells how far it came, and is asked to go on.
AT_ONCE: Final = 500
BATCH: Final = 50
MOST_FOUND: Final = 100
DEADLINE_S: Final = 10.0
MIN_WORDS_CHARS: Final = 2
MAX_WORDS_CHARS: Final = 200


class Openings(Protocol):
    """What this room needs of the ledger beside what is found."""

    async def sealed_to(self, number: int) -> Mapping[Slot, SubjectId | None]:
        """Return to whom an entry's slots are sealed; None where that person was erased."""

    async def open_slots(
        self, number: int, *, only: frozenset[Slot] | None = None
    ) -> Mapping[Slot, dict[str, Any] | None]:
        """Return what an entry's slots open to; None where the person was erased."""


class Blind(Protocol):
    """Hashes words so that they can be compared and not read."""

    def blind_index(self, purpose: str, value: str) -> str:
        """Return the keyed hash of ``value``."""


class SlotState(StrEnum):
    """How a slot that somebody stands in is shown."""

    OPEN = "open"
    SEALED = "sealed"  # a grant would open it
    ERASED = "erased"  # nothing opens it ever again


@dataclass(frozen=True, slots=True)
class Shown:
    """One slot: its state, and its value if it is open."""

    state: SlotState
    value: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry in which the words stand, and the slots in which they do."""

    entry: Entry
    slots: Mapping[Slot, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a search found so far. ``next_before`` asks it to go on; None when it is done."""

    matches: tuple[Match, ...]
    looked_at: int
    left: int
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Revealing:
    """Opens what is sealed, within a grant."""

    unsealing: Unsealing
    finding: Finding
    openings: Openings
    blind: Blind

    async def show(self, caller: Caller, number: int) -> Mapping[Slot, Shown]:
        """Return an entry's slots as ``caller`` may see them.

        Raises:
            NoSuchEntryError: there is no such entry.
            JournalUnavailableError: it cannot be written down, so nothing is opened.
        """
        kept = await self.openings.sealed_to(number)
        grant = await self._covering(caller, number) if kept else None
        if grant is not None:
            await self.unsealing.used(caller, grant.id, f"entry/{number}", entry=number)
            may = frozenset(kept)
        else:
            may = _own(kept, caller)
        return await self._opened(number, kept, may)

    async def own(self, caller: Caller, number: int) -> Mapping[Slot, Shown]:
        """Return an entry's slots, open only what is sealed to ``caller``; no grant is used.

        Raises:
            NoSuchEntryError: there is no such entry.
        """
        kept = await self.openings.sealed_to(number)
        return await self._opened(number, kept, _own(kept, caller))

    async def _opened(
        self, number: int, kept: Mapping[Slot, SubjectId | None], may: frozenset[Slot]
    ) -> Mapping[Slot, Shown]:
        values = await self.openings.open_slots(number, only=may) if may else {}
        shown: dict[Slot, Shown] = {}
        for slot, whose in kept.items():
            if whose is None or (slot in may and values.get(slot) is None):
                shown[slot] = Shown(SlotState.ERASED)
            elif slot in may:
                shown[slot] = Shown(SlotState.OPEN, values[slot])
            else:
                shown[slot] = Shown(SlotState.SEALED)
        return shown

    async def search(
        self, caller: Caller, grant_id: str, words: str, before: int | None
    ) -> Progress:
        """Return the entries within a grant in which ``words`` stand, from ``before`` downwards.

        Case does not matter. The log keeps a keyed hash of the words, never the words: whoever is
        looked for need not be somebody whom an erasure could find there.

        Raises:
            GrantMissingError: it is not the caller's, or over; also while the search runs.
            JournalUnavailableError: it cannot be written down, so nothing is opened.
        """
        grant = await self.unsealing.held(caller, grant_id)
        hashed = self.blind.blind_index("unseal.words", words)
        key = f"search/{hashed}/{before}"
        await self.unsealing.used(caller, grant.id, key, words_index=hashed)
        matches: list[Match] = []
        looked_at = 0
        deadline_s = asyncio.get_running_loop().time() + DEADLINE_S
        while True:
            await self.unsealing.held(caller, grant_id)
            found = await self.finding.page(grant.question, before, BATCH)
            for entry in found:
                match = await self._matched(entry, words.casefold())
                matches += [match] if match else []
            looked_at += len(found)
            before = found[-1].number if len(found) == BATCH and found[-1].number else None
            full = looked_at >= AT_ONCE or len(matches) >= MOST_FOUND
            if before is None or full or asyncio.get_running_loop().time() > deadline_s:
                break
        left = await self._left(grant.question, before)
        return Progress(tuple(matches), looked_at, left, before)

    async def _matched(self, entry: Entry, folded: str) -> Match | None:
        values = await self.openings.open_slots(entry.number)
        slots = {
            slot: value
            for slot, value in values.items()
            if value is not None
            and folded in json.dumps(list(value.values()), ensure_ascii=False).casefold()
        }
        return Match(entry, slots) if slots else None

    async def _left(self, question: Question, before: int | None) -> int:
        if before is None:
            return 0
        wanted = replace(await self.finding.filter_of(question), before=before)
        return await self.finding.log.count(wanted)

    async def _covering(self, caller: Caller, number: int) -> Grant | None:
        for grant in await self.unsealing.living(caller):
            if await self.covers(grant, number):
                return grant
        return None

    async def covers(self, grant: Grant, number: int) -> bool:
        """Return whether an entry is within what a grant is for."""
        wanted = await self.finding.filter_of(grant.question)
        only = replace(wanted, after=number - 1, before=number + 1)
        return await self.finding.log.count(only) == 1


def _own(kept: Mapping[Slot, SubjectId | None], caller: Caller) -> frozenset[Slot]:
    """Return the slots that are sealed to whoever asks: what stands there is theirs."""
    return frozenset(slot for slot, whose in kept.items() if whose == caller.subject)
