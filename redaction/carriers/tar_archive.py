"""Tar archives, plain or packed: read with suspicion, written so that nothing tells of the packer.

Room: redaction/carriers. Pure; memory is bounded by the packed and unpacked size. What is written
again has no owner, no group and no time; members keep their order, name and content. Sources:
POSIX.1-2017 pax ("ustar" and extended headers), GNU tar's manual "Basic Tar Format", RFC 1952.
"""

import bz2
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, Protocol

from redaction.carriers.zip_container import (
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MIN_UNPACKED_BYTES,
    check_name,
    folded,
)
from redaction.carriers.zip_directory import MAX_MEMBERS
from redaction.errors import (
    TooLargeError,
    UnreadableError,
    UnsafeArchiveError,
    UnsupportedFormatError,
)

BLOCK_BYTES: Final = 512
# A block of bzip2 is 900 kB at most, and has to be whole.
PROBED_BYTES: Final = 1024 * 1024
MAX_DICTIONARY_BYTES: Final = 256 * 1024 * 1024
# Flags, time, extra flags and system of a gzip header that tells nothing (RFC 1952 §2.3.1).
GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
FILE_MODE: Final = 0o644
DIRECTORY_MODE: Final = 0o755
# What an extended header says of a member that its own fields, written anew, say too.
STRUCTURE: Final = frozenset({"path", "size", "hdrcharset"})
DAMAGE: Final = (tarfile.TarError, EOFError, ValueError, OverflowError, lzma.LZMAError, zlib.error)


class _Engine(Protocol):
    """One stream being unpacked, as zlib, bz2 and lzma offer it."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind its end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return up to ``max_length`` unpacked bytes."""


@dataclass(frozen=True, slots=True)
class _Packing:
    beginning: bytes
    engine: Callable[[], _Engine]
    packed: Callable[[bytes], bytes]


def _gzipped(data: bytes) -> bytes:
    engine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = engine.compress(data) + engine.flush()
    ends = zlib.crc32(data).to_bytes(4, "little") + (len(data) % (1 << 32)).to_bytes(4, "little")
    return GZIP_HEAD + body + ends


