"""The mesh oracle: every facet of the one file is, byte for byte, a facet of the other.

Room: redaction/fidelity. Pure; linear. It reads facets on its own and knows nothing of plans,
so a handler that cuts a facet as if it were a comment is found out here.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from redaction.errors import NotFaithfulError
from redaction.model import Proof

HEADER_BYTES: Final = 80
FACETS_AT: Final = 84
FACET_BYTES: Final = 50

_THREE: Final = rb"(?:\s++[^\s]++){3}"
FACET: Final = re.compile(
    rb"\bfacet\s++normal"
    + _THREE
    + rb"\s++outer\s++loop(?:\s++vertex"
    + _THREE
    + rb"){3,}?\s++endloop\s++endfacet\b",
    re.IGNORECASE,
)
FACET_WORD: Final = b"endfacet"


def binary_facets(original: bytes, cleaned: bytes) -> Proof:
    """Return the proof that two binary STL files hold the same facets and attribute bytes.

    Raises:
        NotFaithfulError: they do not.
    """
    facets = int.from_bytes(original[HEADER_BYTES:FACETS_AT], "little")
    end = FACETS_AT + FACET_BYTES * facets
    before, after = memoryview(original)[HEADER_BYTES:end], memoryview(cleaned)[HEADER_BYTES:]
    if len(original) < end or before != after:
        raise NotFaithfulError("facets differ")
    return _proof(facets)


def ascii_facets(original: bytes, cleaned: bytes) -> Proof:
    """Return the proof that two ASCII STL files hold the same facets, digit for digit, in order.

    Raises:
        NotFaithfulError: they do not, or one cannot be read.
    """
    facets = 0
    for before, after in zip_longest(_ascii(original), _ascii(cleaned)):
        if before != after:
            raise NotFaithfulError("facets differ")
        facets += 1
    # A facet that the pattern does not know would be compared with nothing.
    if cleaned.lower().count(FACET_WORD) != facets:
        raise NotFaithfulError("facets that cannot be read")
    return _proof(facets)


def elements(before: Sequence[str], after: Sequence[str], run: re.Pattern[str]) -> Proof:
    """Return the proof that XML texts hold the same runs of points and facets, in the same order.

    ``run`` matches elements of points and facets that follow one another; a facet is an element
    whose name begins with ``triangle``.

    Raises:
        NotFaithfulError: they do not.
    """
    facets = 0
    for one, other in zip_longest(before, after):
        runs = zip_longest(run.finditer(one or ""), run.finditer(other or ""))
        if one is None or other is None or any(not a or not b or a[0] != b[0] for a, b in runs):
            raise NotFaithfulError("points or facets differ")
        facets += one.count("triangle ") + one.count("<triangle>")
    return _proof(facets)


def _ascii(data: bytes) -> Iterator[bytes]:
    return (found.group() for found in FACET.finditer(data))


def _proof(facets: int) -> Proof:
    return Proof("mesh", facets, "every facet is the same bytes, in the same order")
