"""Sealed blobs as files: written aside, synced, linked into place, synced again.

Room: storage/blobs. Touches one directory, in threads. Keeps the promise of
storage.blobs.contract: a blob is there whole and durable, or it is not there.

    root/incoming/<random>          being written; swept at the next start
    root/ab/cd/abcd…                stored; the folders are the id's first letters
"""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from storage.blobs.contract import BlobExistsError, BlobMissingError, StoreFullError
from storage.ids import ObjectId

READ_BYTES: Final = 4 * 1024 * 1024
# The disk is asked how full it is once in so many written bytes, not with every piece.
_LOOK_BYTES: Final = 64 * 1024 * 1024


class FilesystemBlobs:
    """A blob store in a directory of its own."""

    def __init__(self, root: Path, *, floor_bytes: int) -> None:
        """Prepare the directory; refuse writes that leave less than ``floor_bytes`` free."""
        self._root = root
        self._incoming = root / "incoming"
        self._floor_bytes = floor_bytes
        self._incoming.mkdir(parents=True, exist_ok=True)
        # What a killed process left half-written was never acknowledged.
        for unfinished in self._incoming.iterdir():
            unfinished.unlink()

    async def put(self, blob: ObjectId, pieces: AsyncIterable[bytes | bytearray]) -> int:
        """Store the blob; see the contract."""
        self._refuse_if_full()
        unfinished = self._incoming / secrets.token_hex(16)
        written = looked = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(unfinished, flags, 0o600)
        try:
            async for piece in pieces:
                await asyncio.to_thread(_write_all, descriptor, piece)
                written += len(piece)
                if written - looked >= _LOOK_BYTES:
                    self._refuse_if_full()
                    looked = written
            await asyncio.to_thread(self._keep, descriptor, unfinished, blob)
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFullError from error
            raise
        finally:
            os.close(descriptor)
            with contextlib.suppress(FileNotFoundError):
                unfinished.unlink()
        return written

    async def get(
        self, blob: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the blob's bytes; see the contract."""
        descriptor = self._open(blob)
        try:
            position = start
            stop = os.fstat(descriptor).st_size if end is None else end
            while position < stop:
                wanted = min(READ_BYTES, stop - position)
                piece = await asyncio.to_thread(os.pread, descriptor, wanted, position)
                if not piece:
                    return
                position += len(piece)
                yield piece
        finally:
            os.close(descriptor)

    async def size(self, blob: ObjectId) -> int:
        """Return the blob's size; see the contract."""
        try:
            return self._path(blob).stat().st_size
        except FileNotFoundError as error:
            raise BlobMissingError from error

    async def delete(self, blob: ObjectId) -> None:
        """Forget the blob; see the contract."""
        path = self._path(blob)

        def forget() -> None:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                _sync_directory(path.parent)

        await asyncio.to_thread(forget)

    async def ids(self) -> AsyncIterator[ObjectId]:
        """Yield every stored blob's id; see the contract."""
        for name in await asyncio.to_thread(lambda: list(self._names())):
            yield ObjectId(name)

    def free_bytes(self) -> int:
        """Return how much may still be written above the floor; negative when below it."""
        facts = os.statvfs(self._root)
        return facts.f_bavail * facts.f_frsize - self._floor_bytes

    def _names(self) -> Iterator[str]:
        for outer in self._root.iterdir():
            if outer != self._incoming:
                for inner in outer.iterdir():
                    yield from (path.name for path in inner.iterdir())

    def _path(self, blob: ObjectId) -> Path:
        # Ids are ours and random, but a path is built only from what looks like one.
        if not (len(blob) == 32 and blob.isascii() and blob.isalnum()):
            raise BlobMissingError
        return self._root / blob[:2] / blob[2:4] / blob

    def _open(self, blob: ObjectId) -> int:
        try:
            return os.open(self._path(blob), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise BlobMissingError from error

    def _keep(self, descriptor: int, unfinished: Path, blob: ObjectId) -> None:
        os.fsync(descriptor)
        path = self._path(blob)
        for folder in (path.parent.parent, path.parent):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                _sync_directory(folder.parent)
        try:
            # A link, unlike a rename, never replaces what is there.
            path.hardlink_to(unfinished)
        except FileExistsError as error:
            raise BlobExistsError from error
        unfinished.unlink()
        _sync_directory(path.parent)

    def _refuse_if_full(self) -> None:
        if self.free_bytes() < 0:
            raise StoreFullError


_FULL: Final = {28, 122}  # ENOSPC, EDQUOT


def _write_all(descriptor: int, piece: bytes | bytearray) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
