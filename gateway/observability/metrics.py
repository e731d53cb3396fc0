"""Counters for operators, none of which can name a person, a part or a place.

Room: gateway/observability. Pure. Shown by the admin listener (gateway.observability.admin) only.
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Metrics:
    """One registry a gateway, so that tests and processes do not share."""

    def __init__(self) -> None:
        """Create the counters, all at zero."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "drawbridge_requests",
            "Requests by method, route template and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "drawbridge_request_seconds",
            "How long requests took.",
            ("route",),
            registry=self._registry,
        )
        self._received = Counter(
            "drawbridge_received_bytes", "Bytes taken in, sealed.", registry=self._registry
        )
        self._drawings = Counter(
            "drawbridge_drawings", "Drawings by outcome.", ("outcome",), registry=self._registry
        )
        self._ready = Gauge(
            "drawbridge_ready", "Checks of /readyz: 1 holds, 0 not.", ("check",),
            registry=self._registry,
        )  # fmt: skip

        self._log = Gauge(
            "drawbridge_ledger_entries", "Entries of the log: written, and published.",
            ("state",), registry=self._registry,
        )  # fmt: skip
        self._quorum = Gauge(
            "drawbridge_ledger_quorum",
            "Whether enough witnesses signed lately: 1 yes, 0 no.",
            ("policy",),
            registry=self._registry,
        )
        self._witnesses = Gauge(
            "drawbridge_witness_age_seconds", "Since when a witness has not signed.", ("witness",),
            registry=self._registry,
        )  # fmt: skip

    def ledger(self, *, written: int, published: int) -> None:
        """Show how many entries the log has, and how many of them its checkpoint covers."""
        self._log.labels("written").set(written)
        self._log.labels("published").set(published)

    def witnesses(self, ages_s: Mapping[str, float], *, quorum: bool) -> None:
        """Show how many seconds ago each witness signed, and whether they are enough."""
        for name, age_s in ages_s.items():
            self._witnesses.labels(name).set(age_s)
        self._quorum.labels("configured").set(int(quorum))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def received(self, count_bytes: int) -> None:
        """Count bytes that were taken in."""
        self._received.inc(count_bytes)

    def drawing(self, outcome: str) -> None:
        """Count one drawing's outcome."""
        self._drawings.labels(outcome).inc()

    def check(self, name: str, *, holds: bool) -> None:
        """Show whether a readiness check holds."""
        self._ready.labels(name).set(int(holds))

    def exposition(self) -> bytes:
        """Return the counters in Prometheus' text format."""
        return generate_latest(self._registry)
