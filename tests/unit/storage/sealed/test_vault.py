"""Objects in and out of the vault: whole, for the right subject, or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from storage.blobs.contract import Piece
from storage.blobs.memory import MemoryBlobs
from storage.ids import ObjectId, SubjectId, new_object_id
from storage.sealed import format as fmt
from storage.sealed.errors import (
    KeyShreddedError,
    ObjectMissingError,
)
from storage.sealed.keyring import Keyring
from storage.sealed.keytables import ObjectRow
from storage.sealed.vault import Purpose, Vault
from tests.unit.storage.sealed.objects import EDGES, FIRST, SECOND, THIRD, plain_of


async def pieces(plain: bytes, piece_bytes: int = 300_000) -> AsyncIterator[Piece]:
    for at in range(0, len(plain), piece_bytes):
        yield plain[at : at + piece_bytes]


async def opened(vault: Vault, blob: ObjectId, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in vault.open(blob, start, end)])


async def some_object(vault: Vault, keyring: Keyring, length: int = 10) -> ObjectId:
    subject = await keyring.create_subject()
    return (await vault.seal(subject, Purpose.INTAKE, pieces(plain_of(length)))).id


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("length", [*EDGES, 3 * THIRD + 17])
async def test_what_was_sealed_opens(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs, length: int, known: bool
) -> None:
    plain = plain_of(length)
    subject = await keyring.create_subject()
    announced = length if known else None
    made = await vault.seal(subject, Purpose.RELEASED, pieces(plain), plain_bytes=announced)
    assert await opened(vault, made.id) == plain
    assert await vault.describe(made.id) == made
    assert (made.subject, made.purpose, made.suite) == (subject, Purpose.RELEASED, fmt.SUITE)
    assert made.plain_bytes == length
    assert made.sealed_bytes == await blobs.size(made.id) == fmt.sealed_bytes(length)
    assert await vault.sha256(made.id) == hashlib.sha256(plain).digest()


@pytest.mark.parametrize("piece_bytes", [1, 1000, fmt.SEGMENT_BYTES, 10 * fmt.SEGMENT_BYTES])
async def test_pieces_may_be_of_any_size(vault: Vault, keyring: Keyring, piece_bytes: int) -> None:
    plain = plain_of(5000 if piece_bytes == 1 else 3 * THIRD + 17)
    subject = await keyring.create_subject()
    made = await vault.seal(subject, Purpose.INTAKE, pieces(plain, piece_bytes))
    assert await opened(vault, made.id) == plain


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (0, 1), (FIRST - 1, FIRST + 1), (FIRST, SECOND), (SECOND, None), (5, 3 * SECOND)],
)
async def test_a_range_opens_alone(
    vault: Vault, keyring: Keyring, start: int, end: int | None
) -> None:
    length = 3 * THIRD + 17
    blob = await some_object(vault, keyring, length)
    assert await opened(vault, blob, start, end) == plain_of(length)[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (5, 4), (0, 11), (11, None)])
async def test_a_range_beyond_the_object_is_refused(
    vault: Vault, keyring: Keyring, start: int, end: int | None
) -> None:
    with pytest.raises(ValueError, match="range"):
        await opened(vault, await some_object(vault, keyring), start, end)


@pytest.mark.parametrize("announced", [0, 9, 11])
async def test_an_object_of_another_length_than_announced_is_not_kept(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs, announced: int
) -> None:
    subject = await keyring.create_subject()
    with pytest.raises(ValueError, match="long"):
        await vault.seal(subject, Purpose.INTAKE, pieces(bytes(10)), plain_bytes=announced)
    assert [blob async for blob in blobs.ids()] == []


@pytest.mark.parametrize("after_bytes", [0, 10, 3 * THIRD])
async def test_a_broken_upload_leaves_nothing(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs, after_bytes: int
) -> None:
    async def broken_off() -> AsyncIterator[Piece]:
        yield bytes(after_bytes)
        raise ConnectionResetError

    subject = await keyring.create_subject()
    with pytest.raises(ConnectionResetError):
        await vault.seal(subject, Purpose.INTAKE, broken_off())
    assert [blob async for blob in blobs.ids()] == []
    assert await keyring.shred_subject(subject) == []


async def test_a_cancelled_upload_leaves_nothing_and_nobody_reading(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    async def endless() -> AsyncIterator[Piece]:
        while True:
            yield bytes(fmt.SEGMENT_BYTES)
            await asyncio.sleep(0)

    before = asyncio.all_tasks()
    subject = await keyring.create_subject()
    sealing = asyncio.ensure_future(vault.seal(subject, Purpose.INTAKE, endless()))
    await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) > len(before)
    sealing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sealing
    assert asyncio.all_tasks() == before
    assert [blob async for blob in blobs.ids()] == []
    assert await keyring.shred_subject(subject) == []


async def test_cancelled_at_the_last_step_it_keeps_neither_key_nor_blob(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is committed by a thread that cannot be stopped; it must be taken back."""
    real = keyring.keystore.add_object
    rows: list[ObjectRow] = []
    loop = asyncio.get_running_loop()

    def cancelled_meanwhile(row: ObjectRow) -> None:
        loop.call_soon_threadsafe(sealing.cancel)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), loop).result(10)
        real(row)
        rows.append(row)

    monkeypatch.setattr(keyring.keystore, "add_object", cancelled_meanwhile)
    subject = await keyring.create_subject()
    sealing = asyncio.ensure_future(vault.seal(subject, Purpose.INTAKE, pieces(b"words")))
    with pytest.raises(asyncio.CancelledError):
        await sealing
    assert [blob async for blob in blobs.ids()] == []
    with pytest.raises(ObjectMissingError):
        keyring.keystore.object(rows[0].id)


