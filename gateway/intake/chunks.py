"""Runs of an upload's bytes, sealed as objects of their own.

Room: gateway/intake. Awaits the vault. With a checksum nothing counts until all of the body has
arrived and agrees; without one every sealed run counts at once. While the disk is making one run
durable the next is arriving; runs count in their order all the same.

    run 1  arrive, seal ─► sync ─► yield
    run 2               arrive, seal ─► sync ─► yield
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.intake.body import Body
from gateway.intake.errors import ChecksumMismatchError, NoSpaceError, UploadInterruptedError
from gateway.intake.tus import Checksum
from storage.blobs.contract import StoreFullError
from storage.ids import ObjectId, SubjectId
from storage.rows.uploads import Chunk
from storage.sealed.vault import Purpose, SealedObject

_HASH_IN_THREAD_BYTES = 256 * 1024


class Seals(Protocol):
    """What this room needs of the vault."""

    async def seal(
        self,
        subject: SubjectId,
        purpose: Purpose,
        pieces: AsyncIterable[bytes],
        *,
        hashed: bool,
    ) -> SealedObject:
        """Seal what ``pieces`` yield, durably."""

    async def destroy(self, object_id: ObjectId) -> None:
        """Destroy an object."""


@dataclass(frozen=True, slots=True)
class ChunkSealer:
    """Turns bodies into sealed chunks of at most ``chunk_bytes``."""

    vault: Seals
    chunk_bytes: int

    async def seal(
        self, subject: SubjectId, start: int, body: Body, checksum: Checksum | None
    ) -> AsyncGenerator[list[Chunk], None]:
        """Yield chunks as they may be counted, the first of them beginning at ``start``.

        Raises:
            ChecksumMismatchError, UploadInterruptedError, NoSpaceError, TooLongError: what was not
                yielded is destroyed.
        """
        running = _RunningHash(checksum) if checksum is not None else None
        held: list[Chunk] = []
        async with aclosing(self._chunks(subject, start, body, running)) as chunks:
            if running is None:
                async for chunk in chunks:
                    yield [chunk]
                return
            try:
                async for chunk in chunks:
                    held.append(chunk)  # noqa: PERF401  (what is held when this breaks off goes)
                running.check(complete=body.ended)
            except BaseException:
                await asyncio.shield(self.destroy(chunk.object for chunk in held))
                raise
        yield held

    async def destroy(self, objects: Iterable[ObjectId]) -> None:
        """Destroy sealed chunks."""
        for object_id in list(objects):
            await self.vault.destroy(object_id)

    async def _chunks(
        self, subject: SubjectId, start: int, body: Body, running: "_RunningHash | None"
    ) -> AsyncGenerator[Chunk, None]:
        following = self._begun(subject, body, running)
        try:
            while True:
                current = following
                await current.arrived.wait()
                following = self._begun(subject, body, running)
                sealed = await current.sealing
                if sealed is None:
                    return
                yield Chunk(start, sealed.plain_bytes, sealed.id)
                start += sealed.plain_bytes
        except StoreFullError as error:
            raise NoSpaceError from error
        finally:
            await self._given_up(following)

    def _begun(self, subject: SubjectId, body: Body, running: "_RunningHash | None") -> "_Run":
        arrived = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            run = body.run(self.chunk_bytes)
            async for piece in running.over(run) if running is not None else run:
                yield piece
            arrived.set()

        async def seal() -> SealedObject | None:
            try:
                if not await body.waits():
                    return None
                return await self.vault.seal(subject, Purpose.INTAKE, pieces(), hashed=False)
            finally:
                arrived.set()

        return _Run(arrived, asyncio.ensure_future(seal()))

    async def _given_up(self, run: "_Run") -> None:
        """End a run that will not count; nothing of it is kept."""
        run.sealing.cancel()
        (ended,) = await asyncio.gather(run.sealing, return_exceptions=True)
        if isinstance(ended, SealedObject):
            await self.vault.destroy(ended.id)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run on its way: all of it has arrived, and then it is durable (None: there was none)."""

    arrived: asyncio.Event
    sealing: "asyncio.Future[SealedObject | None]"


class _RunningHash:
    def __init__(self, checksum: Checksum) -> None:
        # The protocol demands SHA-1; it guards against accidents, not against people.
        self._hash: Any = hashlib.new(checksum.algorithm, usedforsecurity=False)
        self._expected = checksum.digest

    async def over(self, pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            if len(piece) >= _HASH_IN_THREAD_BYTES:
                await asyncio.to_thread(self._hash.update, piece)
            else:
                self._hash.update(piece)
            yield piece

    def check(self, *, complete: bool) -> None:
        if not complete:
            raise UploadInterruptedError
        if not hmac.compare_digest(self._hash.digest(), self._expected):
            raise ChecksumMismatchError
