"""The directory of a ZIP archive, compared with the headers before its members.

Room: redaction/carriers. Pure; nothing is unpacked. A ZIP says everything twice, and programs
differ in whom they believe; here both must say the same. Layout: APPNOTE 6.3.10 §4.3.7 (local
header), §4.3.9 (descriptor), §4.3.12 (directory), §4.3.14–16 (ends), §4.5.3 (ZIP64), §4.6.9 (name).
"""

import struct
from dataclasses import dataclass, field, replace
from typing import Final

from redaction.errors import (
    EncryptedError,
    TooLargeError,
    UnreadableError,
    UnsafeArchiveError,
    UnsupportedFormatError,
)

LOCAL_HEADER: Final = struct.Struct("<4s3HI3I2H")
DIRECTORY_HEADER: Final = struct.Struct("<4s4HI3I5H2I")
END: Final = struct.Struct("<4s4H2IH")
END64: Final = struct.Struct("<4sQ2H2I4Q")
LOCATOR64: Final = struct.Struct("<4sIQI")
END_WITHIN: Final = END.size + 0xFFFF

STORED: Final = 0
DEFLATED: Final = 8
PROTECTED_FLAGS: Final = 0x0001 | 0x0040 | 0x2000
DESCRIPTOR_FLAG: Final = 0x0008
PATCH_FLAG: Final = 0x0020
UTF8_FLAG: Final = 0x0800
ZIP64: Final = 0x0001
FULL: Final = 0xFFFFFFFF
UNIX: Final = 3
LINK_MODE: Final = 0xA000
MAX_MEMBERS: Final = 10_000
MAX_NAME_BYTES: Final = 1_024


@dataclass(frozen=True, slots=True)
class Header:
    """What the directory says of a member, and where that lies.

    Its header begins at ``offset``, its packed bytes at ``start``; ``end`` is past its
    descriptor. ``system`` is the system that packed it, ``time`` the DOS time.
    """

    name: str = field(repr=False)
    raw_name: bytes = field(repr=False)
    flags: int
    method: int
    time: int
    checksum: int
    packed_size: int
    size: int
    system: int
    attributes: int
    extra: bytes = field(repr=False)
    comment: bytes = field(repr=False)
    offset: int
    start: int = 0
    end: int = 0
    local_extra: bytes = field(repr=False, default=b"")

    @property
    def utf8(self) -> bool:
        """Whether the name is in UTF-8 and not in some code page."""
        return bool(self.flags & UTF8_FLAG)

    @property
    def is_link(self) -> bool:
        """Whether unpacking it would make a link to elsewhere."""
        return self.system == UNIX and self.attributes >> 16 & 0xF000 == LINK_MODE


def headers(data: bytes) -> tuple[list[Header], int, bytes]:
    """Return every header in the order of the directory, where that starts, and the comment.

    Raises:
        UnreadableError, EncryptedError, UnsupportedFormatError, UnsafeArchiveError,
        TooLargeError: see ``zip_container.read``.
    """
    count, size, start, end, comment = _end(data)
    if count > MAX_MEMBERS:
        raise TooLargeError
    if start + size != end:
        raise UnsafeArchiveError("something before the archive or behind its directory")
    listed: list[Header] = []
    position = start
    for _ in range(count):
        header, position = _listed(data, position, end)
        listed.append(_located(data, header, start))
    if position != end:
        raise UnsafeArchiveError("the directory is longer than it says")
    return listed, start, comment


def _end(data: bytes) -> tuple[int, int, int, int, bytes]:
    """Return count, size and start of the directory, where it must end, and the comment."""
    at = _end_position(data)
    _, disk, first_disk, here, count, size, start, comment_bytes = END.unpack_from(data, at)
    comment = data[at + END.size : at + END.size + comment_bytes]
    end = at
    locator = at - LOCATOR64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        _, _, end, disks = LOCATOR64.unpack_from(data, locator)
        if end + END64.size > locator or data[end : end + 4] != b"PK\x06\x06" or disks > 1:
            raise UnreadableError("no end of a large archive")
        fields = END64.unpack_from(data, end)
        if end + fields[1] + 12 != locator:
            raise UnsafeArchiveError("something between the ends")
        disk, first_disk, here, count, size, start = fields[4:10]
    if disk or first_disk or here != count:
        raise UnsupportedFormatError("an archive of several files")
    return count, size, start, end, comment


