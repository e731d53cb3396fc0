"""Objects that a crash left between being sealed and being entered in a row.

Room: gateway/intake. Awaits rows, blob store and vault. Runs before the gateway listens, while it
holds the data directory alone: afterwards a young object may simply not have its row yet.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from gateway.intake.originals import Destroys
from storage.ids import ObjectId
from storage.rows import parts, pictures, uploads
from storage.rows.engine import Rows


class Lists(Protocol):
    """What this room needs of the blob store."""

    def ids(self, *, older_than_s: float = 0.0) -> AsyncIterator[ObjectId]:
        """Yield every stored blob's id."""


async def destroy_orphans(rows: Rows, blobs: Lists, vault: Destroys) -> int:
    """Destroy every object that no row knows; return how many."""
    async with rows.reading() as connection:
        known = await uploads.objects(connection) | await parts.objects(connection)
        known |= await pictures.objects(connection)
    orphans = [blob async for blob in blobs.ids() if blob not in known]
    for orphan in orphans:
        await vault.destroy(orphan)
    return len(orphans)
