"""Pictures of drawings for their owner: of what came in, and of what a partner will get.

Room: gateway/intake. Awaits rows, vault and the sandbox for pictures. They are drawn after an
inspection and beside it: no drawing waits for its picture, none is refused for want of one. A
picture is a part's content in another form, so it is sealed to the owner, shown to the owner and
nobody else (docs/decisions/0006-pictures-stay-with-the-owner.md), and dies with what it shows:
that of an original with the original.
"""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from gateway.identity.roles import Caller
from gateway.intake import sealing
from gateway.intake.errors import PictureMissingError
from gateway.intake.parts import Parts
from gateway.intake.states import DrawingState
from redaction.errors import WorkerFailedError
from redaction.preview.client import Picture
from redaction.preview.comparison import Row, compared
from redaction.report import UNKNOWN_FORMAT, Reason
from redaction.sandbox.memory import MemoryFile
from storage.ids import ObjectId, SubjectId
from storage.rows import parts as rows_of_parts
from storage.rows import pictures as rows_of_pictures
from storage.rows import uploads as rows_of_uploads
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow
from storage.rows.pictures import AFTER, BEFORE, PictureRow
from storage.sealed.errors import SealedError
from storage.sealed.vault import Purpose, Vault

CONTEXT: Final = "drawing.picture"
DRAWN_IN: Final = (DrawingState.REVIEW, DrawingState.RELEASED)
AT_ONCE: Final = 20
MAX_ATTEMPTS: Final = 3


