"""The streams that run at the moment, and how to cut them.

Room: gateway/transfer. Awaits streams that end; calls the cuts it is handed. In memory, one a
process: the rows are the truth, and a stream of another process looks there within RECHECK_S
(gateway.transfer.egress).
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

SETTLE_S: Final = 5.0


@dataclass(slots=True, eq=False)
class Running:
    """One stream. ``cut`` is set once it must not send another byte, ``ending`` before its last."""

    abort: Callable[[], None]
    cut: bool = False
    ending: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Cut it, also while it waits for a slow client."""
        if not self.cut:
            self.cut = True
            self.abort()


@dataclass(slots=True)
class Streams:
    """Every running stream by its session."""

    _running: dict[str, set[Running]] = field(default_factory=dict)

    @contextmanager
    def running(self, session: str, abort: Callable[[], None]) -> Iterator[Running]:
        """Yield the stream's entry while it runs."""
        one = Running(abort)
        self._running.setdefault(session, set()).add(one)
        try:
            yield one
        finally:
            one.over.set()
            others = self._running[session]
            others.discard(one)
            if not others:
                del self._running[session]

    def cut(self, sessions: Iterable[str]) -> int:
        """Cut every stream of these sessions, now; return how many there were."""
        found = [one for session in sessions for one in self._running.get(session, ())]
        for one in found:
            one.stop()
        return len(found)

    async def settled(self, session: str) -> None:
        """Return once streams that have sent their last byte are entered in the rows as well.

        A client that has everything may ask for its receipt before we have written so.
        """
        ending = [one for one in self._running.get(session, ()) if one.ending]
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                for one in ending:
                    await one.over.wait()

    @property
    def count(self) -> int:
        """How many run."""
        return sum(len(some) for some in self._running.values())
