"""How transfers end before their time: written down, ended with their cause, streams cut.

Room: gateway/transfer. Awaits journal and the connection it is handed. Promise 8: the end of a
transfer, of its link and of its sessions is in the transaction of what causes it. The caller cuts
the running streams when that transaction is durable:

    async with rows.transaction() as connection:
        ...the cause...
        sessions = await endings.end(connection, transfers, cause, actor)
    endings.cut(sessions)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.journal import Happening, Journal, Note, Party
from gateway.transfer.streams import Streams
from storage.ids import SubjectId
from storage.rows import partners as rows_of_partners
from storage.rows import parts as rows_of_parts
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.transfers import TransferRow

REVOKED: Final = "revoked"


class Cause(StrEnum):
    """Why a transfer ends."""

    REVOKED = "revoked"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PART_WITHDRAWN = "part-withdrawn"
    PARTNER_BLOCKED = "partner-blocked"
    SUBJECT_BLOCKED = "subject-blocked"
    SUBJECT_ERASED = "subject-erased"


@dataclass(frozen=True, slots=True)
class Endings:
    """Ends transfers."""

    journal: Journal
    clock: Clock
    streams: Streams

    async def end(
        self,
        connection: Connection,
        transfers: Sequence[TransferRow],
        cause: Cause,
        actor: Caller | None,
    ) -> list[str]:
        """End active transfers in the caller's transaction; return the sessions to ``cut``.

        ``actor`` None is the gateway itself.

        Raises:
            JournalUnavailableError: nothing ends; let the transaction fail with it.
        """
        sessions: list[str] = []
        for transfer in transfers:
            await self._tell(connection, transfer, cause, actor)
            now = self.clock().timestamp()
            sessions += await rows_of_transfers.end(connection, transfer.id, REVOKED, now)
        return sessions

    async def of_subject(
        self, connection: Connection, subject: SubjectId, cause: Cause, actor: Caller | None
    ) -> list[str]:
        """End every active transfer of a person's parts, as ``end`` does."""
        transfers = await rows_of_transfers.active_of_subject(connection, subject)
        return await self.end(connection, transfers, cause, actor)

    def cut(self, sessions: Sequence[str]) -> int:
        """Cut the running streams of ended sessions; return how many there were."""
        return self.streams.cut(sessions)

    async def _tell(
        self, connection: Connection, transfer: TransferRow, cause: Cause, actor: Caller | None
    ) -> None:
        part = await rows_of_parts.by_id(connection, transfer.part)
        partner = await rows_of_partners.by_id(connection, transfer.partner)
        if part is None:
            return
        # Whoever is being erased is not named once more; the transfer's random id says which.
        erased = cause is Cause.SUBJECT_ERASED
        note = Note(
            Happening.TRANSFER_REVOKED,
            actor.subject if erased and actor else part.subject,
            actor.account if actor else "gateway",
            {} if erased else {"part": part.id},
            src=transfer.origin,
            dst=transfer.destination,
            transfer=transfer.id,
            recipient=Party(partner.subject, {"partner": partner.id}) if partner else None,
            reasons={"cause": cause.value},
            actor_subject=actor.subject if actor else None,
        )
        await self.journal.write(note, key=f"{Happening.TRANSFER_REVOKED}/{transfer.id}")
