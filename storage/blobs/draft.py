"""A blob while it is written: a file under a random name, locked by its writer.

Room: storage/blobs. Blocking; storage.blobs.filesystem calls it in threads. The lock tells a draft
at work from one whose writer was killed, so that a process that starts may clean up beside others.
"""

import contextlib
import fcntl
import os
import secrets
from pathlib import Path
from typing import Final

from storage.blobs.contract import Piece

_FLUSH_BYTES: Final = 8 * 1024 * 1024


class Draft:
    """One file on its way; it leaves nothing behind unless it was kept."""

    def __init__(self, directory: Path) -> None:
        """Choose where; nothing is created before ``open``."""
        self.written_bytes = 0
        self._flushed_bytes = 0
        self._directory = directory
        self._path: Path | None = None
        self._descriptor: int | None = None

    def open(self) -> None:
        """Create the file, readable by its owner only."""
        while self._descriptor is None:
            path = self._directory / secrets.token_hex(16)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # A process that starts may have taken it for dead before it was locked.
            if os.fstat(descriptor).st_nlink:
                self._path, self._descriptor = path, descriptor
            else:
                os.close(descriptor)

    def write(self, piece: Piece) -> None:
        """Append a piece, all of it."""
        view = memoryview(piece)
        while view:
            written = os.write(self._opened(), view)
            self.written_bytes += written
            view = view[written:]
        if self.written_bytes - self._flushed_bytes >= _FLUSH_BYTES:
            self._start_flush()

    def keep(self, path: Path) -> None:
        """Make the bytes durable and give them their name; the caller syncs the directory.

        Raises:
            FileExistsError: the name is taken; a link, unlike a rename, never replaces.
        """
        os.fsync(self._opened())
        assert self._path is not None
        path.hardlink_to(self._path)

    def close(self) -> None:
        """Drop the draft's own name; what was kept stays."""
        if self._path is not None:
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()
            self._path = None
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _start_flush(self) -> None:
        # Tells the kernel that these pages may leave memory, at which it begins to write them, so
        # that the sync at the end finds little left to wait for. The pages being written now
        # stay cached, and so most of what is read again soon is.
        length = self.written_bytes - self._flushed_bytes
        os.posix_fadvise(self._opened(), self._flushed_bytes, length, os.POSIX_FADV_DONTNEED)
        self._flushed_bytes = self.written_bytes

    def _opened(self) -> int:
        if self._descriptor is None:
            raise RuntimeError("the draft is not open")
        return self._descriptor


def abandon_dead_drafts(directory: Path) -> None:
    """Remove what killed processes left half-written; none of it was ever acknowledged."""
    for path in directory.iterdir():
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)
