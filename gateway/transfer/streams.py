"""The streams that run at the moment, and how to cut them.

Room: gateway/transfer. Pure but for the cuts it is handed. In memory, one a process: the rows are
the truth, and a stream of another process looks there within RECHECK_S (gateway.transfer.egress).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Running:
    """One stream. ``cut`` is set once it must not send another byte."""

    abort: Callable[[], None]
    cut: bool = False

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

    @property
    def count(self) -> int:
        """How many run."""
        return sum(len(some) for some in self._running.values())
