"""The process that workers are forked from: everything imported, nothing at stake.

Room: redaction/sandbox. Started by ``redaction.sandbox.nursery`` with an empty environment and
one socket. It loads the handlers once, so that a worker costs a fork and not an interpreter,
gives up what it can, and then only forks, waits and reports. It never reads a drawing; when
its socket closes it ends, and its workers with it.

    python -I -m redaction.sandbox.zygote 3
"""

import fcntl
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from redaction import registry, sniff
from redaction.sandbox import walls, worker
from redaction.sandbox.kernel import close_from
from redaction.sandbox.wire import (
    JOB_DESCRIPTORS,
    MAX_JOB_BYTES,
    Job,
    Kind,
    Limits,
    Note,
    read_job,
    write_note,
)

PROBE_LIMITS: Final = Limits(memory_bytes=1024**3, file_bytes=1024, cpu_s=10)
OUT_OF_THE_WAY: Final = 64


def warm() -> None:
    """Import and load everything a worker will need once it can open no file."""
    sniff.warm()
    for known in registry.FORMATS:
        handler = registry.load(known.name)
        getattr(handler, "warm", lambda: None)()
    gc.collect()
    # Objects the collector does not look at again stay shared with every worker.
    gc.freeze()


class Zygote:
    """Forks a worker for each job it is told of and tells how each ended."""

    def __init__(self, control: socket.socket, level: walls.WallLevel, task: worker.Task) -> None:
        """Serve ``control``; workers must find at least ``level`` standing, and do ``task``."""
        self._control = control
        self._level = level
        self._task = task
        self._running: dict[int, tuple[int, int]] = {}  # pidfd → job, pid
        self._poll = select.poll()

    def serve(self) -> None:
        """Serve until the socket closes; then kill what still runs and return."""
        self._poll.register(self._control, select.POLLIN)
        try:
            while self._served():
                pass
        finally:
            for pidfd, (_, pid) in self._running.items():
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                os.waitpid(pid, 0)

    def _served(self) -> bool:
        for ready, _ in self._poll.poll():
            if ready == self._control.fileno():
                packet, descriptors, _, _ = socket.recv_fds(
                    self._control, MAX_JOB_BYTES, JOB_DESCRIPTORS
                )
                if not packet:
                    return False
                self._start(read_job(packet), descriptors)
            else:
                self._reap(ready)
        return True

    def _start(self, job: Job, descriptors: Sequence[int]) -> None:
        pid = fork(job, descriptors, self._level, self._task)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        self._running[pidfd] = (job.number, pid)
        self._poll.register(pidfd, select.POLLIN)
        socket.send_fds(self._control, [write_note(Note(Kind.STARTED, job.number, pid))], [pidfd])

    def _reap(self, pidfd: int) -> None:
        self._poll.unregister(pidfd)
        number, pid = self._running.pop(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        self._control.send(write_note(Note(Kind.ENDED, number, status)))


def fork(job: Job, descriptors: Sequence[int], expected: walls.WallLevel, task: worker.Task) -> int:
    """Return the pid of a new worker that does ``job`` and then ends."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _place(descriptors)
            worker.live(job, parent, expected, task)
        finally:
            os._exit(worker.Exit.CRASHED)
    return pid


def _place(descriptors: Sequence[int]) -> None:
    # First out of the way, then into place: a target may be one of the others.
    away = [fcntl.fcntl(d, fcntl.F_DUPFD_CLOEXEC, OUT_OF_THE_WAY) for d in descriptors]
    for place, descriptor in enumerate(away):
        os.dup2(descriptor, worker.SOURCE + place, inheritable=False)
    close_from(worker.SOURCE + len(descriptors))


def probe() -> walls.WallLevel:
    """Return which walls stand round a worker, as one that raised them found."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        bits = 0
        try:
            walls.enclose(PROBE_LIMITS, parent)
            bits = walls.tried(PROBE_LIMITS).bits
        finally:
            os._exit(bits)
    _, status = os.waitpid(pid, 0)
    return walls.WallLevel.from_bits(max(0, os.waitstatus_to_exitcode(status)))


def main(
    descriptor: int, task: worker.Task = worker.redact, ready: Callable[[], None] = warm
) -> None:
    """Be the zygote of whoever holds the other end of ``descriptor``; first get ``ready``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the gateway decides when this ends
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    alone = walls.leave_namespaces()
    ready()
    if alone:
        walls.leave_files()
    walls.become_nobody()
    level = probe()
    control.send(write_note(Note(Kind.READY, 0, level.bits)))
    Zygote(control, level, task).serve()


def run() -> NoReturn:
    """Be a zygote on the descriptor the command line names, and print nothing whatever comes."""
    try:
        main(int(sys.argv[1]))
    except BaseException:
        os._exit(worker.Exit.CRASHED)
    os._exit(worker.Exit.DONE)


if __name__ == "__main__":
    run()
