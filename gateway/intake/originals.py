"""Originals die: on approval, or when they have waited too long for it (promise P5).

Room: gateway/intake. Awaits journal, rows and vault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.clock import Clock
from gateway.journal import Happening, Journal, Note
from storage.ids import ObjectId
from storage.rows import parts as rows_of_parts
from storage.rows import pictures as rows_of_pictures
from storage.rows import uploads as rows_of_uploads
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow
from storage.rows.pictures import BEFORE


class Destroys(Protocol):
    """What this room needs of the vault."""

    async def destroy(self, object_id: ObjectId) -> None:
        """Destroy an object's key, then its bytes."""


@dataclass(frozen=True, slots=True)
class Originals:
    """Destroys what came in, once it is no longer needed."""

    rows: Rows
    vault: Destroys
    journal: Journal
    clock: Clock
    retention_s: float

    async def destroy(self, part: PartRow, drawings: Sequence[DrawingRow]) -> None:
        """Destroy the originals of ``drawings``; those destroyed already are fine."""
        for drawing in drawings:
            if not drawing.original_destroyed:
                await self._destroy(part, drawing)

    async def sweep(self) -> int:
        """Destroy every original that is too old; return how many."""
        moment = self.clock().timestamp() - self.retention_s
        async with self.rows.reading() as connection:
            late = await rows_of_parts.originals_older_than(connection, moment)
        for drawing_id in late:
            async with self.rows.reading() as connection:
                drawing = await rows_of_parts.drawing_by_id(connection, drawing_id)
                part = await rows_of_parts.by_id(connection, drawing.part) if drawing else None
            if drawing is not None and part is not None:
                await self.destroy(part, [drawing])
        return len(late)

    async def _destroy(self, part: PartRow, drawing: DrawingRow) -> None:
        about: dict[str, str | int] = {"part": part.id, "drawing": drawing.id}
        note = Note(Happening.ORIGINAL_DESTROYED, part.subject, "gateway", about)
        await self.journal.write(note, key=f"{Happening.ORIGINAL_DESTROYED}/{drawing.id}")
        async with self.rows.reading() as connection:
            chunks = await rows_of_uploads.chunks(connection, drawing.upload)
        # Keys first, rows last: whatever happens in between, the sweep finds the rest.
        for chunk in chunks:
            await self.vault.destroy(chunk.object)
        async with self.rows.transaction() as connection:
            picture = await rows_of_pictures.remove(connection, drawing.id, BEFORE)
            await rows_of_uploads.remove(connection, drawing.upload)
            await rows_of_parts.change_drawing(
                connection, drawing.id, drawing.state, {"original_destroyed": True}
            )
        # From here on no picture of it is entered; the one there was goes the same way.
        if picture is not None:
            await self.vault.destroy(picture)