def _end_position(data: bytes) -> int:
    tail = max(0, len(data) - END_WITHIN)
    exact: list[int] = []
    at = data.find(b"PK\x05\x06", tail)
    last = -1
    while at >= 0:
        if at + END.size <= len(data):
            end = at + END.size + int.from_bytes(data[at + 20 : at + 22], "little")
            last = at if end <= len(data) else last
            if end == len(data):
                exact.append(at)
        at = data.find(b"PK\x05\x06", at + 1)
    if len(exact) > 1:
        raise UnsafeArchiveError("two ends")
    if last < 0:
        raise UnreadableError("no end of the archive")
    return exact[0] if exact else last


def _listed(data: bytes, position: int, end: int) -> tuple[Header, int]:
    if position + DIRECTORY_HEADER.size > end:
        raise UnreadableError("the directory is cut off")
    (magic, made, _, flags, method, time, checksum, packed_size, size, name_bytes, *rest) = (
        DIRECTORY_HEADER.unpack_from(data, position)
    )
    extra_bytes, comment_bytes, disk, _, attributes, offset = rest
    at = position + DIRECTORY_HEADER.size
    stop = at + name_bytes + extra_bytes + comment_bytes
    if magic != b"PK\x01\x02" or stop > end:
        raise UnreadableError("the directory is damaged")
    if name_bytes > MAX_NAME_BYTES:
        raise UnsafeArchiveError("a name longer than any")
    raw_name = data[at : at + name_bytes]
    extra = data[at + name_bytes : at + name_bytes + extra_bytes]
    size, packed_size, offset = _large(extra, [size, packed_size, offset])
    if flags & PROTECTED_FLAGS:
        raise EncryptedError
    if method not in (STORED, DEFLATED) or flags & PATCH_FLAG or disk not in (0, 0xFFFF):
        raise UnsupportedFormatError("packed in a way that is not known here")
    header = Header(
        name=_decoded(raw_name, flags),
        raw_name=raw_name,
        flags=flags,
        method=method,
        time=time,
        checksum=checksum,
        packed_size=packed_size,
        size=size,
        system=made >> 8,
        attributes=attributes,
        extra=extra,
        comment=data[stop - comment_bytes : stop],
        offset=offset,
    )
    return header, stop


def _located(data: bytes, header: Header, directory_start: int) -> Header:
    """Return ``header`` with the place of its bytes, after both headers were compared."""
    at = header.offset
    if at + LOCAL_HEADER.size > directory_start:
        raise UnreadableError("a member lies outside the archive")
    (magic, _, flags, method, _, checksum, packed_size, size, name_bytes, extra_bytes) = (
        LOCAL_HEADER.unpack_from(data, at)
    )
    if magic != b"PK\x03\x04":
        raise UnreadableError("a member has no header")
    name_at = at + LOCAL_HEADER.size
    start = name_at + name_bytes + extra_bytes
    extra = data[name_at + name_bytes : start]
    size, packed_size, _ = _large(extra, [size, packed_size, 0])
    described = bool(flags & DESCRIPTOR_FLAG)
    telling = PROTECTED_FLAGS if header.raw_name.isascii() else PROTECTED_FLAGS | UTF8_FLAG
    same = (
        data[name_at : name_at + name_bytes] == header.raw_name
        and method == header.method
        and not (flags ^ header.flags) & telling
    )
    sized = (checksum, packed_size, size) == (header.checksum, header.packed_size, header.size)
    if not same or not (sized or (described and not checksum and not size)):
        raise UnsafeArchiveError("header and directory contradict each other")
    end = start + header.packed_size
    if described:
        end = _after_descriptor(data, end, header)
    if end > directory_start:
        raise UnreadableError("a member is cut off")
    return replace(header, start=start, end=end, local_extra=extra)


def _after_descriptor(data: bytes, at: int, header: Header) -> int:
    """Return where the descriptor ends; it may lack its mark, and have long numbers (§4.3.9)."""
    for mark in (b"PK\x07\x08", b""):
        for numbers in ("<III", "<IQQ"):
            told = mark + struct.pack(numbers, header.checksum, header.packed_size, header.size)
            if data.startswith(told, at):
                return at + len(told)
    raise UnsafeArchiveError("a descriptor contradicts the directory")


def _large(extra: bytes, values: list[int]) -> list[int]:
    """Return ``values`` with those that say "see elsewhere" read from the ZIP64 field."""
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        if kind == ZIP64:
            body = extra[position + 4 : position + 4 + size]
            for number, value in enumerate(values):
                if value == FULL and len(body) >= 8:
                    values[number], body = int.from_bytes(body[:8], "little"), body[8:]
            return values
        position += 4 + size
    return values


def _decoded(raw_name: bytes, flags: int) -> str:
    if not flags & UTF8_FLAG:
        return raw_name.decode("cp437")
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnsafeArchiveError("a name that cannot be read") from error
