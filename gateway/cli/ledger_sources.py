"""Where the ledger commands read from: a data directory, a database, a folder, an address.

Room: gateway/cli. Reads files and asks over HTTP; changes nothing.
"""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Final
from urllib.parse import urlsplit

from config.errors import ConfigurationError
from config.loading import load
from gateway.assembly.ledger_place import LedgerPlace, ledger_place
from gateway.cli.output import CommandError, Exit, people, work_progress
from storage.ledger import audit, publishing
from storage.ledger.checkpoint import SEED_BYTES, Cosigner, Signer, VerifyingKey
from storage.ledger.database import Reading, key_of
from storage.ledger.database import reading as reading_from
from storage.ledger.errors import (
    LedgerUnavailableError,
    NoSuchEntryError,
    NotSignedError,
    NotValidError,
    PolicyError,
)
from storage.ledger.notary import RECORD, SECOND_KEY, Notary
from storage.ledger.policy import Policy
from storage.ledger.signed_before import FileRecord
from storage.sealed.errors import UnsafeKeyFileError
from storage.sealed.keyfiles import read_key

FETCH_S: Final = 30.0
MAX_FILE_BYTES: Final = 32 * 1024 * 1024


def source_of(
    data: Path | None, database: Path | None, vkey: str | None
) -> tuple[LedgerPlace, VerifyingKey | None]:
    """Return the database and the key it must be signed with, if that can be known.

    Where the log of a data directory is in PostgreSQL, DRAWBRIDGE_DATABASE_URL says in which.
    """
    if database is not None:
        return database, key_from(vkey) if vkey else None
    if data is None:
        raise CommandError("Say --data DIR, --database FILE or a folder of tiles.", Exit.USAGE)
    path = kept_for(data)
    secret = data / "ledger.key"
    if vkey or not secret.exists():
        return path, key_from(vkey) if vkey else None
    try:
        # The file names the log; the key itself must be the one that lies beside it.
        return path, Signer(own_key(path).name, read_key(secret, SEED_BYTES)).public
    except UnsafeKeyFileError as error:
        raise CommandError(f"ledger.key: {error.__class__.__doc__}") from error


def kept_for(data: Path) -> LedgerPlace:
    """Return where the log of a data directory is, by the environment's settings."""
    try:
        return ledger_place(load(None, os.environ, {"data_dir": data}))
    except ConfigurationError as error:
        raise CommandError(f"The settings are wrong. {error}", Exit.USAGE) from error


def own_key(path: LedgerPlace) -> VerifyingKey:
    """Return the key that a ledger file names itself."""
    with opened(path) as database:
        return key_of(database)


@contextmanager
def opened(path: LedgerPlace) -> Iterator[Reading]:
    """Yield a reading connection; CommandError when there is no such file."""
    try:
        with reading_from(path) as database:
            yield database
    except NoSuchEntryError as error:
        raise CommandError("There is no such ledger file.") from error
    except LedgerUnavailableError as error:
        raise CommandError("The database of the log does not answer.") from error


@dataclass(frozen=True, slots=True)
class Expected:
    """What whoever audits knows from elsewhere: a checkpoint, witnesses, the log's key."""

    vkey: str | None = None
    older: bytes | None = None
    policy: Policy | None = None


def audited(source: str, token: str | None, expected: Expected) -> audit.Summary:
    """Return what a published log, at an address or in a folder, is found to hold.

    The key is the one that is given, else one of the policy, else the log's own word.

    Raises:
        NotValidError: it is not valid; says where.
        CommandError: it cannot be read.
    """
    remote = urlsplit(source).scheme in {"http", "https"}
    if not remote and not Path(source).is_dir():
        raise CommandError("There is no such folder of tiles.")
    fetch = _web_fetch(source, token) if remote else publishing.folder_fetch(Path(source))
    key = key_from(expected.vkey) if expected.vkey else _of_policy(fetch, expected.policy)
    with work_progress(people()) as progress:
        progress.add_task("auditing the log")
        return audit.audit(
            fetch,
            key or _own_words(fetch),
            entries=not remote or token is not None,
            older_note=expected.older,
            policy=expected.policy,
        )


def _of_policy(fetch: audit.Fetch, policy: Policy | None) -> VerifyingKey | None:
    """Return the first of the policy's keys for this log; None where it names no log at all.

    Raises:
        NotValidError: it names other logs only.
    """
    if policy is None or not policy.logs:
        return None
    origin = fetch(publishing.CHECKPOINT).split(b"\n", 1)[0].decode("utf-8", "replace")
    for key in policy.logs:
        if key.name == origin:
            return key
    raise NotValidError(publishing.CHECKPOINT, "the policy does not name this log")


def policy_from(path: Path | None) -> Policy | None:
    """Return the policy in a file; CommandError when it is none."""
    try:
        return Policy.parse(read(path)) if path is not None else None
    except PolicyError as error:
        raise CommandError(f"That is no policy file: {error}.") from error


def notary_of(data: Path | None, signed_file: Path | None) -> Notary | None:
    """Return the notary of a data directory's log, None where only a file of it is at hand.

    It records what this command hands out where the gateway looks, too.
    """
    if data is None:
        return None
    key, second = own_key(kept_for(data)), data / SECOND_KEY
    try:
        cosigner = Cosigner(key.name, read_key(second, SEED_BYTES)) if second.exists() else None
    except UnsafeKeyFileError as error:
        raise CommandError(f"{SECOND_KEY}: {error.__class__.__doc__}") from error
    return Notary(key, FileRecord(signed_file or data / RECORD), cosigner, lambda: int(time()))


def _own_words(fetch: audit.Fetch) -> VerifyingKey:
    try:
        return VerifyingKey.parse(fetch(publishing.VKEY).decode("utf-8", "replace"))
    except NotSignedError as error:
        raise NotValidError(publishing.VKEY, "it is not a key") from error


def _web_fetch(address: str, token: str | None) -> audit.Fetch:
    base = address.rstrip("/")

    def fetch(path: str) -> bytes:
        request = urllib.request.Request(f"{base}/{path}")  # noqa: S310  (http or https only)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=FETCH_S) as answer:  # noqa: S310
                content: bytes = answer.read(MAX_FILE_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise NoSuchEntryError from error
            raise CommandError(f"The log's server answered {error.code}.") from error
        except (OSError, ValueError) as error:
            raise CommandError("The log's server cannot be reached.") from error
        if len(content) > MAX_FILE_BYTES:
            raise NotValidError(path, "it is too long")
        return content

    return fetch


def key_from(vkey: str) -> VerifyingKey:
    """Return the key of a vkey, or of a file with one."""
    text = vkey if "+" in vkey else read(Path(vkey)).decode("utf-8", "replace")
    try:
        return VerifyingKey.parse(text)
    except NotSignedError as error:
        raise CommandError("That is not the vkey of a log.") from error


def read(path: Path) -> bytes:
    """Return a file's content; CommandError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"A file cannot be read: {error.strerror}.") from error
