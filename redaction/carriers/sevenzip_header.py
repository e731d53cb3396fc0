"""The header of a 7z archive: which streams there are, how they are packed, what files they hold.

Room: redaction/carriers. Pure; every count is bounded by the header's own length before anything
is made of it. Layout: 7-Zip's ``7zFormat.txt`` (public domain).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from redaction.carriers.sevenzip_cursor import Cursor
from redaction.carriers.zip_directory import LINK_MODE, MAX_MEMBERS
from redaction.errors import (
    TooLargeError,
    UnreadableError,
    UnsafeArchiveError,
    UnsupportedFormatError,
)

END: Final = 0x00
HEADER: Final = 0x01
STREAMS: Final = 0x04
FILES: Final = 0x05
PACK: Final = 0x06
FOLDERS: Final = 0x07
SUBSTREAMS: Final = 0x08
SIZES: Final = 0x09
CHECKSUMS: Final = 0x0A
FOLDER: Final = 0x0B
UNPACKED_SIZES: Final = 0x0C
COUNTS: Final = 0x0D
EMPTY_STREAMS: Final = 0x0E
EMPTY_FILES: Final = 0x0F
ANTI: Final = 0x10
NAMES: Final = 0x11
ATTRIBUTES: Final = 0x15
ENCODED: Final = 0x17
PADDING: Final = 0x19
MAX_CODERS: Final = 4
# Attributes of Windows, and of Unix in the upper half.
DIRECTORY: Final = 0x0010
FILE: Final = 0x0020
REPARSE_POINT: Final = 0x0400
UNIX: Final = 0x8000


@dataclass(frozen=True, slots=True)
class Folder:
    """One packed stream: its coders from packed to plain, its sizes, and the files in it."""

    coders: tuple[tuple[bytes, bytes], ...]
    packed_bytes: int
    plain_bytes: int
    checksum: int | None
    file_bytes: tuple[int, ...] = ()
    file_checksums: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a header says; ``told`` are the numbers of properties no file needs."""

    start: int = 0
    folders: tuple[Folder, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)
    # Of each file: whether it has no stream, and whether it is a directory then.
    empty: tuple[bool, ...] = ()
    directories: tuple[bool, ...] = ()
    told: frozenset[int] = frozenset()


def streams(cursor: Cursor) -> Listing:
    """Return where the streams lie and how they are packed, read from behind their mark."""
    start, sizes = 0, list[int]()
    folders: list[Folder] = []
    mark = cursor.byte()
    if mark == PACK:
        start, sizes = cursor.number(), [0] * cursor.count()
        mark = cursor.byte()
        if mark == SIZES:
            sizes = [cursor.number() for _ in sizes]
            mark = cursor.byte()
        if mark == CHECKSUMS:
            cursor.checksums(len(sizes))
            mark = cursor.byte()
        _end(mark)
        mark = cursor.byte()
    if mark == FOLDERS:
        folders = _folders(cursor, sizes)
        mark = cursor.byte()
    if mark == SUBSTREAMS:
        folders = _files_of(cursor, folders)
        mark = cursor.byte()
    else:
        folders = [_filled(one, [one.plain_bytes], ()) for one in folders]
    _end(mark)
    return Listing(start, tuple(folders))


def _end(mark: int) -> None:
    if mark != END:
        raise UnreadableError("the header is damaged")


def _folders(cursor: Cursor, sizes: Sequence[int]) -> list[Folder]:
    cursor.expect(FOLDER)
    count = cursor.count()
    cursor.expect(END)  # nothing lies elsewhere
    if count != len(sizes):
        raise UnsupportedFormatError("several streams packed into one")
    chains = [_chain(cursor) for _ in range(count)]
    cursor.expect(UNPACKED_SIZES)
    plain = [[cursor.number() for _ in chain] for chain in chains]
    mark = cursor.byte()
    checksums: list[int | None] = [None] * count
    if mark == CHECKSUMS:
        checksums = cursor.checksums(count)
        mark = cursor.byte()
    _end(mark)
    return [
        Folder(tuple(coder for _, coder in chain), size, into[chain[-1][0]], checksum)
        for chain, size, into, checksum in zip(chains, sizes, plain, checksums, strict=True)
    ]


def _chain(cursor: Cursor) -> list[tuple[int, tuple[bytes, bytes]]]:
    """Return the coders of a folder from packed to plain, with the numbers they are listed by."""
    count = cursor.number()
    if not 1 <= count <= MAX_CODERS:
        raise UnsupportedFormatError("packed in a way that is not known here")
    coders: list[tuple[bytes, bytes]] = []
    for _ in range(count):
        flags = cursor.byte()
        if flags & 0xD0:  # several inputs, or alternatives
            raise UnsupportedFormatError("packed in a way that is not known here")
        name = cursor.take(flags & 0x0F)
        coders.append((name, cursor.take(cursor.number()) if flags & 0x20 else b""))
    feeds = {}
    for _ in range(count - 1):
        into, out = cursor.number(), cursor.number()
        feeds[out] = into
    # The first one is fed by nobody.
    at = next((one for one in range(count) if one not in feeds.values()), count)
    chain: list[tuple[int, tuple[bytes, bytes]]] = []
    while at < count and len(chain) < count:
        chain.append((at, coders[at]))
        at = feeds.get(at, count)
    if len({number for number, _ in chain}) != count:
        raise UnreadableError("the header is damaged")
    return chain


