"""What the promise does not say: where the files lie, and what a full or shared disk does."""

import asyncio
import errno
import fcntl
import os
import stat
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.blobs import filesystem
from storage.blobs.contract import BlobExistsError, BlobMissingError, Piece, StoreFullError
from storage.blobs.draft import Draft, abandon_dead_drafts
from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import ObjectId
from tests.contract.blob_store import PLAN, got, listed, pieces


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> FilesystemBlobs:
    return FilesystemBlobs(root, floor_bytes=0)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_a_blob_lies_fanned_out_and_only_its_owner_reads_it(
    store: FilesystemBlobs, root: Path
) -> None:
    await store.put(PLAN, pieces(b"words"))
    path = root / PLAN[:2] / PLAN[2:4] / PLAN
    assert files(root) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (root, path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "short", "a/" * 16, "\0" * 32, "é" * 32])
async def test_a_name_that_is_no_id_reaches_no_file(store: FilesystemBlobs, name: str) -> None:
    blob = ObjectId(name)
    for step in (store.size(blob), store.delete(blob), got(store, blob)):
        with pytest.raises(BlobMissingError):
            await step
    with pytest.raises(BlobMissingError):
        await store.put(blob, pieces(b"words"))


async def test_below_its_floor_it_takes_nothing(root: Path) -> None:
    full = FilesystemBlobs(root, floor_bytes=2**62)
    assert full.free_bytes() < 0
    with pytest.raises(StoreFullError):
        await full.put(PLAN, pieces(b"words"))
    assert files(root) == []


async def test_it_looks_at_its_floor_while_it_writes(
    store: FilesystemBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "_LOOK_BYTES", 4)

    async def filling() -> AsyncIterator[Piece]:
        yield b"1234"
        monkeypatch.setattr(store, "_floor_bytes", 2**62)
        yield b"5678"
        raise AssertionError("it went on writing")

    with pytest.raises(StoreFullError):
        await store.put(PLAN, filling())
    assert files(root) == []


async def test_a_full_disk_is_a_full_store(
    store: FilesystemBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Draft, piece: Piece) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Draft, "write", full)
    with pytest.raises(StoreFullError):
        await store.put(PLAN, pieces(b"words"))
    assert files(root) == []


async def test_nothing_is_called_durable_before_the_disk_says_so(
    store: FilesystemBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is the promise: data, then name, then the folder that holds the name."""
    path = root / PLAN[:2] / PLAN[2:4] / PLAN
    synced: list[tuple[str, bool]] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        target = os.readlink(f"/proc/self/fd/{descriptor}")
        synced.append((os.path.relpath(target, root), path.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    await store.put(PLAN, pieces(b"words"))
    folders = [".", PLAN[:2], f"{PLAN[:2]}/{PLAN[2:4]}"]
    assert [name for name, _ in synced if not name.startswith("incoming/")] == folders
    data = next(place for place, (name, _) in enumerate(synced) if name.startswith("incoming/"))
    assert data < synced.index((folders[-1], True))
    assert not synced[data][1]


async def test_a_disk_that_cannot_sync_stores_nothing(
    store: FilesystemBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="input/output"):
        await store.put(PLAN, pieces(b"words"))
    assert files(root) == []


async def test_a_start_removes_what_a_killed_process_left(root: Path) -> None:
    await FilesystemBlobs(root, floor_bytes=0).put(PLAN, pieces(b"whole"))
    (root / "incoming" / "0123").write_bytes(b"half")
    store = FilesystemBlobs(root, floor_bytes=0)
    assert not files(root / "incoming")
    assert await got(store, PLAN) == b"whole"


async def test_a_start_beside_others_leaves_their_drafts_alone(
    store: FilesystemBlobs, root: Path
) -> None:
    async def interrupted() -> AsyncIterator[Piece]:
        yield b"before "
        FilesystemBlobs(root, floor_bytes=0)
        yield b"after"

    await store.put(PLAN, interrupted())
    assert await got(store, PLAN) == b"before after"


def test_a_draft_taken_for_dead_before_its_lock_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock
    calls: list[int] = []

    def unlinked_first(descriptor: int, operation: int) -> None:
        if not calls:
            for path in tmp_path.iterdir():
                path.unlink()
        calls.append(operation)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", unlinked_first)
    draft = Draft(tmp_path)
    draft.open()
    draft.write(b"words")
    draft.keep(tmp_path / "kept")
    draft.close()
    assert len(calls) == 2
    assert (tmp_path / "kept").read_bytes() == b"words"


def test_a_draft_is_opened_before_it_is_written(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    with pytest.raises(RuntimeError):
        draft.write(b"words")
    draft.close()
    assert not list(tmp_path.iterdir())
    abandon_dead_drafts(tmp_path)


async def test_a_disk_that_takes_a_little_at_a_time_gets_everything(
    store: FilesystemBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, view: real(descriptor, view[:3]))
    assert await store.put(PLAN, pieces(b"0123456789", b"abc", b"")) == 13
    assert await got(store, PLAN) == b"0123456789abc"


async def test_a_long_blob_is_flushed_on_the_way(
    store: FilesystemBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _, at, length, __: hinted.append((at, length)))
    await store.put(PLAN, pieces(*[bytes(5 * 2**20)] * 5))
    assert hinted == [(0, 10 * 2**20), (10 * 2**20, 10 * 2**20)]


async def test_cancelling_never_closes_a_file_under_its_writer(
    store: FilesystemBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A descriptor closed too early is soon another file's, and the thread writes into that."""
    inside, go_on = threading.Event(), threading.Event()
    order: list[str] = []
    real_write, real_close = Draft.write, Draft.close

    def slow_write(self: Draft, piece: Piece) -> None:
        inside.set()
        assert go_on.wait(10)
        real_write(self, piece)
        order.append("written")

    def watched_close(self: Draft) -> None:
        order.append("closed")
        real_close(self)

    monkeypatch.setattr(Draft, "write", slow_write)
    monkeypatch.setattr(Draft, "close", watched_close)
    putting = asyncio.ensure_future(store.put(PLAN, pieces(b"words")))
    assert await asyncio.to_thread(inside.wait, 10)
    putting.cancel()
    await asyncio.sleep(0.01)
    putting.cancel()  # an impatient caller
    await asyncio.sleep(0.01)
    assert order == []
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert order == ["written", "closed"]
    assert files(root) == []


async def test_stray_files_are_no_blobs(store: FilesystemBlobs, root: Path) -> None:
    await store.put(PLAN, pieces(b"words"))
    (root / PLAN[:2] / PLAN[2:4] / "lost+found").write_bytes(b"")
    assert await listed(store) == [PLAN]


async def test_a_blob_that_exists_is_kept_and_the_draft_dropped(
    store: FilesystemBlobs, root: Path
) -> None:
    await store.put(PLAN, pieces(b"first"))
    with pytest.raises(BlobExistsError):
        await store.put(PLAN, pieces(b"second"))
    assert len(files(root)) == 1
