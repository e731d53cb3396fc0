"""A thread never outlives whoever asked for it."""

import asyncio
import threading

import pytest

from storage.threads import finished


async def test_it_returns_what_the_call_returns() -> None:
    assert await finished(divmod, 7, 2) == (3, 1)
    assert await finished(int, "ff", base=16) == 255


async def test_it_raises_what_the_call_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        await finished(divmod, 1, 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancellation_is_delivered_after_the_thread(fails: bool) -> None:
    inside, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        inside.set()
        assert go_on.wait(10)
        done.set()
        if fails:
            raise ValueError

    task = asyncio.ensure_future(finished(work))
    assert await asyncio.to_thread(inside.wait, 10)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0.005)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()
