"""The log as files that any web server can hand out: C2SP tlog-tiles, in a folder.

Room: storage/ledger. Blocking; writes only into the folder it is given. The checkpoint is written
last, so that whoever reads while it grows never sees a size whose tiles are not there yet.
"""

import os
import secrets
from pathlib import Path
from typing import Final

from storage.ledger.audit import Fetch
from storage.ledger.checkpoint import Checkpoint
from storage.ledger.database import key_of, tile_of
from storage.ledger.errors import (
    LedgerUnavailableError,
    NoSuchEntryError,
    NotInLedgerError,
    NotSignedError,
    NotValidError,
)
from storage.ledger.merkle import check_consistency
from storage.ledger.notary import Notary
from storage.ledger.place import Database
from storage.ledger.reading import consistency, opened_head, published, tile_bytes
from storage.ledger.tiles import bundles_of, nodes_from, tiles_of

CHECKPOINT: Final = "checkpoint"
VKEY: Final = "log.vkey"
SECOND_VKEY: Final = "log.mldsa44.vkey"


def released(database: Database, notary: Notary | None) -> tuple[Checkpoint, bytes]:
    """Return the newest checkpoint that may be handed out, and its note with all its signatures.

    That is the published one where it covers every entry; else the signed head, which the notary
    compares and records first. Without a notary (a file away from its gateway) nobody does. Where
    nothing can be recorded, an older published one is handed out.

    Raises:
        NotValidError: the notary says that it must not leave, or a note is not signed.
        LedgerUnavailableError: it cannot be recorded, and none was published.
    """
    head, note = opened_head(database)
    try:
        newest = published(database)
    except NoSuchEntryError:
        newest = None
    if newest is not None and newest[0].size == head.size:
        return newest
    if notary is None:
        return head, note
    nodes = nodes_from(lambda level, tile: tile_of(database, level, tile))
    try:
        return head, notary.attest(note, nodes)
    except LedgerUnavailableError:
        if newest is None:
            raise
        return newest


def publish(database: Database, folder: Path, *, notary: Notary | None = None) -> Checkpoint:
    """Write the log as it stands into ``folder``; what is there already and full stays.

    Raises:
        NotValidError: the folder holds a checkpoint that this log has not grown from, or what the
            log says must not leave; see ``released``.
        LedgerUnavailableError: see ``released``.
        OSError: the folder cannot be written.
    """
    signed, note = released(database, notary)
    _refuse_another_past(database, folder, signed)
    for tile in (*tiles_of(signed.size), *bundles_of(signed.size)):
        target = folder / tile.path
        if not target.exists():
            _put(target, tile_bytes(database, tile, signed.size))
    _put(folder / VKEY, f"{key_of(database).vkey}\n".encode())
    if notary is not None and notary.second is not None:
        _put(folder / SECOND_VKEY, f"{notary.second.public.vkey}\n".encode())
    _put(folder / CHECKPOINT, note)
    return signed


def _refuse_another_past(database: Database, folder: Path, signed: Checkpoint) -> None:
    path = folder / CHECKPOINT
    if not path.exists():
        return
    try:
        older = key_of(database).open(path.read_bytes())
        proof = consistency(database, older.size, signed.size)
        check_consistency(older.size, older.root, signed.size, signed.root, proof)
    except NotSignedError as error:
        raise NotValidError("older checkpoint", "another key signed what is there") from error
    except NotInLedgerError as error:
        raise NotValidError("older checkpoint", f"not of this log's past ({error})") from error


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def folder_fetch(folder: Path) -> Fetch:
    """Return how to read published files from a folder, for an audit."""

    def fetch(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NoSuchEntryError from error

    return fetch
