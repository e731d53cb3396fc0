"""Everything in a file that text can be packed away in: deflated, in base64, in hexadecimal.

Room: redaction/sweep. Pure; bounded in depth and size. Regions are found by their marks and not
by the format's own tables: what a table does not mention is where forgotten copies lie. Sources:
RFC 1950 §2.2 (zlib), RFC 1951 (deflate), RFC 1952 §2.3 (gzip), APPNOTE 6.3.10 §4.3.7 (ZIP).
"""

import binascii
import re
import string
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from redaction.errors import TooLargeError

MAX_DEPTH: Final = 3
MAX_RATIO: Final = 200
MIN_BUDGET_BYTES: Final = 64 * 1024 * 1024
MAX_BUDGET_BYTES: Final = 1024 * 1024 * 1024
PIECE_BYTES: Final = 64 * 1024
# So much is looked at in one go; what was found in it is all that is kept.
WINDOW_BYTES: Final = 256 * 1024
# What inflates to less is chance, and holds no name worth the search.
MIN_REGION_BYTES: Final = 8

# Every header RFC 1950 §2.2 allows: deflate, a window, a check that 31 divides, no dictionary.
# Acrobat's begin with 48 89, most others' with 78 9c.
KINDS: Final = {
    **{
        bytes((method, flags)): "zlib"
        for method in range(0x08, 0x80, 0x10)
        for flags in range(256)
        if (method << 8 | flags) % 31 == 0 and not flags & 0x20
    },
    b"\x1f\x8b\x08": "gzip",
    b"PK\x03\x04": "zip",
}
_MARKS: Final = tuple(KINDS)
_LENGTHS: Final = tuple({*map(len, _MARKS)})
# This kind of match is looked for many bytes at a time.
_MARKED: Final = BytesAhoCorasick(_MARKS, matchkind=MatchKind.LeftmostFirst)


@dataclass(frozen=True, slots=True)
class Digits:
    """How runs of digits are found: a run begins with ``least`` bytes out of ``alphabet``.

    ``run`` matches wherever such a beginning stands, and takes what belongs to it.
    """

    alphabet: bytes
    least: int
    run: re.Pattern[bytes]


_ALPHANUMERIC: Final = string.ascii_letters + string.digits
BASE64: Final = Digits(
    f"{_ALPHANUMERIC}+/-_".encode(),
    24,
    re.compile(rb"[A-Za-z0-9+/_-]{24,}+(?:\r?\n[ \t]*+[A-Za-z0-9+/_-]{4,}+)*+"),
)
# DXF breaks hexadecimal values into lines, each announced by its group code.
HEXADECIMAL: Final = Digits(
    string.hexdigits.encode(),
    16,
    re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}+(?:\s++(?:(?:310|1004)\s++)?+(?:[0-9A-Fa-f]{2}){4,}+)*+"),
)
HEXADECIMAL_BREAKS: Final = re.compile(rb"\s++(?:(?:310|1004)\s++)?+")
# What a number has behind its point is no packed text; in geometry there is a lot of it.
FRACTION: Final = re.compile(rb"(?<=[0-9]\.)[0-9]{16,20}+(?![0-9A-Za-z+/_-])")
# Up to so many different short runs are remembered: names of entities look like digits too.
MAX_KNOWN: Final = 1024
KNOWN_BYTES: Final = 64


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
    for kind, digits, decode in (
        ("base64", BASE64, _from_base64),
        ("hexadecimal", HEXADECIMAL, _from_hexadecimal),
    ):
        # Runs are short and many: they are searched together, kept apart by a line end.
        joined = b"\n".join(_decoded(runs(data, digits), decode))
        budget.spend(len(joined))
        if len(joined) >= MIN_REGION_BYTES:
            yield Region(kind, joined)


def _decoded(found: Iterable[bytes], decode: Callable[[bytes], bytes]) -> Iterator[bytes]:
    known: dict[bytes, bytes] = {}
    for run in found:
        plain = known.get(run)
        if plain is None:
            plain = decode(run)
            if len(run) <= KNOWN_BYTES and len(known) < MAX_KNOWN:
                known[run] = plain
        yield plain


def runs(data: bytes, digits: Digits) -> Iterator[bytes]:
    """Yield what ``digits.run`` finds in ``data``, one behind the other.

    Digits are told from other bytes a window at a time; only where enough of them stand in a
    row is the expression asked.
    """
    mask = bytes(value in digits.alphabet for value in range(256))
    beginning = b"\x01" * digits.least
    start = position = 0
    while start < len(data):
        end = start + WINDOW_BYTES
        window = data[start : end + digits.least - 1].translate(mask)
        at = window.find(beginning, position - start)
        while at >= 0:
            run = FRACTION.match(data, start + at)
            if run is None:
                run = digits.run.match(data, start + at)
                if run is None:
                    break
                yield run.group()
            position = run.end()
            at = window.find(beginning, position - start)
        start = position = max(end, position)


def marks(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield where a packed stream may begin, and its kind, in order."""
    for start in range(0, len(data), WINDOW_BYTES):
        window = data[start : start + WINDOW_BYTES + max(_LENGTHS) - 1]
        for mark, at, end in _MARKED.find_matches_as_indexes(window):
            if at < WINDOW_BYTES:
                yield start + at, KINDS[_MARKS[mark]]
            # Another one may begin inside this one.
            for inner in range(at + 1, min(end, WINDOW_BYTES)):
                # At the end of the file, slices of all lengths are the same.
                for found in {window[inner : inner + length] for length in _LENGTHS} & KINDS.keys():
                    yield start + inner, KINDS[found]


def _inflated(data: bytes, budget: _Budget) -> Iterator[Region]:
    position = 0
    for at, kind in marks(data):
        if at < position:
            continue
        start = at if kind != "zip" else _zip_body(data, at)
        wbits = {"zlib": 15, "gzip": 31, "zip": -15}[kind]
        found, consumed = _inflate(memoryview(data)[start:], wbits, budget)
        position = max(at + 1, start + consumed if found else 0)
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
