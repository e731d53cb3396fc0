"""One drawing through the sandbox: opened into memory, cleaned there, sealed again, reported.

Room: gateway/intake. Awaits vault, sandbox, journal and rows. Plaintext exists in sealed memory
files only, for as long as one inspection takes. Whatever goes wrong, the drawing is not released.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from gateway.clock import Clock
from gateway.intake import sealing
from gateway.intake.rounds import chosen, entry_key
from gateway.intake.settling import settle
from gateway.intake.states import DrawingEvent, DrawingState, after
from gateway.journal import Happening, Journal, Note
from redaction.errors import RedactionError, WorkerFailedError
from redaction.model import Profile
from redaction.report import UNKNOWN_FORMAT, Report, Status
from redaction.sandbox.client import Outcome
from redaction.sandbox.memory import MemoryFile
from storage.ids import ObjectId, SubjectId
from storage.rows import parts as rows_of_parts
from storage.rows import uploads as rows_of_uploads
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow
from storage.sealed.errors import SealedError
from storage.sealed.vault import Purpose, Vault

TEXT: Final = "text"


class Scrubs(Protocol):
    """What this room needs of the sandbox."""

    async def scrub(self, source: MemoryFile, profile: Profile) -> Outcome:
        """Return the cleaned drawing and its report, or a refusal."""


class OriginalLostError(RedactionError):
    """The original is no longer there to be inspected. Send the file again."""

    code = "original-lost"


class ProfileGoneError(RedactionError):
    """The redaction profile of this part no longer exists. Send the part again with another one."""

    code = "profile-gone"


class NotWordsError(RedactionError):
    """The description reads like a file, not like words. Write it as plain text."""

    code = "not-words"


@dataclass(frozen=True, slots=True)
class Inspection:
    """Inspects drawings and descriptions."""

    rows: Rows
    vault: Vault
    fields: sealing.Fields
    sandbox: Scrubs
    journal: Journal
    clock: Clock
    max_attempts: int
    profiles: Mapping[str, Profile] = field(default_factory=lambda: {"supplier": Profile()})

    async def drawing(self, drawing_id: str) -> None:
        """Inspect one drawing, if it still wants inspecting."""
        taken = await self._take(drawing_id)
        if taken is None:
            return
        row, part = taken
        try:
            with MemoryFile.create() as source:
                await self._fill(source, row)
                outcome = await self.sandbox.scrub(source, self._profile(part, chosen(row)))
        except WorkerFailedError as error:
            await self._stumbled(row, part, error)
        except ProfileGoneError as error:
            await self._conclude(row, part, DrawingEvent.GIVEN_UP, _refusal(part, error))
        except SealedError as error:
            lost = OriginalLostError()
            lost.__cause__ = error
            await self._conclude(row, part, DrawingEvent.GIVEN_UP, _refusal(part, lost))
        else:
            await self._concluded(row, part, outcome)

    async def description(self, part_id: str) -> None:
        """Clean a part's description, if that is still to be done."""
        async with self.rows.reading() as connection:
            part = await rows_of_parts.by_id(connection, part_id)
        if part is None or part.description_report_sealed is not None:
            return
        words = await self.fields.open_field(
            part.subject, sealing.PART_DESCRIPTION, part.description_sealed
        )
        report, cleaned = await self._cleaned_words(part, words)
        values: dict[str, Any] = {
            "description_report_sealed": await sealing.sealed_report(
                self.fields, part.subject, sealing.DESCRIPTION_REPORT, report
            )
        }
        if cleaned is not None:
            values["clean_description_sealed"] = await self.fields.seal_field(
                part.subject, sealing.CLEAN_DESCRIPTION, cleaned
            )
        async with self.rows.transaction() as connection:
            await rows_of_parts.change_part(connection, part.id, part.state, values)
            await settle(connection, part.id)

    def _profile(self, part: PartRow, findings: Sequence[str] = ()) -> Profile:
        """Return the part's profile with the findings that are to go.

        Raises:
            ProfileGoneError: it is no longer there.
        """
        known = self.profiles.get(part.profile)
        if known is None:
            raise ProfileGoneError
        return replace(known, redact_findings=frozenset(findings))

    async def _cleaned_words(self, part: PartRow, words: bytes) -> tuple[Report, bytes | None]:
        if not words.strip():
            return Report(Status.CLEAN, TEXT, part.profile), b""
        try:
            with MemoryFile.create() as source:
                source.write(words)
                outcome = await self._scrubbed_words(source, self._profile(part))
        except (WorkerFailedError, ProfileGoneError) as error:
            return _refusal(part, error), None
        if outcome.cleaned is None:
            return outcome.report, None
        with outcome.cleaned as cleaned:
            if outcome.report.format != TEXT:
                return outcome.report.refused(NotWordsError()), None
            return outcome.report, cleaned.read(0, cleaned.size)

    async def _scrubbed_words(self, source: MemoryFile, profile: Profile) -> Outcome:
        for _ in range(1, self.max_attempts):
            with contextlib.suppress(WorkerFailedError):
                return await self.sandbox.scrub(source, profile)
        return await self.sandbox.scrub(source, profile)

    async def _take(self, drawing_id: str) -> tuple[DrawingRow, PartRow] | None:
        async with self.rows.transaction() as connection:
            row = await rows_of_parts.drawing_by_id(connection, drawing_id)
            if row is None or row.state not in {DrawingState.RECEIVED, DrawingState.INSPECTING}:
                return None
            state = DrawingState(row.state)
            values = {
                "state": after(state, DrawingEvent.TAKEN),
                "changed_at": self.clock().timestamp(),
            }
            await rows_of_parts.change_drawing(connection, row.id, state, values)
            part = await rows_of_parts.by_id(connection, row.part)
        return (row, part) if part is not None else None

    async def _fill(self, source: MemoryFile, row: DrawingRow) -> None:
        async with self.rows.reading() as connection:
            chunks = await rows_of_uploads.chunks(connection, row.upload)
        for chunk in chunks:
            async for piece in self.vault.open(chunk.object):
                source.write(piece)

    async def _concluded(self, row: DrawingRow, part: PartRow, outcome: Outcome) -> None:
        if outcome.cleaned is None:
            await self._conclude(row, part, DrawingEvent.REFUSED, outcome.report)
            return
        with outcome.cleaned as cleaned:
            pieces, size = _pieces(cleaned), cleaned.size
            sealed = await self.vault.seal(
                SubjectId(part.subject), Purpose.RELEASED, pieces, plain_bytes=size
            )
        if not await self._conclude(row, part, DrawingEvent.CLEANED, outcome.report, sealed.id):
            await self.vault.destroy(sealed.id)

    async def _stumbled(self, row: DrawingRow, part: PartRow, error: WorkerFailedError) -> None:
        if row.attempts + 1 >= self.max_attempts:
            await self._conclude(row, part, DrawingEvent.GIVEN_UP, _refusal(part, error))
            return
        values = {
            "state": after(DrawingState.INSPECTING, DrawingEvent.STUMBLED),
            "attempts": row.attempts + 1,
            "changed_at": self.clock().timestamp(),
        }
        async with self.rows.transaction() as connection:
            await rows_of_parts.change_drawing(
                connection, row.id, DrawingState.INSPECTING, values, round_seen=row.round
            )
        # Tried again by the reconciler, not at once: the machine may need a moment.

    async def _conclude(
        self,
        row: DrawingRow,
        part: PartRow,
        event: DrawingEvent,
        report: Report,
        clean_object: ObjectId | None = None,
    ) -> bool:
        happening = (
            Happening.DRAWING_INSPECTED
            if event is DrawingEvent.CLEANED
            else Happening.DRAWING_REFUSED
        )
        about: dict[str, str | int] = {"part": part.id, "drawing": row.id}
        if report.reason is not None:
            about["reason"] = report.reason.code
        note = Note(happening, part.subject, "gateway", about)
        await self.journal.write(note, key=entry_key(happening, row))
        values = {
            "state": after(DrawingState.INSPECTING, event),
            "format": report.format,
            "plain_bytes": report.bytes_out if clean_object else None,
            "clean_object": clean_object,
            "report_sealed": await sealing.sealed_report(
                self.fields, part.subject, sealing.DRAWING_REPORT, report
            ),
            "changed_at": self.clock().timestamp(),
        }
        async with self.rows.transaction() as connection:
            done = await rows_of_parts.change_drawing(
                connection, row.id, DrawingState.INSPECTING, values, round_seen=row.round
            )
            if done:
                await settle(connection, part.id)
        return done


def _refusal(part: PartRow, error: RedactionError) -> Report:
    return Report(Status.CLEAN, UNKNOWN_FORMAT, part.profile).refused(error)


async def _pieces(file: MemoryFile) -> AsyncIterator[bytes]:
    for piece in file.pieces():
        yield piece
