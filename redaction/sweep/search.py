"""The sweep itself: no removed value may be left, in any spelling, in any region.

Room: redaction/sweep. Pure. The only check that needs to know nothing of the format, and so the
one that catches what a handler forgot. Used by ``redaction.engine``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import ResidueError
from redaction.model import Finding
from redaction.sweep.escapes import unescaped
from redaction.sweep.needles import Needle, needles
from redaction.sweep.regions import regions

# In packed or numeric data four letters in a row are chance, so a short needle must stand
# beside text: this many printable bytes, on one side at least.
SHORT_BYTES: Final = 6
CONTEXT_BYTES: Final = 4
PRINTABLE: Final = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D}
ALPHANUMERIC: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Hit:
    """A removed value that is still there: its needle, and how the place was packed."""

    needle: Needle
    region: str


def check(cleaned: bytes, findings: Iterable[Finding]) -> int:
    """Return how many spellings were searched for and not found.

    Raises:
        ResidueError: one was found; the message names its category and region, not itself.
        TooLargeError: the file unpacks to more than is reasonable.
    """
    sought = needles(findings)
    for hit in hits(cleaned, sought):
        raise ResidueError(f"{hit.needle.category.value} in {hit.region}")
    return len(sought)


def hits(data: bytes, sought: Iterable[Needle]) -> Iterator[Hit]:
    """Yield at most one hit for each needle and region.

    Raises:
        TooLargeError: ``data`` unpacks to more than is reasonable.
    """
    sought = tuple(sought)
    if not sought:
        return
    for region in regions(data):
        for haystack in _readings(region.data):
            for needle in sought:
                if _found(haystack, needle):
                    yield Hit(needle, region.kind)


def _readings(data: bytes) -> Iterator[bytes]:
    """Yield ``data`` in lower case as it stands, then as each way of writing would be read."""
    lower = data.lower()
    yield lower
    plain = unescaped(lower)
    if plain is not None:
        yield plain
    if b"\x00" in lower:
        # Without its zeros, UTF-16 in either byte order reads as ASCII does.
        yield lower.replace(b"\x00", b"")


def _found(haystack: bytes, needle: Needle) -> bool:
    at = haystack.find(needle.spelling)
    while at >= 0:
        if _stands(haystack, needle, at):
            return True
        at = haystack.find(needle.spelling, at + 1)
    return False


def _stands(haystack: bytes, needle: Needle, at: int) -> bool:
    """Return whether the occurrence at ``at`` is the value and not part of something else."""
    end = at + len(needle.spelling)
    before = haystack[max(0, at - CONTEXT_BYTES) : at]
    after = haystack[end : end + CONTEXT_BYTES]
    if needle.word and (set(before[-1:]) | set(after[:1])) & ALPHANUMERIC:
        return False
    if len(needle.spelling) >= SHORT_BYTES:
        return True
    return PRINTABLE.issuperset(before) or PRINTABLE.issuperset(after)
