"""How the time and memory of cleaning a file are measured: the same way for every format.

What is counted is the time of the processor, so that what else the machine does counts as little
as can be; memory is that of a process which did nothing else.
"""

import hashlib
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from redaction import engine
from redaction.model import Profile

T = TypeVar("T")
ROUNDS = 3


class Measured(NamedTuple):
    """What one process took: seconds of the processor, and bytes of memory at most."""

    scrub_s: float
    hash_s: float
    peak_bytes: int


def apart(action: Callable[..., T], *arguments: object) -> T:
    """Return what ``action`` returns in a process of its own, which nothing has grown before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(action, *arguments).result()


def scrubbed(path: Path, canary: str = "") -> Measured:
    """Return what cleaning the file takes, which may not say ``canary`` afterwards."""
    data = path.read_bytes()
    cleaned, report = engine.scrub(data, Profile())
    if cleaned is None or not report.identical or (canary and canary.encode() in cleaned):
        raise SystemExit("the file was not cleaned, so its speed means nothing")
    del cleaned
    scrub_s = median_s(lambda: engine.scrub(data, Profile()))
    hash_s = median_s(lambda: hashlib.sha256(data).digest())
    return Measured(scrub_s, hash_s, peak_bytes())


def told(took: Measured, size_bytes: int) -> str:
    """Return the figures of one file in words."""
    mb = size_bytes / 1e6
    return (
        f"{mb / took.scrub_s:.1f} MB/s of a {mb:.0f} MB file"
        f" in {took.peak_bytes / 1e6 / mb:.2f} x its size of memory,"
        f" {took.hash_s / took.scrub_s:.3f} x one SHA-256 pass ({mb / took.hash_s:.0f} MB/s)"
    )


def compared(ours_s: float, peer_s: float, size_bytes: int) -> str:
    """Return how much faster than its peer one was on the same file, in words."""
    mb = size_bytes / 1e6
    return (
        f"{peer_s / ours_s:.1f} x its loading and saving of {mb:.1f} MB"
        f" ({mb / ours_s:.1f} against {mb / peer_s:.1f} MB/s)"
    )


def median_s(action: Callable[[], object]) -> float:
    """Return the median of the processor's seconds that ``action`` takes."""

    def timed_s() -> float:
        began = time.process_time()
        action()
        return time.process_time() - began

    return statistics.median(timed_s() for _ in range(ROUNDS))


def peak_bytes() -> int:
    """Return the most memory this process has held."""
    # getrusage would tell the peak of whoever started this process, if that was higher.
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit("this kernel does not tell how much memory a process took")
    return int(found[1]) * 1024


def environment(folder: Path, *packages: str) -> Path | None:
    """Return the Python of an environment with ``packages``, made if need be; None if it cannot be.

    Peers are no dependencies of ours, so they live in a place of their own.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    quiet = ("--quiet", "--disable-pip-version-check")
    installed = subprocess.run(
        [str(python), "-m", "pip", "install", *quiet, *packages], capture_output=True, check=False
    )
    return python if installed.returncode == 0 else None
