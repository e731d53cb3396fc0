"""7z archives: read with suspicion, written so that nothing tells of the packer.

Room: redaction/carriers. Pure; memory is bounded by the packed and unpacked size. What is written
again has no times, nobody's attributes, and one stream for all files; members keep their order,
name and content. Layout: 7-Zip's ``7zFormat.txt`` (public domain).
"""

import bz2
import lzma
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from redaction.carriers import sevenzip_header as header
from redaction.carriers.sevenzip_cursor import Cursor
from redaction.carriers.sevenzip_header import Folder, Listing
from redaction.carriers.tar_archive import Archive, Entry
from redaction.carriers.zip_container import (
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MIN_UNPACKED_BYTES,
    check_name,
    folded,
)
from redaction.errors import (
    EncryptedError,
    TooLargeError,
    UnreadableError,
    UnsafeArchiveError,
    UnsupportedFormatError,
)

MAGIC: Final = b"7z\xbc\xaf\x27\x1c"
HEAD_BYTES: Final = 32
MAX_HEADER_BYTES: Final = 16 * 1024 * 1024
MAX_DICTIONARY_BYTES: Final = 256 * 1024 * 1024
DICTIONARY_BYTES: Final = 8 * 1024 * 1024
FILTERS: Final = ({"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": DICTIONARY_BYTES},)
# 2 << (n // 2 + 11) bytes, for even n.
DICTIONARY_CODE: Final = 22
COPY: Final = b"\x00"
LZMA2: Final = b"\x21"
LZMA1: Final = b"\x03\x01\x01"
DEFLATE: Final = b"\x04\x01\x08"
BZIP2: Final = b"\x04\x02\x02"
DELTA: Final = b"\x03"
ENCRYPTED: Final = b"\x06\xf1\x07"
BRANCHES: Final = {
    b"\x04": lzma.FILTER_X86,
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x07": lzma.FILTER_ARM,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
}
# What properties of files tell besides what is written again.
PROPERTIES: Final = {
    0x12: "times of creation",
    0x13: "times of the last look",
    0x14: "times of the last change",
    0x15: "attributes and rights",
}
DAMAGE: Final = (lzma.LZMAError, zlib.error, OSError, EOFError, ValueError)


def read(data: bytes) -> Archive:
    """Return every member of ``data``, unpacked and checked.

    Raises:
        UnreadableError: damaged or cut off; a checksum is wrong.
        EncryptedError: it is protected by a password.
        UnsupportedFormatError: packed in a way that is not known here.
        UnsafeArchiveError: two members of one name, a name that leads elsewhere, or bytes that
            belong to no member.
        TooLargeError: too many members, or it unpacks to more than is reasonable.
    """
    allowed_bytes = min(max(MIN_UNPACKED_BYTES, MAX_RATIO * len(data)), MAX_UNPACKED_BYTES)
    listed = _listed(data)
    contents = _contents(data, listed, allowed_bytes)
    entries: list[Entry] = []
    for number, name in enumerate(listed.names):
        check_name(name)
        content = b"" if listed.empty[number] else next(contents, None)
        if content is None:
            raise UnreadableError("a file without content")
        fields = _fields(listed) if not number else ()
        entries.append(Entry(name + "/" * listed.directories[number], content, fields=fields))
    if next(contents, None) is not None:
        raise UnsafeArchiveError("content without a file")
    if len({folded(entry.name) for entry in entries}) != len(entries):
        raise UnsafeArchiveError("two members of one name")
    return Archive("7z", tuple(entries), data)


def written(entries: Iterable[Entry]) -> bytes:
    """Return the archive of ``entries``, in their order; the same entries give the same bytes."""
    members = list(entries)
    full = [entry.content for entry in members if entry.content]
    packed = lzma.compress(b"".join(full), lzma.FORMAT_RAW, filters=FILTERS) if full else b""
    listed = bytes((header.HEADER,)) + _streams(full, packed) + _files(members) + b"\x00"
    start = b"".join(
        (
            len(packed).to_bytes(8, "little"),
            len(listed).to_bytes(8, "little"),
            zlib.crc32(listed).to_bytes(4, "little"),
        )
    )
    return MAGIC + b"\x00\x04" + zlib.crc32(start).to_bytes(4, "little") + start + packed + listed


def _fields(listed: Listing) -> tuple[str, ...]:
    """Return what its properties tell of all files together."""
    return tuple(PROPERTIES.get(one, f"property {one:#04x}") for one in sorted(listed.told))


def _listed(data: bytes) -> Listing:
    """Return what the header says, unpacked if it is packed itself."""
    start = data[12:HEAD_BYTES]
    if len(data) < HEAD_BYTES or zlib.crc32(start) != int.from_bytes(data[8:12], "little"):
        raise UnreadableError("no head")
    at = HEAD_BYTES + int.from_bytes(start[:8], "little")
    size = int.from_bytes(start[8:16], "little")
    if size > MAX_HEADER_BYTES:
        raise TooLargeError
    if at + size > len(data):
        raise UnreadableError("cut off")
    if at + size < len(data):
        raise UnsafeArchiveError("something behind the archive")
    said = data[at:]
    if zlib.crc32(said) != int.from_bytes(start[16:20], "little"):
        raise UnreadableError("a wrong checksum")
    packed_header = Listing(start=at - HEAD_BYTES)
    if said[:1] == bytes((header.ENCODED,)):
        packed_header = header.streams(Cursor(said[1:]))
        said = next(_unpacked(data, packed_header, MAX_HEADER_BYTES), b"")
    cursor = Cursor(said)
    cursor.expect(header.HEADER)
    listed = header.listing(cursor)
    used = listed.start + sum(folder.packed_bytes for folder in listed.folders)
    if listed.start or used > packed_header.start:
        raise UnsafeArchiveError("bytes that belong to no member")
    return listed