def _files_of(cursor: Cursor, folders: Sequence[Folder]) -> list[Folder]:
    """Return the folders with the sizes of the files in them."""
    counts = [1] * len(folders)
    mark = cursor.byte()
    if mark == COUNTS:
        counts = [cursor.count() for _ in folders]
        mark = cursor.byte()
    if sum(counts) > MAX_MEMBERS:
        raise TooLargeError
    sizes: list[list[int]] = []
    for folder, count in zip(folders, counts, strict=True):
        told = [cursor.number() for _ in range(count - 1)] if mark == SIZES else []
        sizes.append([*told, folder.plain_bytes - sum(told)] if count else [])
    if mark == SIZES:
        mark = cursor.byte()
    elif max(counts, default=0) > 1:
        raise UnreadableError("the header is damaged")
    open_ones = [
        count if count != 1 or folder.checksum is None else 0
        for folder, count in zip(folders, counts, strict=True)
    ]
    checksums: list[int | None] = [None] * sum(open_ones)
    if mark == CHECKSUMS:
        checksums = cursor.checksums(len(checksums))
        mark = cursor.byte()
    _end(mark)
    told_ones = iter(checksums)
    return [
        _filled(folder, into, [next(told_ones) for _ in range(count)])
        for folder, into, count in zip(folders, sizes, open_ones, strict=True)
    ]


def _filled(folder: Folder, sizes: Sequence[int], checksums: Sequence[int | None]) -> Folder:
    if min(sizes, default=0) < 0:
        raise UnreadableError("the header is damaged")
    told = tuple(checksums) or (None,) * len(sizes)
    return replace(folder, file_bytes=tuple(sizes), file_checksums=told)


def listing(cursor: Cursor) -> Listing:
    """Return everything a plain header says, read from behind its mark.

    Raises:
        UnreadableError: damaged or cut off.
        UnsupportedFormatError: packed in a way that is not known here.
        UnsafeArchiveError: a link.
        TooLargeError: more files than an archive may hold.
    """
    mark = cursor.byte()
    packed = Listing()
    if mark == STREAMS:
        packed = streams(cursor)
        mark = cursor.byte()
    count, said = 0, dict[int, Cursor]()
    if mark == FILES:
        count = cursor.count()
        while (kind := cursor.number()) != END:
            said[kind] = Cursor(cursor.take(cursor.number()))
        mark = cursor.byte()
    _end(mark)
    if ANTI in said or (count and NAMES not in said):
        raise UnsupportedFormatError("files without names, or to be deleted")
    names = _names(said[NAMES], count) if count else []
    empty = said[EMPTY_STREAMS].bits(count) if EMPTY_STREAMS in said else [False] * count
    files = [False] * sum(empty)
    if EMPTY_FILES in said:
        files = said[EMPTY_FILES].bits(len(files))
    directories = _directories(empty, files)
    plain = ATTRIBUTES in said and _attributes(said[ATTRIBUTES], count) == [
        DIRECTORY if one else FILE for one in directories
    ]
    rest = said.keys() - {NAMES, EMPTY_STREAMS, EMPTY_FILES, PADDING}
    return replace(
        packed,
        names=tuple(names),
        empty=tuple(empty),
        directories=directories,
        told=frozenset(rest - {ATTRIBUTES} if plain else rest),
    )


def _attributes(body: Cursor, count: int) -> list[int]:
    """Return the attributes of the files that have some.

    Raises:
        UnsafeArchiveError: unpacking would make a link to elsewhere.
    """
    told = [True] * count if body.byte() else body.bits(count)
    body.expect(END)  # nothing lies elsewhere
    values = [int.from_bytes(body.take(4), "little") for _ in range(sum(told))]
    for value in values:
        unix = value & UNIX and value >> 16 & 0xF000 == LINK_MODE
        if unix or value & REPARSE_POINT:
            raise UnsafeArchiveError("a link")
    return values


def _directories(empty: Sequence[bool], files: Sequence[bool]) -> tuple[bool, ...]:
    """Return which files are directories: those without a stream that are not said to be files."""
    said = iter(files)
    return tuple(one and not next(said) for one in empty)


def _names(body: Cursor, count: int) -> list[str]:
    body.expect(END)  # nothing lies elsewhere
    names: list[str] = []
    for _ in range(count):
        name = bytearray()
        while (sign := body.take(2)) != b"\x00\x00":
            name += sign
        try:
            names.append(name.decode("utf-16-le"))
        except UnicodeDecodeError as error:
            raise UnreadableError("a name that cannot be read") from error
    return names
