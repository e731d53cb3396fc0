"""Draws one file and ends: the preview's own zygote, behind the same walls as any worker.

Room: redaction/preview. A process family apart from the one that cleans: renderers are large, and
what they load is of no use to a handler. The picture goes where a cleaned file would, what was
measured where a report's proofs would.

    python -I -m redaction.preview.worker 3
"""

import gc
import os
import sys
from typing import Final, NoReturn

from redaction import sniff
from redaction.errors import RedactionError, TooComplexError
from redaction.model import Proof
from redaction.preview import paper, registry
from redaction.preview.model import Drawn
from redaction.report import UNKNOWN_FORMAT, Report, Status, proved
from redaction.sandbox import worker, zygote
from redaction.sandbox.wire import Job

# Pictures wait for everything else this machine has to do.
NICENESS: Final = 10
# Libraries that would start threads, or keep a cache of fonts in somebody's home.
ENVIRONMENT: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "XDG_CACHE_HOME": "/dev/null",
    "XDG_CONFIG_HOME": "/dev/null",
}


def paint(job: Job, data: bytes) -> tuple[bytes | None, Report]:
    """Return a picture of ``data``, or None, and what was measured or why there is none."""
    report = Report(Status.INSPECTED, UNKNOWN_FORMAT, job.profile.name, bytes_in=len(data))
    try:
        known = sniff.identify(data)
        report = Report(Status.INSPECTED, known.name, job.profile.name, bytes_in=len(data))
        drawn = registry.load(known.name).draw(data)
        png = paper.printed(drawn)
    except RedactionError as error:
        return None, report.refused(error)
    except (MemoryError, RecursionError):
        return None, report.refused(TooComplexError())
    told = Report(
        Status.INSPECTED,
        known.name,
        job.profile.name,
        oracles=proved(_told(drawn)),
        bytes_in=len(data),
        bytes_out=len(png),
    )
    return png, told


def _told(drawn: Drawn) -> list[Proof]:
    pages = Proof("shown", len(drawn.pages), str(drawn.pages_in_all))
    return [pages, *(Proof(measure.name, 0, measure.value) for measure in drawn.measures)]


def warm() -> None:
    """Import and load everything a worker will need once it can open no file."""
    sniff.warm()
    for name in sorted(set(registry.RENDERERS.values())):
        registry.imported(name).warm()
    gc.collect()
    gc.freeze()


def ready() -> None:
    """Get ready, and from then on give way to everybody else."""
    warm()
    os.nice(NICENESS)


def run() -> NoReturn:
    """Be a zygote on the descriptor the command line names, and print nothing whatever comes."""
    try:
        os.environ.update(ENVIRONMENT)
        zygote.main(int(sys.argv[1]), paint, ready)
    except BaseException:
        os._exit(worker.Exit.CRASHED)
    os._exit(worker.Exit.DONE)


if __name__ == "__main__":
    run()
