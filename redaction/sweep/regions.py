"""Everything in a file that text can be packed away in: deflated, in base64, in hexadecimal.

Room: redaction/sweep. Pure; bounded in depth and size. Regions are found by their marks and not
by the format's own tables: what a table does not mention is where forgotten copies lie. Sources:
RFC 1950 §2.2 (zlib), RFC 1951 (deflate), RFC 1952 §2.3 (gzip), APPNOTE 6.3.10 §4.3.7 (ZIP).
"""

import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import TooLargeError

MAX_DEPTH: Final = 3
MAX_RATIO: Final = 200
MIN_BUDGET_BYTES: Final = 64 * 1024 * 1024
MAX_BUDGET_BYTES: Final = 1024 * 1024 * 1024
PIECE_BYTES: Final = 64 * 1024
# What inflates to less is chance, and holds no name worth the search.
MIN_REGION_BYTES: Final = 8


def _one_of(values: Iterable[int]) -> bytes:
    return b"[%b]" % b"".join(re.escape(bytes((value,))) for value in values)


# Every header RFC 1950 §2.2 allows: deflate, a window, a check that 31 divides, no dictionary.
# Acrobat's begin with 48 89, most others' with 78 9c.
_METHODS: Final = range(0x08, 0x80, 0x10)
_ZLIB: Final = b"|".join(
    b"(?<=%b)%b"
    % (
        re.escape(bytes((method,))),
        _one_of(f for f in range(256) if (method << 8 | f) % 31 == 0 and not f & 0x20),
    )
    for method in _METHODS
)
# A pattern that begins with a set of bytes skips all others ten times faster than one that
# begins with alternatives; what each byte must be followed by is told behind it.
MARKS: Final = re.compile(
    rb"%b(?:(?<=\x1f)\x8b\x08|(?<=P)K\x03\x04|%b)" % (_one_of((*_METHODS, 0x1F, 0x50)), _ZLIB)
)
BASE64: Final = re.compile(
    rb"[A-Za-z0-9+/_-][A-Za-z0-9+/_-]{23,}+(?:\r?\n[ \t]*+[A-Za-z0-9+/_-]{4,}+)*+"
)
# DXF breaks hexadecimal values into lines, each announced by its group code.
HEXADECIMAL: Final = re.compile(
    rb"[0-9A-Fa-f][0-9A-Fa-f](?:[0-9A-Fa-f]{2}){7,}+(?:\s++(?:(?:310|1004)\s++)?+(?:[0-9A-Fa-f]{2}){4,}+)*+"
)
KINDS: Final = {b"\x1f\x8b\x08": "gzip", b"PK\x03\x04": "zip"}
HEXADECIMAL_BREAKS: Final = re.compile(rb"\s++(?:(?:310|1004)\s++)?+")


@dataclass(frozen=True, slots=True)
class Region:
    """Unpacked bytes and how they were packed (``zlib``, ``base64`` …; ``raw`` is the file)."""

    kind: str
    data: bytes


class _Budget:
    """How many bytes may still be unpacked; a bomb runs it dry."""

    def __init__(self, packed_bytes: int) -> None:
        allowed = max(MIN_BUDGET_BYTES, MAX_RATIO * packed_bytes)
        self._left_bytes = min(allowed, MAX_BUDGET_BYTES)

    def spend(self, unpacked_bytes: int) -> None:
        self._left_bytes -= unpacked_bytes
        if self._left_bytes < 0:
            raise TooLargeError


def regions(data: bytes) -> Iterator[Region]:
    """Yield the file itself, then everything packed in it, to a depth of ``MAX_DEPTH``.

    Raises:
        TooLargeError: it unpacks to more than is reasonable for its size.
    """
    budget = _Budget(len(data))
    waiting = [(0, Region("raw", data))]
    while waiting:
        depth, region = waiting.pop()
        yield region
        if depth < MAX_DEPTH:
            waiting += [(depth + 1, inner) for inner in _unpacked(region.data, budget)]


def _unpacked(data: bytes, budget: _Budget) -> Iterator[Region]:
    yield from _inflated(data, budget)
    for kind, pattern, decode in (
        ("base64", BASE64, _from_base64),
        ("hexadecimal", HEXADECIMAL, _from_hexadecimal),
    ):
        # Runs are short and many: they are searched together, kept apart by a line end.
        joined = b"\n".join(decode(run.group()) for run in pattern.finditer(data))
        budget.spend(len(joined))
        if len(joined) >= MIN_REGION_BYTES:
            yield Region(kind, joined)


def _inflated(data: bytes, budget: _Budget) -> Iterator[Region]:
    position = 0
    while mark := MARKS.search(data, position):
        kind = KINDS.get(mark.group(), "zlib")
        start = mark.start() if kind != "zip" else _zip_body(data, mark.start())
        wbits = {"zlib": 15, "gzip": 31, "zip": -15}[kind]
        found, consumed = _inflate(memoryview(data)[start:], wbits, budget)
        position = max(mark.start() + 1, start + consumed if found else 0)
        if len(found) >= MIN_REGION_BYTES:
            yield Region(kind, found)


def _zip_body(data: bytes, at: int) -> int:
    name_bytes = int.from_bytes(data[at + 26 : at + 28], "little")
    extra_bytes = int.from_bytes(data[at + 28 : at + 30], "little")
    return at + 30 + name_bytes + extra_bytes


def _inflate(packed: memoryview, wbits: int, budget: _Budget) -> tuple[bytes, int]:
    """Return what inflates before an end or an error, and how many bytes it took."""
    engine = zlib.decompressobj(wbits)
    out: list[bytes] = []
    consumed = 0
    try:
        while not engine.eof and consumed < len(packed):
            piece = packed[consumed : consumed + PIECE_BYTES]
            taken = engine.decompress(piece, PIECE_BYTES * 16)
            left_bytes = len(engine.unconsumed_tail) + len(engine.unused_data)
            consumed += len(piece) - left_bytes
            budget.spend(len(taken))
            out.append(taken)
            if not taken and left_bytes == len(piece):
                break
    except zlib.error:
        pass  # what came before the damage is still searched
    return b"".join(out), consumed


def _from_base64(run: bytes) -> bytes:
    compact = re.sub(rb"\s++", b"", run).translate(bytes.maketrans(b"-_", b"+/"))
    whole = compact[: len(compact) - len(compact) % 4]
    try:
        return binascii.a2b_base64(whole)
    except binascii.Error:
        return b""


def _from_hexadecimal(run: bytes) -> bytes:
    compact = HEXADECIMAL_BREAKS.sub(b"", run)
    return binascii.unhexlify(compact[: len(compact) - len(compact) % 2])
