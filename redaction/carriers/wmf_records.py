"""The records of Windows metafiles (WMF), told apart; nothing is read in them.

Room: redaction/carriers. Pure; linear in the file. Source: [MS-WMF] §2.3.2.2 (header), §2.3.2.3
(placeable). Documents hold such pictures without saying where they end.
"""

import struct
from dataclasses import dataclass
from typing import Final

from redaction.errors import UnreadableError

PLACEABLE: Final = b"\xd7\xcd\xc6\x9a"
PLACEABLE_BYTES: Final = 22
HEADER_BYTES: Final = 18
HEADER_WORDS: Final = 9
RECORD: Final = struct.Struct("<IH")
END: Final = 0x0000


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind and where it lies in the file, its own head included."""

    kind: int
    start: int
    end: int


def records(data: bytes) -> list[Record]:
    """Return the records of ``data``, from the first to the end, without the headers.

    Raises:
        UnreadableError: no metafile, damaged, or cut off.
    """
    position = PLACEABLE_BYTES if data.startswith(PLACEABLE) else 0
    kind, words, version = (*struct.unpack_from("<HHH", data.ljust(40, b"\0"), position),)
    if kind not in (1, 2) or words != HEADER_WORDS or version not in (0x100, 0x300):
        raise UnreadableError("no metafile")
    position += HEADER_BYTES
    found: list[Record] = []
    while not found or found[-1].kind != END:
        if position + RECORD.size > len(data):
            raise UnreadableError("cut off")
        size, function = RECORD.unpack_from(data, position)
        if size < HEADER_WORDS // 3 or position + 2 * size > len(data):
            raise UnreadableError("a damaged record")
        found.append(Record(function, position, position + 2 * size))
        position += 2 * size
    return found
