"""Checksums and error-correcting codes of a DWG of release 2007 to 2009.

Room: redaction/formats. Pure. Every page is covered by a Reed-Solomon code, whose blocks are
interleaved byte by byte, and by two checksums, which take the bytes of each eight in another order
and begin with a number made of the length. Source: Open Design Specification for .dwg files 5.4.1,
§5.4.1 (checksum), §5.12 (CRC), §5.13 (Reed-Solomon).
"""

import zlib
from typing import Final

BLOCK: Final = 255
ORDER: Final = (6, 7, 4, 5, 2, 3, 0, 1)
WORD: Final = 8
FACTOR: Final = 0x343FD
SUMMAND: Final = 0x269EC3
ALL: Final = (1 << 64) - 1
NORMAL: Final = 0x42F0E1EBA9EA3693
MIRRORED: Final = 0x95AC9329AC4BC9B5


def _normal(value: int) -> int:
    crc = value << 56
    for _ in range(8):
        crc = (crc << 1 ^ (NORMAL if crc >> 63 else 0)) & ALL
    return crc


def _mirrored(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (MIRRORED if value & 1 else 0)
    return value


NORMAL_TABLE: Final = tuple(map(_normal, range(256)))
MIRRORED_TABLE: Final = tuple(map(_mirrored, range(256)))


def page_crc(data: bytes) -> int:
    """Return the CRC of a page or a map, as it is stored."""
    seed = _stepped(len(data))
    crc = ~(seed | seed * (FACTOR << 32) + (SUMMAND << 32)) & ALL
    for byte in _ordered(data):
        crc = crc >> 8 ^ MIRRORED_TABLE[(crc ^ byte) & 0xFF]
    return crc


def header_crc(data: bytes) -> int:
    """Return the CRC of the file header, whose own place holds zeros, or of the packed header."""
    crc = ~(_stepped(len(data)) * ((1 << 32) + FACTOR) + len(data) + SUMMAND) & ALL
    for byte in _ordered(data):
        crc = (crc << 8 & ALL) ^ NORMAL_TABLE[crc >> 56 ^ byte]
    return ~crc & ALL


def page_sum(data: bytes) -> int:
    """Return the checksum of what a page holds, unpacked."""
    return zlib.adler32(_ordered(data), _stepped(len(data)) & 0xFFFFFFFF)


def _stepped(length: int) -> int:
    return length * FACTOR + SUMMAND


def _ordered(data: bytes) -> bytes:
    """Return ``data`` in the order of the checksums."""
    whole = len(data) & ~(WORD - 1)
    out = bytearray(whole)
    for to, at in enumerate(ORDER):
        out[to::WORD] = data[at:whole:WORD]
    rest = data[whole:]
    if len(rest) >= WORD // 2:
        rest = rest[2:4] + rest[0:2] + rest[4:]
    return bytes(out) + rest


class Code:
    """A systematic Reed-Solomon code over bytes: ``parity`` bytes close a block of 255.

    The first byte of a block stands for the lowest power, and the powers of two from the first on
    are the roots; ``polynomial`` makes the field.
    """

    def __init__(self, polynomial: int, parity: int) -> None:
        self.parity = parity
        self.data = BLOCK - parity
        powers = [1]
        for _ in range(BLOCK - 1):
            doubled = powers[-1] << 1
            powers.append(doubled ^ polynomial if doubled > 0xFF else doubled)
        logs = {power: at for at, power in enumerate(powers)}
        generator = [1]
        for root in range(1, parity + 1):
            scaled = [powers[(logs[one] + root) % BLOCK] if one else 0 for one in generator]
            generator = [a ^ b for a, b in zip([*generator, 0], [0, *scaled], strict=True)]
        self._table = tuple(
            int.from_bytes(
                bytes(
                    powers[(logs[value] + logs[one]) % BLOCK] if value and one else 0
                    for one in generator[1:]
                ),
                "big",
            )
            for value in range(256)
        )

    def closing(self, data: bytes) -> bytes:
        """Return the parity bytes of a block of ``data``."""
        mask, shift = (1 << 8 * self.parity) - 1, 8 * (self.parity - 1)
        state = 0
        for byte in reversed(data):
            state = (state << 8 & mask) ^ self._table[state >> shift ^ byte]
        return state.to_bytes(self.parity, "little")

    def blocks(self, size: int) -> int:
        """Return how many blocks hold ``size`` bytes, which are filled up to a multiple of 8."""
        return -(-(size + -size % WORD) // self.data)

    def interleaved(self, data: bytes) -> bytes:
        """Return whole blocks of ``data`` with their parity, the first bytes of all first."""
        count = len(data) // self.data
        out = bytearray(count * BLOCK)
        for at in range(count):
            block = data[at * self.data : (at + 1) * self.data]
            out[at::count] = block + self.closing(block)
        return bytes(out)

    def apart(self, coded: bytes, count: int) -> bytes:
        """Return the data of ``count`` interleaved blocks; parity is left out unread."""
        return b"".join(coded[at : count * BLOCK : count][: self.data] for at in range(count))

    def behind(self, data: bytes) -> bytes:
        """Return the parity of whole blocks of ``data``, which stands behind all of it."""
        return b"".join(
            self.closing(data[at : at + self.data]) for at in range(0, len(data), self.data)
        )


SYSTEM: Final = Code(0x169, 16)
DATA: Final = Code(0x11D, 4)
