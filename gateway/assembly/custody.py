"""Opens the custody of the root key that the settings name.

Room: gateway/assembly. Touches the root key's files and those with secrets; may ask a key server.
"""

from pathlib import Path

from config.errors import SettingError
from config.keeping import Custody, Keys
from config.settings import Role, Settings
from config.suites import load_suites
from gateway.clock import Clock
from storage.sealed.custody import LocalRootKey, PublicRoot, RootCustody
from storage.sealed.enclosure import Bare, Enclosure, Passphrase
from storage.sealed.errors import UnsafeKeyFileError
from storage.sealed.keyfiles import read_sealed_key
from storage.sealed.kms import Kms, KmsKey
from storage.sealed.suites import Suites
from storage.sealed.transit import Transit, TransitKey


def opened_custody(settings: Settings) -> RootCustody:
    """Return what holds the root keys; only their public half on a node that must not open.

    Raises:
        UnsafeKeyFileError, PassphraseWrongError, KeyServerError: see Enclosure.
    """
    if settings.role is Role.INTAKE:
        return PublicRoot.open(settings.data_dir / "root.pub")
    return opened_roots(settings)


def opened_roots(settings: Settings) -> LocalRootKey:
    """Return the root keys themselves; raises as ``opened_custody``."""
    return LocalRootKey.open(settings.data_dir / "root.key", enclosure_of(settings.keys))


def opened_suites(keys: Keys, clock: Clock) -> Suites:
    """Return until when which format may be written.

    Raises:
        ConfigFileError, SettingError: the table cannot be read, or names what there is not.
    """
    last_days = {suite.id: suite.no_writes_after for suite in load_suites(keys.suites_file)}
    try:
        return Suites(last_days, lambda: clock().date())
    except ValueError as error:
        raise SettingError(["keys.suites_file: names a suite that there is not"]) from error


def enclosure_of(keys: Keys) -> Enclosure:
    """Return what stands round the root key.

    Raises:
        UnsafeKeyFileError: a file with a secret is readable by others, or is not there.
        KeySdkMissingError, KeyServerError: see storage.sealed.kms.
    """
    match keys.custody:
        case Custody.FILE:
            return Bare()
        case Custody.PASSPHRASE:
            return Passphrase(said(keys.said_passphrase, keys.passphrase_file))
        case Custody.VAULT:
            key = TransitKey(
                keys.vault_url or "", keys.vault_mount, keys.vault_key, keys.vault_namespace
            )
            return Transit(key, said(None, keys.vault_token_file), keys.vault_ca_file)
        case Custody.KMS:
            where = (keys.kms_region, keys.kms_endpoint, keys.kms_profile)
            return Kms(KmsKey(keys.kms_key or "", *where))


def said(secret: str | None, file: Path | None) -> str:
    """Return a secret that the settings say, or a file of ours that only we can read.

    Raises:
        UnsafeKeyFileError: others can read the file, or it is not there.
    """
    if file is None:
        return secret or ""
    try:
        return read_sealed_key(file).decode().strip()
    except UnicodeDecodeError as error:
        raise UnsafeKeyFileError from error
