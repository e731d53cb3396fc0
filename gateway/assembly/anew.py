"""A log that goes on under a new name: the first entry of the new one holds the end of the old.

Room: gateway/assembly. No gateway runs on the directory. For the turn of the year, and where a log
was brought back from before what it signed: continuing it under its old name would be a fork.

    DIR/ledgers/<origin>/   ledger.sqlite checkpoint log.vkey log.mldsa44.vkey     the old log
    DIR/ledger.next/        the new one, until it is whole

The order survives being killed at any point: while both logs are there, no gateway starts, and the
command, given again, goes on. The old private keys are destroyed: nobody can sign for it any more.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from config.settings import Settings
from gateway.alerts.patrol import MARK
from gateway.assembly.ledger_place import ledger_place
from gateway.assembly.log import LEDGER_KEY, NEXT
from gateway.clock import Clock
from gateway.journal import Happening
from gateway.start import StartError
from storage.ids import SubjectId
from storage.ledger.checkpoint import SEED_BYTES, Checkpoint, Cosigner, Signer, VerifyingKey
from storage.ledger.database import key_of, reading
from storage.ledger.errors import (
    BehindError,
    NoSuchEntryError,
    NotSignedError,
    NotValidError,
    UnfitEventError,
)
from storage.ledger.events import Event
from storage.ledger.log import Ledger
from storage.ledger.notary import RECORD, SECOND_KEY, Notary
from storage.ledger.notes import NAME
from storage.ledger.publishing import CHECKPOINT, SECOND_VKEY, VKEY, released
from storage.ledger.signed_before import FileRecord
from storage.rows import alerts as rows_of_marks
from storage.rows import forwarding
from storage.rows.engine import Rows
from storage.sealed.keyfiles import read_key, shred_key, write_key
from storage.threads import finished

DATABASE: Final = "ledger.sqlite"
ARCHIVE: Final = "ledgers"


class NothingToEndError(StartError):
    """There is no log in this directory that could be ended: it needs ledger.key, and ledger.sqlite
    or ledger.signed."""

    code = "nothing-to-end"


class SharedLogError(StartError):
    """The log stands in PostgreSQL, where it cannot be ended by this command: other gateways may be
    writing it. Point them at a new database instead, and keep the old one."""

    code = "shared-log"


class NewNameError(StartError):
    """The new log needs a name of its own, without spaces and plus signs, that the old one has not:
    give another --origin."""

    code = "new-name"


class ForeignCheckpointError(StartError):
    """The checkpoint that was given is not signed with the old log's key."""

    code = "foreign-checkpoint"


@dataclass(frozen=True, slots=True)
class Ended:
    """The old log's last checkpoint, and where the log went; and the new one's key."""

    last: Checkpoint
    archive: Path
    key: VerifyingKey


