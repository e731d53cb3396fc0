"""Blobs in memory: the double that keeps the same promise, for tests and nothing else.

Room: storage/blobs. Durable only as long as the process; otherwise the contract to the letter.
"""

import time
from collections.abc import AsyncIterable, AsyncIterator

from storage.blobs.contract import BlobExistsError, BlobMissingError, Piece
from storage.ids import ObjectId


class MemoryBlobs:
    """A blob store in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[ObjectId, bytes] = {}
        self._stored_at_s: dict[ObjectId, float] = {}

    async def put(self, blob: ObjectId, pieces: AsyncIterable[Piece]) -> int:
        """Store the blob; see the contract."""
        whole = b"".join([bytes(piece) async for piece in pieces])
        if blob in self._kept:
            raise BlobExistsError
        self._kept[blob] = whole
        self._stored_at_s[blob] = time.monotonic()
        return len(whole)

    async def get(
        self, blob: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the blob's bytes; see the contract."""
        if blob not in self._kept:
            raise BlobMissingError
        yield self._kept[blob][start:end]

    async def size(self, blob: ObjectId) -> int:
        """Return the blob's size; see the contract."""
        if blob not in self._kept:
            raise BlobMissingError
        return len(self._kept[blob])

    async def delete(self, blob: ObjectId) -> None:
        """Forget the blob; see the contract."""
        self._kept.pop(blob, None)
        self._stored_at_s.pop(blob, None)

    async def ready(self) -> bool:
        """Return True; see the contract."""
        return True

    async def close(self) -> None:
        """Do nothing; see the contract."""

    async def ids(self, *, older_than_s: float = 0.0) -> AsyncIterator[ObjectId]:
        """Yield every stored blob's id; see the contract."""
        before_s = time.monotonic() - older_than_s
        for blob, stored_at_s in list(self._stored_at_s.items()):
            if stored_at_s <= before_s:
                yield blob
