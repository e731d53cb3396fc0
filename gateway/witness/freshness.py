"""How long ago each witness signed, and the quorum: what readiness, metrics and alerts are told.

Room: gateway/witness. Pure; times are handed in. Times are the witnesses' own, from checked
cosignatures; before the first, what counts is when we began to ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from storage.ledger.policy import Policy


@dataclass(slots=True)
class Freshness:
    """What is known of the witnesses of one policy."""

    policy: Policy
    silent_s: float
    since: datetime
    seen: dict[str, datetime] = field(default_factory=dict)
    quorum_at: datetime | None = None

    def heard(self, cosigned: Mapping[str, int], now: datetime) -> None:
        """Take in who cosigned a checkpoint, and when; nobody's clock counts beyond ours."""
        for name, time_s in cosigned.items():
            at = min(datetime.fromtimestamp(min(time_s, int(now.timestamp())), UTC), now)
            self.seen[name] = max(at, self.seen.get(name, at))
        # The quorum is as old as the oldest signature that the newest of them need: so many
        # seconds ago the policy still held with what was signed since.
        for at in sorted(set(self.seen.values()), reverse=True):
            if self.policy.satisfied([name for name, seen in self.seen.items() if seen >= at]):
                self.quorum_at = at
                break

    def silent(self, now: datetime) -> dict[str, datetime]:
        """Return which witnesses have been silent for too long, and since when."""
        last = {name: self.seen.get(name, self.since) for name in self.policy.witnesses}
        return {name: at for name, at in last.items() if self._late(at, now)}

    def quorum_late_since(self, now: datetime) -> datetime | None:
        """Return since when the quorum has not been met, if that is too long."""
        if self.policy.satisfied([]):
            return None
        last = self.quorum_at or self.since
        return last if self._late(last, now) else None

    def due(self, name: str, now: datetime) -> bool:
        """Return whether a witness should be asked again although there is nothing new."""
        last = self.seen.get(name)
        return last is None or (now - last).total_seconds() >= self.silent_s / 2

    def ages_s(self, now: datetime) -> dict[str, float]:
        """Return how many seconds ago each witness signed, or we began to ask it."""
        last = {name: self.seen.get(name, self.since) for name in self.policy.witnesses}
        return {name: (now - at).total_seconds() for name, at in last.items()}

    def _late(self, at: datetime, now: datetime) -> bool:
        return (now - at).total_seconds() >= self.silent_s
