"""What was signed and handed out last, kept apart from the log itself.

Room: storage/ledger. Blocking. A log that is brought back from a backup has forgotten what it
signed since; this record has not, as long as it is in no backup, and best on another disk. It
holds one signed note: the newest checkpoint that left the house. It only ever grows.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from storage.ledger.errors import LedgerUnavailableError
from storage.ledger.notes import MAX_NOTE_BYTES


class OtherWasFasterError(LedgerUnavailableError):
    """Somebody else wrote the record in between."""


class SignedBefore(Protocol):
    """The record. Whoever shares a log over several machines keeps it in a database they share."""

    def read(self) -> bytes | None:
        """Return the note that was recorded last, None if none ever was.

        Raises:
            LedgerUnavailableError: it cannot be read.
        """

    def advance(self, older: bytes | None, newer: bytes) -> None:
        """Replace ``older`` by ``newer``, durably; nothing may be handed out before this returns.

        Raises:
            OtherWasFasterError: the record is no longer ``older``; read it again.
            LedgerUnavailableError: it cannot be written.
        """


class FileRecord:
    """The record in a file of its own. Several processes of one machine may use it."""

    def __init__(self, path: Path) -> None:
        """Use ``path``; its directory must be there."""
        self.path = path

    def read(self) -> bytes | None:
        """Return what the file holds."""
        try:
            with self.path.open("rb") as file:
                return file.read(MAX_NOTE_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LedgerUnavailableError from error

    def advance(self, older: bytes | None, newer: bytes) -> None:
        """Write, sync, rename, sync the directory; under a lock of the kernel's."""
        try:
            with self._held():
                if self.read() != older:
                    raise OtherWasFasterError
                self._put(newer)
        except OSError as error:
            raise LedgerUnavailableError from error

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        lock = os.open(
            self.path.with_name(f".{self.path.name}.lock"),
            os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
            0o600,
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _put(self, content: bytes) -> None:
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path)
        finally:
            unfinished.unlink(missing_ok=True)
        directory = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
