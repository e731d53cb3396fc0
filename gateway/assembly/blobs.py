"""Opens the blob store that the settings name: a directory, or a bucket.

Room: gateway/assembly. Touches the file with the bucket's secret.
"""

from config.keeping import BlobKeeper, Blobs
from config.settings import Settings
from gateway.assembly.custody import said
from gateway.start import ObjectStoreSilentError, ObjectStoreUnsuitableError
from storage.blobs.contract import BlobStore, StoreUnavailableError, UnsuitableStoreError
from storage.blobs.filesystem import FilesystemBlobs
from storage.blobs.s3 import S3Blobs
from storage.blobs.s3_client import Bucket
from storage.threads import finished


async def opened_blobs(settings: Settings) -> BlobStore:
    """Return the blob store.

    Raises:
        KeyFileError: the file with the secret is readable by others, or there is none.
        ObjectStoreSilentError: the S3 server does not answer, or not to these keys.
        ObjectStoreUnsuitableError: there is no such bucket, or it overwrites objects.
    """
    wanted = settings.blobs
    if wanted.keeper is BlobKeeper.FILESYSTEM:
        return FilesystemBlobs(
            settings.data_dir / "blobs", floor_bytes=settings.uploads.free_floor_bytes
        )
    try:
        return await S3Blobs.open(await finished(_bucket, wanted), part_bytes=wanted.part_bytes)
    except StoreUnavailableError as error:
        raise ObjectStoreSilentError from error
    except UnsuitableStoreError as error:
        raise ObjectStoreUnsuitableError from error


def _bucket(wanted: Blobs) -> Bucket:
    return Bucket(
        endpoint=wanted.endpoint or "",
        name=wanted.bucket,
        access_key=wanted.access_key or "",
        secret_key=said(wanted.said_secret_key, wanted.secret_key_file),
        prefix=wanted.prefix,
        region=wanted.region,
        secure=wanted.secure,
    )
