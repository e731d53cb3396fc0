"""What a crash left between sealing and its row is destroyed; what has a row is not."""

from collections.abc import AsyncIterator

from gateway.identity.roles import Caller
from gateway.intake.orphans import destroy_orphans
from storage.blobs.memory import MemoryBlobs
from storage.sealed.vault import Purpose
from tests.unit.gateway.intake.conftest import Intake


async def test_only_what_no_row_knows_is_destroyed(
    intake: Intake, customer: Caller, blobs: MemoryBlobs
) -> None:
    await intake.inspected(customer, b"ISO-10303-21; and some more")
    await intake.upload(customer, b"waiting")
    known = {blob async for blob in blobs.ids()}

    async def pieces() -> AsyncIterator[bytes]:
        yield b"sealed, then the power went"

    orphan = await intake.vault.seal(customer.subject, Purpose.INTAKE, pieces())
    assert await destroy_orphans(intake.rows, blobs, intake.vault) == 1
    left = {blob async for blob in blobs.ids()}
    assert left == known
    assert orphan.id not in left
