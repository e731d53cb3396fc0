"""ZIP archives (APPNOTE 6.3.10): read with suspicion, packed so that nothing tells of the packer.

Room: redaction/carriers. Pure; memory is bounded by the packed and unpacked size. The directory
at the end is compared with the header before each member, for a member that two programs would
read differently is a hiding place. What is packed again has a fixed time, no creator system, no
extra fields and no comments; members keep their order, name and, unless replaced, packed bytes.
Used by ZIP and by every format that is one (OOXML, ODF, FCStd, 3MF).

    data → read → Archive(entries) → entry.replaced(content) … → packed(entries) → data
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from redaction.carriers.zip_directory import (
    DEFLATED,
    DIRECTORY_HEADER,
    END,
    LOCAL_HEADER,
    STORED,
    UTF8_FLAG,
    Header,
    headers,
)
from redaction.errors import TooLargeError, UnreadableError, UnsafeArchiveError

MAX_RATIO: Final = 200
MIN_UNPACKED_BYTES: Final = 64 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
# 1980-01-01 00:00:00 (§4.4.6), the first day there is.
NO_TIME: Final = 0x0021 << 16
DIRECTORY_ATTRIBUTE: Final = 0x10
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
DRIVE: Final = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Entry:
    """A member: its name, what is in it, and how that is packed.

    ``name`` is for reading; ``raw_name`` is what is written. ``stored`` members are never
    deflated (ODF wants its first one so).
    """

    name: str = field(repr=False)
    raw_name: bytes = field(repr=False)
    utf8: bool
    content: bytes = field(repr=False)
    packed: bytes = field(repr=False)
    stored: bool

    @property
    def is_directory(self) -> bool:
        """Whether it only says that there is a directory."""
        return self.name.endswith("/")

    def replaced(self, content: bytes) -> "Entry":
        """Return this member holding ``content``, packed as it was packed before."""
        if content == self.content:
            return self
        packed = content if self.stored else _deflated(content)
        return replace(self, content=content, packed=packed)


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole archive; ``headers`` and ``hidden_bytes`` are what a new packing takes away."""

    entries: tuple[Entry, ...]
    headers: tuple[Header, ...]
    comment: bytes = field(repr=False)
    hidden_bytes: int

    def content(self, name: str) -> bytes | None:
        """Return what is in the member called ``name``, or None if there is none."""
        return next((entry.content for entry in self.entries if entry.name == name), None)


def entry(name: str, content: bytes, *, stored: bool = False) -> Entry:
    """Return a new member."""
    utf8 = not name.isascii()
    packed = content if stored else _deflated(content)
    return Entry(name, name.encode("utf-8"), utf8, content, packed, stored)


def read(data: bytes) -> Archive:
    """Return every member of ``data``, unpacked and checked.

    Raises:
        UnreadableError: damaged or cut off; a member's length or checksum is wrong.
        EncryptedError: a member is protected by a password.
        UnsupportedFormatError: it spans several files, or is packed in a way not known here.
        UnsafeArchiveError: members overlap, two have one name, a name leads elsewhere, a member
            is a link, or the header before a member contradicts the directory.
        TooLargeError: too many members, or it unpacks to more than is reasonable.
    """
    listed, directory_start, comment = headers(data)
    for header in listed:
        check_name(header.name)
        if header.is_link or (header.name.endswith("/") and header.size):
            raise UnsafeArchiveError("a link, or a directory with content")
    spoken_for = {folded(header.name) for header in listed}
    if len(spoken_for) != len(listed):
        raise UnsafeArchiveError("two members of one name")
    covered = _covered(listed, directory_start)
    allowed_bytes = min(max(MIN_UNPACKED_BYTES, MAX_RATIO * len(data)), MAX_UNPACKED_BYTES)
    if sum(header.size for header in listed) > allowed_bytes:
        raise TooLargeError
    entries = tuple(_entry(data, header) for header in listed)
    return Archive(entries, tuple(listed), comment, directory_start - covered)


