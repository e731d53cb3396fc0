"""Every read of a reviewer is an entry of the log, but looking about does not flood it.

Room: gateway/review. Awaits the journal. The same look by the same reviewer within WINDOW_S is one
entry: its idempotency key holds the window, so that this is so on every node and after a restart.
The entry stands before anything is shown; when it cannot be written, nothing is.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.journal import Happening, Journal, Note

WINDOW_S: Final = 15 * 60
# How many looks are remembered, so that repeating one costs no write at all.
REMEMBERED: Final = 4096


class Look(StrEnum):
    """What a reviewer does with the log."""

    SEARCH = "search"
    COUNT = "count"
    ENTRY = "entry"
    PROOF = "proof"
    TIMELINE = "timeline"
    BUNDLE = "bundle"
    GRANTS = "grants"


@dataclass(frozen=True, slots=True)
class Reads:
    """Writes reviewers' reads down."""

    journal: Journal
    clock: Clock
    _seen: "OrderedDict[str, None]" = field(default_factory=OrderedDict, compare=False)

    async def note(self, caller: Caller, look: Look, what: str) -> None:
        """Write a look down, unless it stands there already for this window.

        ``what`` is a question's text, an entry's number or a random id: it is sealed to the
        reviewer, and names nobody else.

        Raises:
            JournalUnavailableError: it is not written; show nothing.
        """
        window = int(self.clock().timestamp() // WINDOW_S)
        digest = hashlib.sha256(what.encode()).hexdigest()[:32]
        key = f"{Happening.LEDGER_REVIEWED}/{caller.account}/{look}/{digest}/{window}"
        if key in self._seen:
            return
        about: dict[str, str | int] = {"look": look.value, "what": what}
        note = Note(Happening.LEDGER_REVIEWED, caller.subject, caller.account, about)
        await self.journal.write(note, key=key)
        self._seen[key] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
