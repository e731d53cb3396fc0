"""The watchman: is the log itself as it must be, and does the world hear of it in time?

Room: gateway/alerts. Awaits what it is asked to watch, and Raising. These alerts settle themselves
when their cause is over, but for a log that was changed: that is for people.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.alerts.model import Finding, RuleName, Severity
from gateway.alerts.raising import Raising
from gateway.clock import Clock

# Each: the rule, how grave, what it says.
STATES: Final = (
    (
        RuleName.LEDGER_INVALID,
        Severity.CRITICAL,
        "The log of transfers is not the one that was signed: it was changed.",
    ),
    (
        RuleName.CHECKPOINT_STALE,
        Severity.WARNING,
        "There are new entries, and no checkpoint of them was published for long.",
    ),
    (
        RuleName.WITNESS_SILENT,
        Severity.WARNING,
        "A witness has not signed a checkpoint for long.",
    ),
)
_GRAVITY: Final = {rule: severity for rule, severity, _ in STATES}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it must be, since when (if that is known)."""

    rule: RuleName
    since: datetime


Asks = Callable[[], Awaitable[list[Trouble]]]


@dataclass(frozen=True, slots=True)
class Watchman:
    """Asks each time anew."""

    asks: Asks
    raising: Raising
    clock: Clock

    async def round(self) -> None:
        """Raise an alert for each trouble, and settle those that are over.

        Raises:
            JournalUnavailableError: it is tried again next time.
        """
        troubles = await self.asks()
        for trouble in troubles:
            # While one stands, the next is the same trouble, though its beginning may shift.
            if not await self.raising.stands(trouble.rule):
                cause = trouble.since.strftime("%Y-%m-%dT%H:%M:%SZ")
                await self.raising.raise_(Finding(trouble.rule, _GRAVITY[trouble.rule], cause))
        troubled = {trouble.rule for trouble in troubles}
        for rule in (RuleName.CHECKPOINT_STALE, RuleName.WITNESS_SILENT):
            if rule not in troubled:
                await self.raising.over(rule)
