"""Uploads as use cases: what was acknowledged is there, whoever breaks off and whenever."""

import asyncio
import hashlib
from collections.abc import Iterable

import pytest

from gateway.identity.roles import Caller
from gateway.intake import errors, tus
from gateway.intake.body import ConnectionLostError, Read
from gateway.intake.chunks import ChunkSealer
from gateway.intake.handover import Handover
from gateway.intake.tus import Append, Checksum, Creation
from gateway.intake.uploads import Limits, Uploads
from gateway.journal import JournalUnavailableError
from storage.blobs.contract import StoreFullError
from storage.blobs.memory import MemoryBlobs
from storage.ids import ObjectId
from storage.rows import uploads as rows_of_uploads
from storage.rows.engine import Rows
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from tests.unit.gateway.doubles import Hands, MemoryJournal

LIMITS = Limits(max_bytes=1000, quota_bytes=5000, max_open=5, expiry_s=100, idle_s=5)
TEN = b"0123456789"


@pytest.fixture
def uploads(
    rows: Rows, keyring: Keyring, vault: Vault, journal: MemoryJournal, clock: Hands
) -> Uploads:
    sealer = ChunkSealer(vault, chunk_bytes=4)
    return Uploads(rows, keyring, sealer, journal, Handover(wait_s=5), clock, LIMITS)


def reader(*pieces: bytes | Exception) -> Read:
    left: Iterable[bytes | Exception] = iter(pieces)

    async def read() -> bytes:
        piece = next(left, b"")  # type: ignore[call-overload]
        if isinstance(piece, Exception):
            raise piece
        assert isinstance(piece, bytes)
        return piece

    return read


async def created(uploads: Uploads, caller: Caller, length: int | None = 10) -> str:
    upload, _ = await uploads.create(caller, Creation(length, "filename YS5zdGVw", "a.step"))
    return upload


async def content(uploads: Uploads, vault: Vault, upload: str) -> bytes:
    async with uploads.rows.reading() as connection:
        chunks = await rows_of_uploads.chunks(connection, upload)
    return b"".join([piece for chunk in chunks async for piece in vault.open(chunk.object)])


async def kept(blobs: MemoryBlobs) -> list[ObjectId]:
    return [blob async for blob in blobs.ids()]


async def test_bytes_become_sealed_chunks_and_an_offset(
    uploads: Uploads, customer: Caller, vault: Vault
) -> None:
    upload = await created(uploads, customer)
    status = await uploads.append(customer, upload, Append(0), reader(b"012", b"345"))
    assert (status.offset, status.length, status.complete) == (6, 10, False)
    status = await uploads.append(customer, upload, Append(6), reader(b"6789"))
    assert status.complete
    assert await content(uploads, vault, upload) == TEN
    assert (await uploads.status(customer, upload)).metadata == "filename YS5zdGVw"


async def test_a_complete_upload_is_in_the_journal_before_it_is_acknowledged(
    uploads: Uploads, customer: Caller, journal: MemoryJournal
) -> None:
    upload = await created(uploads, customer)
    await uploads.append(customer, upload, Append(0), reader(b"01234"))
    assert journal.kinds() == []
    journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await uploads.append(customer, upload, Append(5), reader(b"56789"))
    journal.broken = False
    await uploads.append(customer, upload, Append(10), reader())
    assert journal.kinds() == ["upload.received"]


async def test_an_empty_upload_is_complete_at_once(
    uploads: Uploads, customer: Caller, journal: MemoryJournal
) -> None:
    _, status = await uploads.create(customer, Creation(0, "", ""))
    assert status.complete
    assert journal.kinds() == ["upload.received"]


async def test_what_arrived_before_the_connection_was_lost_is_kept(
    uploads: Uploads, customer: Caller, vault: Vault
) -> None:
    upload = await created(uploads, customer)
    with pytest.raises(errors.UploadInterruptedError):
        await uploads.append(
            customer, upload, Append(0), reader(b"0123", b"456", ConnectionLostError())
        )
    assert (await uploads.status(customer, upload)).offset == 7
    assert await content(uploads, vault, upload) == TEN[:7]


