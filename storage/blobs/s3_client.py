"""S3's own words, as the minio client says them, and what its answers mean to a blob store.

Room: storage/blobs. Blocking; storage.blobs.s3 calls it in threads. Bodies are checked by the
server: signed with their SHA-256 over http, sent with their MD5 over https. Requests that may be
repeated are, with growing pauses. https://docs.aws.amazon.com/AmazonS3/latest/API/
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from storage.blobs.contract import (
    BlobError,
    BlobExistsError,
    BlobMissingError,
    StoreFullError,
    StoreUnavailableError,
)

_ONCE: Final = {"If-None-Match": "*"}
_CONNECT_S: Final = 5.0
_READ_S: Final = 60.0
# About six seconds of pauses in all: a server that restarts is waited for, one that is gone is not.
_RETRIES: Final = Retry(
    total=5,
    backoff_factor=0.2,
    status_forcelist=[500, 502, 503, 504],
    allowed_methods=None,
    raise_on_status=False,
)
_CONNECTIONS: Final = 64
_MEANINGS: Final[dict[str, type[BlobError]]] = {
    "NoSuchKey": BlobMissingError,
    "PreconditionFailed": BlobExistsError,
    "ConditionalRequestConflict": BlobExistsError,
    "XMinioStorageFull": StoreFullError,
    "XMinioAdminBucketQuotaExceeded": StoreFullError,
    "QuotaExceeded": StoreFullError,
    "InsufficientCapacity": StoreFullError,
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the blobs are kept and who asks for them."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str = field(repr=False)
    prefix: str = ""
    region: str | None = None
    secure: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as the server lists it."""

    key: str
    stored_at: datetime | None


class S3Client(Minio):
    """One bucket: objects written once, in one request or in parts; nothing is overwritten."""

    def __init__(self, bucket: Bucket) -> None:
        """Prepare connections; nothing is asked before the first call."""
        self._bucket = bucket.name
        super().__init__(
            bucket.endpoint,
            access_key=bucket.access_key,
            secret_key=bucket.secret_key,
            secure=bucket.secure,
            region=bucket.region,
            http_client=PoolManager(
                maxsize=_CONNECTIONS,
                timeout=Timeout(connect=_CONNECT_S, read=_READ_S),
                retries=_RETRIES,
            ),
        )

    def clear(self) -> None:
        """Close every connection."""
        self._http.clear()

    def there(self) -> bool:
        """Return whether the bucket exists and may be used."""
        with _meaning():
            return self.bucket_exists(self._bucket)

    def write(self, key: str, body: bytes) -> None:
        """Store a whole object in one request.

        Raises:
            BlobExistsError: the key is taken, by other bytes than these.
        """
        try:
            with _meaning():
                self._put_object(self._bucket, key, body, dict(_ONCE))
        except BlobExistsError:
            # A repeated request may have met its own first try, whose answer was lost.
            if self._tag(key) != hashlib.md5(body, usedforsecurity=False).hexdigest():
                raise

    def begin(self, key: str) -> str:
        """Begin an object in parts; return the upload's id."""
        with _meaning():
            return self._create_multipart_upload(self._bucket, key, {})

    def part(self, key: str, upload: str, number: int, body: bytes) -> str:
        """Store one part; return its tag."""
        with _meaning():
            return self._upload_part(self._bucket, key, body, None, upload, number)

    def complete(self, key: str, upload: str, tags: list[str]) -> None:
        """Make one object of the parts.

        Raises:
            BlobExistsError: the key is taken; the parts stay until ``abandon``.
        """
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{tag}&quot;</ETag></Part>"
            for number, tag in enumerate(tags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        with _meaning():
            answer = self._execute(
                "POST",
                self._bucket,
                key,
                body=body,
                headers={"Content-Type": "application/xml", **_ONCE},
                query_params={"uploadId": upload},
            )
        # The status is sent before the work is done; a failure comes in the body of a 200.
        if b"<CompleteMultipartUploadResult" not in answer.data:
            raise StoreUnavailableError

    def abandon(self, key: str, upload: str) -> None:
        """Forget the parts of an upload; one that is no more is fine."""
        with suppress(BlobMissingError), _meaning(NoSuchUpload=BlobMissingError):
            self._abort_multipart_upload(self._bucket, key, upload)

    def unfinished(self, prefix: str) -> list[tuple[str, str, datetime | None]]:
        """Return key, upload and beginning of every upload in parts that the server lists."""
        with _meaning():
            found = self._list_multipart_uploads(self._bucket, prefix=prefix)
        return [
            (upload.object_name, upload.upload_id, upload.initiated_time)
            for upload in found.uploads
            if upload.object_name and upload.upload_id
        ]

    def read(self, key: str, start: int, length: int | None) -> BaseHTTPResponse | None:
        """Return a response to be read and released; None where the object ends before ``start``.

        Raises:
            BlobMissingError: there is no such object.
        """
        try:
            with _meaning(InvalidRange=EOFError):
                return self.get_object(self._bucket, key, offset=start, length=length or 0)
        except EOFError:
            return None

    def length(self, key: str) -> int:
        """Return an object's size in bytes.

        Raises:
            BlobMissingError: there is no such object.
        """
        with _meaning():
            return self.stat_object(self._bucket, key).size or 0

    def remove(self, key: str) -> None:
        """Forget an object; one that is no more is fine."""
        with suppress(BlobMissingError), _meaning():
            self.remove_object(self._bucket, key)

    def stored(self, prefix: str) -> Iterator[Stored]:
        """Yield every object under ``prefix``, a page of them at a request."""
        with _meaning():
            for found in self.list_objects(self._bucket, prefix=prefix, recursive=True):
                if found.object_name is not None:
                    yield Stored(found.object_name, found.last_modified)

    def _tag(self, key: str) -> str | None:
        with _meaning():
            return self.stat_object(self._bucket, key).etag


@contextmanager
def _meaning(**also: type[Exception]) -> Iterator[None]:
    """Turn what the client raises into what a blob store says; ``also`` by the server's code."""
    try:
        yield
    except S3Error as error:
        meaning = also.get(error.code or "") or _MEANINGS.get(error.code or "")
        raise (meaning or StoreUnavailableError) from error
    except ServerError as error:
        full = error.status_code == 507
        raise (StoreFullError if full else StoreUnavailableError) from error
    except (InvalidResponseError, MinioException, HTTPError, OSError) as error:
        raise StoreUnavailableError from error
