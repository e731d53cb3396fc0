"""What an alert is: a rule that found something, how grave that is, and what it found.

Room: gateway/alerts. Pure.
"""

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from storage.rows.partners import PartnerRow
from storage.rows.transfers import TransferRow

TOLD: Final = "alert.told"  # contexts that columns are sealed for
WHY: Final = "alert.why"


class Severity(StrEnum):
    """How soon somebody should look."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


class RuleName(StrEnum):
    """Every rule; the name is public, in the log and in notices."""

    DECLARED_NOT_OBSERVED = "declared-not-observed"
    FIRST_SEEN_COUNTRY = "first-seen-country"
    FIRST_SEEN_NETWORK = "first-seen-network"
    FORWARDED_LINK = "forwarded-link"
    MASS_PULL = "mass-pull"
    DORMANT_PARTNER = "dormant-partner"
    DENIED_STREAK = "denied-streak"
    REVOKED_LINK_TRIED = "revoked-link-tried"
    CHECKPOINT_STALE = "checkpoint-stale"
    WITNESS_SILENT = "witness-silent"
    INTEGRITY_FAILED = "integrity-failed"
    LEDGER_INVALID = "ledger-invalid"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers of config.watching.Alerts."""

    forwarded_networks: int
    mass_pull_files: int
    mass_pull_s: int
    dormant_s: int
    denied_streak: int
    denied_s: int
    checkpoint_stale_s: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. ``cause`` makes two findings one; ``about`` is sealed to the partner."""

    rule: RuleName
    severity: Severity
    cause: str
    transfer: TransferRow | None = None
    partner: PartnerRow | None = None
    observed: str | None = None
    entry: int | None = None
    about: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What makes it this alert, and no other."""
        return f"{self.rule}/{self.cause}"

    @property
    def id(self) -> str:
        """The alert's id: the same finding, the same alert, also after a crash between steps."""
        return b32encode(sha256(self.key.encode()).digest()[:20]).decode().lower()
