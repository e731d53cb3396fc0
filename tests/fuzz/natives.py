"""How drawings of fixed columns and of checked pages are changed so that they are still read."""

import struct
import zlib
from typing import Final

from tests.fuzz.mutations import Means, blind

COLUMNS: Final = 72
PAGE_MARK: Final = 0x4163043B
PAGE_MASK: Final = 0x4164536B
PAGE_HEAD: Final = struct.Struct("<8I")


def cards(data: bytes, means: Means) -> bytes | None:
    """Lines of an IGES file: what stands in the columns changes, sections are numbered anew."""
    end = b"\r\n" if b"\r\n" in data[:200] else b"\n"
    if data[72:73] not in (b"S", b"C", b"F") or data[80 : 80 + len(end)] != end:
        return None
    chance = means.chance
    held = data.split(end)
    at = chance.randrange(len(held))
    line = held[at]
    match chance.randrange(6):
        case 0:
            del held[at]
        case 1:
            held[at:at] = [line] * chance.choice((1, 2, 100))
        case 2:
            to = chance.randrange(len(held))
            held[at], held[to] = held[to], held[at]
        case _:
            words = blind(line[:COLUMNS] or b" ", means).replace(b"\n", b" ")
            held[at] = words.ljust(COLUMNS)[:COLUMNS] + line[COLUMNS:]
    counts: dict[bytes, int] = {}
    for number, line in enumerate(held):
        section = line[COLUMNS : COLUMNS + 1]
        if len(line) >= 80 and section.isalpha():
            counts[section] = counts.get(section, 0) + 1
            held[number] = line[: COLUMNS + 1] + b"%7d" % counts[section] + line[80:]
    return end.join(held)


def drawing_pages(data: bytes, means: Means) -> bytes | None:
    """A page of a DWG of release 2004 or 2010 on: its bytes change, its checksums are right."""
    if not b"AC1018" <= data[:6] <= b"AC1032" or data[:6] == b"AC1021":
        return None
    places = [at for at in range(0x100, len(data) - 32, 32) if _page(data, at)]
    if not places:
        return None
    at = means.chance.choice(places)
    words = _page(data, at)
    stored = data[at + 32 : at + 32 + words[2]]
    changed = blind(stored, means).ljust(len(stored), b"\0")[: len(stored)]
    words[7] = zlib.adler32(changed, 0)
    words[6] = zlib.adler32(PAGE_HEAD.pack(*words[:6], 0, words[7]), words[7])
    head = PAGE_HEAD.pack(*(word ^ PAGE_MASK ^ at for word in words))
    return data[:at] + head + changed + data[at + 32 + len(stored) :]


def _page(data: bytes, at: int) -> list[int]:
    """Return the eight numbers of the page head at ``at``; none if there is none."""
    words = [word ^ PAGE_MASK ^ at for word in PAGE_HEAD.unpack_from(data, at)]
    return words if words[0] == PAGE_MARK and words[2] <= len(data) - at - 32 else []