def packed(entries: Iterable[Entry]) -> bytes:
    """Return the archive of ``entries``, in their order; the same entries give the same bytes.

    Raises:
        TooLargeError: it would need the extensions for more than 4 GiB or 65,535 members.
    """
    out: list[bytes] = []
    directory: list[bytes] = []
    position = 0
    for member in entries:
        local, central = _headers(member, position)
        out += (local, member.packed)
        directory.append(central)
        position += len(local) + len(member.packed)
    listed = b"".join(directory)
    if position + len(listed) >= 0xFFFFFFFF or len(directory) >= 0xFFFF:
        raise TooLargeError
    count = len(directory)
    end = END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), position, 0)
    return b"".join((*out, listed, end))


def _headers(member: Entry, position: int) -> tuple[bytes, bytes]:
    """Return the header before a member and the one in the directory (§4.3.7, §4.3.12)."""
    method = STORED if member.stored or member.packed == member.content else DEFLATED
    fields = (
        20 if method == DEFLATED or member.is_directory else 10,
        UTF8_FLAG if member.utf8 else 0,
        method,
        NO_TIME,
        zlib.crc32(member.content),
        len(member.packed),
        len(member.content),
        len(member.raw_name),
    )
    attributes = DIRECTORY_ATTRIBUTE if member.is_directory else 0
    local = LOCAL_HEADER.pack(b"PK\x03\x04", *fields, 0)
    central = DIRECTORY_HEADER.pack(
        b"PK\x01\x02", fields[0], *fields, 0, 0, 0, 0, attributes, position
    )
    return local + member.raw_name, central + member.raw_name


def _deflated(content: bytes) -> bytes:
    """Return ``content`` packed, or as it is where packing gains nothing."""
    engine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    out = engine.compress(content) + engine.flush()
    return out if len(out) < len(content) else content


def _entry(data: bytes, header: Header) -> Entry:
    body = data[header.start : header.start + header.packed_size]
    content = body if header.method == STORED else _inflated(body, header.size)
    if len(content) != header.size or zlib.crc32(content) != header.checksum:
        raise UnreadableError("a wrong length or checksum")
    stored = header.method == STORED
    return Entry(header.name, header.raw_name, header.utf8, content, body, stored)


def _inflated(body: bytes, size: int) -> bytes:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(body, size + 1)
    except zlib.error as error:
        raise UnreadableError("a member does not unpack") from error
    if not engine.eof or engine.unused_data:
        raise UnreadableError("a member does not end where it says")
    return content


def _covered(listed: Sequence[Header], directory_start: int) -> int:
    """Return how many bytes belong to members; no two may share one."""
    ranges = sorted((header.offset, header.end) for header in listed)
    for (_, end), (start, _) in pairwise(ranges):
        if start < end:
            raise UnsafeArchiveError("members overlap")
    if ranges and ranges[-1][1] > directory_start:
        raise UnsafeArchiveError("a member overlaps the directory")
    return sum(end - start for start, end in ranges)


def check_name(name: str) -> None:
    """Raise if unpacking a member of this name would write elsewhere.

    Raises:
        UnsafeArchiveError: it is empty, absolute, leads upwards or holds control characters.
    """
    parts = name.replace("\\", "/").split("/")
    trailing = parts[:-1] if parts[-1] == "" else parts
    if not name or CONTROL.search(name) or DRIVE.match(name):
        raise UnsafeArchiveError("an unusable name")
    if any(part in ("", ".", "..") for part in trailing):
        raise UnsafeArchiveError("a name that leads elsewhere")


def folded(name: str) -> str:
    """Return ``name`` so that two that may be one file when unpacked are the same."""
    # Where names are unpacked, capitals, accents and slashes often make no difference.
    return unicodedata.normalize("NFC", name).casefold().replace("\\", "/").rstrip("/")


def names(data: bytes) -> Iterator[str]:
    """Yield the names in the directory of ``data``; nothing is unpacked.

    Raises:
        as ``read``, as far as the directory tells.
    """
    yield from (header.name for header in headers(data)[0])