async def test_the_blob_is_durable_before_its_key(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    add, shred = keyring.keystore.add_object, keyring.keystore.shred_object

    def watched_add(row: ObjectRow) -> None:
        seen.append(("key kept", row.id in blobs._kept))
        add(row)

    def watched_shred(blob: ObjectId) -> None:
        seen.append(("key shredded", blob in blobs._kept))
        shred(blob)

    monkeypatch.setattr(keyring.keystore, "add_object", watched_add)
    monkeypatch.setattr(keyring.keystore, "shred_object", watched_shred)
    await vault.destroy(await some_object(vault, keyring))
    assert seen == [("key kept", True), ("key shredded", True)]


async def test_nobody_seals_for_nobody(vault: Vault, blobs: MemoryBlobs) -> None:
    with pytest.raises(KeyShreddedError):
        await vault.seal(SubjectId("nobody"), Purpose.INTAKE, pieces(b"words"))
    assert [blob async for blob in blobs.ids()] == []


async def test_what_is_destroyed_is_gone(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    blob = await some_object(vault, keyring)
    await vault.destroy(blob)
    await vault.destroy(blob)
    for step in (vault.describe(blob), vault.sha256(blob), opened(vault, blob), vault.export(blob)):
        with pytest.raises(ObjectMissingError):
            await step
    assert [kept async for kept in blobs.ids()] == []


async def test_a_saved_copy_of_the_blob_does_not_bring_it_back(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    blob = await some_object(vault, keyring)
    backup = b"".join([piece async for piece in blobs.get(blob)])
    await vault.destroy(blob)
    await blobs.put(blob, pieces(backup))
    with pytest.raises(ObjectMissingError):
        await opened(vault, blob)


async def test_erasing_a_person_destroys_what_was_sealed_to_them(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    one, two = await keyring.create_subject(), await keyring.create_subject()
    theirs = [(await vault.seal(one, Purpose.INTAKE, pieces(b"words"))).id for _ in range(3)]
    other = await vault.seal(two, Purpose.INTAKE, pieces(b"others"))
    await vault.destroy_subject(one)
    assert [blob async for blob in blobs.ids()] == [other.id]
    for blob in theirs:
        with pytest.raises(ObjectMissingError):
            await opened(vault, blob)
    assert await opened(vault, other.id) == b"others"


async def test_a_stream_ends_soon_after_its_object_is_destroyed(
    vault: Vault, keyring: Keyring
) -> None:
    length = 40 * fmt.SEGMENT_BYTES
    blob = await some_object(vault, keyring, length)
    stream = vault.open(blob)
    came = len(await anext(stream))
    await vault.destroy(blob)

    async def take_the_rest() -> None:
        nonlocal came
        async for piece in stream:
            came += len(piece)

    with pytest.raises(ObjectMissingError):
        await take_the_rest()
    assert came <= 8 * fmt.SEGMENT_BYTES


async def test_sweeping_removes_only_old_blobs_without_a_key(
    vault: Vault, keyring: Keyring, blobs: MemoryBlobs
) -> None:
    kept = await some_object(vault, keyring)
    for _ in range(1002):
        await blobs.put(new_object_id(), pieces(b"orphan"))
    assert await vault.sweep() == 0
    assert await vault.sweep(grace_s=-1.0) == 1002
    assert [blob async for blob in blobs.ids()] == [kept]


async def test_what_was_not_hashed_opens_and_has_no_hash(vault: Vault, keyring: Keyring) -> None:
    subject = await keyring.create_subject()
    plain = plain_of(THIRD + 1)
    made = await vault.seal(subject, Purpose.INTAKE, pieces(plain), hashed=False)
    assert await opened(vault, made.id) == plain
    assert (await vault.export(made.id)).sha256 is None
    with pytest.raises(ValueError, match="hashed"):
        await vault.sha256(made.id)


async def test_many_objects_at_once_do_not_mix(vault: Vault, keyring: Keyring) -> None:
    subject = await keyring.create_subject()
    plains = [plain_of(THIRD + number) for number in range(6)]
    made = await asyncio.gather(
        *(vault.seal(subject, Purpose.INTAKE, pieces(plain)) for plain in plains)
    )
    assert await asyncio.gather(*(opened(vault, one.id) for one in made)) == plains
