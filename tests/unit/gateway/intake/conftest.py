"""The intake rooms, wired over real rows and a real vault."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from gateway.identity.roles import Caller
from gateway.intake.chunks import ChunkSealer
from gateway.intake.handover import Handover
from gateway.intake.inspection import Inspection
from gateway.intake.originals import Originals
from gateway.intake.parts import Parts, ShownPart
from gateway.intake.pipeline import Pipeline
from gateway.intake.tus import Append, Creation
from gateway.intake.uploads import Limits, Uploads
from storage.rows.engine import Rows
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from tests.unit.gateway.doubles import Hands, MemoryJournal, OpenSandbox

RETENTION_S = 1000.0


@dataclass
class Intake:
    """Everything between an upload and a released part."""

    uploads: Uploads
    parts: Parts
    inspection: Inspection
    pipeline: Pipeline
    originals: Originals
    vault: Vault
    rows: Rows
    broke: list[BaseException]

    async def upload(self, caller: Caller, data: bytes, filename: str = "a.step") -> str:
        sent = iter([data])

        async def read() -> bytes:
            return next(sent, b"")

        upload, _ = await self.uploads.create(caller, Creation(len(data), "", filename))
        if data:
            await self.uploads.append(caller, upload, Append(0), read)
        return upload

    async def part(self, caller: Caller, *contents: bytes, words: str = "Ten pieces") -> str:
        uploads = [await self.upload(caller, data) for data in contents]
        return (await self.parts.create(caller, "Bracket", words, uploads)).id

    async def inspected(self, caller: Caller, *contents: bytes, words: str = "Ten") -> ShownPart:
        """Return a part whose inspection is over."""
        part = await self.part(caller, *contents, words=words)
        await self.pipeline.idle()
        return await self.parts.show(caller, part)


@pytest.fixture
def sealer(vault: Vault) -> ChunkSealer:
    return ChunkSealer(vault, chunk_bytes=8)


@pytest_asyncio.fixture
async def intake(
    rows: Rows,
    keyring: Keyring,
    sealer: ChunkSealer,
    vault: Vault,
    journal: MemoryJournal,
    sandbox: OpenSandbox,
    clock: Hands,
) -> AsyncIterator[Intake]:
    limits = Limits(10_000, 50_000, 50, 10_000, 5)
    uploads = Uploads(rows, keyring, sealer, journal, Handover(wait_s=5), clock, limits)
    originals = Originals(rows, vault, journal, clock, RETENTION_S)
    inspection = Inspection(rows, vault, keyring, sandbox, journal, clock, max_attempts=3)
    broke: list[BaseException] = []
    pipeline = Pipeline(inspection, rows, parallel=2, failed=broke.append)
    parts = Parts(rows, keyring, journal, pipeline, originals, clock)
    await pipeline.start()
    try:
        yield Intake(uploads, parts, inspection, pipeline, originals, vault, rows, broke)
    finally:
        await pipeline.stop()
