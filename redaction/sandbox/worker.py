"""The only process that ever reads a hostile byte; it reads one file and ends.

Room: redaction/sandbox. A fresh child of the zygote, behind its walls before it reads. Its
descriptors are 3 the source, 4 the cleaned file, 5 the report; it has nothing else. It says how
it went by its exit status and never prints: a traceback quotes the file it choked on.
"""

import errno
import os
from collections.abc import Callable
from enum import IntEnum
from typing import Final, NoReturn

from redaction import engine
from redaction.errors import TooComplexError
from redaction.model import Profile
from redaction.report import Report
from redaction.report_reading import written
from redaction.sandbox import walls
from redaction.sandbox.memory import MemoryFile
from redaction.sandbox.wire import Job, Work

SOURCE: Final = 3
CLEANED: Final = 4
REPORT: Final = 5

Task = Callable[[Job, bytes], tuple[bytes | None, Report]]


class Exit(IntEnum):
    """What the exit status of a worker means."""

    DONE = 0
    CRASHED = 70
    EXHAUSTED = 71
    WALLS_MISSING = 72


def redact(job: Job, data: bytes) -> tuple[bytes | None, Report]:
    """Return the cleaned file (if it was asked for and could be made) and the report."""
    profile: Profile = job.profile
    if job.work is Work.INSPECT:
        return None, engine.inspect(data, profile)
    return engine.scrub(data, profile)


def live(job: Job, parent: int, expected: walls.WallLevel, task: Task = redact) -> NoReturn:
    """Do ``job`` and end this process, which must be a fresh child of ``parent``.

    ``expected`` are the walls that stood when the zygote tried them. If one of them does not
    stand now, the source is not read.
    """
    try:
        status = _lived(job, parent, expected, task)
    except (MemoryError, RecursionError, TooComplexError):
        status = Exit.EXHAUSTED
    except OSError as error:
        exhausted = error.errno in (errno.ENOMEM, errno.EFBIG, errno.ENOSPC)
        status = Exit.EXHAUSTED if exhausted else Exit.CRASHED
    except BaseException:
        status = Exit.CRASHED
    # No handler of this process's parent may run here, and no buffer be flushed twice.
    os._exit(status)


def _lived(job: Job, parent: int, expected: walls.WallLevel, task: Task) -> Exit:
    walls.enclose(job.limits, parent)
    if expected.bits & ~walls.tried(job.limits).bits:
        return Exit.WALLS_MISSING
    source, cleaned, report = (MemoryFile(number) for number in (SOURCE, CLEANED, REPORT))
    data, account = task(job, source.read(0, source.size))
    # The report goes last: a worker that died before it has said nothing.
    if data is not None:
        cleaned.write(data)
    report.write(written(account))
    return Exit.DONE
