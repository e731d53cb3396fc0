"""Synthetic drawings, written tag by tag as text or as binary of either age."""

import struct
from collections.abc import Iterable

SENTINEL = b"AutoCAD Binary DXF\r\n\x1a\x00"
Tag = tuple[int, str | float | int | bytes]

PERSON = "quillfeather"
HOME = "C:\\Users\\quillfeather\\Drawings\\Secret Customer"
NO_GUID = "{00000000-0000-0000-0000-000000000000}"
GUID = "{6F1D2C9A-1111-4B3B-9E1F-0A1B2C3D4E5F}"


def ranged(code: int, *bounds: tuple[int, int]) -> bool:
    return any(first <= code <= last for first, last in bounds)


def packed(code: int, value: str | float | int | bytes, encoding: str) -> bytes:
    if isinstance(value, bytes):
        return bytes([len(value)]) + value
    if ranged(code, (10, 59), (110, 149), (210, 239), (460, 469), (1010, 1059)):
        return struct.pack("<d", float(value))
    if ranged(code, (60, 79), (170, 179), (270, 289), (370, 389), (400, 409), (1060, 1070)):
        return struct.pack("<h", int(value))
    if ranged(code, (90, 99), (420, 429), (440, 459), (1071, 1071)):
        return struct.pack("<i", int(value))
    if ranged(code, (160, 169)):
        return struct.pack("<q", int(value))
    if ranged(code, (290, 299)):
        return bytes([int(value)])
    return str(value).encode(encoding) + b"\x00"


def binary(tags: Iterable[Tag], encoding: str = "utf-8", short: bool = False) -> bytes:
    """Return a binary DXF; ``short`` writes group codes as up to release 12."""
    out = [SENTINEL]
    for code, value in tags:
        if short:
            out.append(bytes([code]) if code < 255 else b"\xff" + struct.pack("<H", code))
        else:
            out.append(struct.pack("<H", code))
        out.append(packed(code, value, encoding))
    return b"".join(out)


def short_binary(tags: Iterable[Tag]) -> bytes:
    """Return a binary DXF of release 12, whatever release the tags are of."""
    return binary(
        [(1, "AC1009") if str(value).startswith("AC10") else (code, value) for code, value in tags],
        short=True,
    )


def text(tags: Iterable[Tag], encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """Return a text DXF."""
    lines: list[str] = []
    for code, value in tags:
        lines.append(f"{code:>3}")
        lines.append(value.hex().upper() if isinstance(value, bytes) else str(value))
    return end.join([*lines, ""]).encode(encoding)


def section(name: str, *tags: Tag) -> list[Tag]:
    return [(0, "SECTION"), (2, name), *tags, (0, "ENDSEC")]


def variable(name: str, code: int, value: str | float) -> list[Tag]:
    return [(9, name), (code, value)]


def drawing(
    *,
    version: str = "AC1032",
    page: str = "ANSI_1252",
    header: Iterable[Tag] = (),
    tables: Iterable[Tag] = (),
    blocks: Iterable[Tag] = (),
    entities: Iterable[Tag] = (),
    objects: Iterable[Tag] = (),
    more: Iterable[Tag] = (),
) -> list[Tag]:
    """Return the tags of a drawing with one line in it."""
    return [
        *section(
            "HEADER", *variable("$ACADVER", 1, version), *variable("$DWGCODEPAGE", 3, page), *header
        ),
        *section("TABLES", *tables),
        *section("BLOCKS", *blocks),
        *section(
            "ENTITIES",
            *((0, "LINE"), (5, "2F"), (330, "1F"), (100, "AcDbEntity"), (8, "0"), (62, 7)),
            *((100, "AcDbLine"), (10, 0.25), (20, 1.5), (30, 0.0), (11, 3.0), (21, 4.5), (31, 0.0)),
            *entities,
        ),
        *section("OBJECTS", *objects),
        *more,
        (0, "EOF"),
    ]


PROPERTIES: list[Tag] = [
    *variable("$TITLE", 1, "Bracket for Brandywine"),
    *variable("$AUTHOR", 1, "Wilhelmina Brandywine"),
    *variable("$LASTSAVEDBY", 1, PERSON),
    *variable("$CUSTOMPROPERTYTAG", 1, "Checked by"),
    *variable("$CUSTOMPROPERTY", 1, "Peregrin Tuckborough"),
    *variable("$HYPERLINKBASE", 1, "\\\\fileserver\\brandywine\\"),
    *variable("$MENU", 1, HOME + "\\acad"),
    *variable("$PROJECTNAME", 1, "Project Brandywine"),
    *variable("$FINGERPRINTGUID", 2, GUID),
    *variable("$VERSIONGUID", 2, GUID),
    *variable("$TDCREATE", 40, 2458532.153996898),
    *variable("$TDINDWG", 40, 0.5),
]
