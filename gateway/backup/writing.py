"""A backup: rows, sealed objects and the log of one moment; keys apart, in a backup of their own.

Room: gateway/backup. Awaits the stores; reads beside a gateway that runs. The order makes the
copies fit each other: rows first, then the objects they name, then the log, which may know more
than the rows and never less. Objects never change, so a second backup into the same directory
copies only what is new.

    OUT/manifest.json   what is in here; written last, so that without it there is no backup
    OUT/rows.jsonl      every row; personal columns sealed
    OUT/blobs/…         sealed objects
    OUT/ledger.sqlite   the log

    KEYS/keys.sqlite index.key ledger.key ledger-mldsa44.key manifest.json
                        never in the same place as OUT
"""

import hashlib
import json
import os
import secrets
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gateway.backup.errors import BackupUnwritableError
from storage.blobs.contract import BlobExistsError, BlobMissingError, BlobStore, StoreFullError
from storage.ledger import copying
from storage.ledger.database import DAMAGED
from storage.ledger.notary import SECOND_KEY
from storage.ledger.place import Place as LedgerPlace
from storage.rows.dumping import dump
from storage.rows.engine import Rows
from storage.sealed.keystore import Keystore
from storage.threads import finished

FORMAT: Final = "drawbridge-backup/1"
KEYS_FORMAT: Final = "drawbridge-keys-backup/1"
MANIFEST: Final = "manifest.json"
ROWS: Final = "rows.jsonl"
LEDGER: Final = "ledger.sqlite"
BLOBS: Final = "blobs"
KEY_FILES: Final = ("index.key", "ledger.key")
KEYSTORE: Final = "keys.sqlite"
_PIECE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stores:
    """What is copied; the ledger is read where it is kept, beside whoever writes it."""

    rows: Rows
    blobs: BlobStore
    ledger: Path | LedgerPlace


@dataclass(frozen=True, slots=True)
class Copied:
    """How much a backup holds, and how much of it was new."""

    rows: int
    objects: int
    new_objects: int
    entries_note: bytes


async def write_backup(
    stores: Stores, out: Path, kept: BlobStore, now: datetime, told: Callable[[int], None]
) -> Copied:
    """Write a backup into ``out``, objects into ``kept``; ``told`` hears of every one.

    Raises:
        BackupUnwritableError: ``out`` cannot be written, or its disk is full.
        RowsUnavailableError, StoreUnavailableError: a store does not answer; there is no backup.
    """
    try:
        await finished(_prepared, out)
        count = await _written(out / ROWS, dump(stores.rows))
        objects, new = await _copy_objects(stores.blobs, kept, told)
        note = await finished(_copy_ledger, stores.ledger, out / LEDGER)
        facts = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "rows": count - 1,
            "objects": objects,
            "ledger_head": note.decode(),
            "sha256": {name: await finished(sha256_of, out / name) for name in (ROWS, LEDGER)},
        }
        await finished(_put, out / MANIFEST, _json(facts))
    except (OSError, StoreFullError, *DAMAGED) as error:
        raise BackupUnwritableError from error
    return Copied(count - 1, objects, new, note)


def write_keys(data: Path, out: Path, now: datetime) -> None:
    """Write a backup of the keys, all but the root's; blocking.

    Raises:
        BackupUnwritableError: ``out`` cannot be written, or holds something already.
        KeysUnavailableError: the keys cannot be read.
    """
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise BackupUnwritableError
        keystore = Keystore(data / KEYSTORE)
        try:
            keystore.copy_to(out / KEYSTORE)
        finally:
            keystore.close()
        # A log of before has no second key; it gains one then.
        names = [*KEY_FILES, *([SECOND_KEY] if (data / SECOND_KEY).exists() else [])]
        for name in names:
            _put(out / name, (data / name).read_bytes())
        hashes = {name: sha256_of(out / name) for name in (KEYSTORE, *names)}
        facts = {"format": KEYS_FORMAT, "made_at": now.isoformat(), "sha256": hashes}
        _put(out / MANIFEST, _json(facts))
    except OSError as error:
        raise BackupUnwritableError from error


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _prepared(out: Path) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {MANIFEST, ROWS, LEDGER, BLOBS}
    if any(path.name not in known for path in out.iterdir()):
        raise BackupUnwritableError
    # From here until the new manifest is written there is no backup here.
    (out / MANIFEST).unlink(missing_ok=True)


async def _written(path: Path, lines: AsyncIterable[bytes]) -> int:
    count = 0
    with path.open("wb") as file:
        gathered = bytearray()
        async for line in lines:
            gathered += line
            count += 1
            if len(gathered) >= _PIECE_BYTES:
                await finished(file.write, bytes(gathered))
                gathered.clear()
        await finished(file.write, bytes(gathered))
        await finished(_synced, file.fileno())
    await finished(path.chmod, 0o600)
    return count


async def _copy_objects(
    blobs: BlobStore, kept: BlobStore, told: Callable[[int], None]
) -> tuple[int, int]:
    gone = {blob async for blob in kept.ids()}
    count = new = 0
    async for blob in blobs.ids(older_than_s=-3600.0):
        gone.discard(blob)
        count += 1
        try:
            await kept.size(blob)
        except BlobMissingError:
            try:
                await kept.put(blob, blobs.get(blob))
                new += 1
            except (BlobMissingError, BlobExistsError):
                count -= 1  # destroyed while we came to it
        told(1)
    for blob in gone:  # destroyed since the last backup: this one forgets it, too
        await kept.delete(blob)
    return count, new


def _copy_ledger(kept: Path | LedgerPlace, target: Path) -> bytes:
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        note = copying.copy(kept, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return note


def _put(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        _synced(file.fileno())


def _synced(descriptor: int) -> None:
    os.fsync(descriptor)


def _json(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, indent=1).encode() + b"\n"
