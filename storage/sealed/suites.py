"""Until when a format may be written. What was written may be read as long as there is code for it.

Room: storage/sealed. Pure: the table comes from the configuration, the day from whoever asks.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final

from storage.sealed import format as fmt
from storage.sealed.errors import SuiteOverError, TamperedError

# What there is code for. Objects of any other name are none of ours.
KNOWN: Final = frozenset({fmt.SUITE})


def _today() -> date:
    return datetime.now(UTC).date()


class Suites:
    """The suites that may be written today."""

    def __init__(
        self, last_days: Mapping[str, date | None], today: Callable[[], date] = _today
    ) -> None:
        """Take each suite's last day of writing, None for no end; one that is not there has had it.

        Raises:
            ValueError: one is named that there is no code for.
        """
        if not last_days.keys() <= KNOWN:
            raise ValueError("there is no such suite")
        self._last_days = dict(last_days)
        self._today = today

    def check_writable(self, suite: str) -> None:
        """Raise SuiteOverError if nothing new may be sealed with this suite."""
        if suite not in self._last_days:
            raise SuiteOverError
        last_day = self._last_days[suite]
        if last_day is not None and self._today() > last_day:
            raise SuiteOverError

    def check_readable(self, suite: str) -> None:
        """Raise TamperedError if there is no such suite."""
        if suite not in KNOWN:
            raise TamperedError


# For whoever has no table, as programs that only read: what there is code for has no end.
ENDLESS: Final = Suites(dict.fromkeys(KNOWN))
