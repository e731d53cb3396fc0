"""Files that exist in memory only: what crosses the wall, and never touches a disk.

Room: redaction/sandbox. Linux memfd (memfd_create(2)): an anonymous file without a path,
gone with its last descriptor. A sealed one can be changed by nobody, not even its maker.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

PIECE_BYTES: Final = 1024 * 1024
SEALS: Final = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
# <linux/memfd.h>, since Linux 6.3: never executable, whatever mode is asked for.
MFD_NOEXEC_SEAL: Final = 0x0008


class MemoryFile:
    """An anonymous file in memory; a context manager that closes it."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Own ``descriptor``, which must be a memfd."""
        self._descriptor = descriptor

    @classmethod
    def create(cls) -> Self:
        """Return a new, empty file.

        Raises:
            OSError: no descriptor or no memory is left.
        """
        flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
        try:
            return cls(os.memfd_create("drawing", flags | MFD_NOEXEC_SEAL))
        except OSError:
            return cls(os.memfd_create("drawing", flags))

    @property
    def descriptor(self) -> int:
        """The descriptor, still owned by this object; -1 once closed."""
        return self._descriptor

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return os.fstat(self._descriptor).st_size

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Append ``piece``, whole.

        Raises:
            PermissionError: the file is sealed.
        """
        left = memoryview(piece).cast("B")
        while left:
            left = left[os.write(self._descriptor, left) :]

    def read(self, start: int, n: int) -> bytes:
        """Return ``n`` bytes from ``start``; fewer only at the end of the file."""
        pieces: list[bytes] = []
        while n > 0 and (piece := os.pread(self._descriptor, n, start)):
            pieces.append(piece)
            start, n = start + len(piece), n - len(piece)
        return b"".join(pieces)

    def pieces(self, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
        """Yield the content in order, in pieces of ``piece_bytes``; the last may be shorter."""
        start = 0
        while piece := self.read(start, piece_bytes):
            yield piece
            start += len(piece)

    def seal(self) -> None:
        """Make it immutable for everyone, for good. Sealing twice is sealing once.

        Raises:
            OSError: somebody still has it mapped for writing.
        """
        if fcntl.fcntl(self._descriptor, fcntl.F_GET_SEALS) & SEALS != SEALS:
            fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, SEALS)

    def close(self) -> None:
        """Let go of it; the memory is freed with the last descriptor. Idempotent."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __del__(self) -> None:
        # Plaintext must not outlive the last object that knows of it.
        with contextlib.suppress(OSError, AttributeError):
            self.close()
