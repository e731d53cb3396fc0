"""What must be true before anything is opened: a directory of ours alone, sentences in the code.

Room: gateway. Touches the data directory.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.errors import GatewayError

LOCK_NAME: Final = "gateway.lock"
OWNER_ONLY: Final = 0o700


class StartError(GatewayError):
    """The gateway cannot start."""

    code = "cannot-start"


class DirectoryInUseError(StartError):
    """Another gateway works on this data directory. Stop it first, or give another directory."""

    code = "directory-in-use"


class DirectoryUnusableError(StartError):
    """The data directory cannot be made, or belongs to somebody else."""

    code = "directory-unusable"


class CannotListenError(StartError):
    """The gateway cannot listen on this address and port: they are in use, or not ours."""

    code = "cannot-listen"


class StoreUnusableError(StartError):
    """A database of the data directory cannot be opened: damaged, not one, or not answering."""

    code = "store-unusable"


class ObjectStoreSilentError(StartError):
    """The S3 server does not answer, or does not accept the access key."""

    code = "object-store-silent"


class ObjectStoreUnsuitableError(StartError):
    """There is no such S3 bucket, or its server ignores If-None-Match and overwrites objects."""

    code = "object-store-unsuitable"


class KeyFileError(StartError):
    """A key file is readable by others, or does not have the right form. Fix it before starting."""

    code = "key-file"


class RootKeyClosedError(StartError):
    """The passphrase does not open the root key."""

    code = "root-key-closed"


class KeyServerSilentError(StartError):
    """The key server that sealed the root key does not answer, or refuses the token."""

    code = "key-server-silent"


class KeyClientMissingError(StartError):
    """The AWS SDK is not installed: install drawbridge-gateway[kms], or change keys.custody."""

    code = "key-client-missing"


class WrongRootKeyError(StartError):
    """The root key is not the one that the stored keys are wrapped to. Bring back the right one."""

    code = "wrong-root-key"


class SentencesMissingError(StartError):
    """Start Python without -OO."""

    code = "optimised-away"


def refuse_without_docstrings() -> None:
    """Return if docstrings are there: they are what refusals say (``python -OO`` removes them).

    Raises:
        SentencesMissingError: they are not.
    """
    if StartError.__doc__ is None:
        raise SentencesMissingError


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold the data directory, made if it is not there, readable by its owner only.

    Raises:
        DirectoryUnusableError: it cannot be made, or is not ours.
        DirectoryInUseError: another process holds it.
    """
    try:
        data_dir.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        if data_dir.stat().st_uid != os.geteuid():
            raise DirectoryUnusableError
        data_dir.chmod(OWNER_ONLY)
        lock = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DirectoryUnusableError from error
    try:
        try:
            # The kernel lets go when the process ends, however it ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DirectoryInUseError from error
        yield
    finally:
        os.close(lock)
