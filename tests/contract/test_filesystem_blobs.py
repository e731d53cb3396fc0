"""Blobs as files keep the promise."""

from pathlib import Path

import pytest

from storage.blobs.contract import BlobStore
from storage.blobs.filesystem import FilesystemBlobs
from tests.contract.blob_store import BlobStoreContract


class TestFilesystemBlobs(BlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobStore:
        return FilesystemBlobs(tmp_path / "blobs", floor_bytes=0)
