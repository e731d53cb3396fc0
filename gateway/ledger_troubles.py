"""What is wrong with the log at the moment, as the alerts' watchman asks it.

Room: gateway. Awaits the ledger. How old a checkpoint may be counts only while there are entries it
does not cover: a quiet night is no trouble.
"""

from dataclasses import dataclass, field
from datetime import datetime

from gateway.alerts.model import RuleName
from gateway.alerts.watchman import Trouble
from gateway.clock import Clock
from gateway.ledger_watch import LedgerWatch
from storage.ledger.errors import NoSuchEntryError
from storage.ledger.log import Ledger


@dataclass(slots=True)
class LedgerTroubles:
    """Remembers since when the published checkpoint lags behind."""

    ledger: Ledger
    watch: LedgerWatch
    clock: Clock
    stale_s: float
    _lags: tuple[int, datetime] | None = field(default=None, init=False)

    async def asked(self) -> list[Trouble]:
        """Return what is wrong now.

        Raises:
            LedgerUnavailableError: it cannot be read at the moment.
        """
        found = []
        verdict = self.watch.verdict
        if verdict is not None and verdict.where is not None:
            found.append(Trouble(RuleName.LEDGER_INVALID, verdict.at))
        since = await self._stale_since()
        if since is not None:
            found.append(Trouble(RuleName.CHECKPOINT_STALE, since))
        late = self.watch.witnesses_late_since()
        if late is not None:
            found.append(Trouble(RuleName.WITNESS_SILENT, late))
        late = self.watch.witnesses_late_since()
        if late is not None:
            found.append(Trouble(RuleName.WITNESS_SILENT, late))
        return found

    async def _stale_since(self) -> datetime | None:
        """Return since when entries wait for a checkpoint, if that is too long."""
        now, size = self.clock(), (await self.ledger.head()).size
        try:
            published = (await self.ledger.published())[0].size
        except NoSuchEntryError:
            published = 0
        if published >= size:
            self._lags = None
        elif self._lags is None or self._lags[0] != published:
            self._lags = (published, now)
        lags = self._lags
        late = lags is not None and (now - lags[1]).total_seconds() >= self.stale_s
        return lags[1] if lags is not None and late else None
