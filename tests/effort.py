"""Bounds on work that a busy or a slow machine cannot break: CPU seconds of a reference machine.

A bound on growth ("not quadratic") needs a number. A number in seconds fails on a busy machine,
so each measurement is held beside a fixed yardstick, run just before and just after it, and work
that took too long is tried again: noise only ever adds. Touches only its own process's clock.
"""

import re
import time
from collections.abc import Callable

YARDSTICK_S = 0.02  # what `_yardstick` costs on the machine that the bounds were written on, idle
TRIES = 3
SLACK = 2.0  # linear work misses its bound by noise, quadratic work by a factor of ten and more

_WORDS = re.compile(r"(?i)\b[a-z]+(\d+)\b")


def _yardstick() -> float:
    """CPU seconds of a little of all that handlers do: a loop, a dict, a regular expression."""
    begun = time.process_time()
    text = " ".join(f"word{n} {n} D:/a/{n}" for n in range(8_000))
    counts: dict[str, int] = {}
    for match in _WORDS.finditer(text):
        counts[match[1]] = counts.get(match[1], 0) + 1
    assert len(counts) == 8_000
    return time.process_time() - begun


def assert_cpu_seconds(limit_s: float, work: Callable[[], object]) -> None:
    """Fail if `work` takes over `limit_s` CPU seconds of the reference machine, thrice in a row."""
    needed: list[float] = []
    for _ in range(TRIES):
        before = _yardstick()
        begun = time.process_time()
        work()
        cost = time.process_time() - begun
        slowness = max(1.0, min(before, _yardstick()) / YARDSTICK_S)
        needed.append(cost / slowness)
        if needed[-1] <= limit_s * SLACK:
            return
    raise AssertionError(
        f"needed {min(needed):.2f} s of the reference machine, {limit_s * SLACK:.2f} s are allowed"
    )
