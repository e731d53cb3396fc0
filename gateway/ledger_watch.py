"""Whether the log is still the one that was signed: asked again and again, and remembered.

Room: gateway. Awaits the ledger's own audit. What it finds is found by computing, each time anew;
once the log was found changed, nothing makes it sound again but a restart, which refuses too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.clock import Clock
from gateway.observability.logging import log_of
from storage.ledger.audit import Summary
from storage.ledger.errors import NotValidError
from storage.ledger.log import Ledger

log = log_of("gateway.ledger")

VERIFY_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the last audit found: a summary, or the place where the log is not valid."""

    at: datetime
    summary: Summary | None
    where: str | None = None


class LedgerWatch:
    """Keeps the last verdict."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Know nothing yet but that the ledger opened, which checks the tree."""
        self._ledger = ledger
        self._clock = clock
        self.verdict: Verdict | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing wrong was found so far."""
        return self.verdict is None or self.verdict.where is None

    async def verify(self) -> None:
        """Audit the whole file; LedgerUnavailableError when it cannot be read now."""
        if not self.sound:
            return
        try:
            summary = await self._ledger.verify()
        except NotValidError as error:
            log.error("ledger.invalid", error=error.where)
            self.verdict = Verdict(self._clock(), None, error.where)
        else:
            self.verdict = Verdict(self._clock(), summary)
