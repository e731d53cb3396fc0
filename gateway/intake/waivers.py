"""Waivers: a drawing that cannot be cleaned goes as it is, because its owner says so, on record.

Room: gateway/intake. Awaits rows, keyring, journal and vault. Promise 4: nothing else lets an
uncleaned drawing out, and the label goes with it. Only some refusals can be waived: those that say
"we cannot", never those that say "this may harm whoever opens it". A waiver can be taken back
until the part is released, and lapses when the original is too old to be kept.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.intake import sealing
from gateway.intake.choices import own_drawing
from gateway.intake.errors import NotWaivableError, WaiverNotAcceptedError
from gateway.intake.originals import Destroys
from gateway.intake.rounds import chosen, waiver_key
from gateway.intake.settling import settle
from gateway.intake.states import DrawingEvent, DrawingState, after
from gateway.journal import Happening, Journal, Note
from gateway.privacy.terms import Terms
from storage.ids import ObjectId, SubjectId
from storage.rows import parts as rows_of_parts
from storage.rows import uploads as rows_of_uploads
from storage.rows.connection import Connection
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow
from storage.sealed.vault import Purpose, SealedObject

# Refusals for lack of skill or of a key. All others stand: damaged files, archives, polyglots,
# programs, bombs; and what can be mended by another choice.
WAIVABLE: Final = frozenset(
    {
        "unsupported-format",
        "unsupported-dwg",
        "unsupported-native-cad",
        "unsupported-creo",
        "unsupported-catia",
        "unsupported-nx",
        "unsupported-jt",
        "unsupported-iges",
        "unsupported-kernel-model",
        "unsupported-mesh",
        "unsupported-office",
        "unsupported-image",
        "unsupported-board",
        "encrypted",
        "visible-signature",
        "opaque-stream",
        "foreign-stream",
        "residue",
        "not-faithful",
    }
)


class Seals(Destroys, Protocol):
    """What this room needs of the vault."""

    def open(self, object_id: ObjectId) -> AsyncIterator[bytes]:
        """Yield an object's plaintext."""

    async def seal(
        self, subject: SubjectId, purpose: Purpose, pieces: AsyncIterator[bytes]
    ) -> SealedObject:
        """Seal what ``pieces`` yields as one object."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """Records waivers and takes them back."""

    rows: Rows
    fields: sealing.Fields
    vault: Seals
    journal: Journal
    clock: Clock
    terms: Terms

    async def give(
        self, caller: Caller, part_id: str, drawing_id: str, accepted: str | None
    ) -> None:
        """Let a refused drawing go as it is; ``accepted`` is the hash of the terms agreed to.

        Raises:
            PartMissingError, DrawingMissingError: there is none, or it is somebody else's.
            WaiverNotAcceptedError: no terms, or not those of today, were agreed to.
            NotWaivableError: it is not refused, for no reason that can be waived, or it is gone.
            JournalUnavailableError: nothing has changed.
        """
        async with self.rows.reading() as connection:
            part, row = await own_drawing(connection, caller, part_id, drawing_id)
        if row.state == DrawingState.WAIVED and row.waiver_terms == accepted:
            return
        if accepted != self.terms.sha256:
            raise WaiverNotAcceptedError
        code = await self._waivable(part, row)
        sealed = await self.vault.seal(part.subject, Purpose.RELEASED, self._original(row))
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self.vault.destroy, sealed.id)
            async with self.rows.transaction() as connection:
                await self._record(connection, caller, (part, row), sealed, code)
                await settle(connection, part.id)
            undo.pop_all()

    async def withdraw(self, caller: Caller, part_id: str, drawing_id: str) -> None:
        """Take a waiver back; the drawing is refused again. Twice is once.

        Raises:
            PartMissingError, DrawingMissingError: there is none, or it is somebody else's.
            NotWaivableError: it is released already.
            JournalUnavailableError: nothing has changed.
        """
        async with self.rows.transaction() as connection:
            part, row = await own_drawing(connection, caller, part_id, drawing_id)
            if row.state == DrawingState.RELEASED:
                raise NotWaivableError
            if row.state != DrawingState.WAIVED:
                return
            await self._end(connection, part, row, caller.account)
        await self._destroy(row)

    async def sweep(self) -> int:
        """End the waivers of drawings whose original was too old to be kept; return how many."""
        async with self.rows.reading() as connection:
            waived = await rows_of_parts.drawings_in(connection, [DrawingState.WAIVED])
        ended = 0
        for drawing in waived:
            async with self.rows.transaction() as connection:
                row = await rows_of_parts.drawing_by_id(connection, drawing)
                part = await rows_of_parts.by_id(connection, row.part) if row else None
                if row is None or part is None or not row.original_destroyed:
                    continue
                if row.state != DrawingState.WAIVED:
                    continue
                await self._end(connection, part, row, "gateway")
            await self._destroy(row)
            ended += 1
        return ended

    async def _waivable(self, part: PartRow, row: DrawingRow) -> str:
        """Return the code of the refusal that is waived."""
        report = await sealing.opened_report(
            self.fields, part.subject, sealing.DRAWING_REPORT, row.report_sealed, values=False
        )
        if row.state != DrawingState.REFUSED or not waivable(row, report):
            raise NotWaivableError
        return refusal_of(report)

    async def _record(
        self,
        connection: Connection,
        caller: Caller,
        waived: tuple[PartRow, DrawingRow],
        sealed: SealedObject,
        code: str,
    ) -> None:
        part, row = waived
        about = {"part": part.id, "drawing": row.id, "reason": code, "terms": self.terms.sha256}
        note = Note(Happening.DRAWING_WAIVED, part.subject, caller.account, about)
        await self.journal.write(note, key=waiver_key(row.id, sealed.id))
        values = {
            "state": after(DrawingState.REFUSED, DrawingEvent.WAIVED),
            "clean_object": sealed.id,
            "plain_bytes": sealed.plain_bytes,
            "waived_at": self.clock().timestamp(),
            "waived_by": caller.account,
            "waiver_terms": self.terms.sha256,
        }
        if not await rows_of_parts.change_drawing(
            connection, row.id, DrawingState.REFUSED, values, round_seen=row.round
        ):
            raise NotWaivableError

    async def _end(
        self, connection: Connection, part: PartRow, row: DrawingRow, actor: str
    ) -> None:
        about: dict[str, str | int] = {"part": part.id, "drawing": row.id}
        note = Note(Happening.WAIVER_WITHDRAWN, part.subject, actor, about)
        key = f"{Happening.WAIVER_WITHDRAWN}/{row.id}/{row.clean_object}"
        await self.journal.write(note, key=key)
        values = {
            "state": after(DrawingState.WAIVED, DrawingEvent.WAIVER_WITHDRAWN),
            **dict.fromkeys(("clean_object", "plain_bytes", "waived_at", "waived_by")),
            "waiver_terms": None,
        }
        await rows_of_parts.change_drawing(connection, row.id, DrawingState.WAIVED, values)
        await settle(connection, part.id)

    async def _destroy(self, row: DrawingRow) -> None:
        if row.clean_object is not None:
            await self.vault.destroy(row.clean_object)

    async def _original(self, row: DrawingRow) -> AsyncIterator[bytes]:
        async with self.rows.reading() as connection:
            chunks = await rows_of_uploads.chunks(connection, row.upload)
        for chunk in chunks:
            async for piece in self.vault.open(chunk.object):
                yield piece


def waivable(row: DrawingRow, report: Any) -> bool:
    """Return whether the refusal in a drawing's report is one that its owner may waive."""
    # What a choice led to is mended by another choice.
    return not row.original_destroyed and not chosen(row) and refusal_of(report) in WAIVABLE


def refusal_of(report: Any) -> str:
    """Return the code of the refusal in a drawing's report, "" if it is none."""
    return str(report["reason"]["code"]) if report and "reason" in report else ""
