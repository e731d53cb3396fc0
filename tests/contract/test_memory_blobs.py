"""The double keeps the promise too."""

import pytest

from storage.blobs.contract import BlobStore
from storage.blobs.memory import MemoryBlobs
from tests.contract.blob_store import BlobStoreContract


class TestMemoryBlobs(BlobStoreContract):
    @pytest.fixture
    def store(self) -> BlobStore:
        return MemoryBlobs()
