"""What an owner wants taken out of a drawing's own words: recorded, then inspected anew.

Room: gateway/intake. Awaits rows, keyring, journal and vault. A choice names findings by their ids
in the drawing's report; ids name nobody. The log knows before the drawing goes back, the row says
what is to be done, and whoever finds it does it: nothing is lost when this process dies. Choosing
the same again changes nothing.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.intake import sealing
from gateway.intake.errors import (
    DrawingMissingError,
    FindingUnknownError,
    NotChoosableError,
    PartMissingError,
)
from gateway.intake.originals import Destroys
from gateway.intake.pipeline import Wakes
from gateway.intake.rounds import chosen
from gateway.intake.settling import settle
from gateway.intake.states import DrawingEvent, DrawingState, ImpossibleError, after
from gateway.journal import Happening, Journal, Note
from redaction.model import Action, CarrierClass
from storage.ids import ObjectId
from storage.rows import parts as rows_of_parts
from storage.rows import pictures as rows_of_pictures
from storage.rows.connection import Connection
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow

# Refusals that another choice can mend.
MENDED: Final = frozenset({"cannot-redact-content", "unknown-choice", "residue", "not-faithful"})


@dataclass(frozen=True, slots=True)
class Choices:
    """Records what owners choose."""

    rows: Rows
    fields: sealing.Fields
    journal: Journal
    vault: Destroys
    pipeline: Wakes
    clock: Clock

    async def make(
        self, caller: Caller, part_id: str, drawing_id: str, findings: Collection[str]
    ) -> None:
        """Have ``findings``, and no others, taken out of a drawing; it is inspected anew.

        Raises:
            PartMissingError, DrawingMissingError: there is none, or it is somebody else's.
            NotChoosableError: it is not in review, or its original is gone.
            FindingUnknownError: an id that its report does not have, or not as a word of content.
            JournalUnavailableError: nothing has changed.
        """
        choice = sorted(set(findings))
        async with self.rows.transaction() as connection:
            part, row = await own_drawing(connection, caller, part_id, drawing_id)
            if choice == chosen(row):
                return
            await self._check(part, row, choice)
            note = _note(part, row, caller, choice)
            await self.journal.write(note, key=f"{Happening.CHOICE_MADE}/{row.id}/{row.round + 1}")
            await self._send_back(connection, row, choice)
            stale = await rows_of_pictures.remove(connection, row.id, rows_of_pictures.AFTER)
            await settle(connection, part.id)
        await self._destroy(row.clean_object, stale)
        await self.pipeline.wake(part.id, [row.id])

    async def _check(self, part: PartRow, row: DrawingRow, choice: Sequence[str]) -> None:
        report = await sealing.opened_report(
            self.fields, part.subject, sealing.DRAWING_REPORT, row.report_sealed, values=False
        )
        refusal = (report or {}).get("reason")
        if report is None or row.original_destroyed or not _goes_back(row):
            raise NotChoosableError
        if refusal is not None and not (chosen(row) and refusal["code"] in MENDED):
            raise NotChoosableError
        known = {
            found.get("id")
            for found in report["findings"]
            if found["class"] == CarrierClass.CONTENT
            and found["action"] in (Action.REVIEW, Action.REPLACED)
        }
        # A refused drawing's report may be shorter than the one that was chosen from.
        if not set(choice) <= known | set(chosen(row)):
            raise FindingUnknownError

    async def _send_back(
        self, connection: Connection, row: DrawingRow, choice: Sequence[str]
    ) -> None:
        values = {
            "state": after(DrawingState(row.state), DrawingEvent.CHOSEN),
            "choice": json.dumps(choice),
            "round": row.round + 1,
            "attempts": 0,
            "clean_object": None,
            "plain_bytes": None,
            "changed_at": self.clock().timestamp(),
        }
        if not await rows_of_parts.change_drawing(connection, row.id, row.state, values):
            raise NotChoosableError

    async def _destroy(self, *objects: ObjectId | None) -> None:
        # If this process dies first, the next start finds objects that no row knows.
        for one in objects:
            if one is not None:
                await self.vault.destroy(one)


async def own_drawing(
    connection: Connection, caller: Caller, part_id: str, drawing_id: str
) -> tuple[PartRow, DrawingRow]:
    """Return the rows of one of the caller's drawings.

    Raises:
        PartMissingError, DrawingMissingError: there is none, or it is somebody else's.
    """
    part = await rows_of_parts.by_id(connection, part_id)
    if part is None or part.account != caller.account:
        raise PartMissingError
    row = await rows_of_parts.drawing_by_id(connection, drawing_id)
    if row is None or row.part != part.id:
        raise DrawingMissingError
    return part, row


def _goes_back(row: DrawingRow) -> bool:
    try:
        after(DrawingState(row.state), DrawingEvent.CHOSEN)
    except ImpossibleError:
        return False
    return True


def _note(part: PartRow, row: DrawingRow, caller: Caller, choice: Sequence[str]) -> Note:
    about: dict[str, str | int]
    about = {"part": part.id, "drawing": row.id, "round": row.round + 1, "findings": len(choice)}
    return Note(Happening.CHOICE_MADE, part.subject, caller.account, about)
