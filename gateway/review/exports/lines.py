"""JSON Lines, which keep the exact bytes of every entry, and CSV, which no spreadsheet executes.

Room: gateway/review. Pure. Both are put together of the leaf's own JSON, a row at a time: it needs
no escaping but for the quotes (storage.ledger.skimming).
"""

from collections.abc import Sequence
from typing import Final

from gateway.review.exports.row import Row

COLUMNS: Final = (
    *("index", "leaf_hash", "kind", "at"),
    *("x", "src", "dst", "dec", "basis", "pol", "obs", "reg"),
)
# What a spreadsheet takes for the beginning of a formula.
FORMULA: Final = (b"=", b"+", b"-", b"@", b"\t", b"\r", b"\n")

_TELLING: Final = tuple(b'"' + beginning for beginning in FORMULA)


class Jsonl:
    """One object a line; ``entry`` is the leaf's exact text."""

    def begin(self) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        return b"".join([_object(row) for row in rows])

    def end(self) -> bytes:
        """Return nothing."""
        return b""


def _object(row: Row) -> bytes:
    t, ts, x, src, dst, obs, reg, dec, basis, pol = row.facts
    return (
        b'{"index":%d,"leaf_hash":"%b","kind":%b,"at":%b,"x":%b,"src":%b,"dst":%b,"dec":%b,'
        b'"basis":%b,"pol":%b,"obs":%b,"reg":%b,"entry":"%b"}\n'
    ) % (
        *(row.number, row.leaf_hash.encode(), t, ts, x, src, dst, dec),
        *(basis, pol, obs, reg, row.raw.replace(b'"', b'\\"')),
    )


class Csv:
    """RFC 4180, with a line of names; a cell that could be a formula begins with an apostrophe."""

    def begin(self) -> bytes:
        """Return the line of names."""
        return (",".join(COLUMNS) + "\r\n").encode()

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        return b"".join([_line(row) for row in rows])

    def end(self) -> bytes:
        """Return nothing."""
        return b""


def _line(row: Row) -> bytes:
    t, ts, x, src, dst, obs, reg, dec, basis, pol = row.facts
    tokens = (t, ts, x, src, dst, dec, basis, pol, obs, reg)
    # A JSON text without escapes is a quoted cell as it stands.
    cells = b",".join([b"" if token == b"null" else token for token in tokens])
    if any(beginning in cells for beginning in _TELLING):
        cells = b",".join([cell(token) for token in tokens])
    return b"%d,%b,%b\r\n" % (row.number, row.leaf_hash.encode(), cells)


def cell(token: bytes) -> bytes:
    """Return a fact, in JSON, as a cell that is text to every spreadsheet."""
    if token == b"null":
        return b""
    value = token[1:-1]
    tame = b"'" + value if value.startswith(FORMULA) else value
    return b'"' + tame + b'"' if b"," in tame else tame
