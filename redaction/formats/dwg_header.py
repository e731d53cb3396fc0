"""The header variables of a DWG: when it was drawn, and what they repeat of its properties.

Room: redaction/formats. Pure. The variables are one stream of bits closed by a checksum; times are
Julian days and milliseconds side by side, and are told by that. Nothing is changed if no checksum
fits. Source: Open Design Specification for .dwg files 5.4.1, §9 (header variables), §27 (auxiliary
header).
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from redaction.carriers.secrets import secrets
from redaction.formats.dwg_bits import Text, bits, crc16, little, written_bits
from redaction.formats.dwg_repeats import said
from redaction.formats.dwg_streams import AUXILIARY, HEADER
from redaction.model import Action, Category, Finding

SIZE_AT: Final = 16
DATA_AT: Final = 20
# Behind the size may stand another one, of all but the strings.
CHECKSUM_AFTER: Final = (0, 4)
DAYS: Final = range(2_415_021, 2_488_070)  # the 20th and the 21st century
EPOCH_DAY: Final = 2_440_588
DAY_MS: Final = 86_400_000
LONG: Final = {0: 32, 1: 8, 2: 0}
DURATIONS: Final = 2
# Release 2004 writes three numbers between when a drawing was saved and how long it was edited.
NUMBERS_BETWEEN: Final = 3
TIMES: Final = struct.Struct("<4I")

Rewrite = Callable[[bytes, Text], tuple[bytes, list[Finding]]]
Change = tuple[int, int, int]  # bit, count of bits, value


def rewrites(version: bytes, findings: Iterable[Finding]) -> dict[str, Rewrite]:
    """Return by stream what cleans it, once ``findings`` are removed elsewhere."""
    removed = tuple(findings)
    between = NUMBERS_BETWEEN if version >= b"AC1018" else 0
    return {
        HEADER: lambda stream, text: variables(stream, text, between, removed),
        AUXILIARY: lambda stream, _: auxiliary(stream),
    }


def variables(
    stream: bytes, text: Text, numbers_between: int, findings: Iterable[Finding]
) -> tuple[bytes, list[Finding]]:
    """Return the header without times and without removed values, and what it said."""
    checksum_at = _checksum_at(stream)
    if checksum_at is None:
        return stream, []
    new = bytearray(stream)
    found: list[Finding] = []
    for at, count, value in _times(stream[:checksum_at], numbers_between):
        written_bits(new, at, count, value)
    if new != stream:
        found.append(Finding("DWG.Header.time", Category.TIME, Action.REPLACED, "time", seed=False))
    for place in said(bytes(new), secrets(findings), text):
        if place.strings and place.end <= checksum_at * 8:
            place.blank(new, text)
            found.append(Finding("DWG.Header", place.category, Action.REPLACED, place.secret))
    checksum = crc16(bytes(new[SIZE_AT:checksum_at]))
    new[checksum_at : checksum_at + 2] = checksum.to_bytes(2, "little")
    return bytes(new), found


def auxiliary(stream: bytes) -> tuple[bytes, list[Finding]]:
    """Return the auxiliary header without the times it repeats, and what it said."""
    for at in range(len(stream) - TIMES.size + 1):
        numbers = TIMES.unpack_from(stream, at)
        if all(day in DAYS for day in numbers[::2]) and max(numbers[1::2]) <= DAY_MS:
            neutral = TIMES.pack(EPOCH_DAY, 0, EPOCH_DAY, 0)
            new = stream[:at] + neutral + stream[at + len(neutral) :]
            told = Finding("DWG.AuxHeader.time", Category.TIME, Action.REPLACED, "time", seed=False)
            return new, [told] if new != stream else []
    return stream, []


def _checksum_at(stream: bytes) -> int | None:
    """Return where the checksum of the variables stands; None if none is right."""
    if len(stream) < DATA_AT:
        return None
    size = int.from_bytes(stream[SIZE_AT:DATA_AT], "little")
    for more in CHECKSUM_AFTER:
        at = DATA_AT + size + more
        stored = stream[at : at + 2]
        if len(stored) == 2 and crc16(stream[SIZE_AT:at]) == int.from_bytes(stored, "little"):
            return at
    return None


def _times(data: bytes, numbers_between: int) -> Iterator[Change]:
    """Yield what is to be written over when a drawing was made and saved, and how long it took."""
    for at in range(DATA_AT * 8, len(data) * 8 - 72):
        if bits(data, at, 2) or little(bits(data, at + 2, 32), 4) not in DAYS:
            continue
        numbers = list(_numbers(data, at, 4 + numbers_between + 2 * DURATIONS))
        if len(numbers) < 4 or not _is_time(numbers[0:2]) or not _is_time(numbers[2:4]):
            continue
        for place, count, value in numbers[:4]:
            day = little(EPOCH_DAY, 4) if value in DAYS and count == LONG[0] else 0
            yield place, count, day
        for place, count, _ in numbers[4 + numbers_between :]:
            yield place, count, 0
        return


def _is_time(numbers: list[Change]) -> bool:
    (_, _, day), (_, _, milliseconds) = numbers
    return day in DAYS and milliseconds <= DAY_MS


def _numbers(data: bytes, at: int, count: int) -> Iterator[Change]:
    """Yield (bit, count of bits, value) of the numbers from bit ``at`` on; fewer if it ends."""
    for _ in range(count):
        form = bits(data, at, 2)
        if form not in LONG or at + 2 + LONG[form] > len(data) * 8:
            return
        size = LONG[form]
        yield at + 2, size, little(bits(data, at + 2, size), size // 8) if size else 0
        at += 2 + size
