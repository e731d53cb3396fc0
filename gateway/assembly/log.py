"""Furnishes the log of transfers: its key, its file, its watch, and what is done again and again.

Room: gateway/assembly.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.clock import Clock
from gateway.housekeeping import Chore
from gateway.ledger_journal import KeyringSealer
from gateway.ledger_watch import VERIFY_S
from gateway.start import StartError
from storage.ledger.checkpoint import SEED_BYTES, Signer
from storage.ledger.database import DAMAGED, name_of, reading
from storage.ledger.errors import LedgerUnavailableError, NoSuchEntryError, NotValidError
from storage.ledger.log import Ledger
from storage.sealed.keyfiles import read_key, write_key
from storage.sealed.keyring import Keyring


class LedgerChangedError(StartError):
    """The log of transfers is not as it was signed: it was changed, cut or exchanged. Nothing is
    written to it. Look where with "drawbridge ledger verify", and bring back the right file."""

    code = "ledger-changed"


class LedgerUnreadableError(StartError):
    """The log of transfers cannot be opened: another process holds it, or the disk is full."""

    code = "ledger-unreadable"


@asynccontextmanager
async def opened_ledger(
    settings: Settings, keyring: Keyring, clock: Clock
) -> AsyncIterator[Ledger]:
    """Yield the ledger in the data directory; begun, with a key of its own, if it is not there.

    Raises:
        LedgerChangedError: its tree is not the one that was last signed.
        LedgerUnreadableError: it cannot be opened.
        UnsafeKeyFileError: ledger.key is readable by others or damaged.
    """
    path, key_path = settings.data_dir / "ledger.sqlite", settings.data_dir / "ledger.key"
    begun = key_path.exists()
    if path.exists() is not begun:
        _forget_what_never_began(path)
    seed = read_key(key_path, SEED_BYTES) if begun else secrets.token_bytes(SEED_BYTES)
    try:
        signer = Signer(name_of(path) or settings.ledger.origin, seed)
        ledger = await Ledger.open(path, signer, KeyringSealer(keyring), clock=clock)
    except NotValidError as error:
        raise LedgerChangedError from error
    except LedgerUnavailableError as error:
        raise LedgerUnreadableError from error
    try:
        if not begun:
            write_key(key_path, seed)
        yield ledger
    finally:
        await ledger.close()


def _forget_what_never_began(path: Path) -> None:
    """Remove a log that a killed process made and whose key it did not live to keep.

    Raises:
        LedgerChangedError: the log had begun, so its file or its key was taken away since.
    """
    try:
        with reading(path) as database:
            made = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone()
            begun = made and database.execute("SELECT 1 FROM entry LIMIT 1").fetchone()
    except (NoSuchEntryError, *DAMAGED) as error:
        raise LedgerChangedError from error
    if begun:
        raise LedgerChangedError
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def furnish(app: web.Application, cellar: Cellar, settings: Settings) -> list[Chore]:
    """Put the log into ``app``; it is published in a fixed rhythm, so that its pace tells little.

    What is done again and again is returned.
    """
    app[keys.LEDGER] = cellar.ledger
    app[keys.LEDGER_WATCH] = cellar.watch
    return [
        Chore("ledger-publish", settings.ledger.publish_every_s, cellar.ledger.publish),
        Chore("ledger-verify", VERIFY_S, cellar.watch.verify),
    ]
