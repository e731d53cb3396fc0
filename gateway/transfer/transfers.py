"""Transfers as their sender sees and ends them: where a part went, revoke, withdraw, expiry.

Room: gateway/transfer. Awaits rows, keyring and journal.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.intake.errors import NotReleasedError, PartMissingError
from gateway.intake.states import DrawingEvent, DrawingState, PartState, after
from gateway.journal import Happening, Journal, Note, Party
from gateway.observability.logging import log_of
from gateway.transfer.endings import Cause, Endings
from gateway.transfer.errors import TransferMissingError
from gateway.transfer.partners import Partner, Partners
from storage.ledger.errors import ErasedError
from storage.rows import downloads as rows_of_downloads
from storage.rows import links as rows_of_links
from storage.rows import partners as rows_of_partners
from storage.rows import parts as rows_of_parts
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.links import LinkRow
from storage.rows.parts import PartRow
from storage.rows.transfers import TransferRow

log = log_of("gateway.transfer")

EXPIRED: Final = "expired"
SPENT: Final = "spent"


@dataclass(frozen=True, slots=True)
class ShownTransfer:
    """A transfer with what became of it."""

    row: TransferRow
    partner: Partner
    link: LinkRow | None
    sessions: tuple[SessionRow, ...]

    @property
    def reasons(self) -> Sequence[Mapping[str, str]]:
        """Why it was denied: code, rule, and what each is about."""
        found: list[dict[str, str]] = json.loads(self.row.reasons)
        return found


@dataclass(frozen=True, slots=True)
class Transfers:
    """Shows and ends transfers."""

    rows: Rows
    partners: Partners
    journal: Journal
    clock: Clock
    endings: Endings

    async def of_part(self, caller: Caller, part_id: str) -> Sequence[ShownTransfer]:
        """Return where a part went or was not let go, newest first.

        Raises:
            PartMissingError: there is no such part, or it is somebody else's.
        """
        async with self.rows.reading() as connection:
            await _own_part(connection, caller, part_id)
            found = await rows_of_transfers.of_part(connection, part_id)
            return [await self._shown(connection, row) for row in found]

    async def revoke(self, caller: Caller, transfer_id: str) -> ShownTransfer:
        """End a transfer now: its link dies, running downloads are cut; twice is once.

        Raises:
            TransferMissingError: there is none, or it is of somebody else's part.
            JournalUnavailableError: nothing has changed.
        """
        async with self.rows.transaction() as connection:
            row = await self._own(connection, caller, transfer_id)
            active = [row] if row.state == rows_of_transfers.ACTIVE else []
            sessions = await self.endings.end(connection, active, Cause.REVOKED, caller)
            shown = await self._shown(connection, await self._own(connection, caller, row.id))
        self.endings.cut(sessions)
        return shown

    async def withdraw_part(self, caller: Caller, part_id: str) -> None:
        """Take a released part back: no new transfers, and every running one ends; twice is once.

        Raises:
            PartMissingError: there is none, or it is somebody else's.
            NotReleasedError: it was never released.
            JournalUnavailableError: nothing has changed.
        """
        async with self.rows.transaction() as connection:
            part = await _own_part(connection, caller, part_id)
            if part.state == PartState.WITHDRAWN:
                return
            if part.state != PartState.RELEASED:
                raise NotReleasedError
            note = Note(Happening.PART_WITHDRAWN, part.subject, caller.account, {"part": part.id})
            await self.journal.write(note, key=f"{Happening.PART_WITHDRAWN}/{part.id}")
            await _withdraw_rows(connection, part)
            active = await rows_of_transfers.active_of_part(connection, part.id)
            sessions = await self.endings.end(connection, active, Cause.PART_WITHDRAWN, caller)
        self.endings.cut(sessions)

    async def expire(self) -> int:
        """End sessions whose lease is over, and transfers nobody can use; return how many."""
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            await rows_of_downloads.end_expired(connection, now)
            worn_out = await rows_of_transfers.worn_out(connection, now)
            for transfer_id, by_time in worn_out:
                state = EXPIRED if by_time else SPENT
                await self._tell_expired(connection, transfer_id, state)
                await rows_of_transfers.end(connection, transfer_id, state, now)
        return len(worn_out)

    async def _tell_expired(self, connection: Connection, transfer_id: str, state: str) -> None:
        row = await rows_of_transfers.by_id(connection, transfer_id)
        part = await rows_of_parts.by_id(connection, row.part) if row else None
        partner = await rows_of_partners.by_id(connection, row.partner) if row else None
        if row is None or part is None or partner is None:
            return
        note = Note(
            Happening.LINK_EXPIRED,
            part.subject,
            "gateway",
            {"part": part.id},
            src=row.origin,
            dst=row.destination,
            transfer=row.id,
            recipient=Party(partner.subject, {"partner": partner.id}),
            reasons={"state": state},
        )
        try:
            await self.journal.write(note, key=f"{note.happening}/{row.id}")
        except ErasedError:  # the transfer ends all the same, and its entries are of nobody now
            log.info("expiry.untold", transfer=row.id)

    async def _own(self, connection: Connection, caller: Caller, transfer_id: str) -> TransferRow:
        row = await rows_of_transfers.by_id(connection, transfer_id)
        part = await rows_of_parts.by_id(connection, row.part) if row else None
        if row is None or part is None or part.account != caller.account:
            raise TransferMissingError
        return row

    async def _shown(self, connection: Connection, row: TransferRow) -> ShownTransfer:
        partner = await rows_of_partners.by_id(connection, row.partner)
        if partner is None:
            raise TransferMissingError
        return ShownTransfer(
            row,
            await self.partners.shown(partner),
            await rows_of_links.of_transfer(connection, row.id),
            tuple(await rows_of_downloads.of_transfer(connection, row.id)),
        )


async def _own_part(connection: Connection, caller: Caller, part_id: str) -> PartRow:
    part = await rows_of_parts.by_id(connection, part_id)
    if part is None or part.account != caller.account:
        raise PartMissingError
    return part


async def _withdraw_rows(connection: Connection, part: PartRow) -> None:
    withdrawn = after(DrawingState.RELEASED, DrawingEvent.WITHDRAWN)
    await rows_of_parts.change_part(
        connection, part.id, PartState.RELEASED, {"state": PartState.WITHDRAWN}
    )
    for drawing in await rows_of_parts.drawings(connection, part.id):
        await rows_of_parts.change_drawing(
            connection, drawing.id, DrawingState.RELEASED, {"state": withdrawn}
        )
