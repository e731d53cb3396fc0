"""The tags a DXF file is made of, whichever way they are written.

Room: redaction/formats. Pure. A tag is a group code and a value; the code's range says what the
value is (DXF Reference, "Group Codes in Numerical Order"). Two grids read tags off a file, one for
text (``dxf_ascii``) and one for binary (``dxf_binary``); nothing else knows the difference.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import Final, NamedTuple, Protocol

from redaction.errors import UnreadableError


class Kind(Enum):
    """What the value of a tag is; binary files store each in another size."""

    TEXT = "text"
    DOUBLE = "double"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    BYTE = "byte"
    CHUNK = "chunk"


def _codes(*bounds: tuple[int, int]) -> frozenset[int]:
    return frozenset(chain.from_iterable(range(first, last + 1) for first, last in bounds))


CODES: Final = {
    Kind.DOUBLE: _codes((10, 59), (110, 149), (210, 239), (460, 469), (1010, 1059)),
    Kind.INT16: _codes((60, 79), (170, 179), (270, 289), (370, 389), (400, 409), (1060, 1070)),
    Kind.INT32: _codes((90, 99), (420, 429), (440, 459), (1071, 1071)),
    Kind.INT64: _codes((160, 169)),
    Kind.BYTE: _codes((290, 299)),
    Kind.CHUNK: _codes((310, 319), (1004, 1004)),
}
KIND_OF: Final = {code: kind for kind, codes in CODES.items() for code in codes}
LOWEST_CODE: Final = -5
HIGHEST_CODE: Final = 1071
COMMENT: Final = 999

# Text that names nobody: handles, subclass markers, group marks, names of layers an entity is on.
HANDLES: Final = _codes((5, 5), (105, 105), (320, 369), (390, 399), (480, 481), (1005, 1005))
MARKS: Final = frozenset({1002, 1003})
# Text that names nobody unless there is a sign of a path or an address in it.
BLAND: Final = frozenset({6, 7, 8, 100, 102})
SIGNS: Final = b"\\/:@"


class Tag(NamedTuple):
    """One tag: where it begins, where its value lies, and where the next one begins."""

    code: int
    at: int
    start: int
    end: int
    after: int


class Grid(Protocol):
    """A file read as tags.

    ``begin`` is where its first tag stands, ``data`` the whole file.
    """

    data: bytes
    begin: int

    def telling(self) -> Iterator[Tag]:
        """Yield the tags that may tell something, and code 0 of every record that has one.

        Records of nothing but numbers, handles and marks are passed over whole. The last tag
        is the end mark, ``EOF``.

        Raises:
            UnreadableError: something is no tag, or the end is missing.
        """

    def tags(self, start: int, end: int) -> Iterator[Tag]:
        """Yield every tag from ``start``, where a tag must begin, up to ``end``.

        Raises:
            UnreadableError: something is no tag.
        """

    def raw(self, tag: Tag) -> bytes:
        """Return a text value as it stands, without the blanks around it."""

    def number(self, value: float) -> bytes:
        """Return how a double is written here."""

    def value(self, tag: Tag) -> float | None:
        """Return the double that ``tag`` holds; None if it holds none."""

    def chunk(self, tag: Tag) -> bytes:
        """Return the bytes that a binary chunk stands for; none if it is damaged."""

    def chunked(self, value: bytes) -> bytes:
        """Return how a binary chunk is written here."""


@dataclass(slots=True)
class Record:
    """An entity, object, table entry or section head with its telling tags."""

    section: str
    kind: str
    head: Tag
    tags: list[Tag] = field(default_factory=list)


def records(grid: Grid, comments: list[Tag]) -> Iterator[Record]:
    """Yield the records of a file in order; its comments are put into ``comments``.

    The last record is of kind ``EOF``; a section head is of kind ``SECTION``.

    Raises:
        UnreadableError: sections are not closed, or a tag stands outside a record.
    """
    section = ""
    current: Record | None = None
    first = grid.begin
    for tag in grid.telling():
        if tag.code == COMMENT:
            comments.append(tag)
            first = tag.after
            continue
        if current is None and tag.at != first:
            raise UnreadableError("a record outside sections")
        if tag.code != 0:
            if current is None:
                raise UnreadableError("a tag before the first record")
            current.tags.append(tag)
            if current.kind == "SECTION" and tag.code == 2 and not current.section:
                section = current.section = grid.raw(tag).decode("ascii", "replace")
            continue
        if current is not None:
            yield current
        section = section if current is None or current.kind != "ENDSEC" else ""
        current = _opened(section, grid.raw(tag).decode("ascii", "replace"), tag)
    if current is None or current.kind != "EOF":
        raise UnreadableError("no end")
    yield current


def _opened(section: str, kind: str, tag: Tag) -> Record:
    if kind == "SECTION":
        if section:
            raise UnreadableError("a section inside a section")
        return Record("", kind, tag)
    if kind == "EOF":
        if section:
            raise UnreadableError("a section is not closed")
    elif not section:
        raise UnreadableError("a record outside sections")
    return Record(section, kind, tag)


def whole(grid: Grid, record: Record) -> Iterator[Tag]:
    """Yield every tag of ``record`` after its first, numbers and handles too."""
    for tag in grid.tags(record.head.after, len(grid.data)):
        if tag.code == 0:
            return
        if tag.code != COMMENT:
            yield tag


def joined(grid: Grid, tags: Iterable[Tag]) -> bytes:
    """Return the chunks of ``tags`` as one."""
    return b"".join(grid.chunk(tag) for tag in tags)