class _NoSealer:
    """The first entry names nobody, so nothing is sealed."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:  # noqa: ARG002
        raise UnfitEventError

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:  # noqa: ARG002
        raise UnfitEventError


async def begin_anew(
    settings: Settings, origin: str, clock: Clock, seen: bytes | None = None
) -> Ended:
    """End the log in the data directory and begin another; whoever calls holds the directory.

    ``seen`` is a checkpoint of the old log from elsewhere, such as a witness: the larger one counts
    as the last.

    Raises:
        SharedLogError, NothingToEndError, NewNameError, ForeignCheckpointError: and nothing was
            changed.
        UnsafeKeyFileError: ledger.key is readable by others or damaged.
        NotValidError, LedgerUnavailableError, RowsUnavailableError: give the command again.
    """
    if not isinstance(ledger_place(settings), Path):
        raise SharedLogError
    home = settings.data_dir
    record = settings.ledger.signed_file or home / RECORD
    staged = home / NEXT
    if not (staged / LEDGER_KEY).exists():
        old = _old_key(home, record)
        if NAME.fullmatch(origin) is None or origin == old.name:
            raise NewNameError
        note = await finished(_last_note, home, record, old, seen, clock)
        await finished(_cleared, staged)
        await _stage(staged, origin, clock, old, note)
    last = Checkpoint.parse((staged / CHECKPOINT).read_bytes().partition(b"\n\n")[0] + b"\n")
    await _rewind(settings)
    archive = await finished(_exchange, home, record, staged, last)
    return Ended(last, archive, _public(home))


def _old_key(home: Path, record: Path) -> VerifyingKey:
    """Return the key of the log that ends."""
    try:
        with reading(home / DATABASE) as database:
            return key_of(database)
    except (NoSuchEntryError, NotValidError):
        pass
    if not record.exists() or not (home / LEDGER_KEY).exists():
        raise NothingToEndError
    origin = record.read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
    return Signer(origin, read_key(home / LEDGER_KEY, SEED_BYTES)).public


def _last_note(
    home: Path, record: Path, old: VerifyingKey, seen: bytes | None, clock: Clock
) -> bytes:
    """Return the largest checkpoint of the old log that anybody may hold."""
    notes = [seen] if seen is not None else []
    if record.exists():
        notes.append(record.read_bytes())
    if (home / DATABASE).exists():
        second = home / SECOND_KEY
        cosigner = Cosigner(old.name, read_key(second, SEED_BYTES)) if second.exists() else None
        notary = Notary(old, FileRecord(record), cosigner, lambda: int(clock().timestamp()))
        try:
            with reading(home / DATABASE) as database:
                notes.append(released(database, notary)[1])
        except BehindError:
            pass  # what the record says is the end
    try:
        return max(notes, key=lambda note: old.open(note).size)
    except NotSignedError as error:
        raise ForeignCheckpointError from error


async def _stage(staged: Path, origin: str, clock: Clock, old: VerifyingKey, note: bytes) -> None:
    """Make the new log beside the old one; its key is written last, and says that it is whole."""
    seed, second = secrets.token_bytes(SEED_BYTES), secrets.token_bytes(SEED_BYTES)
    signer = Signer(origin, seed)
    ledger = await Ledger.open(staged / DATABASE, signer, _NoSealer(), clock=clock)
    try:
        end = sha256(old.open(note).text).hexdigest()
        event = Event(Happening.LEDGER_CONTINUED, policy=f"sha256:{end}")
        await ledger.append(event, key=f"{Happening.LEDGER_CONTINUED}/{end}")
    finally:
        await ledger.close()
    (staged / CHECKPOINT).write_bytes(note)
    write_key(staged / SECOND_KEY, second)
    write_key(staged / LEDGER_KEY, seed)


def _cleared(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for leftover in folder.iterdir():
        leftover.unlink()


async def _rewind(settings: Settings) -> None:
    """Let whoever reads the log entry by entry begin at the new one's first."""
    rows = await Rows.open(settings.rows_url)
    try:
        async with rows.transaction() as connection:
            await rows_of_marks.set_mark(connection, MARK, "0")
            await forwarding.rewind(connection)
    finally:
        await rows.close()


def _exchange(home: Path, record: Path, staged: Path, last: Checkpoint) -> Path:
    """Put the old log away and the new one in its place, each step at most once."""
    digest = sha256(last.origin.encode()).hexdigest()[:8]
    slug = "".join(c if c.isalnum() or c in ".-" else "_" for c in last.origin)
    archive = home / ARCHIVE / f"{slug}.{digest}"
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (archive / CHECKPOINT).exists():
        _keep_public(home, archive, last.origin)
        (archive / CHECKPOINT).write_bytes((staged / CHECKPOINT).read_bytes())
    if (staged / DATABASE).exists():
        for suffix in ("", "-wal", "-shm"):
            if (old := home / (DATABASE + suffix)).exists():
                old.replace(archive / (DATABASE + suffix))
        if record.exists():
            (archive / RECORD).write_bytes(record.read_bytes())
            record.unlink()
        (staged / DATABASE).replace(home / DATABASE)
    for name in (SECOND_KEY, LEDGER_KEY):
        if (staged / name).exists():
            if (home / name).exists():
                shred_key(home / name)
            (staged / name).replace(home / name)
    _cleared(staged)
    staged.rmdir()
    return archive


def _keep_public(home: Path, archive: Path, origin: str) -> None:
    made: list[tuple[str, str, Callable[[bytes], VerifyingKey]]] = [
        (VKEY, LEDGER_KEY, lambda seed: Signer(origin, seed).public),
        (SECOND_VKEY, SECOND_KEY, lambda seed: Cosigner(origin, seed).public),
    ]
    for target, name, public in made:
        if (home / name).exists():
            vkey = public(read_key(home / name, SEED_BYTES)).vkey
            (archive / target).write_text(f"{vkey}\n", encoding="utf-8")


def _public(home: Path) -> VerifyingKey:
    with reading(home / DATABASE) as database:
        return key_of(database)
