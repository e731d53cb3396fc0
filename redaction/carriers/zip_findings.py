"""What the packing of a ZIP archive tells, besides what is packed in it.

Room: redaction/carriers. Pure. Every record goes when the archive is packed anew, so it is read
here only for its owner. Extra fields: APPNOTE 6.3.10 §4.5–4.6 and Info-ZIP's ``extrafld.txt``.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from redaction.carriers.naming import removed
from redaction.carriers.zip_container import NO_TIME, Archive
from redaction.carriers.zip_directory import Header
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

EXTRA: Final[dict[int, tuple[str, Category]]] = {
    0x000A: ("times of a file system", Category.TIME),
    0x5455: ("times to the second", Category.TIME),
    0x5855: ("times and owner on Unix", Category.IDENTIFIER),
    0x7855: ("owner on Unix", Category.IDENTIFIER),
    0x7875: ("owner on Unix", Category.IDENTIFIER),
    0x4453: ("access rights on Windows", Category.IDENTIFIER),
    0x6375: ("comment in Unicode", Category.COMMENT),
    0x7075: ("name in Unicode", Category.COMMENT),
}
# Lengths of numbers, padding and marks of programs: nobody's.
ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,8}$")
NEUTRAL: Final = frozenset({0x0001, 0xA11E, 0xA220, 0xCAFE, 0xD935})


def packing(archive: Archive) -> list[Finding]:
    """Return what the headers of ``archive`` tell; nothing for one that was packed here."""
    found = removed("ZIP", "comment", _text(archive.comment), "end of the archive")
    if archive.hidden_bytes:
        found.append(_finding("gap", Category.HISTORY, "bytes between the members", ""))
    for position, header in enumerate(archive.headers, 1):
        found += _of_member(header, f"member {position}")
    return found


def _of_member(header: Header, where: str) -> Iterator[Finding]:
    if header.time != NO_TIME:
        yield _finding("time", Category.TIME, "time of the last change", where)
    if header.system:
        yield _finding("system", Category.SOFTWARE, "operating system and access rights", where)
    yield from removed("ZIP", "comment", _text(header.comment), where)
    for kind in sorted({*_kinds(header.extra), *_kinds(header.local_extra)} - NEUTRAL):
        told, category = EXTRA.get(kind, ("a field of some program", Category.HISTORY))
        yield _finding("extra", category, told, where)


def names(positions: Sequence[tuple[int, str]], carrier: str = "ZIP") -> list[Finding]:
    """Return, for review, who is named in the names of members."""
    return [
        Finding(
            f"{carrier}.name",
            span.category,
            Action.REVIEW,
            stem[span.start : span.end],
            f"member {position}",
            CarrierClass.CONTENT,
            confidence=span.confidence,
        )
        for position, name in positions
        for stem in (ENDING.sub("", name).replace("_", " "),)
        for span in people.find(stem)
    ]


def _kinds(extra: bytes) -> Iterator[int]:
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        yield kind
        position += 4 + size


def _finding(carrier: str, category: Category, value: str, where: str) -> Finding:
    return Finding(f"ZIP.{carrier}", category, Action.REMOVED, value, where, seed=False)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp437")
