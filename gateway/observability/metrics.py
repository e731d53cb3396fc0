"""Counters for operators, none of which can name a person, a part or a place.

Room: gateway/observability. Pure. Shown by the admin listener (gateway.observability.admin) only.
"""

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
