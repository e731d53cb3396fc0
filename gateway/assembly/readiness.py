"""Furnishes /readyz: what is asked of each store, and which facts are told beside.

Room: gateway/assembly.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config.settings import Role, Settings
from gateway.cellar import Cellar
from gateway.observability.health import Health
from redaction.sandbox.client import Sandbox


def health_of(cellar: Cellar, settings: Settings, sandbox: Sandbox | None) -> Health:
    """Return the checks of this node."""

    async def rows() -> bool:
        async with cellar.rows.transaction():
            return True

    async def ledger() -> bool:
        return await cellar.journal.writable()

    async def custody() -> bool:
        return cellar.keyring.can_open or settings.role is Role.INTAKE

    async def disk() -> bool:
        return await asyncio.to_thread(
            _takes_more, settings.data_dir, settings.uploads.free_floor_bytes
        )

    async def objects() -> bool:
        return await cellar.vault.ready()

    def facts() -> Mapping[str, str | bool]:
        told: dict[str, str | bool] = {"role": settings.role.value}
        if sandbox is not None:
            told["walls_complete"] = sandbox.level().complete
        return told | cellar.watch.facts()

    checks = {"rows": rows, "ledger": ledger, "custody": custody, "disk": disk, "objects": objects}
    return Health(checks, facts)


def _takes_more(directory: Path, floor_bytes: int) -> bool:
    # A disk may have room and yet refuse: read-only after an error, over quota, gone.
    with tempfile.TemporaryFile(dir=directory) as probe:
        probe.write(b"1")
    return shutil.disk_usage(directory).free > floor_bytes
