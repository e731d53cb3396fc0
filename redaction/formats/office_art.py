"""Pictures of legacy Office documents (OfficeArt): found where they lie, whatever lies around them.

Room: redaction/formats. Pure; linear in the stream. A picture's record says its kind and size; a
metafile in it is deflated, the others lie as they are. Source: [MS-ODRAW] §2.2.23 (OfficeArtBlip).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.carriers.slots import Packing
from redaction.errors import UnreadableError, UnsupportedFormatError
from redaction.formats.office_paper import Place

RECORD_BYTES: Final = 8
DIGEST_BYTES: Final = 16
METAFILE_HEADER_BYTES: Final = 34
EMF, WMF, PICT, JPEG, PNG, DIB, TIFF, CMYK = (
    *range(0xF01A, 0xF020),
    0xF029,
    0xF02A,
)
METAFILES: Final = frozenset({EMF, WMF, PICT})
# For each kind, what its instance is with one digest before the picture; with two it is odd.
INSTANCES: Final = {
    EMF: (0x3D4,),
    WMF: (0x216,),
    PICT: (0x542,),
    JPEG: (0x46A, 0x6E2),
    PNG: (0x6E0,),
    TIFF: (0x6E4,),
    CMYK: (0x46A, 0x6E2),
}
_HEADS: Final = {
    struct.pack("<HH", (instance + second) << 4, kind): (kind, 1 + second)
    for kind, instances in INSTANCES.items()
    for instance in instances
    for second in (0, 1)
}
HEAD: Final = re.compile(b"|".join(re.escape(head) for head in sorted(_HEADS)), re.DOTALL)
DEFLATED, PLAIN = 0, 0xFE


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture lies in a stream, and how; ``head`` is where its record begins."""

    head: int
    place: Place
    packing: Packing | None


def pictures(content: bytes) -> Iterator[Picture]:
    """Yield the pictures in ``content``.

    Raises:
        UnreadableError: one is cut off.
        UnsupportedFormatError: a picture of a kind that cannot be cleaned here.
    """
    position = 0
    while found := HEAD.search(content, position):
        kind, digests = _HEADS[found.group()]
        position = found.start() + 1
        start = found.start() + RECORD_BYTES
        if start > len(content):
            return
        end = start + int.from_bytes(content[start - 4 : start], "little")
        start += DIGEST_BYTES * digests
        if end > len(content) or start >= end:
            continue  # four bytes that look like a head
        position = end
        place, packing = _file(content, kind, start, end)
        yield Picture(found.start(), place, packing)


def _file(content: bytes, kind: int, start: int, end: int) -> tuple[Place, Packing | None]:
    if kind == PICT:
        raise UnsupportedFormatError
    if kind not in METAFILES:
        return (start + 1, end), None
    start += METAFILE_HEADER_BYTES
    if start > end:
        raise UnreadableError("a damaged picture")
    saved, packing = struct.unpack_from("<IB", content, start - 6)
    if start + saved > end or packing not in (DEFLATED, PLAIN):
        raise UnreadableError("a damaged picture")
    return (start, start + saved), Packing.DEFLATED if packing == DEFLATED else None
