"""What is done again and again: expiry, retention, what crashes left behind.

Room: gateway. Awaits the work it is handed; a failure is logged and the work tried again later.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.observability.logging import log_of

log = log_of("gateway.housekeeping")


@dataclass(frozen=True, slots=True)
class Chore:
    """One piece of work and how often it is done."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[object]]


@asynccontextmanager
async def kept(chores: list[Chore]) -> AsyncIterator[None]:
    """Do ``chores``, each at once and then in its rhythm, until the context ends."""
    tasks = [asyncio.create_task(_repeat(chore), name=chore.name) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _repeat(chore: Chore) -> None:
    while True:
        try:
            await chore.work()
        except Exception as error:
            log.error("chore.broke", route=chore.name, error=type(error).__name__)
        await asyncio.sleep(chore.every_s)
