"""Whether ranges cover a file.

Room: gateway/transfer. Pure.
"""

from collections.abc import Iterable


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same bytes as few ranges as can be, in order; each is (start, stop exclusive)."""
    result: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result


def covers(ranges: Iterable[tuple[int, int]], size: int) -> bool:
    """Return whether the ranges hold every byte of a file of ``size``; an empty one needs one."""
    return merged(ranges) == [(0, size)]
