"""The patrol: reads every new entry of the log once, and lets the rules look at it.

Room: gateway/alerts. Awaits the ledger, rows and Raising. How far it came is marked in the rows, so
that nothing is passed over when the gateway is killed; what is looked at twice is raised once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.alerts.model import Finding, Thresholds
from gateway.alerts.raising import Raising
from gateway.alerts.rules import RULES, WAKING
from gateway.alerts.scene import scene_of
from storage.ledger.checkpoint import Checkpoint
from storage.ledger.reading import Entry
from storage.rows import alerts as rows_of_alerts
from storage.rows.engine import Rows

MARK: Final = "alerts.patrolled"
AT_ONCE: Final = 500


class ReadsLog(Protocol):
    """What this room needs of the ledger."""

    async def head(self) -> Checkpoint:
        """Return the checkpoint of everything that is written."""

    async def entries(self, start: int, end: int) -> Sequence[Entry]:
        """Return entries ``start`` to ``end``, oldest first."""


@dataclass(frozen=True, slots=True)
class Patrol:
    """Looks at new entries."""

    rows: Rows
    ledger: ReadsLog
    raising: Raising
    thresholds: Thresholds

    async def round(self) -> int:
        """Look at all entries that were not looked at yet; return how many alerts were raised.

        Where alerts are new to an old log, its entries of before are not looked at.

        Raises:
            LedgerUnavailableError, JournalUnavailableError: the rest is looked at next time.
        """
        size = (await self.ledger.head()).size
        async with self.rows.transaction() as connection:
            start = int(await rows_of_alerts.mark_once(connection, MARK, str(size)))
        raised = 0
        while start < size:
            end = min(start + AT_ONCE, size)
            for entry in await self.ledger.entries(start, end):
                raised += await self._look(entry)
            async with self.rows.transaction() as connection:
                await rows_of_alerts.set_mark(connection, MARK, str(end))
            start = end
        return raised

    async def _look(self, entry: Entry) -> int:
        if entry.leaf.kind not in WAKING:
            return 0
        findings: list[Finding] = []
        async with self.rows.reading() as connection:
            scene = await scene_of(connection, self.thresholds, entry)
            if scene is None:
                return 0
            for rule in RULES:
                if entry.leaf.kind in rule.wakes:
                    found = await rule.finding(scene)
                    findings += [found] if found is not None else []
        return sum([await self.raising.raise_(finding) for finding in findings])
