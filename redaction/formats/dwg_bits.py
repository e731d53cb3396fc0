"""Bits and text at any bit of a DWG, and the checksum that closes objects and headers.

Room: redaction/formats. Pure. Objects are streams of bits, so a string may begin at any of them;
eight shifted copies of a stream hold every string byte by byte. Source: Open Design Specification
for .dwg files 5.4.1, §2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CRC_SEED: Final = 0xC0C1
MIN_CHARS: Final = 4
_START: Final = r"[A-Za-z]:[\\/]|\\\\[\w]|/(?:[Uu]sers|home|mnt|media|Volumes|private|export)/"


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
        table.append(value)
    return tuple(table)


CRC: Final = _crc_table()


def crc16(data: bytes, seed: int = CRC_SEED) -> int:
    """Return the CRC of ``data``."""
    crc = seed
    for byte in data:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xFF]
    return crc


def shifted(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (shift, copy) for the eight ways to cut ``data`` into bytes."""
    yield 0, data
    whole = int.from_bytes(data, "big")
    mask = (1 << (8 * len(data))) - 1
    for shift in range(1, 8):
        yield shift, (whole << shift & mask).to_bytes(len(data), "big")


def bits(data: bytes, at: int, count: int) -> int:
    """Return ``count`` bits from bit ``at``, the first one highest; zero before the start."""
    if at < 0:
        return 0
    first, last = at // 8, (at + count + 7) // 8
    window = int.from_bytes(data[first:last].ljust(last - first, b"\x00"), "big")
    return window >> (last * 8 - at - count) & ((1 << count) - 1)


def written(data: bytearray, at: int, value: bytes) -> None:
    """Write ``value`` from bit ``at``."""
    written_bits(data, at, 8 * len(value), int.from_bytes(value, "big"))


def written_bits(data: bytearray, at: int, count: int, value: int) -> None:
    """Write ``value`` into the ``count`` bits from bit ``at``."""
    first, last = at // 8, (at + count + 7) // 8
    behind = last * 8 - at - count
    mask = ((1 << count) - 1) << behind
    window = int.from_bytes(data[first:last], "big") & ~mask
    data[first:last] = (window | value << behind).to_bytes(last - first, "big")


def little(value: int, size: int) -> int:
    """Return ``value`` of ``size`` bytes with its bytes in the other order."""
    return int.from_bytes(value.to_bytes(size, "big"), "little")


@dataclass(frozen=True, slots=True)
class Text:
    """How a release writes text in objects."""

    wide: bool
    codec: str

    @property
    def shape(self) -> str:
        """Return a codec that keeps one character a byte, or two, whatever they mean."""
        return "utf-16-le" if self.wide else "latin-1"

    @property
    def size(self) -> int:
        """Return how many bytes a character takes."""
        return 2 if self.wide else 1

    def paths(self) -> re.Pattern[bytes]:
        """Return what finds the beginning of a path and everything printable after it."""
        if not self.wide:
            return re.compile(b"(?:" + _START.encode() + rb")[^\x00-\x1f]{1,400}+")
        starts = "|".join(
            "".join(re.escape(one) + r"\x00" for one in start)
            for start in ("\\\\", "/Users/", "/users/", "/home/", "/mnt/", "/media/", "/Volumes/")
        )
        wide = rf"(?:[A-Za-z]\x00:\x00[\\/]\x00|{starts})"
        return re.compile(
            wide.encode() + rb"(?:[^\x00-\x1f]\x00|[\x00-\xff][\x01-\xd7]){1,400}+", re.DOTALL
        )

    def announced(self, data: bytes, at: int) -> Iterator[int]:
        """Yield how many characters the string at bit ``at`` may have, by what stands before it."""
        if bits(data, at - 10, 2) == 1:
            yield bits(data, at - 8, 8)
        if bits(data, at - 18, 2) == 0:
            yield little(bits(data, at - 16, 16), 2)
        yield little(bits(data, at - (16 if self.wide else 24), 16), 2)

    def length(self, data: bytes, at: int, run: int) -> int | None:
        """Return how many characters the string has that begins at bit ``at``, of ``run`` at most.

        A string is announced by its length; None if no length fits.
        """
        counts = self.announced(data, at)
        return next((count for count in counts if MIN_CHARS <= count <= run + 1), None)
