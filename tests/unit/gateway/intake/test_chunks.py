"""Runs overlap, count in their order, and leave nothing when something breaks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing

import pytest

from gateway.intake.body import Body
from gateway.intake.chunks import ChunkSealer
from gateway.intake.errors import NoSpaceError
from storage.blobs.contract import StoreFullError
from storage.ids import ObjectId, SubjectId
from storage.rows.uploads import Chunk
from storage.sealed.vault import Purpose, SealedObject

SUBJECT = SubjectId("a" * 32)


class SlowDisk:
    """A vault whose runs become durable when the test says so."""

    def __init__(self) -> None:
        self.arrived: list[bytes] = []
        self.durable = asyncio.Semaphore(0)
        self.kept: dict[ObjectId, bytes] = {}
        self.full_after = 100

    async def seal(
        self, subject: SubjectId, purpose: Purpose, pieces: AsyncIterable[bytes], *, hashed: bool
    ) -> SealedObject:
        plain = b"".join([piece async for piece in pieces])
        self.arrived.append(plain)
        name = ObjectId(f"object {len(self.arrived)}")
        await self.durable.acquire()
        if len(self.kept) >= self.full_after:
            raise StoreFullError
        self.kept[name] = plain
        return SealedObject(name, subject, purpose, len(plain), len(plain), "none")

    async def destroy(self, object_id: ObjectId) -> None:
        self.kept.pop(object_id, None)


@pytest.fixture
def disk() -> SlowDisk:
    return SlowDisk()


def body(*pieces: bytes, pause: asyncio.Event | None = None) -> Body:
    left = iter(pieces)

    async def read() -> bytes:
        piece = next(left, b"")
        if not piece and pause is not None:
            await pause.wait()
        return piece

    return Body(read, room_bytes=1000, idle_s=30)


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (the other side is not ours to instrument)
            await asyncio.sleep(0)


def sealed(disk: SlowDisk, whole: Body) -> AsyncGenerator[list[Chunk], None]:
    return ChunkSealer(disk, chunk_bytes=4).seal(SUBJECT, 0, whole, None)


async def test_the_next_run_arrives_while_the_disk_still_syncs_the_last(disk: SlowDisk) -> None:
    async with asyncio.timeout(5), aclosing(sealed(disk, body(b"0123456789"))) as runs:
        first = asyncio.ensure_future(anext(runs))
        await until(lambda: disk.arrived == [b"0123", b"4567"])
        await asyncio.sleep(0.01)
        assert not first.done()
        assert len(disk.arrived) == 2, "no more than one run is ahead"
        disk.durable.release()
        assert await first == [Chunk(0, 4, ObjectId("object 1"))]
        disk.durable.release()
        disk.durable.release()
        rest = [chunk async for chunks in runs for chunk in chunks]
    assert [(chunk.start, chunk.plain_bytes) for chunk in rest] == [(4, 4), (8, 2)]
    assert list(disk.kept.values()) == [b"0123", b"4567", b"89"]


async def test_a_run_counts_although_the_sender_pauses_after_it(disk: SlowDisk) -> None:
    pause = asyncio.Event()
    async with asyncio.timeout(5), aclosing(sealed(disk, body(b"0123", pause=pause))) as runs:
        disk.durable.release()
        assert await anext(runs) == [Chunk(0, 4, ObjectId("object 1"))]
        pause.set()
        assert [chunks async for chunks in runs] == []


async def test_who_stops_listening_keeps_nothing_of_the_run_ahead(disk: SlowDisk) -> None:
    async with asyncio.timeout(5):
        async with aclosing(sealed(disk, body(b"0123456789"))) as runs:
            disk.durable.release()
            await anext(runs)
            disk.durable.release()
            await until(lambda: len(disk.kept) == 2)
    assert list(disk.kept.values()) == [b"0123"]


async def test_a_full_disk_ends_it_and_the_run_ahead_with_it(disk: SlowDisk) -> None:
    disk.full_after = 1
    for _ in range(3):
        disk.durable.release()
    got = []

    async def all_of_it() -> None:
        async with aclosing(sealed(disk, body(b"0123456789"))) as runs:
            async for chunks in runs:
                got.extend(chunks)

    with pytest.raises(NoSpaceError):
        async with asyncio.timeout(5):
            await all_of_it()
    assert [chunk.object for chunk in got] == list(disk.kept)
    assert len([task for task in asyncio.all_tasks() if not task.done()]) == 1