def _contents(data: bytes, listed: Listing, allowed_bytes: int) -> Iterator[bytes]:
    """Yield the content of each file that has one."""
    if sum(folder.plain_bytes for folder in listed.folders) > allowed_bytes:
        raise TooLargeError
    for folder, plain in zip(listed.folders, _unpacked(data, listed, allowed_bytes), strict=True):
        at = 0
        for size, checksum in zip(folder.file_bytes, folder.file_checksums, strict=True):
            content = plain[at : at + size]
            if checksum not in (None, zlib.crc32(content)):
                raise UnreadableError("a wrong checksum")
            yield content
            at += size


def _unpacked(data: bytes, listed: Listing, allowed_bytes: int) -> Iterator[bytes]:
    at = HEAD_BYTES + listed.start
    for folder in listed.folders:
        if folder.plain_bytes > allowed_bytes:
            raise TooLargeError
        plain = _plain(data[at : at + folder.packed_bytes], folder)
        if len(plain) != folder.plain_bytes:
            raise UnreadableError("a wrong length")
        if folder.checksum not in (None, zlib.crc32(plain)):
            raise UnreadableError("a wrong checksum")
        yield plain
        at += folder.packed_bytes


def _plain(packed: bytes, folder: Folder) -> bytes:
    names = [name for name, _ in folder.coders]
    if any(name.startswith(ENCRYPTED) for name in names):
        raise EncryptedError
    try:
        if names == [COPY]:
            return packed
        if names == [DEFLATE]:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, folder.plain_bytes + 1)
        if names == [BZIP2]:
            return bz2.BZ2Decompressor().decompress(packed, folder.plain_bytes + 1)
        # liblzma lists its filters from plain to packed.
        filters = [_filter(*coder) for coder in reversed(folder.coders)]
        engine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
        return engine.decompress(packed, folder.plain_bytes + 1)
    except DAMAGE as error:
        raise UnreadableError("it does not unpack") from error


def _filter(name: bytes, properties: bytes) -> dict[str, Any]:
    if name in BRANCHES and not properties:
        return {"id": BRANCHES[name]}
    if name == DELTA and len(properties) == 1:
        return {"id": lzma.FILTER_DELTA, "dist": properties[0] + 1}
    if name == LZMA2 and len(properties) == 1 and properties[0] <= 40:
        size = (2 | properties[0] & 1) << (properties[0] // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": _bounded(size)}
    if name == LZMA1 and len(properties) == 5:
        size = max(int.from_bytes(properties[1:], "little"), 4096)
        rest, lc = divmod(properties[0], 9)
        pb, lp = divmod(rest, 5)
        return {"id": lzma.FILTER_LZMA1, "dict_size": _bounded(size), "lc": lc, "lp": lp, "pb": pb}
    raise UnsupportedFormatError("packed in a way that is not known here")


def _bounded(size: int) -> int:
    if size > MAX_DICTIONARY_BYTES:
        raise TooLargeError
    return size


def _streams(contents: Sequence[bytes], packed: bytes) -> bytes:
    """Return what is said of the one stream, which holds ``contents``."""
    if not contents:
        return b""
    sizes = [len(content) for content in contents]
    checksums = b"".join(zlib.crc32(one).to_bytes(4, "little") for one in contents)
    return b"".join(
        (
            bytes((header.STREAMS, header.PACK, 0, 1, header.SIZES)),
            number(len(packed)),
            bytes((0, header.FOLDERS, header.FOLDER, 1, 0, 1, 0x21)),
            bytes((*LZMA2, 1, DICTIONARY_CODE, header.UNPACKED_SIZES)),
            number(sum(sizes)),
            bytes((0, header.SUBSTREAMS, header.COUNTS)),
            number(len(sizes)),
            bytes((header.SIZES,)) if len(sizes) > 1 else b"",
            *(number(size) for size in sizes[:-1]),
            bytes((header.CHECKSUMS, 1)),
            checksums,
            b"\x00\x00",
        )
    )


def _files(members: Sequence[Entry]) -> bytes:
    names = b"".join(entry.name.rstrip("/").encode("utf-16-le") + b"\x00\x00" for entry in members)
    empty = [not entry.content for entry in members]
    files = [not entry.is_directory for entry in members if not entry.content]
    told = [(header.NAMES, b"\x00" + names)]
    if any(empty):
        told = [(header.EMPTY_STREAMS, _bits(empty)), *told]
    if any(files):
        told = [told[0], (header.EMPTY_FILES, _bits(files)), *told[1:]]
    kinds = (header.DIRECTORY if entry.is_directory else header.FILE for entry in members)
    attributes = b"".join(kind.to_bytes(4, "little") for kind in kinds)
    told.append((header.ATTRIBUTES, b"\x01\x00" + attributes))
    said = b"".join(bytes((kind,)) + number(len(body)) + body for kind, body in told)
    return bytes((header.FILES,)) + number(len(members)) + said + b"\x00"


def _bits(bits: Sequence[bool]) -> bytes:
    packed = bytearray(-(-len(bits) // 8))
    for at, one in enumerate(bits):
        packed[at // 8] |= one * (0x80 >> at % 8)
    return bytes(packed)


def number(value: int) -> bytes:
    """Return ``value`` as 7z writes numbers: leading ones count the bytes that follow."""
    for ones in range(8):
        if value < 1 << (7 * (ones + 1)):
            first = (0xFF00 >> ones) & 0xFF | value >> (8 * ones)
            return bytes((first,)) + (value & ((1 << 8 * ones) - 1)).to_bytes(ones, "little")
    return b"\xff" + value.to_bytes(8, "little")
