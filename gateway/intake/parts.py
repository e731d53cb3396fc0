"""Parts: made of finished uploads, shown to their owner, approved by their owner.

Room: gateway/intake. Awaits rows, keyring and journal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.intake import sealing
from gateway.intake.errors import (
    NotInReviewError,
    PartMissingError,
    ProfileUnknownError,
    UploadUnusableError,
)
from gateway.intake.filenames import distinct
from gateway.intake.originals import Originals
from gateway.intake.pipeline import Wakes
from gateway.intake.rounds import chosen
from gateway.intake.states import DrawingEvent, DrawingState, PartState, after
from gateway.intake.waivers import waivable
from gateway.intake.words import clean_words
from gateway.journal import Happening, Journal, Note
from storage.ids import new_object_id
from storage.rows import parts as rows_of_parts
from storage.rows import uploads as rows_of_uploads
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow

MAX_LISTED: Final = 200
DEFAULT_PROFILE: Final = "supplier"


@dataclass(frozen=True, slots=True)
class ShownDrawing:
    """A drawing as its owner sees it."""

    id: str
    filename: str
    state: DrawingState
    format: str | None
    plain_bytes: int | None
    original_destroyed: bool
    report: Mapping[str, Any] | None
    choice: tuple[str, ...] = ()
    waivable: bool = False
    waived_at: float | None = None
    waiver_terms: str | None = None

    @property
    def cleaned(self) -> bool:
        """Whether what goes is clean; not so when its owner waived that."""
        return self.waived_at is None


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part as its owner sees it; in a list without drawings and descriptions."""

    id: str
    name: str
    state: PartState
    created_at: float
    released_at: float | None
    description: str = ""
    clean_description: str | None = None
    description_report: Mapping[str, Any] | None = None
    drawings: tuple[ShownDrawing, ...] = ()
    profile: str = "supplier"
    cleaned: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """Creates, shows and approves parts."""

    rows: Rows
    fields: sealing.Fields
    journal: Journal
    pipeline: Wakes
    originals: Originals
    clock: Clock
    profiles: Collection[str] = (DEFAULT_PROFILE,)

    async def create(
        self,
        caller: Caller,
        name: str,
        description: str,
        uploads: Sequence[str],
        profile: str = DEFAULT_PROFILE,
    ) -> ShownPart:
        """Make a part of finished uploads; its inspection under ``profile`` begins.

        Raises:
            UploadUnusableError: an upload is not the caller's, not complete, or used already.
            ProfileUnknownError: there is no such profile.
        """
        if profile not in self.profiles:
            raise ProfileUnknownError
        if not uploads or len(set(uploads)) != len(uploads):
            raise UploadUnusableError
        now, owner = self.clock().timestamp(), caller.subject
        seal = self.fields.seal_field
        part = PartRow(
            id=new_object_id(),
            account=caller.account,
            subject=owner,
            state=PartState.INSPECTING,
            name_sealed=await seal(owner, sealing.PART_NAME, clean_words(name).encode()),
            description_sealed=await seal(
                owner, sealing.PART_DESCRIPTION, clean_words(description).encode()
            ),
            created_at=now,
            profile=profile,
        )
        drawings = await self._received(caller, part, uploads)
        async with self.rows.transaction() as connection:
            for drawing in drawings:
                if not await rows_of_uploads.claim(
                    connection, drawing.upload, caller.account, drawing.id
                ):
                    raise UploadUnusableError
            await rows_of_parts.add(connection, part, drawings)
        await self.pipeline.wake(part.id, [drawing.id for drawing in drawings])
        return await self.show(caller, part.id)

    async def every(self, caller: Caller) -> Sequence[ShownPart]:
        """Return the caller's newest parts, without what is in them."""
        async with self.rows.reading() as connection:
            found = await rows_of_parts.of_account(connection, caller.account, limit=MAX_LISTED)
            waived = await rows_of_parts.waived_among(connection, [row.id for row in found])
        return [
            replace(await self._summary(row, ()), cleaned=row.id not in waived) for row in found
        ]

    async def show(self, caller: Caller, part_id: str, *, values: bool = False) -> ShownPart:
        """Return one of the caller's parts; ``values`` shows what the findings found.

        Raises:
            PartMissingError: there is none, or it is somebody else's.
        """
        part, drawings = await self.own(caller, part_id)
        shown = await self._summary(part, drawings)
        clean = part.clean_description_sealed
        return replace(
            shown,
            description=await self._open(part, sealing.PART_DESCRIPTION, part.description_sealed),
            clean_description=(
                await self._open(part, sealing.CLEAN_DESCRIPTION, clean)
                if clean is not None
                else None
            ),
            description_report=await sealing.opened_report(
                self.fields,
                part.subject,
                sealing.DESCRIPTION_REPORT,
                part.description_report_sealed,
                values=values,
            ),
            drawings=tuple([await self._drawing(part, row, values=values) for row in drawings]),
        )

    async def approve(self, caller: Caller, part_id: str) -> ShownPart:
        """Release a part and destroy its originals; approving twice is approving once.

        Raises:
            PartMissingError: as ``show``.
            NotInReviewError: something in it was refused, failed, or is not inspected yet.
        """
        part, drawings = await self.own(caller, part_id)
        if part.state == PartState.REVIEW:
            waived = sum(drawing.state == DrawingState.WAIVED for drawing in drawings)
            about: dict[str, str | int] = {"part": part.id, "waived": waived}
            note = Note(Happening.PART_APPROVED, part.subject, caller.account, about)
            await self.journal.write(note, key=f"{Happening.PART_APPROVED}/{part.id}")
            await self._release(part, drawings)
        elif part.state != PartState.RELEASED:
            raise NotInReviewError
        part, drawings = await self.own(caller, part_id)
        await self.originals.destroy(part, drawings)
        return await self.show(caller, part_id)

    async def own(self, caller: Caller, part_id: str) -> tuple[PartRow, Sequence[DrawingRow]]:
        """Return the rows of one of the caller's parts.

        Raises:
            PartMissingError: there is none, or it is somebody else's.
        """
        async with self.rows.reading() as connection:
            part = await rows_of_parts.by_id(connection, part_id)
            drawings = await rows_of_parts.drawings(connection, part_id)
        if part is None or part.account != caller.account:
            raise PartMissingError
        return part, drawings

    async def filename(self, part: PartRow, drawing: DrawingRow) -> str:
        """Return a drawing's file name."""
        return await self._open(part, sealing.DRAWING_FILENAME, drawing.filename_sealed)

    async def _received(
        self, caller: Caller, part: PartRow, uploads: Sequence[str]
    ) -> list[DrawingRow]:
        names = distinct(await self._filenames(caller, uploads))
        return [
            DrawingRow(
                id=new_object_id(),
                part=part.id,
                position=position,
                upload=upload,
                state=DrawingState.RECEIVED,
                attempts=0,
                filename_sealed=await self.fields.seal_field(
                    part.subject, sealing.DRAWING_FILENAME, named.encode()
                ),
                changed_at=part.created_at,
            )
            for position, (upload, named) in enumerate(zip(uploads, names, strict=True))
        ]

    async def _release(self, part: PartRow, drawings: Sequence[DrawingRow]) -> None:
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            values = {"state": PartState.RELEASED, "released_at": now}
            if not await rows_of_parts.change_part(connection, part.id, PartState.REVIEW, values):
                raise NotInReviewError
            for drawing in drawings:
                # Only what was seen is approved: a choice or a waiver made meanwhile is another.
                if not await rows_of_parts.change_drawing(
                    connection,
                    drawing.id,
                    drawing.state,
                    {"state": after(DrawingState(drawing.state), DrawingEvent.APPROVED)},
                    round_seen=drawing.round,
                ):
                    raise NotInReviewError

    async def _filenames(self, caller: Caller, uploads: Sequence[str]) -> list[str]:
        names = []
        for upload in uploads:
            async with self.rows.reading() as connection:
                row = await rows_of_uploads.by_id(connection, upload)
            if row is None or row.account != caller.account or row.filename_sealed is None:
                raise UploadUnusableError
            name = await self.fields.open_field(
                row.subject, sealing.UPLOAD_FILENAME, row.filename_sealed
            )
            names.append(name.decode())
        return names

    async def _summary(self, part: PartRow, drawings: Sequence[DrawingRow]) -> ShownPart:
        name = await self._open(part, sealing.PART_NAME, part.name_sealed)
        return ShownPart(
            *(part.id, name, PartState(part.state), part.created_at, part.released_at),
            profile=part.profile,
            cleaned=all(drawing.waived_at is None for drawing in drawings),
        )

    async def _drawing(self, part: PartRow, row: DrawingRow, *, values: bool) -> ShownDrawing:
        report = await sealing.opened_report(
            self.fields, part.subject, sealing.DRAWING_REPORT, row.report_sealed, values=values
        )
        return ShownDrawing(
            id=row.id,
            filename=await self.filename(part, row),
            state=DrawingState(row.state),
            format=row.format,
            plain_bytes=row.plain_bytes,
            original_destroyed=row.original_destroyed,
            report=report,
            choice=tuple(chosen(row)),
            waivable=row.state == DrawingState.REFUSED and waivable(row, report),
            waived_at=row.waived_at,
            waiver_terms=row.waiver_terms,
        )

    async def _open(self, part: PartRow, context: str, sealed: bytes) -> str:
        return (await self.fields.open_field(part.subject, context, sealed)).decode()
