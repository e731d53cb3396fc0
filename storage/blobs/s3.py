"""Sealed blobs in an S3 bucket: in one request when short, in parts when long, never overwritten.

Room: storage/blobs. Talks to one bucket, in threads. Keeps the promise of storage.blobs.contract
with nothing but S3's own words: an object shows when it is whole, and ``If-None-Match: *`` makes
sure of two writers only one succeeds. What a killed process left unfinished is invisible and is
abandoned at the next start; servers that do not list such uploads clear them by themselves.

Memory: one part per running upload, one piece per running download, whatever the object's size.
"""

import contextlib
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, ParamSpec, TypeVar

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from storage.blobs.contract import (
    BlobExistsError,
    Piece,
    StoreUnavailableError,
    UnsuitableStoreError,
)
from storage.blobs.s3_client import Bucket, S3Client, Stored
from storage.ids import ObjectId
from storage.threads import finished_in

P = ParamSpec("P")
T = TypeVar("T")

# S3 takes no shorter parts but the last, and no more than 10,000 of them: 80 GB at this size.
PART_BYTES: Final = 8 * 1024 * 1024
READ_BYTES: Final = 1024 * 1024
# How often one download is taken up again where its connection broke.
_RESUMPTIONS: Final = 5
_LISTED_AT_ONCE: Final = 500
_UNFINISHED_S: Final = 24 * 3600.0
_THREADS: Final = 64


