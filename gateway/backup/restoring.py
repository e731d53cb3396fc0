"""Bringing a backup back: everything is checked before anything is changed.

Room: gateway/backup. Touches an empty data directory, or one that has lost its rows and objects;
no gateway runs on it. Two things a backup must never do: bring back whoever was erased, and make a
second continuation of a log that was signed further on.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.backup.errors import (
    BackupUnfitError,
    ErasuresUnknownError,
    KeysMissingError,
    NewestUnknownError,
    PlaceTakenError,
    WouldForkError,
)
from gateway.backup.writing import (
    FORMAT,
    KEY_FILES,
    KEYS_FORMAT,
    KEYSTORE,
    LEDGER,
    MANIFEST,
    ROWS,
    sha256_of,
)
from storage.blobs.contract import BlobExistsError, BlobStore
from storage.ids import SubjectId
from storage.ledger import copying
from storage.ledger.database import DAMAGED, reading
from storage.ledger.errors import NoSuchEntryError, NotValidError
from storage.ledger.notary import RECORD, SECOND_KEY
from storage.ledger.place import RestorablePlace
from storage.rows.dumping import DumpUnfitError, NotEmptyError, load
from storage.sealed.keystore import Keystore
from storage.threads import finished


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator says: where from, and what nobody else can know.

    ``newest`` is the newest checkpoint seen anywhere, None when the operator says that none was
    given away. ``erased`` are those erased since the keys were copied.
    """

    backup: Path
    keys: Path | None
    newest: bytes | None
    newest_known: bool
    erased: frozenset[SubjectId]
    erasures_known: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backup comes back: a data directory, a database by its URL, blobs, the log."""

    data: Path
    url: str
    blobs: BlobStore
    ledger: Path | RestorablePlace


@dataclass(frozen=True, slots=True)
class Restored:
    """How much came back, and how many people stayed erased."""

    rows: int
    objects: int
    erased: int
    ledger_kept: bool


def check(asked: Asked, data: Path, ledger: Path | RestorablePlace) -> bool:
    """Return whether the log in ``data`` stays; raise if restoring would do harm. Blocking.

    Raises:
        BackupUnfitError, KeysMissingError, NewestUnknownError, WouldForkError,
        ErasuresUnknownError: and nothing was changed.
    """
    manifest = _manifest(asked.backup, FORMAT)
    if asked.keys is not None:
        _manifest(asked.keys, KEYS_FORMAT)
    live_keys = all((data / name).exists() for name in (KEYSTORE, *KEY_FILES))
    if not (live_keys or asked.keys) or not any(data.glob("root*.key")):
        raise KeysMissingError
    if not live_keys and not asked.erasures_known:
        raise ErasuresUnknownError
    return _ledger_stays(asked, data, ledger, str(manifest["ledger_head"]).encode())


async def restore(asked: Asked, into: Place, kept: BlobStore, *, stays: bool) -> Restored:
    """Bring everything back; ``check`` has been asked first and said whether the log ``stays``.

    Raises:
        PlaceTakenError: there are rows; nothing was changed.
        BackupUnfitError: the rows are not as they were written; nothing was changed.
        RowsUnavailableError, StoreUnavailableError, StoreFullError: begin anew.
    """
    try:
        with (asked.backup / ROWS).open("rb") as lines:
            count = await load(into.url, lines)
    except NotEmptyError as error:
        raise PlaceTakenError from error
    except DumpUnfitError as error:
        raise BackupUnfitError from error
    erased = await finished(_restore_keys, asked, into.data)
    if not stays:
        await finished(_restore_ledger, asked.backup / LEDGER, into.ledger)
    objects = await _restore_objects(kept, into.blobs)
    return Restored(count, objects, erased, stays)


def _manifest(folder: Path, form: str) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        sound = manifest["format"] == form and all(
            sha256_of(folder / name) == wanted for name, wanted in manifest["sha256"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupUnfitError from error
    if not sound:
        raise BackupUnfitError
    return manifest


def _ledger_stays(
    asked: Asked, data: Path, ledger: Path | RestorablePlace, backup_head: bytes
) -> bool:
    try:
        copying.grown_from(asked.backup / LEDGER, backup_head)
    except (NotValidError, NoSuchEntryError, *DAMAGED) as error:
        raise BackupUnfitError from error
    if ledger.exists():
        try:
            copying.grown_from(ledger, backup_head)
        except (NotValidError, NoSuchEntryError, *DAMAGED) as error:
            raise WouldForkError from error
        return True
    recorded = data / RECORD
    if not asked.newest_known and not recorded.exists():
        raise NewestUnknownError
    left = [asked.newest, recorded.read_bytes() if recorded.exists() else None]
    for note in filter(None, left):
        try:
            copying.grown_from(asked.backup / LEDGER, note)
        except NotValidError as error:
            raise WouldForkError from error
    return False


def _restore_keys(asked: Asked, data: Path) -> int:
    """Bring the keys back where they are asked for, and erase again whoever was erased."""
    erased = set(asked.erased)
    path = data / KEYSTORE
    if path.exists():
        erased |= _erased(path)
    if asked.keys is not None:
        second = [SECOND_KEY] if (asked.keys / SECOND_KEY).exists() else []
        for name in (KEYSTORE, *KEY_FILES, *second):
            for suffix in ("-wal", "-shm"):
                (data / (name + suffix)).unlink(missing_ok=True)
            shutil.copyfile(asked.keys / name, data / name)
            (data / name).chmod(0o600)
        erased |= _erased(path)
    return _shred(path, erased)


def _erased(path: Path) -> set[SubjectId]:
    keystore = Keystore(path)
    try:
        return set(keystore.erased())
    finally:
        keystore.close()


def _shred(path: Path, subjects: Iterable[SubjectId]) -> int:
    keystore = Keystore(path)
    try:
        count = 0
        for subject in subjects:
            keystore.shred_subject(subject)
            count += 1
        return count
    finally:
        keystore.close()


def _restore_ledger(kept: Path, target: Path | RestorablePlace) -> None:
    if not isinstance(target, Path):
        with reading(kept) as database:
            target.bring_back(database)
        return
    shutil.copyfile(kept, target)
    target.chmod(0o600)


async def _restore_objects(kept: BlobStore, blobs: BlobStore) -> int:
    count = 0
    async for blob in kept.ids(older_than_s=-3600.0):
        try:
            await blobs.put(blob, kept.get(blob))
        except BlobExistsError:
            continue
        count += 1
    return count
