"""One writer an upload, and a lock that is handed over instead of held against the next one.

Room: gateway/intake. Awaits its predecessor, for a bounded time. A client whose connection died
comes back before the server has noticed; its new request asks the old one to stop, which saves
what it has and lets go. Across processes the row's offset decides (storage.rows.uploads).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gateway.intake.errors import UploadBusyError


class Lease:
    """The right to write to one upload, until asked to stop."""

    def __init__(self) -> None:
        """Start as not asked."""
        self.asked_to_stop = False
        self.released = asyncio.Event()
        self._interrupt: Callable[[], None] | None = None

    def on_stop(self, interrupt: Callable[[], None]) -> None:
        """Say what ends a wait for bytes; called at most once, at once if already asked."""
        self._interrupt = interrupt
        if self.asked_to_stop:
            interrupt()

    def ask_to_stop(self) -> None:
        """Ask the holder to save and let go."""
        if not self.asked_to_stop:
            self.asked_to_stop = True
            if self._interrupt is not None:
                self._interrupt()


class Handover:
    """The leases of all uploads in this process."""

    def __init__(self, *, wait_s: float) -> None:
        """Wait at most ``wait_s`` for a predecessor."""
        self._wait_s = wait_s
        self._held: dict[str, Lease] = {}
        self._closing = False

    @asynccontextmanager
    async def lease(self, upload: str) -> AsyncIterator[Lease]:
        """Hold the upload, having asked whoever held it to stop.

        Raises:
            UploadBusyError: the predecessor did not let go in time.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                while (holder := self._held.get(upload)) is not None:
                    holder.ask_to_stop()
                    await holder.released.wait()
        except TimeoutError as error:
            raise UploadBusyError from error
        lease = self._held[upload] = Lease()
        if self._closing:
            lease.ask_to_stop()
        try:
            yield lease
        finally:
            del self._held[upload]
            lease.released.set()

    def stop_all(self) -> None:
        """Ask every holder to save and let go: the gateway is stopping."""
        self._closing = True
        for lease in self._held.values():
            lease.ask_to_stop()
