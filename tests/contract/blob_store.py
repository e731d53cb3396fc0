"""The promise of storage.blobs.contract, run against every implementation."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.blobs.contract import BlobExistsError, BlobMissingError, BlobStore, Piece
from storage.ids import ObjectId, new_object_id

PLAN = ObjectId("plan" + "a" * 28)
OTHER = ObjectId("othr" + "b" * 28)
# Longer than any store reads or writes at once.
LONG = bytes(range(256)) * 40_000


async def pieces(*parts: Piece) -> AsyncIterator[Piece]:
    for part in parts:
        yield part


async def broken_off() -> AsyncIterator[Piece]:
    yield b"half"
    raise ConnectionResetError


async def got(store: BlobStore, blob: ObjectId, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in store.get(blob, start, end)])


async def listed(store: BlobStore, older_than_s: float = 0.0) -> list[ObjectId]:
    return sorted([blob async for blob in store.ids(older_than_s=older_than_s)])


class BlobStoreContract:
    async def test_what_was_put_can_be_got(self, store: BlobStore) -> None:
        assert await store.put(PLAN, pieces(b"ab", bytearray(b"cd"), memoryview(b"ef"))) == 6
        assert await got(store, PLAN) == b"abcdef"
        assert await store.size(PLAN) == 6

    async def test_a_long_blob_comes_back_whole(self, store: BlobStore) -> None:
        assert await store.put(PLAN, pieces(LONG)) == len(LONG)
        assert await got(store, PLAN) == LONG

    async def test_an_empty_blob_is_a_blob(self, store: BlobStore) -> None:
        assert await store.put(PLAN, pieces()) == 0
        assert await got(store, PLAN) == b""
        assert await listed(store) == [PLAN]

    @pytest.mark.parametrize(
        ("start", "end"), [(2, 5), (0, 0), (9, 10), (3, None), (10, 10), (8, 99), (10, 12)]
    )
    async def test_a_range_can_be_got(self, store: BlobStore, start: int, end: int | None) -> None:
        await store.put(PLAN, pieces(b"0123456789"))
        assert await got(store, PLAN, start, end) == b"0123456789"[start:end]

    async def test_memory_behind_a_piece_may_be_used_again(self, store: BlobStore) -> None:
        async def reused() -> AsyncIterator[Piece]:
            memory = bytearray(b"first ")
            yield memory
            memory[:] = b"second"
            yield memory

        await store.put(PLAN, reused())
        assert await got(store, PLAN) == b"first second"

    async def test_a_broken_upload_leaves_nothing(self, store: BlobStore) -> None:
        with pytest.raises(ConnectionResetError):
            await store.put(PLAN, broken_off())
        with pytest.raises(BlobMissingError):
            await got(store, PLAN)
        with pytest.raises(BlobMissingError):
            await store.size(PLAN)
        assert await listed(store) == []

    async def test_half_a_blob_never_shows(self, store: BlobStore) -> None:
        async def looking() -> AsyncIterator[Piece]:
            yield b"half"
            assert await listed(store) == []
            with pytest.raises(BlobMissingError):
                await got(store, PLAN)
            yield b"whole"

        await store.put(PLAN, looking())
        assert await got(store, PLAN) == b"halfwhole"

    async def test_a_cancelled_upload_leaves_nothing(self, store: BlobStore) -> None:
        async def endless() -> AsyncIterator[Piece]:
            while True:
                yield b"more"
                await asyncio.sleep(0)

        putting = asyncio.ensure_future(store.put(PLAN, endless()))
        await asyncio.sleep(0.02)
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting
        assert await listed(store) == []

    async def test_a_blob_is_written_once(self, store: BlobStore) -> None:
        await store.put(PLAN, pieces(b"first"))
        with pytest.raises(BlobExistsError):
            await store.put(PLAN, pieces(b"second"))
        assert await got(store, PLAN) == b"first"

    async def test_of_two_at_once_one_wins_whole(self, store: BlobStore) -> None:
        outcomes = await asyncio.gather(
            *(store.put(PLAN, pieces(word, word)) for word in (b"aa", b"bb", b"cc")),
            return_exceptions=True,
        )
        assert sum(outcome == 4 for outcome in outcomes) == 1
        assert sum(isinstance(outcome, BlobExistsError) for outcome in outcomes) == 2
        assert await got(store, PLAN) in (b"aaaa", b"bbbb", b"cccc")

    async def test_what_is_deleted_is_gone(self, store: BlobStore) -> None:
        await store.put(PLAN, pieces(b"words"))
        await store.delete(PLAN)
        with pytest.raises(BlobMissingError):
            await got(store, PLAN)
        assert await listed(store) == []

    async def test_deleting_what_is_not_there_is_fine(self, store: BlobStore) -> None:
        await store.delete(PLAN)
        await store.put(PLAN, pieces(b"words"))
        await store.delete(PLAN)
        await store.delete(PLAN)

    async def test_every_blob_is_listed(self, store: BlobStore) -> None:
        blobs = sorted(new_object_id() for _ in range(5))
        for blob in blobs:
            await store.put(blob, pieces(b"words"))
        assert await listed(store) == blobs

    async def test_the_young_can_be_left_out(self, store: BlobStore) -> None:
        await store.put(PLAN, pieces(b"words"))
        assert await listed(store, older_than_s=3600.0) == []
        assert await listed(store, older_than_s=-1.0) == [PLAN]

    async def test_what_is_missing_raises_at_the_first_step(self, store: BlobStore) -> None:
        reading = store.get(OTHER)
        with pytest.raises(BlobMissingError):
            await anext(reading)
        with pytest.raises(BlobMissingError):
            await store.size(OTHER)
