"""Which bytes of a file a request wants: RFC 9110 sections 13 and 14.

Room: gateway/transfer. Pure. The rules, where the RFC leaves a choice:

    one range           206 and that range; 416 when it begins behind the end
    several ranges      the whole file: 200
    not understood      the whole file: 200 (other units, malformed)
    If-Range            the range only when it names this very file by its strong ETag; dates never
    HEAD                as GET without Range
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.transfer.errors import PreconditionError, RangeUnsatisfiableError

_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
_ETAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
MAX_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``start`` to ``stop`` (exclusive) of ``size``; ``partial``: a range was asked for."""

    start: int
    stop: int
    size: int
    partial: bool = False

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """The Content-Range of a 206."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def etag(sha256: str) -> str:
    """Return the strong entity tag of a file with this hash."""
    return f'"{sha256}"'


def wanted(method: str, headers: Mapping[str, str], size: int, sha256: str) -> Span | None:
    """Return what to send; None when the client has it already (304).

    Raises:
        PreconditionError: If-Match names another file.
        RangeUnsatisfiableError: the range begins behind the end.
    """
    tag = etag(sha256)
    if "If-Match" in headers and not _names(headers["If-Match"], tag, weakly=False):
        raise PreconditionError
    if "If-None-Match" in headers and _names(headers["If-None-Match"], tag, weakly=True):
        return None
    whole = Span(0, size, size)
    if method != "GET" or "Range" not in headers:
        return whole
    if "If-Range" in headers and headers["If-Range"].strip() != tag:
        return whole
    return _one_range(headers["Range"], size) or whole


def _names(untrusted_list: str, tag: str, *, weakly: bool) -> bool:
    if untrusted_list.strip() == "*":
        return True
    tags = _ETAG.findall(untrusted_list)
    return tag in tags or (weakly and f"W/{tag}" in tags)


def _one_range(untrusted_range: str, size: int) -> Span | None:
    match = _RANGE.fullmatch(untrusted_range.strip())
    if match is None:
        return None
    first, last = match[1], match[2]
    if max(len(first), len(last)) > MAX_DIGITS or not (first or last):
        return None
    if not first:
        return _suffix(int(last), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeUnsatisfiableError(size=size)
    return Span(start, min(int(last) + 1, size) if last else size, size, partial=True)


def _suffix(length: int, size: int) -> Span | None:
    if length == 0:
        raise RangeUnsatisfiableError(size=size)
    # Of an empty file the last bytes are the whole; a Content-Range cannot say so.
    return Span(max(size - length, 0), size, size, partial=True) if size else None
