"""Key files: ours alone, written whole, never over an old one unless asked to, overwritten when
they go.

Room: storage/sealed. Touches key files. A key file belongs to the service's user and is readable
by nobody else (mode 0600); anything looser is refused.
"""

import contextlib
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from storage.sealed.errors import UnsafeKeyFileError

# Longer than any enclosed key; a file that is longer is none.
_MOST_BYTES: Final = 16 * 1024


def read_key(path: Path, length: int) -> bytes:
    """Return the bytes of a key file.

    Raises:
        UnsafeKeyFileError: not a regular file of ours, readable by others, or of another length.
    """
    raw = read_sealed_key(path)
    if len(raw) != length:
        raise UnsafeKeyFileError
    return raw


def read_sealed_key(path: Path) -> bytes:
    """Return the bytes of a key file of any length.

    Raises:
        UnsafeKeyFileError: not a regular file of ours, readable by others, or too long for one.
    """
    try:
        # Not to wait: a pipe of that name would otherwise hold up the start for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags)
    except OSError as error:
        raise UnsafeKeyFileError from error
    try:
        facts = os.fstat(descriptor)
        ours = stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid()
        if not ours or facts.st_mode & 0o077:
            raise UnsafeKeyFileError
        raw = os.read(descriptor, _MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(raw) > _MOST_BYTES:
        raise UnsafeKeyFileError
    return raw


def write_key(path: Path, raw: bytes) -> None:
    """Write a key file durably and whole, readable by its owner only; never over an old one.

    When another process was faster, its file stays.
    """
    unfinished = _written_aside(path, raw)
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink()
    _sync_directory(path.parent)


def replace_key(path: Path, raw: bytes) -> None:
    """Write a key file durably and whole over the one that is there."""
    _written_aside(path, raw).replace(path)
    _sync_directory(path.parent)


def shred_key(path: Path) -> None:
    """Overwrite a key file and remove it. What the disk or a backup copied is beyond reach."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.write(descriptor, bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()
    _sync_directory(path.parent)


def _written_aside(path: Path, raw: bytes) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink()
        raise
    return unfinished


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