class S3Blobs:
    """A blob store in a bucket, which several gateways may share."""

    def __init__(self, bucket: Bucket, *, part_bytes: int = PART_BYTES) -> None:
        """Work in this bucket, under its prefix; see ``open`` for the usual way."""
        self.client = S3Client(bucket)
        self._prefix = bucket.prefix
        self._part_bytes = part_bytes
        # Of its own: a store that answers slowly does not keep others from the disk.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="s3")

    @classmethod
    async def open(cls, bucket: Bucket, *, part_bytes: int = PART_BYTES) -> "S3Blobs":
        """Return the store after having tried it, and having cleared what was left unfinished.

        Raises:
            StoreUnavailableError: it does not answer, or not to these keys.
            UnsuitableStoreError: there is no such bucket, or its server overwrites objects.
        """
        blobs = cls(bucket, part_bytes=part_bytes)
        try:
            if not await blobs.call(blobs.client.there):
                raise UnsuitableStoreError
            await blobs._refuse_if_it_overwrites()
            await blobs.abandon_unfinished(older_than_s=_UNFINISHED_S)
        except BaseException:
            await blobs.close()
            raise
        return blobs

    async def close(self) -> None:
        """Let go of the connections; see the contract."""
        self._threads.shutdown(wait=False)
        self.client.clear()

    async def put(self, blob: ObjectId, pieces: AsyncIterable[Piece]) -> int:
        """Store the blob; see the contract."""
        writing = _Writing(self, self._key(blob))
        gathered = bytearray()
        try:
            async for piece in pieces:
                gathered += piece
                while len(gathered) > self._part_bytes:
                    await writing.part(bytes(memoryview(gathered)[: self._part_bytes]))
                    del gathered[: self._part_bytes]
            await writing.end(bytes(gathered))
        except BaseException:
            await writing.abandon()
            raise
        return writing.written_bytes

    async def get(
        self, blob: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the blob's bytes; see the contract."""
        if end is not None and end <= start:
            await self.size(blob)  # only to say when there is no such blob
            return
        reading = _Reading(self.client, self._key(blob), start, end)
        try:
            while piece := await self.call(reading.step):
                yield piece
        finally:
            reading.close()

    async def size(self, blob: ObjectId) -> int:
        """Return the blob's size; see the contract."""
        return await self.call(self.client.length, self._key(blob))

    async def delete(self, blob: ObjectId) -> None:
        """Forget the blob; see the contract."""
        await self.call(self.client.remove, self._key(blob))

    async def ids(self, *, older_than_s: float = 0.0) -> AsyncIterator[ObjectId]:
        """Yield every stored blob's id; see the contract."""
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        found = self.client.stored(self._prefix)
        while page := await self.call(lambda: list(islice(found, _LISTED_AT_ONCE))):
            for stored in page:
                name = stored.key.removeprefix(self._prefix)
                if _is_id(name) and _is_before(stored, before):
                    yield ObjectId(name)

    async def ready(self) -> bool:
        """Return whether the bucket answers; see the contract."""
        return await self.call(self.client.there)

    async def abandon_unfinished(self, *, older_than_s: float) -> int:
        """Abandon uploads in parts that began at least so long ago; return how many."""
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        count = 0
        for key, upload, began in await self.call(self.client.unfinished, self._prefix):
            if began is not None and began <= before:
                await self.call(self.client.abandon, key, upload)
                count += 1
        return count

    async def _refuse_if_it_overwrites(self) -> None:
        """Write a word twice: a server that takes both would take a blob for another."""
        key = f"{self._prefix}probe-{secrets.token_hex(8)}"
        try:
            await self.call(self.client.write, key, b"first")
            await self.call(self.client.write, key, b"second")
        except BlobExistsError:
            return
        finally:
            await self.call(self.client.remove, key)
        raise UnsuitableStoreError

    def _key(self, blob: ObjectId) -> str:
        return self._prefix + blob

    async def call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``call`` returns, having run it in a thread of this store."""
        return await finished_in(self._threads, call, *args, **kwargs)


class _Writing:
    """One blob on its way; it becomes an object only at its end."""

    def __init__(self, store: S3Blobs, key: str) -> None:
        self.written_bytes = 0
        self._store = store
        self._key = key
        self._upload: str | None = None
        self._tags: list[str] = []

    async def part(self, body: bytes) -> None:
        """Send a part that others follow."""
        client, call = self._store.client, self._store.call
        if self._upload is None:
            self._upload = await call(client.begin, self._key)
        number = len(self._tags) + 1
        self._tags.append(await call(client.part, self._key, self._upload, number, body))
        self.written_bytes += len(body)

    async def end(self, body: bytes) -> None:
        """Send the last part, or the only one, and make it an object."""
        client, call = self._store.client, self._store.call
        if self._upload is None:
            await call(client.write, self._key, body)
            self.written_bytes = len(body)
            return
        await self.part(body)
        await call(client.complete, self._key, self._upload, self._tags)
        self._upload = None

    async def abandon(self) -> None:
        """Take back the parts, if the store still answers; if not, the next start does."""
        if self._upload is not None:
            with contextlib.suppress(StoreUnavailableError):
                await self._store.call(self._store.client.abandon, self._key, self._upload)


class _Reading:
    """One blob being read, a piece at a step; taken up again where the connection broke."""

    def __init__(self, client: S3Client, key: str, start: int, end: int | None) -> None:
        self._client = client
        self._key = key
        self._position = start
        self._end = end
        self._resumptions = _RESUMPTIONS
        self._response: BaseHTTPResponse | None = None

    def step(self) -> bytes:
        """Return the next piece; empty at the end. Blocking."""
        while self._end is None or self._position < self._end:
            if self._response is None and not self._asked():
                return b""
            try:
                piece = self._read()
            except (HTTPError, OSError) as error:
                self.close()
                self._resumptions -= 1
                if self._resumptions < 0:
                    raise StoreUnavailableError from error
                continue
            self._position += len(piece)
            return piece
        return b""

    def close(self) -> None:
        """Let go of the connection; one with unread bytes is of no more use."""
        if self._response is not None:
            self._response.close()
            self._response.release_conn()
            self._response = None

    def _asked(self) -> bool:
        length = None if self._end is None else self._end - self._position
        self._response = self._client.read(self._key, self._position, length)
        return self._response is not None

    def _read(self) -> bytes:
        assert self._response is not None
        piece = self._response.read(READ_BYTES)
        if not piece:
            # Read to its end, the connection can serve others.
            self._response.release_conn()
            self._response = None
            self._end = self._position
        return piece


def _is_id(name: str) -> bool:
    return len(name) == 32 and name.isascii() and name.isalnum()


def _is_before(stored: Stored, before: datetime) -> bool:
    return stored.stored_at is None or stored.stored_at <= before
