"""Raising: the log is told first, then the alert and its notices are kept, together.

Room: gateway/alerts. Awaits journal, rows and keyring. A finding that was raised before is not
raised again, also when the gateway was killed between the entry and the row.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from gateway.alerts.model import TOLD, WHY, Finding, Severity
from gateway.clock import Clock
from gateway.journal import Happening, Journal, JournalUnavailableError, Note
from gateway.observability.logging import log_of
from storage.ids import SubjectId
from storage.ledger.errors import ErasedError
from storage.rows import alerts as rows_of_alerts
from storage.rows.alerts import OPEN, AlertRow
from storage.rows.connection import Connection
from storage.rows.engine import Rows
from storage.sealed.errors import KeyShreddedError

log = log_of("gateway.alerts")


class Fields(Protocol):
    """What this room needs of the keyring."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Seal a personal field."""

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Open a personal field."""


class Tells(Protocol):
    """Who is told of an alert: gateway.notify.outbox."""

    async def put(self, connection: Connection, alert: AlertRow, topic: str) -> None:
        """Put notices into the outbox, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class Raising:
    """Raises alerts; settles those of the house when their cause is over."""

    rows: Rows
    journal: Journal
    fields: Fields
    clock: Clock
    house: SubjectId
    outbox: Tells

    async def raise_(self, finding: Finding) -> bool:
        """Raise a finding; return whether it is a new alert.

        Raises:
            JournalUnavailableError: it was not raised, and must be tried again; unless it is the
                log itself that is broken: that is raised without an entry.
        """
        async with self.rows.reading() as connection:
            if await rows_of_alerts.by_cause(connection, finding.key) is not None:
                return False
        try:
            return await self._raised(finding, of_partner=True)
        except (ErasedError, KeyShreddedError):
            # The partner was erased: the alert still says where, and by which rule.
            return await self._raised(replace(finding, about={}), of_partner=False)

    async def _raised(self, finding: Finding, *, of_partner: bool) -> bool:
        partner = finding.partner if of_partner else None
        subject = partner.subject if partner else self.house
        about = dict(finding.about) | ({"partner": partner.id} if partner else {})
        await self._tell(finding, subject, about)
        row = AlertRow(
            id=finding.id,
            cause=finding.key,
            rule=finding.rule,
            severity=finding.severity,
            state=OPEN,
            transfer=finding.transfer.id if finding.transfer else None,
            declared=finding.transfer.destination if finding.transfer else None,
            observed=finding.observed,
            entry=finding.entry,
            subject=subject,
            told_sealed=await self.fields.seal_field(subject, TOLD, json.dumps(about).encode()),
            raised_at=self.clock().timestamp(),
        )
        async with self.rows.transaction() as connection:
            added = await rows_of_alerts.add(connection, row)
            if added:
                await self.outbox.put(connection, row, "alert.raised")
        log.warning("alert.raised", code=finding.rule, transfer=row.transfer)
        return added

    async def _tell(
        self, finding: Finding, subject: SubjectId, about: Mapping[str, str | int]
    ) -> None:
        transfer = finding.transfer
        note = Note(
            Happening.ALERT_RAISED,
            subject,
            "gateway",
            {"alert": finding.id} | dict(about),
            src=transfer.origin if transfer else None,
            dst=transfer.destination if transfer else None,
            observed=finding.observed,
            basis=f"alert:{finding.rule}",
            transfer=transfer.id if transfer else None,
            reasons={"severity": finding.severity}
            | ({"entry": finding.entry} if finding.entry is not None else {}),
            actor_subject=self.house,
        )
        try:
            await self.journal.write(note, key=f"{note.happening}/{finding.key}")
        except JournalUnavailableError:
            if finding.severity is not Severity.CRITICAL or transfer is not None:
                raise
            log.error("alert.untold", code=finding.rule)

    async def stands(self, rule: str) -> bool:
        """Return whether an alert of this rule stands that nobody settled."""
        async with self.rows.reading() as connection:
            return bool(await rows_of_alerts.standing_of_rule(connection, rule))

    async def over(self, rule: str) -> int:
        """Settle every standing alert of a rule whose cause is over; return how many."""
        async with self.rows.reading() as connection:
            standing = await rows_of_alerts.standing_of_rule(connection, rule)
        for row in standing:
            await self.settle(row, "gateway", self.house, "its cause is over")
        return len(standing)

    async def settle(self, row: AlertRow, by: str, by_subject: SubjectId, why: str) -> None:
        """Settle an alert, with a reason that is sealed; the log is told first.

        Raises:
            JournalUnavailableError: nothing has changed.
        """
        note = self.note(Happening.ALERT_SETTLED, row, by, by_subject, {"why": why})
        async with self.rows.transaction() as connection:
            await self.journal.write(note, key=f"{note.happening}/{row.id}")
            sealed = await self._sealed_why(row, why)
            now = self.clock().timestamp()
            if await rows_of_alerts.settle(connection, row.id, by, now, sealed):
                await self.outbox.put(connection, row, "alert.settled")

    async def _sealed_why(self, row: AlertRow, why: str) -> bytes:
        try:
            return await self.fields.seal_field(row.subject, WHY, why.encode())
        except KeyShreddedError:  # whom it tells of was erased, and so is the reason
            return b""

    def note(
        self,
        happening: Happening,
        row: AlertRow,
        by: str,
        by_subject: SubjectId,
        reasons: Mapping[str, str | int],
    ) -> Note:
        """Return what the log is told of something that is done with an alert."""
        return Note(
            happening,
            by_subject,
            by,
            {"alert": row.id},
            dst=row.declared,
            observed=row.observed,
            basis=f"alert:{row.rule}",
            transfer=row.transfer,
            reasons=reasons,
        )