class Draws(Protocol):
    """What this room needs of the sandbox for pictures."""

    async def picture(self, source: MemoryFile) -> Picture:
        """Return what can be shown of ``source``."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """One side of a drawing as its owner sees it; without a size there is no picture."""

    drawing: str
    side: str
    width: int
    height: int
    pages_shown: int
    pages_in_all: int
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides of a drawing, as far as they are drawn, and what was measured of them."""

    before: ShownPicture | None
    after: ShownPicture | None
    rows: tuple[Row, ...]
    waiting: bool
    identical: bool = False  # both pictures are the same, pixel for pixel

    @property
    def same(self) -> bool:
        """Whether both sides were measured, and alike."""
        return bool(self.rows) and all(row.same for row in self.rows)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Draws, keeps and shows pictures."""

    rows: Rows
    vault: Vault
    fields: sealing.Fields
    parts: Parts
    previews: Draws | None
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def draw_missing(self) -> int:
        """Draw what is still to be drawn, a few drawings at a time; return how many it was."""
        if self.previews is None:
            return 0
        async with self.rows.reading() as connection:
            due = await rows_of_pictures.missing(connection, DRAWN_IN, limit=AT_ONCE)
        for drawing in due:
            await self.draw(drawing, self.previews)
        return len(due)

    async def draw(self, drawing_id: str, previews: Draws) -> None:
        """Draw each side of a drawing that is not drawn yet."""
        async with self.rows.reading() as connection:
            row = await rows_of_parts.drawing_by_id(connection, drawing_id)
            part = await rows_of_parts.by_id(connection, row.part) if row else None
            known = await rows_of_pictures.of_drawing(connection, drawing_id)
        if row is None or part is None:
            return
        drawn = {(one.side, one.source) for one in known}
        for side, source in _sides(row).items():
            if (side, source) not in drawn:
                await self._draw(previews, part, row, side)

    async def of_part(self, caller: Caller, part_id: str) -> Mapping[str, Comparison]:
        """Return what there is to be seen of each drawing of one of the caller's parts.

        Raises:
            PartMissingError: there is none, or it is somebody else's.
        """
        part, drawings = await self.parts.own(caller, part_id)
        async with self.rows.reading() as connection:
            rows = await rows_of_pictures.of_part(connection, part_id)
        told = {(row.drawing, row.side, row.source): await self._opened(part, row) for row in rows}
        return {row.id: self._comparison(row, told) for row in drawings}

    async def open(
        self, caller: Caller, part_id: str, drawing_id: str, side: str
    ) -> AsyncIterator[bytes]:
        """Return one picture as PNG, for the owner of the part.

        Raises:
            PartMissingError: there is no such part, or it is somebody else's.
            PictureMissingError: it is not drawn yet, cannot be drawn, or is no more.
        """
        _, drawings = await self.parts.own(caller, part_id)
        row = next((one for one in drawings if one.id == drawing_id), None)
        if row is None:
            raise PictureMissingError
        async with self.rows.reading() as connection:
            known = await rows_of_pictures.of_drawing(connection, drawing_id)
        wanted = _sides(row).get(side)
        for one in known:
            if one.side == side and one.source == wanted and one.object is not None:
                return self.vault.open(one.object)
        raise PictureMissingError

    async def _draw(self, previews: Draws, part: PartRow, row: DrawingRow, side: str) -> None:
        try:
            with MemoryFile.create() as source:
                async for piece in self._content(row, side):
                    source.write(piece)
                picture = await previews.picture(source)
        except (WorkerFailedError, SealedError):
            self.failures[row.id, side] += 1
            if self.failures[row.id, side] < MAX_ATTEMPTS:
                return
            # Not for ever: a picture is worth less than the machine's time.
            reason = Reason(WorkerFailedError.code, WorkerFailedError().public())
            picture = Picture(None, row.format or UNKNOWN_FORMAT, reason=reason)
        self.failures.pop((row.id, side), None)
        await self._keep(part, row, side, picture)

    async def _content(self, row: DrawingRow, side: str) -> AsyncIterator[bytes]:
        objects: Sequence[ObjectId] = [row.clean_object] if row.clean_object else []
        if side == BEFORE:
            async with self.rows.reading() as connection:
                chunks = await rows_of_uploads.chunks(connection, row.upload)
            objects = [chunk.object for chunk in chunks]
        for one in objects:
            async for piece in self.vault.open(one):
                yield piece

    async def _keep(self, part: PartRow, row: DrawingRow, side: str, picture: Picture) -> None:
        sealed = None
        if picture.png is not None:
            pieces, size = _pieces(picture.png), len(picture.png)
            kept = await self.vault.seal(
                SubjectId(part.subject), Purpose.PICTURE, pieces, plain_bytes=size
            )
            sealed = kept.id
        report = await self.fields.seal_field(part.subject, CONTEXT, _written(picture))
        entry = PictureRow(row.id, side, _sides(row)[side], sealed, report)
        async with self.rows.transaction() as connection:
            wanted, replaced = await rows_of_pictures.enter(connection, entry)
        for one in (replaced, None if wanted else sealed):
            if one is not None:
                await self.vault.destroy(one)

    async def _opened(self, part: PartRow, row: PictureRow) -> tuple[ShownPicture, Any]:
        told = json.loads(await self.fields.open_field(part.subject, CONTEXT, row.report_sealed))
        reason = Reason(**told["reason"]) if told["reason"] else None
        shown = ShownPicture(
            drawing=row.drawing,
            side=row.side,
            width=told["width"],
            height=told["height"],
            pages_shown=told["pages_shown"],
            pages_in_all=told["pages_in_all"],
            reason=reason,
        )
        return shown, told

    def _comparison(
        self, row: DrawingRow, told: Mapping[tuple[str, str, str], tuple[ShownPicture, Any]]
    ) -> Comparison:
        sides = _sides(row)
        found = {side: told.get((row.id, side, source)) for side, source in sides.items()}
        before, after = found.get(BEFORE), found.get(AFTER)
        rows: tuple[Row, ...] = ()
        identical = False
        if before is not None and after is not None and before[0].width and after[0].width:
            rows = compared(before[1]["measures"], after[1]["measures"])
            identical = before[1]["sha256"] == after[1]["sha256"]
        drawn_here = self.previews is not None and row.state in DRAWN_IN
        return Comparison(
            before[0] if before else None,
            after[0] if after else None,
            rows,
            waiting=drawn_here and None in found.values(),
            identical=identical,
        )


def _sides(row: DrawingRow) -> Mapping[str, str]:
    """Return which sides of a drawing can be shown, and of what each is a picture."""
    if row.clean_object is None:
        return {}
    after = {AFTER: str(row.clean_object)}
    return after if row.original_destroyed else {BEFORE: row.upload} | after


def _written(picture: Picture) -> bytes:
    reason = picture.reason
    return json.dumps(
        {
            "width": picture.width,
            "height": picture.height,
            "pages_shown": picture.pages_shown,
            "pages_in_all": picture.pages_in_all,
            "measures": picture.measures,
            # The same pixels always make the same bytes.
            "sha256": hashlib.sha256(picture.png or b"").hexdigest(),
            "reason": {"code": reason.code, "sentence": reason.sentence} if reason else None,
        }
    ).encode()


async def _pieces(png: bytes) -> AsyncIterator[bytes]:
    yield png
