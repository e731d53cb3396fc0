"""A file that only grows, and whose bytes are handed on as they come.

Room: gateway/review. Pure. Archives and Parquet are written through it, so that nothing of an
export stays in memory but what was written last.
"""

import io
from typing import Any


class Sink(io.RawIOBase):
    """Takes what is written; knows how much there was in all. It cannot seek."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self._pieces: list[bytes] = []
        self._size_bytes = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes, all of them."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._size_bytes += len(piece)
        return len(piece)

    def tell(self) -> int:
        """Return how much was written in all."""
        return self._size_bytes

    def taken(self) -> bytes:
        """Return what was written since this was asked last."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
