"""The sweep itself: no removed value may be left, in any spelling, in any region.

Room: redaction/sweep. Pure. The only check that needs to know nothing of the format, and so the
one that catches what a handler forgot. Used by ``redaction.engine``.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from redaction.errors import ResidueError
from redaction.model import Finding
from redaction.sweep.needles import Needle, needles
from redaction.sweep.readings import Haystack, haystacks
from redaction.sweep.regions import regions

# In packed or numeric data four letters in a row are chance, so a short needle must stand
# beside text: this many printable bytes, on one side at least.
SHORT_BYTES: Final = 6
CONTEXT_BYTES: Final = 4
# How many spellings are looked for in one glance, and up to how many glances are worth it.
GLANCE_SPELLINGS: Final = 48
MAX_GLANCES: Final = 8
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
    spelt: defaultdict[bytes, list[Needle]] = defaultdict(list)
    for needle in sorted(sought):
        spelt[needle.spelling].append(needle)
    if not spelt:
        return
    eye = _Eye(tuple(spelt))
    needles_of = tuple(spelt.values())
    longest_bytes = max(map(len, spelt))
    for region in regions(data):
        found: set[Needle] = set()
        for haystack in haystacks(region.data, longest_bytes, CONTEXT_BYTES):
            for at, start, _ in eye.seen(haystack.text):
                found.update(_standing(haystack, needles_of[at], start, found))
        yield from (Hit(needle, region.kind) for needle in sorted(found))


class _Eye:
    """Sees all spellings at once, and at a glance if there is none."""

    def __init__(self, spellings: Sequence[bytes]) -> None:
        self._spellings = BytesAhoCorasick(spellings)
        groups = [
            spellings[at : at + GLANCE_SPELLINGS]
            for at in range(0, len(spellings), GLANCE_SPELLINGS)
        ]
        # So few at a time, of this kind, are looked for many bytes at a time.
        self._glances = [
            BytesAhoCorasick(group, matchkind=MatchKind.LeftmostFirst)
            for group in (groups if len(groups) <= MAX_GLANCES else ())
        ]

    def seen(self, text: bytes) -> list[tuple[int, int, int]]:
        """Return number, start and end of every spelling in ``text``, overlapping ones too."""
        if self._glances and not any(
            glance.find_matches_as_indexes(text) for glance in self._glances
        ):
            return []
        return self._spellings.find_matches_as_indexes(text, overlapping=True)


def _standing(
    haystack: Haystack, needles: Iterable[Needle], at: int, found: Container[Needle]
) -> Iterator[Needle]:
    """Yield those of ``needles``, spelt the same, that stand at ``at`` and were not found yet."""
    for needle in needles:
        if needle in found or not haystack.begin <= at <= haystack.end - len(needle.spelling):
            continue
        if _stands(haystack.text, needle, at):
            yield needle


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
