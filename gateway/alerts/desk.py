"""The reviewers' desk: alerts as they stand, acknowledged, settled with a reason.

Room: gateway/alerts. Awaits rows, journal and keyring. What an alert tells of a partner opens as
long as the partner was not erased.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.alerts.errors import AlertMissingError, AlertSettledError
from gateway.alerts.model import TOLD, WHY
from gateway.alerts.raising import Raising
from gateway.identity.roles import Caller
from gateway.journal import Happening
from storage.rows import alerts as rows_of_alerts
from storage.rows import notices as rows_of_notices
from storage.rows.alerts import OPEN, SETTLED, AlertRow
from storage.rows.notices import NoticeRow
from storage.sealed.errors import KeyShreddedError


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert with what it tells; ``about`` and ``why`` are None when whom it names was erased."""

    row: AlertRow
    about: Mapping[str, str | int] | None
    why: str | None
    notices: tuple[NoticeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which alerts somebody wants to see; ``before`` is the id of one, exclusive."""

    states: Sequence[str]
    rule: str | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """Shows alerts, and records what people make of them."""

    raising: Raising

    async def page(self, asked: Asked) -> Sequence[ShownAlert]:
        """Return alerts, newest first.

        Raises:
            AlertMissingError: there is none of the id to begin after.
        """
        async with self.raising.rows.reading() as connection:
            before = None
            if asked.before is not None:
                before = await rows_of_alerts.by_id(connection, asked.before)
                if before is None:
                    raise AlertMissingError
            found = await rows_of_alerts.page(
                connection, states=asked.states, rule=asked.rule, before=before, limit=asked.limit
            )
        return [await self._shown(row) for row in found]

    async def counts(self) -> Mapping[str, int]:
        """Return how many alerts stand in each state."""
        async with self.raising.rows.reading() as connection:
            return await rows_of_alerts.counts(connection)

    async def show(self, alert_id: str) -> ShownAlert:
        """Return one alert, and who was told of it.

        Raises:
            AlertMissingError: there is none.
        """
        row = await self._one(alert_id)
        async with self.raising.rows.reading() as connection:
            told = await rows_of_notices.of_alert(connection, alert_id)
        return await self._shown(row, told)

    async def acknowledge(self, caller: Caller, alert_id: str) -> ShownAlert:
        """Say that somebody looks into it; twice is once.

        Raises:
            AlertMissingError: there is none.
            AlertSettledError: it is settled already.
            JournalUnavailableError: nothing has changed.
        """
        row = await self._one(alert_id)
        if row.state == SETTLED:
            raise AlertSettledError
        if row.state == OPEN:
            note = self.raising.note(
                Happening.ALERT_ACKNOWLEDGED, row, caller.account, caller.subject, {}
            )
            async with self.raising.rows.transaction() as connection:
                await self.raising.journal.write(note, key=f"{note.happening}/{row.id}")
                now = self.raising.clock().timestamp()
                await rows_of_alerts.acknowledge(connection, row.id, caller.account, now)
        return await self.show(alert_id)

    async def settle(self, caller: Caller, alert_id: str, why: str) -> ShownAlert:
        """Settle an alert with what was found out.

        Raises:
            AlertMissingError: there is none.
            AlertSettledError: it is settled already.
            JournalUnavailableError: nothing has changed.
        """
        row = await self._one(alert_id)
        if row.state == SETTLED:
            raise AlertSettledError
        await self.raising.settle(row, caller.account, caller.subject, why)
        return await self.show(alert_id)

    async def _one(self, alert_id: str) -> AlertRow:
        async with self.raising.rows.reading() as connection:
            row = await rows_of_alerts.by_id(connection, alert_id)
        if row is None:
            raise AlertMissingError
        return row

    async def _shown(self, row: AlertRow, told: Sequence[NoticeRow] = ()) -> ShownAlert:
        about = await self._opened(row, TOLD, row.told_sealed)
        why = await self._opened(row, WHY, row.why_sealed) if row.why_sealed else None
        return ShownAlert(
            row,
            json.loads(about) if about is not None else None,
            why.decode() if why is not None else None,
            tuple(told),
        )

    async def _opened(self, row: AlertRow, context: str, sealed: bytes) -> bytes | None:
        try:
            return await self.raising.fields.open_field(row.subject, context, sealed)
        except KeyShreddedError:
            return None
