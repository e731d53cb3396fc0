"""Which sealed bytes answer a range of plaintext.

Room: storage/sealed. Pure arithmetic over storage.sealed.format.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from storage.sealed import format as fmt


@dataclass(frozen=True, slots=True)
class Span:
    """One segment of an answer: where it lies sealed, and which of its plaintext is wanted."""

    segment: int
    sealed_start: int
    sealed_end: int
    skip: int  # plaintext bytes of this segment before the range
    take: int  # plaintext bytes of this segment inside the range


def spans(start: int, end: int, plain_bytes: int) -> Iterator[Span]:
    """Yield the segments that hold the plaintext from ``start`` up to, not including, ``end``.

    An empty object still has one segment, which must be opened to know that it is empty.

    Raises:
        ValueError: the range does not lie within the object.
    """
    if not 0 <= start <= end <= plain_bytes:
        raise ValueError("the range does not lie within the object")
    if start == end and plain_bytes:
        return
    for segment in range(_segment_of(start), _segment_of(max(start, end - 1)) + 1):
        first, length = _plain_extent(segment, plain_bytes)
        sealed_start = 0 if segment == 0 else segment * fmt.SEGMENT_BYTES
        offset = fmt.HEADER_BYTES if segment == 0 else 0
        skip = max(0, start - first)
        yield Span(
            segment=segment,
            sealed_start=sealed_start + offset,
            sealed_end=sealed_start + offset + length + fmt.TAG_BYTES,
            skip=skip,
            take=min(end, first + length) - first - skip,
        )


def _segment_of(position: int) -> int:
    if position < fmt.FIRST_PLAIN_BYTES:
        return 0
    return 1 + (position - fmt.FIRST_PLAIN_BYTES) // fmt.PLAIN_SEGMENT_BYTES


def _plain_extent(segment: int, plain_bytes: int) -> tuple[int, int]:
    if segment == 0:
        return 0, min(plain_bytes, fmt.FIRST_PLAIN_BYTES)
    first = fmt.FIRST_PLAIN_BYTES + (segment - 1) * fmt.PLAIN_SEGMENT_BYTES
    return first, min(plain_bytes - first, fmt.PLAIN_SEGMENT_BYTES)