PACKINGS: Final[Mapping[str, _Packing]] = {
    "tgz": _Packing(b"\x1f\x8b\x08", lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), _gzipped),
    "tbz": _Packing(b"BZh", bz2.BZ2Decompressor, bz2.compress),
    "txz": _Packing(
        b"\xfd7zXZ\x00",
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MAX_DICTIONARY_BYTES),
        lzma.compress,
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A member: its name (a directory's ends in a slash), what is in it, and what told of people.

    ``owner`` is who packed it, "" for nobody; ``fields`` are the names of further ones.
    """

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    owner: str = field(repr=False, default="")
    time: float = 0
    fields: tuple[str, ...] = ()

    @property
    def is_directory(self) -> bool:
        """Whether it only says that there is a directory."""
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole archive, its packing, and whether writing it anew gives the same plain bytes."""

    kind: str
    entries: tuple[Entry, ...]
    plain: bytes = field(repr=False)
    telling_head: bool = False


def kind(data: bytes) -> str | None:
    """Return as what kind of tar archive ``data`` begins ("tar", "tgz" …); None if it is none."""
    if _is_header(data[:BLOCK_BYTES]):
        return "tar"
    for name, packing in PACKINGS.items():
        if data.startswith(packing.beginning):
            try:
                head = packing.engine().decompress(data[:PROBED_BYTES], BLOCK_BYTES)
                return name if _is_header(head) else None
            except (*DAMAGE, OSError):
                return None
    return None


def read(data: bytes) -> Archive:
    """Return every member of ``data``, unpacked and checked.

    Raises:
        UnreadableError: damaged or cut off.
        UnsafeArchiveError: a link or device, two members of one name, a name that leads elsewhere,
            or something behind the archive.
        UnsupportedFormatError: a member with holes.
        TooLargeError: too many members, or it unpacks to more than is reasonable.
    """
    known = kind(data) or "tar"
    plain = _unpacked(data, PACKINGS[known]) if known in PACKINGS else data
    try:
        entries, end = _entries(plain)
    except DAMAGE as error:
        raise UnreadableError("no tar archive") from error
    if plain[end:].strip(b"\x00"):
        raise UnreadableError("something behind the last member")
    names = {folded(entry.name.removeprefix("./")) for entry in entries}
    if len(names) != len(entries):
        raise UnsafeArchiveError("two members of one name")
    telling = known == "tgz" and not data.startswith(GZIP_HEAD)
    return Archive(known, tuple(entries), plain, telling)


def written(packing: str, entries: Iterable[Entry]) -> bytes:
    """Return the archive of ``entries``, in their order, packed as ``packing`` says."""
    whole = plain(entries)
    return PACKINGS[packing].packed(whole) if packing in PACKINGS else whole


def plain(entries: Iterable[Entry]) -> bytes:
    """Return the archive of ``entries`` unpacked; the same entries give the same bytes."""
    out = BytesIO()
    with tarfile.TarFile(
        fileobj=out, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8"
    ) as archive:
        for entry in entries:
            header = tarfile.TarInfo(entry.name.rstrip("/") or ".")
            header.mode = DIRECTORY_MODE if entry.is_directory else FILE_MODE
            header.type = tarfile.DIRTYPE if entry.is_directory else tarfile.REGTYPE
            header.size = len(entry.content)
            archive.addfile(header, BytesIO(entry.content))
    return out.getvalue()


def _entries(data: bytes) -> tuple[list[Entry], int]:
    """Return every member, and where the last one ends."""
    entries: list[Entry] = []
    end = 0
    with tarfile.TarFile(fileobj=BytesIO(data), encoding="utf-8", errors="strict") as archive:
        for header in archive:
            if len(entries) >= MAX_MEMBERS:
                raise TooLargeError
            if header.issparse():
                raise UnsupportedFormatError("a file with holes")
            if not (header.isreg() or header.isdir()) or (header.isdir() and header.size):
                raise UnsafeArchiveError("a link or a device")
            end = header.offset_data + -(-header.size // BLOCK_BYTES) * BLOCK_BYTES
            if header.offset_data + header.size > len(data):
                raise UnreadableError("a member is cut off")
            entries.append(_entry(header, data))
    return entries, end


def _entry(header: tarfile.TarInfo, data: bytes) -> Entry:
    name = header.name + "/" * header.isdir()
    if name.rstrip("/") != ".":
        check_name(name.removeprefix("./"))
    owner = [header.uname, header.gname, *(str(one) for one in (header.uid, header.gid) if one)]
    return Entry(
        name,
        data[header.offset_data : header.offset_data + header.size],
        " ".join(filter(None, owner)),
        header.mtime,
        tuple(sorted(header.pax_headers.keys() - STRUCTURE)),
    )


def _is_header(block: bytes) -> bool:
    """Return whether ``block`` is a member's header, by its mark and its checksum."""
    if len(block) < BLOCK_BYTES or block[257:262] != b"ustar":
        return False
    told = block[148:156].strip(b"\x00 ")
    whole = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    return (
        told.isdigit()
        and len(told) <= 7
        and set(told) <= set(b"01234567")
        and (int(told, 8) == whole)
    )


def _unpacked(data: bytes, packing: _Packing) -> bytes:
    allowed_bytes = min(max(MIN_UNPACKED_BYTES, MAX_RATIO * len(data)), MAX_UNPACKED_BYTES)
    pieces: list[bytes] = []
    for piece in _streams(data, packing, allowed_bytes):
        pieces.append(piece)
        allowed_bytes -= len(piece)
    return b"".join(pieces)


def _streams(data: bytes, packing: _Packing, allowed_bytes: int) -> Iterator[bytes]:
    """Yield what each stream of ``data`` holds; most files have one."""
    while data:
        engine = packing.engine()
        try:
            piece = engine.decompress(data, allowed_bytes + 1)
        except (*DAMAGE, OSError) as error:
            raise UnreadableError("it does not unpack") from error
        if len(piece) > allowed_bytes:
            raise TooLargeError
        if not engine.eof:
            raise UnreadableError("cut off")
        allowed_bytes -= len(piece)
        yield piece
        data = engine.unused_data.lstrip(b"\x00")
        if data and not data.startswith(packing.beginning):
            raise UnsafeArchiveError("something behind the archive")
