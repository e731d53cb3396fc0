"""The promise of a blob store: sealed bytes under an id, whole or not at all.

Room: storage/blobs. tests/contract/blob_store.py holds every implementation to it.
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

from storage.ids import ObjectId


class BlobError(Exception):
    """The blob store could not do what it was asked."""


class BlobExistsError(BlobError):
    """The blob was already stored. Blobs are written once and never changed."""


class BlobMissingError(BlobError):
    """There is no such blob."""


class StoreFullError(BlobError):
    """The store has less free space than its floor; nothing was written."""


class BlobStore(Protocol):
    """Keeps sealed bytes under an id. Knows nothing of what they mean."""

    async def put(self, blob: ObjectId, pieces: AsyncIterable[bytes | bytearray]) -> int:
        """Store the blob and return its size in bytes.

        All or nothing: durable when this returns (data and directory entry); if this
        raises, or ``pieces`` does, nothing was stored.

        Raises:
            BlobExistsError: and the stored blob is unchanged.
            StoreFullError: before the disk is full, so that others can still commit.
        """

    def get(self, blob: ObjectId, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``.

        Raises:
            BlobMissingError: on the first step of the iteration.
        """

    async def size(self, blob: ObjectId) -> int:
        """Return the size in bytes; raise BlobMissingError if there is no such blob."""

    async def delete(self, blob: ObjectId) -> None:
        """Forget the blob durably; deleting what is not there is fine."""

    def ids(self) -> AsyncIterator[ObjectId]:
        """Yield the id of every stored blob, in no order; half-written ones never show."""