async def test_a_long_request_becomes_durable_as_it_goes(
    uploads: Uploads, customer: Caller
) -> None:
    upload = await created(uploads, customer)
    seen = []

    async def read() -> bytes:
        async with uploads.rows.reading() as connection:
            row = await rows_of_uploads.by_id(connection, upload)
        assert row is not None
        seen.append(row.offset)
        return b"ab" if len(seen) < 6 else b""

    await uploads.append(customer, upload, Append(0), read)
    assert max(seen) >= 4


async def test_a_new_request_gets_what_the_old_one_had(
    uploads: Uploads, customer: Caller, vault: Vault
) -> None:
    upload = await created(uploads, customer)
    stuck = asyncio.Event()
    first = iter([b"0123456"])

    async def read() -> bytes:
        piece = next(first, b"")
        if not piece:
            stuck.set()
            await asyncio.sleep(60)
        return piece

    old = asyncio.create_task(uploads.append(customer, upload, Append(0), read))
    await stuck.wait()
    async with asyncio.timeout(2):
        assert (await uploads.status(customer, upload)).offset == 7
        with pytest.raises(errors.UploadInterruptedError):
            await old
    await uploads.append(customer, upload, Append(7), reader(b"789"))
    assert await content(uploads, vault, upload) == TEN


async def test_a_checksum_that_agrees_lets_the_bytes_count(
    uploads: Uploads, customer: Caller, vault: Vault
) -> None:
    upload = await created(uploads, customer)
    checksum = Checksum("sha1", hashlib.sha1(TEN).digest())
    status = await uploads.append(customer, upload, Append(0, checksum=checksum), reader(TEN))
    assert status.complete
    assert await content(uploads, vault, upload) == TEN


@pytest.mark.parametrize("last", [b"x", ConnectionLostError()])
async def test_a_checksum_that_does_not_agree_leaves_no_byte(
    uploads: Uploads, customer: Caller, blobs: MemoryBlobs, last: bytes | Exception
) -> None:
    upload = await created(uploads, customer)
    checksum = Checksum("sha256", hashlib.sha256(TEN).digest())
    with pytest.raises((errors.ChecksumMismatchError, errors.UploadInterruptedError)):
        await uploads.append(
            customer, upload, Append(0, checksum=checksum), reader(b"012345678", last)
        )
    assert (await uploads.status(customer, upload)).offset == 0
    assert await kept(blobs) == []


async def test_the_wrong_offset_changes_nothing(uploads: Uploads, customer: Caller) -> None:
    upload = await created(uploads, customer)
    with pytest.raises(errors.OffsetMismatchError):
        await uploads.append(customer, upload, Append(3), reader(b"x"))
    assert (await uploads.status(customer, upload)).offset == 0


async def test_more_bytes_than_announced_are_not_kept(
    uploads: Uploads, customer: Caller, blobs: MemoryBlobs
) -> None:
    upload = await created(uploads, customer, length=3)
    with pytest.raises(errors.TooLongError):
        await uploads.append(customer, upload, Append(0), reader(b"0123"))
    assert (await uploads.status(customer, upload)).offset == 0
    assert await kept(blobs) == []


async def test_a_deferred_length_is_said_once(uploads: Uploads, customer: Caller) -> None:
    upload = await created(uploads, customer, length=None)
    status = await uploads.append(customer, upload, Append(0), reader(b"0123"))
    assert status.length is None
    status = await uploads.append(customer, upload, Append(4, 10), reader(b"45"))
    assert status.length == 10
    with pytest.raises(errors.LengthFixedError):
        await uploads.append(customer, upload, Append(6, 11), reader(b"x"))


async def test_an_upload_without_a_length_cannot_grow_beyond_the_limit(
    uploads: Uploads, customer: Caller
) -> None:
    upload = await created(uploads, customer, length=None)
    with pytest.raises(errors.TooLongError):
        await uploads.append(customer, upload, Append(0), reader(b"x" * 1001))


async def test_strangers_see_and_disturb_nothing(
    uploads: Uploads, customer: Caller, stranger: Caller
) -> None:
    upload = await created(uploads, customer)
    async with uploads.handover.lease(upload) as lease:
        for attempt in (
            uploads.status(stranger, upload),
            uploads.append(stranger, upload, Append(0), reader(b"x")),
            uploads.terminate(stranger, upload),
            uploads.admit(stranger, upload, Append(0)),
        ):
            with pytest.raises(errors.UploadMissingError):
                await attempt
        assert not lease.asked_to_stop


