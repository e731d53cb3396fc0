"""What a notice says: that something happened, by which rule, how grave, where to look.

Room: gateway/notify. Pure. It names nobody: no partner, no part, no address, no file. Whoever reads
it on its way learns that there is an alert. Who may know more signs in.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from gateway.alerts.rules import RULES
from gateway.alerts.watchman import STATES
from storage.rows.alerts import AlertRow

SENTENCES: Final[Mapping[str, str]] = {
    **{rule.name.value: rule.sentence for rule in RULES},
    **{rule.value: sentence for rule, _, sentence in STATES},
}
_SUBJECTS: Final = {
    "alert.raised": "Drawbridge: {severity} alert",
    "alert.settled": "Drawbridge: an alert was settled",
}
_BODIES: Final = {
    "alert.raised": "An alert was raised.",
    "alert.settled": "An alert was settled.",
}


def payload(topic: str, alert: AlertRow, at: datetime, url: str) -> dict[str, object]:
    """Return what a webhook is told (Standard Webhooks: type, timestamp, data)."""
    return {
        "type": topic,
        "timestamp": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": {
            "alert": alert.id,
            "rule": alert.rule,
            "severity": alert.severity,
            "state": alert.state,
            "declared": alert.declared,
            "observed": alert.observed,
            "ledger_entry": alert.entry,
            "url": f"{url}/alerts/{alert.id}",
        },
    }


def letter(topic: str, alert: AlertRow, at: datetime, url: str) -> tuple[str, str]:
    """Return a mail's subject and text."""
    sentence = SENTENCES.get(alert.rule, "")
    lines = (
        _BODIES[topic],
        "",
        sentence,
        f"Severity: {alert.severity}",
        f"When: {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "",
        f"Look here: {url}/alerts/{alert.id}",
        "",
        "This message names nobody on purpose. Sign in to see more.",
    )
    return _SUBJECTS[topic].format(severity=alert.severity), "\n".join(lines) + "\n"
