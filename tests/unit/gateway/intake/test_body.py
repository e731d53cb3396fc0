"""A request's bytes: counted, bounded, kept when their sender disappears."""

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.body import Body, ConnectionLostError, Read
from gateway.intake.errors import TooLongError


def reader(pieces: Iterable[bytes | Exception]) -> Read:
    left = iter(pieces)

    async def read() -> bytes:
        piece = next(left, b"")
        if isinstance(piece, Exception):
            raise piece
        return piece

    return read


async def taken(body: Body, run_bytes: int = 1 << 20) -> list[bytes]:
    runs = []
    while await body.waits():
        runs.append(b"".join([piece async for piece in body.run(run_bytes)]))
    return runs


async def test_a_body_comes_in_runs_of_bounded_length() -> None:
    body = Body(reader([b"abcde", b"fgh"]), room_bytes=8, idle_s=1)
    assert await taken(body, 3) == [b"abc", b"def", b"gh"]
    assert body.ended
    assert not body.broken_off


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=9), st.integers(1, 12))
def test_nothing_is_lost_however_it_is_cut(pieces: list[bytes], run_bytes: int) -> None:
    whole = b"".join(pieces)
    body = Body(reader(pieces), room_bytes=len(whole), idle_s=1)
    assert b"".join(asyncio.run(taken(body, run_bytes))) == whole


async def test_one_byte_too_many_is_refused() -> None:
    body = Body(reader([b"abc", b"d"]), room_bytes=3, idle_s=1)
    with pytest.raises(TooLongError):
        await taken(body)


async def test_what_came_before_the_connection_was_lost_is_kept() -> None:
    body = Body(reader([b"abc", ConnectionLostError()]), room_bytes=9, idle_s=1)
    assert await taken(body) == [b"abc"]
    assert body.broken_off
    assert not body.ended


async def test_a_silent_sender_is_not_waited_for_for_ever() -> None:
    async def read() -> bytes:
        await asyncio.sleep(60)
        return b"late"

    body = Body(read, room_bytes=9, idle_s=0.01)
    assert await taken(body) == []
    assert body.broken_off


async def test_a_waiting_body_stops_at_once_when_asked() -> None:
    waiting = asyncio.Event()

    async def read() -> bytes:
        waiting.set()
        await asyncio.sleep(60)
        return b"late"

    body = Body(read, room_bytes=9, idle_s=60)
    task = asyncio.create_task(taken(body))
    await waiting.wait()
    body.stop()
    async with asyncio.timeout(1):
        assert await task == []
    assert body.broken_off


async def test_a_stopped_body_still_hands_out_what_was_read() -> None:
    body = Body(reader([b"abcdef", b"ghi"]), room_bytes=9, idle_s=1)
    assert await body.waits()
    body.stop()
    assert await taken(body, 4) == [b"abcd", b"ef"]
