"""Runs of an upload's bytes, sealed as objects of their own.

Room: gateway/intake. Awaits the vault. With a checksum nothing counts until all of the body has
arrived and agrees; without one every sealed run counts at once.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterable, AsyncIterator, Iterable
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
    ) -> AsyncIterator[list[Chunk]]:
        """Yield chunks as they may be counted, the first of them beginning at ``start``.

        Raises:
            ChecksumMismatchError, UploadInterruptedError, NoSpaceError, TooLongError: what was not
                yielded is destroyed.
        """
        if checksum is None:
            async for chunk in self._chunks(subject, start, body):
                yield [chunk]
            return
        running = _RunningHash(checksum)
        held: list[Chunk] = []
        try:
            async for chunk in self._chunks(subject, start, body, running):
                held.append(chunk)  # noqa: PERF401  (what is held when this breaks off is destroyed)
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
        self, subject: SubjectId, start: int, body: Body, running: "_RunningHash | None" = None
    ) -> AsyncIterator[Chunk]:
        try:
            while await body.waits():
                pieces = body.run(self.chunk_bytes)
                if running is not None:
                    pieces = running.over(pieces)
                sealed = await self.vault.seal(subject, Purpose.INTAKE, pieces, hashed=False)
                yield Chunk(start, sealed.plain_bytes, sealed.id)
                start += sealed.plain_bytes
        except StoreFullError as error:
            raise NoSpaceError from error


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
