"""Opens the stores every room stands on: the only module that names a concrete one.

Room: gateway/assembly.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from config.keeping import BlobKeeper
from config.settings import Role, Settings
from gateway.assembly.blobs import opened_blobs
from gateway.assembly.custody import opened_custody, opened_suites
from gateway.assembly.log import opened_ledger
from gateway.cellar import Cellar
from gateway.clock import Clock
from gateway.intake.orphans import destroy_orphans
from gateway.ledger_journal import LedgerJournal
from gateway.ledger_watch import LedgerWatch
from gateway.start import (
    KeyClientMissingError,
    KeyFileError,
    KeyServerSilentError,
    RootKeyClosedError,
    StoreUnusableError,
    WrongRootKeyError,
)
from storage.rows.engine import Rows, RowsUnavailableError
from storage.sealed.errors import (
    KeySdkMissingError,
    KeyServerError,
    KeysUnavailableError,
    PassphraseWrongError,
    UnsafeKeyFileError,
    WrongRootError,
)
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from storage.threads import finished


@asynccontextmanager
async def opened_cellar(settings: Settings, clock: Clock) -> AsyncIterator[Cellar]:
    """Yield the stores of this node; they are closed in reverse when the context ends.

    Raises:
        StoreUnusableError: a database is damaged or does not answer.
        KeyFileError, WrongRootKeyError, RootKeyClosedError, KeyServerSilentError,
        KeyClientMissingError: the keys are not as they must be, or cannot be had.
        ObjectStoreError, ObjectStoreSilentError: the blob store is not as it must be.
        ConfigurationError: the table of suites is not as it must be.
        LedgerChangedError, LedgerUnreadableError: see gateway.assembly.log.
    """
    async with AsyncExitStack() as opened:
        try:
            rows = await Rows.open(settings.rows_url)
            opened.push_async_callback(rows.close)
            keyring = await finished(_opened_keyring, settings)
            opened.callback(keyring.close)
            ledger = await opened.enter_async_context(opened_ledger(settings, keyring, clock))
            blobs = await opened_blobs(settings)
            opened.push_async_callback(blobs.close)
        except (RowsUnavailableError, KeysUnavailableError) as error:
            raise StoreUnusableError from error
        except UnsafeKeyFileError as error:
            raise KeyFileError from error
        except PassphraseWrongError as error:
            raise RootKeyClosedError from error
        except KeySdkMissingError as error:
            raise KeyClientMissingError from error
        except KeyServerError as error:
            raise KeyServerSilentError from error
        except WrongRootError as error:
            raise WrongRootKeyError from error
        vault = Vault(keyring, blobs, opened_suites(settings.keys, clock))
        watch = LedgerWatch(ledger, clock)
        journal = LedgerJournal(ledger, watch, storage_region(settings))
        if settings.role is Role.ALL:
            await destroy_orphans(rows, blobs, vault)
        yield Cellar(rows, keyring, vault, journal, ledger, watch, clock)


def storage_region(settings: Settings) -> str | None:
    """Return where sealed drawings are stored, None when nobody said so."""
    if settings.observing.storage_region is not None:
        return settings.observing.storage_region
    here = settings.blobs.keeper is BlobKeeper.FILESYSTEM
    return settings.origin_country if here else None


def _opened_keyring(settings: Settings) -> Keyring:
    return Keyring.open(settings.data_dir, opened_custody(settings))
