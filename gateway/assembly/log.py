"""Furnishes the log of transfers: its key, its file, its watch, and what is done again and again.

Room: gateway/assembly.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.assembly.ledger_place import LedgerPlace, ledger_place
from gateway.cellar import Cellar
from gateway.clock import Clock
from gateway.housekeeping import Chore
from gateway.ledger_journal import KeyringSealer
from gateway.ledger_watch import VERIFY_S, Gauges
from gateway.observability.logging import log_of
from gateway.start import StartError
from gateway.witness.asking import Asking
from gateway.witness.freshness import Freshness
from gateway.witness.publication import Publication
from gateway.witness.rounds import Rounds
from storage.ledger.checkpoint import SEED_BYTES, Cosigner, Signer, VerifyingKey
from storage.ledger.database import DAMAGED, key_of, name_of, reading
from storage.ledger.errors import (
    BehindError,
    LedgerUnavailableError,
    NoSuchEntryError,
    NotValidError,
    PolicyError,
)
from storage.ledger.log import Ledger
from storage.ledger.notary import RECORD, SECOND_KEY, Notary
from storage.ledger.policy import Policy
from storage.ledger.postgres.place import SharedPlace
from storage.ledger.releasing import signed_twice
from storage.ledger.signed_before import FileRecord
from storage.sealed.keyfiles import read_key, write_key
from storage.sealed.keyring import Keyring
from storage.threads import finished

log = log_of("gateway.ledger")

LEDGER_KEY: Final = "ledger.key"
# Where the next log is made, while this one ends.
NEXT: Final = "ledger.next"


class LedgerChangedError(StartError):
    """The log of transfers is not as it was signed: it was changed, cut or exchanged. Nothing is
    written to it. Look where with "drawbridge ledger verify", and bring back the right file."""

    code = "ledger-changed"


class LedgerBehindError(StartError):
    """The log of transfers ends before, or beside, a checkpoint that was signed and handed out: it
    was brought back from an older backup. Bring back a newer one, or go on under a new name with
    "drawbridge ledger begin-anew"."""

    code = "ledger-behind"


class LedgerKeyElsewhereError(StartError):
    """The log of transfers in this database was begun by another gateway. Copy ledger.key and
    ledger-mldsa44.key from its data directory into this one."""

    code = "ledger-key-elsewhere"


class HalfAnewError(StartError):
    """Beginning a new log was interrupted. Give "drawbridge ledger begin-anew" again."""

    code = "half-anew"


class SecondKeyMissingError(StartError):
    """ledger-mldsa44.key is missing, though it has signed checkpoints. Bring it back, or go on
    under a new name with "drawbridge ledger begin-anew"."""

    code = "second-key-missing"


class WitnessPolicyError(StartError):
    """ledger.witnesses.policy_file cannot be read, is no tlog-policy, or names another log."""

    code = "witness-policy"


class LedgerUnreadableError(StartError):
    """The log of transfers cannot be opened: another process holds it, or the disk is full."""

    code = "ledger-unreadable"


@asynccontextmanager
async def opened_ledger(
    settings: Settings, keyring: Keyring, clock: Clock
) -> AsyncIterator[Ledger]:
    """Yield the ledger in the data directory; begun, with keys of its own, if it is not there.

    Raises:
        LedgerChangedError: its tree is not the one that was last signed.
        HalfAnewError: another is to take its place, and does not yet.
        LedgerKeyElsewhereError: another gateway has begun it, and its key is not here.
        LedgerBehindError: more of it was signed and handed out than there is.
        SecondKeyMissingError: its second key is gone.
        LedgerUnreadableError: it cannot be opened.
        UnsafeKeyFileError: one of its keys is readable by others or damaged.
    """
    place, key_path = ledger_place(settings), settings.data_dir / LEDGER_KEY
    begun = key_path.exists()
    if (settings.data_dir / NEXT / LEDGER_KEY).exists():
        raise HalfAnewError
    try:
        if isinstance(place, Path):
            if place.exists() is not begun:
                _forget_what_never_began(place)
        elif not begun:
            await finished(_begun_by_nobody_else, place, key_path)
        seed = (
            read_key(key_path, SEED_BYTES) if key_path.exists() else secrets.token_bytes(SEED_BYTES)
        )
        name = await finished(name_of, place)
        signer = Signer(name or settings.ledger.origin, seed)
        notary = await finished(_notary, settings, place, signer.public, clock)
        sealer = KeyringSealer(keyring)
        ledger = await Ledger.open(place, signer, sealer, clock=clock, notary=notary)
    except BehindError as error:
        raise LedgerBehindError from error
    except NotValidError as error:
        raise LedgerChangedError from error
    except LedgerUnavailableError as error:
        raise LedgerUnreadableError from error
    try:
        if not key_path.exists():
            write_key(key_path, seed)
        yield ledger
    finally:
        await ledger.close()
        if isinstance(place, SharedPlace):
            await finished(place.close)


def _begun_by_nobody_else(place: SharedPlace, key_path: Path) -> None:
    """Make the key of a log that is nowhere yet. It is kept first: whoever dies then begins again
    with it, and of two that begin at once one is refused.

    Raises:
        LedgerKeyElsewhereError: another gateway has begun the log.
        LedgerUnavailableError: the database does not answer.
    """
    try:
        with reading(place) as database:
            key_of(database)
    except NoSuchEntryError:
        write_key(key_path, secrets.token_bytes(SEED_BYTES))
        return
    raise LedgerKeyElsewhereError


def _notary(settings: Settings, place: LedgerPlace, key: VerifyingKey, clock: Clock) -> Notary:
    """Return the notary of the log of ``key``; its second key is made if it never had one.

    Raises:
        SecondKeyMissingError: it had one.
        UnsafeKeyFileError: that is readable by others or damaged.
    """
    path = settings.data_dir / SECOND_KEY
    if not path.exists():
        if signed_twice(place, key):
            raise SecondKeyMissingError
        write_key(path, secrets.token_bytes(SEED_BYTES))
    second = Cosigner(key.name, read_key(path, SEED_BYTES))
    record = FileRecord(settings.ledger.signed_file or settings.data_dir / RECORD)
    return Notary(key, record, second, lambda: int(clock().timestamp()))


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


async def furnish(
    app: web.Application, cellar: Cellar, settings: Settings, house: AsyncExitStack
) -> list[Chore]:
    """Put the log and its witnesses into ``app``; return what is done again and again.

    Raises:
        WitnessPolicyError: the witnesses are not described as they must be.
    """
    app[keys.LEDGER] = cellar.ledger
    app[keys.LEDGER_WATCH] = cellar.watch
    every_s = settings.ledger.publish_every_s
    notary = cellar.ledger.notary
    assert notary is not None
    publication = Publication(cellar.ledger, notary, cellar.watch)
    if notary.second is not None:
        cellar.watch.second_key = notary.second.public
    gauges = Gauges(cellar.ledger, cellar.watch, app[keys.METRICS])
    chores = [
        Chore("ledger-publish", every_s, publication.round),
        Chore("ledger-verify", VERIFY_S, cellar.watch.verify),
        Chore("ledger-gauges", every_s, gauges.round),
    ]
    if settings.ledger.witnesses.policy_file is None:
        return chores
    policy = policy_of(settings.ledger.witnesses.policy_file, notary)
    cellar.watch.freshness = Freshness(policy, settings.ledger.witnesses.silent_s, cellar.clock())
    # No cookies, no proxies of the environment: a witness is asked, and nobody else.
    session = await house.enter_async_context(
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    )
    publication.rounds = Rounds(
        cellar.ledger,
        Asking(session, settings.ledger.witnesses.deadline_s),
        cellar.watch.freshness,
        publication.contradicted,
        cellar.clock,
    )
    publication.prepare()
    return [*chores, Chore("ledger-witnesses", every_s, publication.rounds.round)]


def policy_of(path: Path, notary: Notary) -> Policy:
    """Return the policy of the log's witnesses.

    Raises:
        WitnessPolicyError: it cannot be read, is none, or lists other logs and not this one.
    """
    try:
        policy = Policy.parse(path.read_bytes())
    except PolicyError as error:
        log.error("witness.policy", error=error.why, count=error.line)
        raise WitnessPolicyError from error
    except OSError as error:
        raise WitnessPolicyError from error
    addresses = [witness.url for witness in policy.witnesses.values() if witness.url]
    if any(urlsplit(address).scheme not in {"http", "https"} for address in addresses):
        raise WitnessPolicyError
    keys_of_log = {notary.key, *([notary.second.public] if notary.second else [])}
    if policy.logs and keys_of_log.isdisjoint(policy.logs):
        raise WitnessPolicyError
    return policy
