"""The promise of a blob store: sealed bytes under an id, whole or not at all.

Room: storage/blobs. tests/contract/blob_store.py holds every implementation to it.
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol, TypeAlias

from storage.ids import ObjectId

Piece: TypeAlias = bytes | bytearray | memoryview


class BlobError(Exception):
    """The blob store could not do what it was asked."""


class BlobExistsError(BlobError):
    """The blob was already stored. Blobs are written once and never changed."""


class BlobMissingError(BlobError):
    """There is no such blob."""


class StoreFullError(BlobError):
    """The store has less free space than its floor; nothing was written."""


class StoreUnavailableError(BlobError):
    """The store does not answer, or not as it should; whether anything was done is not known."""


class UnsuitableStoreError(BlobError):
    """The store is none, or does not keep the promise: nothing may be entrusted to it."""


class BlobStore(Protocol):
    """Keeps sealed bytes under an id. Knows nothing of what they mean."""

    async def put(self, blob: ObjectId, pieces: AsyncIterable[Piece]) -> int:
        """Store the blob and return its size in bytes.

        All or nothing: durable when this returns (data and directory entry); if this
        raises, or ``pieces`` does, nothing was stored. Only when cancelled at its last
        step may it have been stored after all, and then whole. A piece is the store's until
        it asks for the next one: the memory behind it may be used again.

        Raises:
            BlobExistsError: and the stored blob is unchanged.
            StoreFullError: before the disk is full, so that others can still commit.
        """

    def get(self, blob: ObjectId, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``; fewer if it is shorter.

        Raises:
            BlobMissingError: on the first step of the iteration.
        """

    async def size(self, blob: ObjectId) -> int:
        """Return the size in bytes; raise BlobMissingError if there is no such blob."""

    async def delete(self, blob: ObjectId) -> None:
        """Forget the blob durably; deleting what is not there is fine."""

    def ids(self, *, older_than_s: float = 0.0) -> AsyncIterator[ObjectId]:
        """Yield every blob that was stored at least so long ago, in no order.

        Half-written ones never show.
        """

    async def ready(self) -> bool:
        """Return whether blobs can be stored at the moment."""

    async def close(self) -> None:
        """Let go of what the store holds open; it is of no more use then."""
