"""Furnishes the chronicle: what the log is told of the house itself.

Room: gateway/assembly.
"""

import json
from contextlib import AsyncExitStack
from hashlib import sha256
from importlib import metadata

from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.chronicle import EVERY_S, Chronicle, KeysState, Origins
from gateway.household import household
from gateway.housekeeping import Chore
from storage.sealed.custody import key_files, root_id
from storage.threads import finished


async def furnish(
    app: web.Application, cellar: Cellar, settings: Settings, house: AsyncExitStack
) -> list[Chore]:
    """Return the chore that tells the log of the house; that it stops is told when it does."""
    chronicle = Chronicle(
        rows=cellar.rows,
        journal=cellar.journal,
        house=await household(cellar.rows, cellar.keyring),
        origins=Origins(
            settings=digest_of(settings),
            law=app[keys.LAW].sha256,
            version=metadata.version("drawbridge-gateway"),
            role=settings.role.value,
            geo_data=app[keys.OBSERVES].data,
        ),
        keys=lambda: finished(_keys, cellar, settings),
    )
    house.push_async_callback(chronicle.stopped)
    return [Chore("chronicle", EVERY_S, chronicle.round)]


def digest_of(settings: Settings) -> str:
    """Return the SHA-256 (hex) of the whole configuration; secrets count as their presence only."""
    told = settings.model_dump(mode="json")
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _keys(cellar: Cellar, settings: Settings) -> KeysState:
    keystore = cellar.keyring.keystore
    # Everything is wrapped to a root by now, so that none is kept for being the first.
    root = keystore.root(b"")
    files = tuple(path.stem for path in key_files(settings.data_dir / "root.key"))
    return KeysState(root_id(root), keystore.generation(), files)
