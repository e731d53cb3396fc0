"""The only place that asks what time it is.

Room: gateway. Everything else is handed a Clock, so that tests can turn its hands.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
