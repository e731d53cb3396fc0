"""The body of one upload request: counted, bounded, and kept when its sender disappears.

Room: gateway/intake. Awaits the connection, each time for a bounded while.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from gateway.intake.errors import TooLongError

Read = Callable[[], Awaitable[bytes]]


class ConnectionLostError(Exception):
    """The other side went away in the middle of the body."""


class Body:
    """Hands out a request's bytes in runs of bounded length.

    After the last run either ``ended`` is true (the sender said so) or ``broken_off`` is.
    """

    def __init__(self, read: Read, *, room_bytes: int, idle_s: float) -> None:
        """Read with ``read`` (b"" at the end); more than ``room_bytes`` is an error."""
        self.ended = False
        self.broken_off = False
        self._read = read
        self._room_bytes = room_bytes
        self._idle_s = idle_s
        self._waiting: asyncio.Timeout | None = None
        self._ahead = b""

    def stop(self) -> None:
        """End the body here; what was read so far counts."""
        self.broken_off = True
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time())

    async def waits(self) -> bool:
        """Return whether at least one more byte comes; waits for it.

        Raises:
            TooLongError: it is one more than there is room for.
        """
        while not self._ahead and not self.ended and not self.broken_off:
            await self._advance()
        return bool(self._ahead)

    async def run(self, max_bytes: int) -> AsyncIterator[bytes]:
        """Yield the next pieces, at most ``max_bytes`` of them together.

        Raises:
            TooLongError: the sender sends more than there is room for.
        """
        left = max_bytes
        while left and await self.waits():
            piece, self._ahead = self._ahead[:left], self._ahead[left:]
            left -= len(piece)
            yield piece

    async def _advance(self) -> None:
        try:
            async with asyncio.timeout(self._idle_s) as self._waiting:
                piece = await self._read()
        except (TimeoutError, ConnectionLostError):
            self.broken_off = True
            return
        finally:
            self._waiting = None
        if not piece:
            self.ended = True
        self._room_bytes -= len(piece)
        if self._room_bytes < 0:
            raise TooLongError
        self._ahead = piece
