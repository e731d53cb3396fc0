"""Sealed blobs as files: written aside, synced, linked into place, synced again.

Room: storage/blobs. Touches one directory, in threads. Keeps the promise of
storage.blobs.contract: a blob is there whole and durable, or it is not there.

    root/incoming/<random>          being written, locked by its writer; swept at the next start
    root/ab/cd/abcd…                stored; the folders are the id's first letters
"""

import contextlib
import errno
import os
import time
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import Final

from storage.blobs.contract import BlobExistsError, BlobMissingError, Piece, StoreFullError
from storage.blobs.draft import Draft, abandon_dead_drafts
from storage.ids import ObjectId
from storage.threads import finished

READ_BYTES: Final = 4 * 1024 * 1024
# The disk is asked how full it is once in so many written bytes, not with every piece.
_LOOK_BYTES: Final = 64 * 1024 * 1024
# Full, over quota, or longer than this file system or process may write.
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FilesystemBlobs:
    """A blob store in a directory of its own, which several processes may share."""

    def __init__(self, root: Path, *, floor_bytes: int) -> None:
        """Prepare the directory; refuse writes that leave less than ``floor_bytes`` free."""
        self._root = root
        self._incoming = root / "incoming"
        self._floor_bytes = floor_bytes
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._incoming.mkdir(mode=0o700, exist_ok=True)
        abandon_dead_drafts(self._incoming)

    async def put(self, blob: ObjectId, pieces: AsyncIterable[Piece]) -> int:
        """Store the blob; see the contract."""
        draft = Draft(self._incoming)
        looked_bytes = 0
        try:
            await finished(self._begin, draft)
            async for piece in pieces:
                await finished(draft.write, piece)
                if draft.written_bytes - looked_bytes >= _LOOK_BYTES:
                    await finished(self._refuse_if_full)
                    looked_bytes = draft.written_bytes
            await finished(self._keep, draft, blob)
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFullError from error
            raise
        finally:
            await finished(draft.close)
        return draft.written_bytes

    async def get(
        self, blob: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the blob's bytes; see the contract."""
        reading = _Reading(self._path(blob), start, end)
        try:
            while not reading.over and (piece := await finished(reading.step)):
                yield piece
        finally:
            reading.close()

    async def size(self, blob: ObjectId) -> int:
        """Return the blob's size; see the contract."""
        try:
            return (await finished(self._path(blob).stat)).st_size
        except FileNotFoundError as error:
            raise BlobMissingError from error

    async def delete(self, blob: ObjectId) -> None:
        """Forget the blob; see the contract."""
        path = self._path(blob)

        def forget() -> None:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                _sync_directory(path.parent)

        await finished(forget)

    async def ids(self, *, older_than_s: float = 0.0) -> AsyncIterator[ObjectId]:
        """Yield every stored blob's id; see the contract."""
        before_s = time.time() - older_than_s
        outers = await finished(lambda: [p for p in self._root.iterdir() if p != self._incoming])
        for outer in outers:
            for blob in await finished(_stored, outer, before_s):
                yield blob

    async def ready(self) -> bool:
        """Return whether there is room above the floor; see the contract."""
        return await finished(self.free_bytes) >= 0

    async def close(self) -> None:
        """Do nothing: every file is closed after its use; see the contract."""

    def free_bytes(self) -> int:
        """Return how much may still be written above the floor; negative when below it."""
        facts = os.statvfs(self._root)
        return facts.f_bavail * facts.f_frsize - self._floor_bytes

    def _path(self, blob: ObjectId) -> Path:
        # Ids are ours and random, but a path is built only from what looks like one.
        if not _is_id(blob):
            raise BlobMissingError
        return self._root / blob[:2] / blob[2:4] / blob

    def _begin(self, draft: Draft) -> None:
        self._refuse_if_full()
        draft.open()

    def _keep(self, draft: Draft, blob: ObjectId) -> None:
        path = self._path(blob)
        for folder in (path.parent.parent, path.parent):
            # Synced even when it was there: whoever made it a moment ago may not have come to it.
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync_directory(folder.parent)
        try:
            draft.keep(path)
        except FileExistsError as error:
            raise BlobExistsError from error
        _sync_directory(path.parent)

    def _refuse_if_full(self) -> None:
        if self.free_bytes() < 0:
            raise StoreFullError


class _Reading:
    """One blob being read, a piece at a step."""

    def __init__(self, path: Path, start: int, end: int | None) -> None:
        self._path = path
        self._position = start
        self._end = end
        self._descriptor: int | None = None

    @property
    def over(self) -> bool:
        """Whether all that was asked for was read: no need to go to a thread to find out."""
        opened = self._descriptor is not None
        return opened and self._end is not None and self._position >= self._end

    def step(self) -> bytes:
        """Return the next piece; empty at the end. Blocking."""
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError as error:
                raise BlobMissingError from error
        left = READ_BYTES if self._end is None else self._end - self._position
        if left <= 0:
            return b""
        piece = os.pread(self._descriptor, min(READ_BYTES, left), self._position)
        self._position += len(piece)
        return piece

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _is_id(name: str) -> bool:
    return len(name) == 32 and name.isascii() and name.isalnum()


def _stored(outer: Path, before_s: float) -> list[ObjectId]:
    found = []
    for inner in outer.iterdir():
        for path in inner.iterdir():
            with contextlib.suppress(FileNotFoundError):  # deleted while we look
                if _is_id(path.name) and path.stat().st_mtime <= before_s:
                    found.append(ObjectId(path.name))
    return found


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
