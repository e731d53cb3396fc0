"""One zygote from the trusted side: started, given jobs, believed little, stopped.

Room: redaction/sandbox. Awaits the zygote's socket; every wait has a deadline. Used by
``redaction.sandbox.client``, which decides what an end means and starts another zygote when
this one died.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from redaction.errors import WorkerFailedError
from redaction.sandbox.walls import WallLevel
from redaction.sandbox.wire import NOTE, Job, Kind, Note, read_note, write_job

MODULE: Final = ("-I", "-m", "redaction.sandbox.zygote")
START_DEADLINE_S: Final = 60.0
REAP_DEADLINE_S: Final = 10.0


@dataclass(slots=True)
class _Running:
    """A job the zygote was told of: how it will end, and the handle to end it with."""

    ended: asyncio.Future[int]
    pidfd: int = -1

    def kill(self) -> bool:
        """Return whether the worker can be, and was, told to die."""
        if self.pidfd < 0:
            return False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        return True


class Nursery:
    """A running zygote. Make one with ``start``; ``stop`` leaves no process behind."""

    def __init__(self, process: Process, control: socket.socket) -> None:
        """Own ``process`` and the gateway's end of its socket."""
        self._process = process
        self._control = control
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[WallLevel] = self._loop.create_future()
        self._running: dict[int, _Running] = {}
        self.alive = True
        self._loop.add_reader(control.fileno(), self._listen)

    @classmethod
    async def start(cls, module: Sequence[str] = MODULE) -> tuple[Self, WallLevel]:
        """Return a new zygote that is ready, and the walls its workers will have.

        Raises:
            WorkerFailedError: it could not start, or not in time.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, *module, str(theirs.fileno())),
                    stdin=DEVNULL,
                    stdout=DEVNULL,
                    stderr=DEVNULL,
                    env={},  # nothing to steal, nothing to tell of this machine
                    cwd="/",
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise WorkerFailedError("the zygote could not be started") from error
        nursery = cls(process, ours)
        try:
            async with asyncio.timeout(START_DEADLINE_S):
                return nursery, await nursery._ready
        except BaseException as error:
            await nursery.stop()
            if isinstance(error, TimeoutError):
                raise WorkerFailedError("the zygote did not get ready") from error
            raise

    async def run(self, job: Job, descriptors: Sequence[int], deadline_s: float) -> int | None:
        """Return the wait status a worker for ``job`` ended with, or None if it was killed.

        It is killed when it is not done after ``deadline_s``, or the caller is cancelled. When
        this returns or raises, the worker is gone and reaped.

        Raises:
            WorkerFailedError: the zygote died or broke the protocol.
        """
        running = _Running(self._loop.create_future())
        self._running[job.number] = running
        try:
            self._tell(job, descriptors)
            async with asyncio.timeout(deadline_s):
                return await asyncio.shield(running.ended)
        except TimeoutError:
            return None
        finally:
            await self._end(running)
            del self._running[job.number]
            if running.pidfd >= 0:
                os.close(running.pidfd)

    def _tell(self, job: Job, descriptors: Sequence[int]) -> None:
        try:
            if not self.alive:
                raise ConnectionError
            socket.send_fds(self._control, [write_job(job)], descriptors)
        except (OSError, ValueError) as error:
            raise WorkerFailedError("the zygote could not be told") from error

    async def _end(self, running: _Running) -> None:
        if running.ended.done() or not self.alive:
            running.ended.cancel()
            return
        # A worker without a handle was never announced: then all of them go.
        if running.kill():
            with contextlib.suppress(TimeoutError, WorkerFailedError):
                async with asyncio.timeout(REAP_DEADLINE_S):
                    await running.ended
                return
        await self.stop()

    def _listen(self) -> None:
        try:
            while True:
                packet, descriptors, _, _ = socket.recv_fds(
                    self._control, NOTE.size + 1, 1, socket.MSG_CMSG_CLOEXEC
                )
                if not packet:
                    raise ConnectionError
                self._take(read_note(packet), descriptors)
        except BlockingIOError:
            return
        except (OSError, WorkerFailedError) as error:
            self._fail(error)

    def _take(self, note: Note, descriptors: Sequence[int]) -> None:
        running = self._running.get(note.job)
        if note.kind is Kind.READY and not self._ready.done():
            self._ready.set_result(WallLevel.from_bits(note.value))
        elif note.kind is Kind.STARTED and running and running.pidfd < 0 and descriptors:
            running.pidfd = descriptors[0]
        elif note.kind is Kind.ENDED and running and not running.ended.done():
            running.ended.set_result(note.value)
        else:
            for descriptor in descriptors:
                os.close(descriptor)
            raise WorkerFailedError("a note that fits nothing")

    def _fail(self, error: Exception) -> None:
        self.alive = False
        self._loop.remove_reader(self._control.fileno())
        failure = WorkerFailedError("the zygote died")
        failure.__cause__ = error
        waited: list[asyncio.Future[WallLevel] | asyncio.Future[int]] = [self._ready]
        waited += (running.ended for running in self._running.values())
        for future in waited:
            if not future.done():
                future.set_exception(failure)
                future.exception()  # it may have nobody left to await it

    async def stop(self) -> None:
        """Kill the zygote and everything it started, and wait until they are gone. Idempotent."""
        if self.alive:
            self._fail(ConnectionError())
        self._control.close()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        async with asyncio.timeout(REAP_DEADLINE_S):
            await self._process.wait()
