"""Whether the log is still the one that was signed: asked again and again, and remembered.

Room: gateway. Awaits the ledger's own audit. What it finds is found by computing, each time anew;
once the log was found changed, nothing makes it sound again but a restart, which refuses too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.clock import Clock
from gateway.observability.logging import log_of
from gateway.observability.metrics import Metrics
from gateway.witness.freshness import Freshness
from storage.ledger.audit import Summary
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.errors import NoSuchEntryError, NotValidError
from storage.ledger.log import Ledger

log = log_of("gateway.ledger")

VERIFY_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the last audit found: a summary, or the place where the log is not valid."""

    at: datetime
    summary: Summary | None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class WitnessSeen:
    """A witness, and when it signed last (by its clock, never beyond ours)."""

    name: str
    signed_at: datetime | None
    silent: bool


class LedgerWatch:
    """Keeps the last verdict."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Know nothing yet but that the ledger opened, which checks the tree."""
        self._ledger = ledger
        self._clock = clock
        self.verdict: Verdict | None = None
        self.second_key: VerifyingKey | None = None
        self.freshness: Freshness | None = None
        self.contradicted_at: datetime | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing wrong was found so far."""
        return self.verdict is None or self.verdict.where is None

    async def verify(self) -> None:
        """Audit the whole file; LedgerUnavailableError when it cannot be read now."""
        if not self.sound:
            return
        try:
            summary = await self._ledger.verify(self.second_key)
        except NotValidError as error:
            log.error("ledger.invalid", error=error.where)
            self.verdict = Verdict(self._clock(), None, error.where)
        else:
            # A witness may have condemned the log while the audit ran.
            if self.sound:
                self.verdict = Verdict(self._clock(), summary)

    def condemn(self, where: str) -> None:
        """Take the log for changed from now on, at ``where``."""
        log.error("ledger.invalid", error=where)
        if self.sound:
            self.verdict = Verdict(self._clock(), None, where)

    def contradicts(self) -> None:
        """Remember that a witness knows of another log than this."""
        self.contradicted_at = self.contradicted_at or self._clock()

    def witnesses_late_since(self) -> datetime | None:
        """Return since when a witness is silent or contradicts, or the quorum is unmet, if so."""
        late = [self.contradicted_at] if self.contradicted_at else []
        if self.freshness is not None:
            now = self._clock()
            late += self.freshness.silent(now).values()
            if (unmet := self.freshness.quorum_late_since(now)) is not None:
                late.append(unmet)
        return min(late, default=None)

    def facts(self) -> dict[str, str | bool]:
        """Return what readiness tells of witnesses; nothing where there are none."""
        if self.freshness is None:
            return {}
        told: dict[str, str | bool] = {
            "ledger_quorum": self.quorum is True,
            "ledger_contradicted": self.contradicted_at is not None,
        }
        for witness in self.witnesses():
            told[f"witness_{witness.name}"] = "silent" if witness.silent else "fresh"
        return told

    def witnesses(self) -> list[WitnessSeen]:
        """Return when each witness signed last, in the order of the policy."""
        if self.freshness is None:
            return []
        silent = self.freshness.silent(self._clock())
        return [
            WitnessSeen(printable(name), self.freshness.seen.get(name), name in silent)
            for name in self.freshness.policy.witnesses
        ]

    def ages_s(self) -> dict[str, float]:
        """Return how many seconds ago each witness signed, or we began to ask it."""
        if self.freshness is None:
            return {}
        ages_s = self.freshness.ages_s(self._clock())
        return {printable(name): age_s for name, age_s in ages_s.items()}

    @property
    def quorum(self) -> bool | None:
        """Whether enough witnesses signed lately, None where none are asked."""
        if self.freshness is None:
            return None
        return self.freshness.quorum_late_since(self._clock()) is None


def printable(name: str) -> str:
    """Return a witness' name, which may be any octets, as text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Gauges:
    """Shows operators how the log and its witnesses stand."""

    ledger: Ledger
    watch: LedgerWatch
    metrics: Metrics

    async def round(self) -> None:
        """Show it now; LedgerUnavailableError when it cannot be read."""
        try:
            published = (await self.ledger.published())[0].size
        except NoSuchEntryError:
            published = 0
        self.metrics.ledger(written=(await self.ledger.head()).size, published=published)
        quorum = self.watch.quorum
        if quorum is not None:
            self.metrics.witnesses(self.watch.ages_s(), quorum=quorum)
