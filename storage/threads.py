"""Work that blocks, done in a thread that never outlives whoever asked for it.

Room: storage. Awaits the event loop's default executor. ``asyncio.to_thread`` returns to a
cancelled caller at once and leaves its thread running; that thread would go on with a file the
caller has closed, or commit what the caller has given up. ``finished`` waits for it first.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def finished(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what ``call`` returns, having run it in a thread.

    When this returns or raises, for whatever reason, the thread is done. A cancellation that comes
    while it runs is delivered afterwards, whether the call succeeded or not.
    """
    return await _outlasted(asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs)))


async def finished_in(
    threads: Executor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do as ``finished`` does, in a thread of ``threads``."""
    bound = partial(call, *args, **kwargs)
    return await _outlasted(asyncio.get_running_loop().run_in_executor(threads, bound))


async def _outlasted(running: "asyncio.Future[T]") -> T:
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        running.exception()  # looked at, so that it is not reported as never looked at
        raise
