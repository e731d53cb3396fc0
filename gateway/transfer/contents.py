"""What a released part holds for a partner: its cleaned drawings, and its cleaned description.

Room: gateway/transfer. Awaits rows, keyring and vault; opens names and words, never a drawing:
those leave through gateway.transfer.egress only.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.intake import sealing
from gateway.intake.filenames import distinct
from gateway.intake.states import DrawingState, PartState
from storage.ids import ObjectId
from storage.rows import parts as rows_of_parts
from storage.rows.connection import Connection
from storage.rows.parts import DrawingRow, PartRow

DESCRIPTION: Final = "description"
DESCRIPTION_FILENAME: Final = "description.txt"


class KnowsHashes(Protocol):
    """What this room needs of the vault."""

    async def sha256(self, object_id: ObjectId) -> bytes:
        """Return the hash of an object's plaintext."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a part. ``object`` is where its bytes are; None for the description.

    ``cleaned`` is False for an original whose owner waived the cleaning.
    """

    id: str
    filename: str
    plain_bytes: int
    sha256: str
    media_type: str
    object: ObjectId | None
    cleaned: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """Tells what a part holds."""

    fields: sealing.Fields
    vault: KnowsHashes

    async def of(self, connection: Connection, part: PartRow) -> tuple[Item, ...]:
        """Return a part's files in order; empty unless the part is released and whole."""
        if part.state != PartState.RELEASED:
            return ()
        rows = await rows_of_parts.drawings(connection, part.id)
        if not rows or any(row.state != DrawingState.RELEASED for row in rows):
            return ()
        names = [await self._filename(part, row) for row in rows]
        words = await self.description(part)
        if words:
            names.append(DESCRIPTION_FILENAME)
        names = distinct(names)
        items = [await self._item(row, name) for row, name in zip(rows, names, strict=False)]
        if words:
            digest = hashlib.sha256(words).hexdigest()
            kind = "text/plain; charset=utf-8"
            items.append(Item(DESCRIPTION, names[-1], len(words), digest, kind, None))
        return tuple(items)

    async def description(self, part: PartRow) -> bytes:
        """Return the part's cleaned description as a file's bytes, b"" when it has none."""
        sealed = part.clean_description_sealed
        if sealed is None:
            return b""
        words = await self.fields.open_field(part.subject, sealing.CLEAN_DESCRIPTION, sealed)
        return words + b"\n" if words.strip() else b""

    async def _filename(self, part: PartRow, row: DrawingRow) -> str:
        name = await self.fields.open_field(
            part.subject, sealing.DRAWING_FILENAME, row.filename_sealed
        )
        return name.decode()

    async def _item(self, row: DrawingRow, filename: str) -> Item:
        if row.clean_object is None or row.plain_bytes is None:
            raise ValueError("a released drawing has a cleaned object")
        digest = (await self.vault.sha256(row.clean_object)).hex()
        return Item(
            *(row.id, filename, row.plain_bytes, digest, "application/octet-stream"),
            row.clean_object,
            cleaned=row.waived_at is None,
        )
