"""Wakes inspections: the broker only says "look", the row says what is to be done.

Room: gateway/intake. Awaits the broker. Losing every message loses nothing: the reconciler looks
at the rows at the start and then from time to time, and wakes what nobody works on.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from taskiq import InMemoryBroker

from gateway.intake.inspection import Inspection
from gateway.intake.states import UNFINISHED, PartState
from storage.rows import parts as rows_of_parts
from storage.rows.engine import Rows

RECONCILE_S: Final = 30.0

Failed = Callable[[BaseException], None]


class Wakes(Protocol):
    """What makes inspections start soon."""

    async def wake(self, part: str, drawings: Sequence[str]) -> None:
        """Have a part's description and drawings inspected."""


class Elsewhere:
    """On a node that cannot open: another one's reconciler finds the rows."""

    async def wake(self, part: str, drawings: Sequence[str]) -> None:
        """Do nothing here."""


class Pipeline:
    """Runs inspections in this process, a few at a time."""

    def __init__(
        self, inspection: Inspection, rows: Rows, *, parallel: int, failed: Failed
    ) -> None:
        """Prepare; ``failed`` hears of inspections that broke off (they are tried again)."""
        self._rows = rows
        self._failed = failed
        # The sandbox bounds what runs at once; a little more here keeps sealing overlapped.
        self._broker = InMemoryBroker(max_async_tasks=parallel + 1, propagate_exceptions=False)

        async def inspect(drawing: str) -> None:
            await self._alone(drawing, inspection.drawing(drawing))

        async def describe(part: str) -> None:
            await self._alone(part, inspection.description(part))

        self._inspect = self._broker.register_task(inspect, task_name="inspect-drawing")
        self._describe = self._broker.register_task(describe, task_name="inspect-words")
        self._under_way: set[str] = set()
        self._jobs: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Start the broker and wake whatever a dead process left behind."""
        await self._broker.startup()
        await self.reconcile()

    async def stop(self) -> None:
        """Break off what runs; its rows say so, and the next start takes it up again."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await self._broker.shutdown()

    async def idle(self) -> None:
        """Return once nothing that was woken is still being done."""
        await self._broker.wait_all()

    async def wake(self, part: str, drawings: Sequence[str]) -> None:
        """Have a part's description and drawings inspected soon."""
        await self._describe.kiq(part)
        for drawing in drawings:
            await self._inspect.kiq(drawing)

    async def reconcile(self) -> int:
        """Wake everything unfinished that nobody works on; return how much it was."""
        async with self._rows.reading() as connection:
            drawings = await rows_of_parts.drawings_in(connection, UNFINISHED)
            parts = await rows_of_parts.parts_in(connection, [PartState.INSPECTING])
        waiting = [drawing for drawing in drawings if drawing not in self._under_way]
        for part in parts:
            if part not in self._under_way:
                await self._describe.kiq(part)
        for drawing in waiting:
            await self._inspect.kiq(drawing)
        return len(waiting)

    async def _alone(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` unless the same is being done; its failure ends here and is told."""
        if name in self._under_way:
            work.close()
            return
        job = asyncio.current_task()
        self._under_way.add(name)
        with contextlib.ExitStack() as after:
            after.callback(self._under_way.discard, name)
            if job is not None:
                self._jobs.add(job)
                after.callback(self._jobs.discard, job)
            try:
                await work
            except Exception as error:
                self._failed(error)
