"""Numbers, bits and checksums as a 7z archive writes them, read one after another.

Room: redaction/carriers. Pure. Layout: 7-Zip's ``7zFormat.txt`` (public domain).
"""

from redaction.carriers.zip_directory import MAX_MEMBERS
from redaction.errors import TooLargeError, UnreadableError


class Cursor:
    """Reads numbers and bytes one after another.

    Every method raises UnreadableError where the header ends too early.
    """

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte of ``data``."""
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if not 0 <= size <= len(self._data) - self._at:
            raise UnreadableError("the header is cut off")
        self._at += size
        return self._data[self._at - size : self._at]

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Return the next number: as many more bytes as its first has leading ones."""
        first = self.byte()
        ones = 8 - (first ^ 0xFF).bit_length()
        value = int.from_bytes(self.take(ones), "little")
        return value + ((first & (0xFF >> (ones + 1))) << 8 * ones if ones < 8 else 0)

    def count(self) -> int:
        """Return the next number, of things that are listed.

        Raises:
            TooLargeError: more than an archive may hold.
        """
        value = self.number()
        if value > MAX_MEMBERS:
            raise TooLargeError
        return value

    def bits(self, count: int) -> list[bool]:
        """Return ``count`` bits, the highest of each byte first."""
        packed = self.take(-(-count // 8))
        return [bool(packed[at // 8] & 0x80 >> at % 8) for at in range(count)]

    def checksums(self, count: int) -> list[int | None]:
        """Return ``count`` checksums, some of which may not be told."""
        told = [True] * count if self.byte() else self.bits(count)
        return [int.from_bytes(self.take(4), "little") if one else None for one in told]

    def expect(self, mark: int) -> None:
        """Read past ``mark``."""
        if self.byte() != mark:
            raise UnreadableError("the header is damaged")
