"""The awaiting shell: work overlaps, and is over when its block is left."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing

import pytest

from storage.blobs.contract import Piece
from storage.sealed import format as fmt
from storage.sealed.keys import new_header
from storage.sealed.pipe import SealingPipe, alongside, read_ahead
from storage.sealed.seal import Sealer
from storage.sealed.unseal import unseal
from tests.unit.storage.sealed.objects import BOUND, EDGES, KEY, plain_of


async def test_the_next_bytes_arrive_while_the_last_are_written() -> None:
    arrived: list[int] = []

    async def arriving() -> AsyncIterator[Piece]:
        for number in range(20):
            arrived.append(number)
            yield bytes(500_000)

    pipe = SealingPipe(Sealer(KEY, BOUND, new_header()), hashed=True)
    async with aclosing(pipe.run(arriving())) as run:
        assert len(await anext(run)) == 2 * fmt.SEGMENT_BYTES
        await asyncio.sleep(0.05)  # whoever writes takes their time
        # The fifth piece told that something follows the first batch; the second takes up to ten.
        assert 5 < len(arrived) < 12


@pytest.mark.parametrize("length", EDGES)
@pytest.mark.parametrize("hashed", [True, False])
async def test_whatever_overlaps_the_object_is_the_same(length: int, hashed: bool) -> None:
    async def pieces() -> AsyncIterator[Piece]:
        yield b""
        for at in range(0, length, 700_001):
            yield bytearray(plain_of(length)[at : at + 700_001])
            yield b""

    pipe = SealingPipe(Sealer(KEY, BOUND, new_header()), hashed=hashed)
    sealed = b"".join([bytes(piece) async for piece in pipe.run(pieces())])
    assert unseal(KEY, BOUND, sealed, length) == plain_of(length)
    assert pipe.plain_bytes == length
    assert (pipe.sha256() is not None) == hashed


async def test_work_alongside_is_over_when_its_block_is_left() -> None:
    ended = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(ZeroDivisionError):
        await _raising_beside(endless())
    assert ended.is_set()


async def test_an_error_alongside_is_not_lost_and_not_shouted_twice() -> None:
    async def failing() -> None:
        raise KeyError

    async with alongside(failing()) as work:
        with pytest.raises(KeyError):
            await work
    with pytest.raises(ZeroDivisionError):
        await _raising_beside(failing())


async def _raising_beside(work: Coroutine[None, None, None]) -> None:
    async with alongside(work):
        await asyncio.sleep(0)
        raise ZeroDivisionError


async def test_reading_ahead_fetches_one_and_keeps_order() -> None:
    fetched: list[int] = []

    async def fetch(number: int) -> list[bytes]:
        fetched.append(number)
        return [b"%d" % number, b","]

    stream = read_ahead(fetch, range(5))
    assert await anext(stream) == b"0"
    await asyncio.sleep(0.01)
    assert fetched == [0, 1]
    assert b"".join([piece async for piece in stream]) == b",1,2,3,4,"
    assert [piece async for piece in read_ahead(fetch, [])] == []


async def test_leaving_early_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()

    async def fetch(number: int) -> list[bytes]:
        if number:
            await asyncio.Event().wait()
        return [b"first"]

    stream = read_ahead(fetch, range(3))
    await anext(stream)
    assert len(asyncio.all_tasks()) == len(before) + 1
    await stream.aclose()
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("turns", range(10))
async def test_a_cancellation_is_heard_in_whichever_moment_it_comes(turns: int) -> None:
    async def step() -> None:
        await asyncio.sleep(0)

    async def work() -> None:
        for _ in range(1000):
            async with alongside(step()) as one, alongside(step()) as two:
                await one
                await two

    task = asyncio.ensure_future(work())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    ended, _ = await asyncio.wait([task], timeout=1)
    task.cancel()
    assert ended
    assert task.cancelled()