async def test_a_terminated_upload_is_gone_with_its_bytes(
    uploads: Uploads, customer: Caller, blobs: MemoryBlobs
) -> None:
    upload = await created(uploads, customer)
    await uploads.append(customer, upload, Append(0), reader(b"0123"))
    await uploads.terminate(customer, upload)
    with pytest.raises(errors.UploadMissingError):
        await uploads.status(customer, upload)
    assert await kept(blobs) == []


async def test_an_expired_upload_is_gone_even_before_it_is_swept(
    uploads: Uploads, customer: Caller, clock: Hands, blobs: MemoryBlobs
) -> None:
    upload = await created(uploads, customer)
    await uploads.append(customer, upload, Append(0), reader(b"0123"))
    clock.turn(99)
    assert await uploads.sweep() == 0
    clock.turn(1)
    with pytest.raises(errors.UploadMissingError):
        await uploads.status(customer, upload)
    assert await uploads.sweep() == 1
    assert await kept(blobs) == []


async def test_progress_puts_the_expiry_off(
    uploads: Uploads, customer: Caller, clock: Hands
) -> None:
    upload = await created(uploads, customer)
    clock.turn(90)
    await uploads.append(customer, upload, Append(0), reader(b"0123"))
    clock.turn(90)
    assert (await uploads.status(customer, upload)).offset == 4


async def test_an_account_cannot_fill_the_house(uploads: Uploads, customer: Caller) -> None:
    for _ in range(LIMITS.max_open):
        await created(uploads, customer, length=1)
    with pytest.raises(errors.QuotaError):
        await created(uploads, customer, length=1)


async def test_announced_bytes_count_against_the_quota(uploads: Uploads, customer: Caller) -> None:
    for _ in range(4):
        await created(uploads, customer, length=1000)
    await created(uploads, customer, length=1000)
    with pytest.raises(errors.QuotaError):
        await created(uploads, customer, length=1)


async def test_a_full_store_keeps_what_was_acknowledged(
    uploads: Uploads, customer: Caller, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = await created(uploads, customer)
    await uploads.append(customer, upload, Append(0), reader(b"0123"))

    async def full(*_: object, **__: object) -> None:
        raise StoreFullError

    monkeypatch.setattr(vault, "seal", full)
    with pytest.raises(errors.NoSpaceError):
        await uploads.append(customer, upload, Append(4), reader(b"4567"))
    assert (await uploads.status(customer, upload)).offset == 4


async def test_of_two_processes_one_loses_and_leaves_nothing(
    uploads: Uploads, customer: Caller, blobs: MemoryBlobs
) -> None:
    upload = await created(uploads, customer)
    other = Uploads(
        uploads.rows, uploads.fields, uploads.sealer, uploads.journal, Handover(wait_s=5),
        uploads.clock, uploads.limits,
    )  # fmt: skip
    pieces = iter([b"01"])

    async def read() -> bytes:
        piece = next(pieces, b"")
        if piece:
            await other.append(customer, upload, Append(0), reader(b"abc"))
        return piece

    with pytest.raises(errors.UploadBusyError):
        await uploads.append(customer, upload, Append(0), read)
    assert (await uploads.status(customer, upload)).offset == 3
    assert len(await kept(blobs)) == 1


async def test_names_and_metadata_are_never_in_the_rows_in_clear(
    uploads: Uploads, customer: Caller
) -> None:
    upload, _ = await uploads.create(customer, Creation(1, "filename c2VjcmV0", "secret.step"))
    async with uploads.rows.reading() as connection:
        row = await rows_of_uploads.by_id(connection, upload)
    assert row is not None
    for sealed in (row.metadata_sealed, row.filename_sealed):
        assert sealed is not None
        assert b"secret" not in sealed
        assert b"c2VjcmV0" not in sealed


async def test_who_asks_first_is_told_no_before_sending(uploads: Uploads, customer: Caller) -> None:
    upload = await created(uploads, customer)
    await uploads.admit(customer, upload, Append(0, body_bytes=10))
    with pytest.raises(errors.OffsetMismatchError):
        await uploads.admit(customer, upload, Append(1))
    with pytest.raises(errors.TooLongError):
        await uploads.admit(customer, upload, Append(0, body_bytes=11))


def test_the_checksums_announced_are_those_understood() -> None:
    assert set(tus.CHECKSUM_ALGORITHMS) == set(tus.DIGEST_BYTES)
