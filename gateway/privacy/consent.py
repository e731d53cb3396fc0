"""Consent: given for one partner and purpose after a notice, withdrawn as easily, with effect.

Room: gateway/privacy. Awaits rows and journal. Withdrawing is one transaction with everything that
rests on the consent (promise 8): transfers, links, sessions; running downloads are cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.journal import Happening, Journal, Note, Party
from gateway.policy.facts import Consent
from gateway.privacy.terms import Terms
from gateway.transfer.endings import Cause, Endings
from gateway.transfer.errors import ConsentMissingError
from storage.ids import new_object_id
from storage.rows import consents as rows_of_consents
from storage.rows import partners as rows_of_partners
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.consents import ConsentRow
from storage.rows.engine import Rows
from storage.rows.partners import PartnerRow

# The one purpose parts are given away for. Another purpose is another consent.
PURPOSE: Final = "quote-and-make"


@dataclass(frozen=True, slots=True)
class Consents:
    """Records, shows and withdraws consents."""

    rows: Rows
    journal: Journal
    clock: Clock
    notice: Terms
    endings: Endings

    async def standing(
        self, connection: Connection, caller: Caller, partner: PartnerRow
    ) -> ConsentRow | None:
        """Return the caller's newest consent to a partner, withdrawn or not, or None."""
        return await rows_of_consents.newest(connection, caller.subject, partner.id, PURPOSE)

    async def give(self, connection: Connection, caller: Caller, partner: PartnerRow) -> ConsentRow:
        """Record the caller's consent in the caller's transaction; one that stands is kept.

        Raises:
            JournalUnavailableError: nothing is recorded; let the transaction fail with it.
        """
        known = await self.standing(connection, caller, partner)
        if known is not None and known.withdrawn_at is None and known.notice == self.notice.sha256:
            return known
        row = ConsentRow(
            id=new_object_id(),
            subject=caller.subject,
            partner=partner.id,
            purpose=PURPOSE,
            notice=self.notice.sha256,
            given_at=self.clock().timestamp(),
        )
        about = {"consent": row.id, "notice": row.notice}
        await self._tell(Happening.CONSENT_GIVEN, caller, row, partner, about)
        await rows_of_consents.add(connection, row)
        return row

    async def every(self, caller: Caller) -> Sequence[ConsentRow]:
        """Return the caller's consents, newest first."""
        async with self.rows.reading() as connection:
            return await rows_of_consents.of_subject(connection, caller.subject)

    async def withdraw(self, caller: Caller, consent_id: str) -> ConsentRow:
        """Withdraw a consent, and end at once what rests on it; twice is once.

        Raises:
            ConsentMissingError: there is none, or it is somebody else's.
            JournalUnavailableError: nothing has changed.
        """
        sessions: list[str] = []
        async with self.rows.transaction() as connection:
            row = await self._own(connection, caller, consent_id)
            if row.withdrawn_at is None:
                partner = await rows_of_partners.by_id(connection, row.partner)
                about = {"consent": row.id}
                await self._tell(Happening.CONSENT_WITHDRAWN, caller, row, partner, about)
                now = self.clock().timestamp()
                await rows_of_consents.withdraw(connection, row.id, now)
                active = await rows_of_transfers.active_of_consent(connection, row.id)
                cause = Cause.CONSENT_WITHDRAWN
                sessions = await self.endings.end(connection, active, cause, caller)
            row = await self._own(connection, caller, consent_id)
        self.endings.cut(sessions)
        return row

    async def _own(self, connection: Connection, caller: Caller, consent_id: str) -> ConsentRow:
        row = await rows_of_consents.by_id(connection, consent_id)
        if row is None or row.subject != caller.subject:
            raise ConsentMissingError
        return row

    async def _tell(
        self,
        happening: Happening,
        caller: Caller,
        row: ConsentRow,
        partner: PartnerRow | None,
        about: Mapping[str, str],
    ) -> None:
        note = Note(
            happening,
            caller.subject,
            caller.account,
            about,
            dst=partner.country if partner else None,
            recipient=Party(partner.subject, {"partner": partner.id}) if partner else None,
            reasons={"purpose": row.purpose},
        )
        await self.journal.write(note, key=f"{happening}/{row.id}")


def as_fact(row: ConsentRow | None) -> Consent | None:
    """Return a consent as decisions see it."""
    if row is None:
        return None
    return Consent(
        purpose=row.purpose,
        notice=row.notice,
        given_at=datetime.fromtimestamp(row.given_at, UTC),
        withdrawn_at=(
            datetime.fromtimestamp(row.withdrawn_at, UTC) if row.withdrawn_at is not None else None
        ),
    )
