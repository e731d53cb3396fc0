"""Blobs in S3 keep the promise, on two servers that share no code."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest

from storage.blobs.contract import (
    BlobExistsError,
    BlobStore,
    StoreUnavailableError,
    UnsuitableStoreError,
)
from storage.blobs.s3 import PART_BYTES, S3Blobs
from storage.blobs.s3_client import Bucket, S3Client
from storage.ids import new_object_id
from tests.contract.blob_store import LONG, PLAN, BlobStoreContract, got, listed, pieces
from tests.services.s3 import SERVERS, S3Server, running

pytestmark = pytest.mark.service


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[S3Server]:
    yield from running(request.param, tmp_path_factory.mktemp("s3") / "objects")


@pytest.fixture
def bucket(server: S3Server) -> Bucket:
    return server.bucket("drawings", prefix=f"{secrets.token_hex(4)}/")


@pytest.fixture
async def opened(bucket: Bucket) -> AsyncIterator[S3Blobs]:
    blobs = await S3Blobs.open(bucket)
    yield blobs
    await blobs.close()


class TestS3Blobs(BlobStoreContract):
    @pytest.fixture
    def store(self, opened: S3Blobs) -> BlobStore:
        return opened


async def test_the_probe_at_the_start_leaves_nothing(bucket: Bucket, opened: S3Blobs) -> None:
    assert list(S3Client(bucket).stored(bucket.prefix)) == []


async def test_prefixes_keep_two_gateways_apart(server: S3Server) -> None:
    one = await S3Blobs.open(server.bucket("shared", "one/"))
    two = await S3Blobs.open(server.bucket("shared", "two/"))
    await one.put(PLAN, pieces(b"of one"))
    assert await listed(two) == []
    await two.put(PLAN, pieces(b"of two"))
    assert await got(one, PLAN) == b"of one"
    await one.close()
    await two.close()


@pytest.mark.parametrize("size", [PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES])
async def test_parts_meet_without_a_seam(opened: S3Blobs, size: int) -> None:
    body = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    blob = new_object_id()
    assert await opened.put(blob, pieces(body)) == size
    assert await got(opened, blob) == body
    assert await got(opened, blob, PART_BYTES - 3, PART_BYTES + 3) == body[PART_BYTES - 3 :][:6]


async def test_a_broken_upload_in_parts_leaves_no_parts(bucket: Bucket, opened: S3Blobs) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield LONG
        yield LONG
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await opened.put(PLAN, breaking())
    # MinIO lists unfinished uploads of a whole name only.
    assert S3Client(bucket).unfinished(bucket.prefix + PLAN) == []
    assert await listed(opened) == []


async def test_what_a_killed_process_left_is_abandoned(bucket: Bucket, opened: S3Blobs) -> None:
    client = S3Client(bucket)
    key = bucket.prefix + PLAN
    client.part(key, client.begin(key), 1, LONG)
    listed_by_prefix = len(client.unfinished(bucket.prefix))
    assert await opened.abandon_unfinished(older_than_s=3600.0) == 0
    assert await opened.abandon_unfinished(older_than_s=-60.0) == listed_by_prefix
    assert client.unfinished(bucket.prefix) == []


async def test_a_long_blob_is_written_once_too(opened: S3Blobs) -> None:
    await opened.put(PLAN, pieces(LONG))
    with pytest.raises(BlobExistsError):
        await opened.put(PLAN, pieces(LONG[::-1]))
    assert await got(opened, PLAN) == LONG


async def test_repeating_the_same_request_is_no_mistake(bucket: Bucket) -> None:
    client = S3Client(bucket)
    client.write(bucket.prefix + PLAN, b"words")
    client.write(bucket.prefix + PLAN, b"words")
    assert client.length(bucket.prefix + PLAN) == 5


async def test_a_bucket_that_is_not_there_is_refused(server: S3Server) -> None:
    there = server.bucket("drawings")
    absent = Bucket(there.endpoint, "absent", there.access_key, there.secret_key, secure=False)
    with pytest.raises(UnsuitableStoreError):
        await S3Blobs.open(absent)


async def test_wrong_keys_are_refused_without_naming_them(server: S3Server) -> None:
    there = server.bucket("drawings")
    wrong = Bucket(there.endpoint, there.name, there.access_key, "guessed-key", secure=False)
    with pytest.raises(StoreUnavailableError) as refused:
        await S3Blobs.open(wrong)
    assert "guessed-key" not in repr(wrong) + repr(refused.value) + str(refused.value.__cause__)


async def test_many_at_once_are_kept_apart(opened: S3Blobs) -> None:
    blobs = {new_object_id(): bytes([number]) * 100_000 for number in range(32)}
    await asyncio.gather(*(opened.put(blob, pieces(body)) for blob, body in blobs.items()))
    for blob, body in blobs.items():
        assert await got(opened, blob) == body
