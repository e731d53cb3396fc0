"""The awaiting shell round sealer and opener: bytes arrive, are worked on and leave at once.

Room: storage/sealed. Awaits threads and whatever the bytes come from. Hashing, sealing, writing and
waiting for the next bytes overlap, so that each is as fast as the slowest of them.

    pieces ─► batch (two segments) ─┬─► hash, in a thread
                                    └─► seal, in a thread ─► whoever iterates writes
"""

import asyncio
import hashlib
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from storage.blobs.contract import Piece
from storage.sealed import format as fmt
from storage.sealed.seal import Sealer
from storage.threads import finished

T = TypeVar("T")
# Two segments are enough work to be worth the way to a thread, and little enough memory.
BATCH_SEGMENTS: Final = 2


class SealingPipe:
    """One object on its way in. Afterwards its length and hash are known."""

    def __init__(self, sealer: Sealer, *, hashed: bool) -> None:
        """Take a fresh sealer. Hashing takes longer than all the rest."""
        self.plain_bytes = 0
        self._sealer = sealer
        self._digest = hashlib.sha256() if hashed else None

    async def run(self, pieces: AsyncIterable[Piece]) -> AsyncGenerator[memoryview, None]:
        """Yield the sealed bytes of ``pieces``; each is valid until the next is asked for.

        ``pieces`` is stepped in tasks of the pipe's own, one after the other. Close the iterator
        (``contextlib.aclosing``) when leaving it early.
        """
        batches = _Batches(pieces)
        batch = await batches.next()
        while batch.more:
            async with (
                alongside(batches.next()) as arriving,
                alongside(self._hash(batch.plain)) as hashing,
            ):
                self.plain_bytes += len(batch.plain)
                yield await finished(self._sealer.feed, batch.plain, more=True)
                await hashing
                batch = await arriving
        self.plain_bytes += len(batch.plain)
        await self._hash(batch.plain)
        yield await finished(self._sealer.feed, batch.plain)
        yield await finished(self._sealer.finish)

    def sha256(self) -> bytes | None:
        """Return the hash of the plaintext so far; None if it is not hashed."""
        return self._digest.digest() if self._digest else None

    async def _hash(self, plain: memoryview) -> None:
        if self._digest:
            await finished(self._digest.update, plain)


@dataclass(frozen=True, slots=True)
class _Batch:
    plain: memoryview
    more: bool  # whether anything follows


class _Batches:
    """Copies pieces of any size into whole segments; two buffers take turns."""

    def __init__(self, pieces: AsyncIterable[Piece]) -> None:
        self._pieces = aiter(pieces)
        self._rest = memoryview(b"")
        self._filling = bytearray()
        self._other = bytearray()
        self._capacity = fmt.FIRST_PLAIN_BYTES + (BATCH_SEGMENTS - 1) * fmt.PLAIN_SEGMENT_BYTES

    async def next(self) -> _Batch:
        """Return the next batch; all but the last are full. The one before last is overwritten."""
        held = 0
        while True:
            taken = self._rest[: self._capacity - held]
            if held == len(self._filling):
                # The first time round a buffer is no larger than what came.
                self._filling += taken
            else:
                memoryview(self._filling)[held : held + len(taken)] = taken
            held += len(taken)
            self._rest = self._rest[len(taken) :]
            if self._rest:
                break
            piece = await anext(self._pieces, None)
            if piece is None:
                return _Batch(memoryview(self._filling)[:held], more=False)
            self._rest = memoryview(piece)
        full = BATCH_SEGMENTS * fmt.PLAIN_SEGMENT_BYTES
        self._filling += bytes(full - len(self._filling))
        batch = _Batch(memoryview(self._filling)[:held], more=True)
        self._filling, self._other = self._other, self._filling
        self._capacity = full
        return batch


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, T]) -> AsyncIterator[Awaitable[T]]:
    """Run ``work`` as a task that is over, one way or the other, when the block is left."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    try:
        yield task
    finally:
        task.cancel()
        # Whoever cancels us while we wait here is heard afterwards, not overheard.
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
        if not task.cancelled():
            task.exception()
        if cancelled is not None:
            raise cancelled


async def read_ahead(
    fetch: Callable[[T], Coroutine[Any, Any, list[bytes]]], wanted: Iterable[T]
) -> AsyncGenerator[bytes, None]:
    """Yield what ``fetch`` returns for each of ``wanted``, fetching the next in the meantime."""
    left = iter(wanted)
    first = next(left, None)
    if first is None:
        return
    pieces = await fetch(first)
    for following in left:
        async with alongside(fetch(following)) as arriving:
            for piece in pieces:
                yield piece
            pieces = await arriving
    for piece in pieces:
        yield piece
