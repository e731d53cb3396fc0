"""The sandbox from the trusted side: a drawing in, a verdict and perhaps a cleaned drawing out.

Room: redaction/sandbox. Awaits workers; every wait has a deadline. The gateway and the command
line use this module and no other of the workshop's that has to do with bytes of drawings.

    async with Sandbox(memory_bytes=2 * 1024**3, deadline_s=60) as sandbox:
        outcome = await sandbox.scrub(source, profile)
"""

import asyncio
import math
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Final, Self

from redaction.errors import RedactionError, TooComplexError, WorkerFailedError
from redaction.model import Profile
from redaction.report import UNKNOWN_FORMAT, Report, Status
from redaction.report_reading import MAX_REPORT_BYTES, ReportLiedError, read
from redaction.sandbox.memory import MemoryFile
from redaction.sandbox.nursery import MODULE, Nursery
from redaction.sandbox.walls import WallLevel
from redaction.sandbox.wire import Job, Limits, Work

# A cleaned file is seldom longer than its source; rewriting formats need some room.
OUTPUT_ROOM_BYTES: Final = 64 * 1024 * 1024
# Exit statuses of redaction.sandbox.worker, which this side does not import.
DONE: Final = 0
EXHAUSTED: Final = 71
DONE_AS: Final = {
    Work.SCRUB: Status.CLEAN,
    Work.INSPECT: Status.INSPECTED,
    Work.PREVIEW: Status.INSPECTED,
}
# A library without Python around it ends its process (SIGABRT) when it is refused memory.
EXHAUSTING_SIGNALS: Final = frozenset(
    {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGXFSZ, -signal.SIGABRT}
)


class WallsMissingError(WorkerFailedError):
    """This machine cannot wall the sandbox in completely, and strict operation asks for it."""

    code = "walls-missing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a drawing. ``cleaned`` is sealed and belongs to the caller, to close."""

    report: Report
    cleaned: MemoryFile | None


class Sandbox:
    """Cleans drawings in processes that can reach nothing; an async context manager."""

    def __init__(
        self,
        *,
        memory_bytes: int,
        deadline_s: float,
        parallel: int = 2,
        strict: bool = False,
        module: Sequence[str] = MODULE,
    ) -> None:
        """Set what one file may take and how many are worked on at once.

        ``strict`` refuses to start where a wall is missing. ``module`` is how a zygote is
        started, as arguments of the interpreter.
        """
        self._memory_bytes = memory_bytes
        self._deadline_s = deadline_s
        self._strict = strict
        self._module = module
        self._numbers = count(1)
        self._turn = asyncio.Semaphore(parallel)
        self._starting = asyncio.Lock()
        self._nursery: Nursery | None = None
        self._level = WallLevel.from_bits(0)

    async def __aenter__(self) -> Self:
        """Start the zygote.

        Raises:
            WallsMissingError: strict, and a wall is missing.
            WorkerFailedError: no zygote can be started here.
        """
        await self._ready()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill whatever still runs; nothing is left behind."""
        if self._nursery is not None:
            await self._nursery.stop()

    def level(self) -> WallLevel:
        """Return which walls held when the zygote tried them."""
        return self._level

    async def scrub(self, source: MemoryFile, profile: Profile) -> Outcome:
        """Return the cleaned drawing and its report, or a refusal; ``source`` gets sealed.

        A file that takes too long or too much, or crashes its worker, is refused.

        Raises:
            WorkerFailedError: no worker could be had, or it broke the protocol. The file may
                be tried again.
        """
        return await self._work(Work.SCRUB, source, profile)

    async def inspect(self, source: MemoryFile, profile: Profile) -> Outcome:
        """Return what scrubbing would find; ``cleaned`` is None. Otherwise as ``scrub``."""
        return await self._work(Work.INSPECT, source, profile)

    async def preview(self, source: MemoryFile) -> Outcome:
        """Return a picture as ``cleaned``, or the reason for having none. Otherwise as ``scrub``.

        Only for a sandbox whose zygote is redaction.preview.worker.
        """
        return await self._work(Work.PREVIEW, source, Profile())

    async def _work(self, work: Work, source: MemoryFile, profile: Profile) -> Outcome:
        source.seal()
        limits = Limits(
            self._memory_bytes,
            max(2 * source.size, MAX_REPORT_BYTES) + OUTPUT_ROOM_BYTES,
            math.ceil(self._deadline_s) + 1,
        )
        cleaned, report = MemoryFile.create(), MemoryFile.create()
        kept = False
        try:
            async with self._turn:
                job = Job(next(self._numbers), work, profile, limits)
                nursery = await self._ready()
                files = (source.descriptor, cleaned.descriptor, report.descriptor)
                status = await nursery.run(job, files, self._deadline_s)
            refusal = _refusal(status)
            if refusal is not None:
                return Outcome(_unread(source, profile).refused(refusal), None)
            cleaned.seal()
            account = await asyncio.to_thread(_account, job, source, cleaned, report)
            kept = account.status is DONE_AS[work] and work is not Work.INSPECT
            return Outcome(account, cleaned if kept else None)
        finally:
            report.close()
            if not kept:
                cleaned.close()

    async def _ready(self) -> Nursery:
        async with self._starting:
            if self._nursery is not None and self._nursery.alive:
                return self._nursery
            if self._nursery is not None:
                await self._nursery.stop()
            self._nursery, self._level = await Nursery.start(self._module)
            if self._strict and not self._level.complete:
                await self._nursery.stop()
                raise WallsMissingError
            return self._nursery


def _refusal(status: int | None) -> RedactionError | None:
    """Return what a worker's end says against its file, None if it said something itself."""
    if status is None:
        return TooComplexError()
    code = os.waitstatus_to_exitcode(status)
    if code == DONE:
        return None
    exhausted = code == EXHAUSTED or code in EXHAUSTING_SIGNALS
    return TooComplexError() if exhausted else WorkerFailedError()


def _unread(source: MemoryFile, profile: Profile) -> Report:
    return Report(Status.CLEAN, UNKNOWN_FORMAT, profile.name, bytes_in=source.size)


def _account(job: Job, source: MemoryFile, cleaned: MemoryFile, report: MemoryFile) -> Report:
    """Return the worker's report, once it agrees with everything this side knows.

    Raises:
        ReportLiedError: it does not.
    """
    if report.size > MAX_REPORT_BYTES:
        raise ReportLiedError("larger than a report may be")
    account = read(report.read(0, report.size))
    if (
        account.status not in (DONE_AS[job.work], Status.REFUSED)
        or account.profile != job.profile.name
        or account.bytes_in != source.size
        or account.bytes_out != cleaned.size
    ):
        raise ReportLiedError("it contradicts what is known")
    return account
