"""The process that waits beside the loop: what kills the loop's process is a finding too.

The loop writes each input into memory both share before it tries it. When its process dies by a
signal or spins where no signal of Python's reaches (inside a C library), that input is saved and
another process goes on.
"""

import mmap
import os
import resource
import signal
import struct
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.fuzz.loop import Shelf
from tests.fuzz.mutations import MAX_BYTES
from tests.fuzz.target import Problem

ADDRESS_BYTES: Final = 2 * 1024**3
STUCK_S: Final = 40.0
LOOKED_EVERY_S: Final = 1.0
DONE, MADE_WAY = 0, 75
HEAD: Final = struct.Struct("<QQ")
MAX_DEATHS: Final = 200


class Slate:
    """The input being tried, readable by whoever waits outside."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, HEAD.size + MAX_BYTES)
        self._count = 0

    def write(self, data: bytes) -> None:
        self._count += 1
        held = data[:MAX_BYTES]
        self._memory[: HEAD.size] = HEAD.pack(self._count, len(held))
        self._memory[HEAD.size : HEAD.size + len(held)] = held

    def read(self) -> tuple[int, bytes]:
        """Return which input it is and its bytes."""
        count, size = HEAD.unpack(self._memory[: HEAD.size])
        return count, self._memory[HEAD.size : HEAD.size + size]


def guarded(shelf: Shelf, action: Callable[[Slate], bool]) -> None:
    """Run ``action`` in processes of their own until one says that all is done.

    Raises:
        RuntimeError: they die so often that nothing can be learned.
    """
    for _ in range(MAX_DEATHS):
        slate = Slate()
        process = os.fork()
        if process == 0:
            _inside(slate, action)
        status = _waited(process, slate)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == DONE:
            return
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            shelf.report(Problem("death", name, f"the process died of {name}"), slate.read()[1])
        elif os.WEXITSTATUS(status) != MADE_WAY:
            raise RuntimeError("the fuzzer itself failed; see what it wrote")
    raise RuntimeError(f"{MAX_DEATHS} processes died")


def _inside(slate: Slate, action: Callable[[Slate], bool]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    # Libraries in C complain there about every second file; our own complaints still go out.
    said = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    warnings.simplefilter("ignore")
    code = 1
    try:
        code = DONE if action(slate) else MADE_WAY
    except BaseException:  # nothing may run on in a forked process
        traceback.print_exc(file=said)
        said.flush()
    finally:
        os._exit(code)


def _waited(process: int, slate: Slate) -> int:
    """Return how the process ended; one that spins over a single input is killed."""
    last, since_s = 0, _cpu_s(process)
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status
        count, _ = slate.read()
        if count != last:
            last, since_s = count, _cpu_s(process)
        elif _cpu_s(process) - since_s > STUCK_S:
            os.kill(process, signal.SIGKILL)
        time.sleep(LOOKED_EVERY_S)


def _cpu_s(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
