"""Who holds the root key: the interface, the local file, and the node that must not have it.

Room: storage/sealed. Touches key files. A key file belongs to the service's user and is readable
by nobody else (mode 0600); anything looser stops the start.
"""

import contextlib
import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from storage.sealed.errors import CannotOpenError, UnsafeKeyFileError
from storage.sealed.keys import PRIVATE_KEY_BYTES, PUBLIC_KEY_BYTES, PrivateKey, PublicKey


class RootCustody(Protocol):
    """Keeps the root key, and unwraps what was wrapped to it without ever handing it out."""

    @property
    def public(self) -> PublicKey:
        """The half that every node may have."""

    @property
    def can_open(self) -> bool:
        """Whether this node can unwrap at all."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped to the root for ``context``.

        Raises:
            TamperedError: it was not, or was changed.
            CannotOpenError: this node has only the public half.
        """


class LocalRootKey:
    """The root key in a file beside the data: right for one machine, and for trying things."""

    def __init__(self, private: PrivateKey) -> None:
        """Hold a key that was read or made elsewhere."""
        self._private = private
        self.public = private.public()
        self.can_open = True

    @classmethod
    def open(cls, path: Path) -> "LocalRootKey":
        """Return the key in ``path``, making it when there is no such file.

        Its public half is kept beside it, as ``root.pub`` beside ``root.key``: that is the file to
        give to nodes that must not open anything.

        Raises:
            UnsafeKeyFileError: the file is readable by others, or holds no key.
        """
        if not path.exists():
            write_key(path, PrivateKey.generate().raw)
        key = cls(PrivateKey(read_key(path, PRIVATE_KEY_BYTES)))
        public = path.with_suffix(".pub")
        if not public.exists():
            write_key(public, key.public.raw)
        return key

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped; see RootCustody."""
        return self._private.unwrap(wrapped, context)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "LocalRootKey(…)"


class PublicRoot:
    """The root's public half: an intake-only node seals for everybody and opens for nobody."""

    def __init__(self, public: PublicKey) -> None:
        """Hold the public key."""
        self.public = public
        self.can_open = False

    @classmethod
    def open(cls, path: Path) -> "PublicRoot":
        """Return the public key in ``path``.

        Raises:
            UnsafeKeyFileError: there is none, or it is not one.
        """
        raw = path.read_bytes() if path.exists() else b""
        if len(raw) != PUBLIC_KEY_BYTES:
            raise UnsafeKeyFileError
        return cls(PublicKey(raw))

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:  # noqa: ARG002  (a promise's shape)
        """Refuse: there is nothing to open with."""
        raise CannotOpenError


def read_key(path: Path, length: int) -> bytes:
    """Return the bytes of a key file.

    Raises:
        UnsafeKeyFileError: not a regular file of ours, readable by others, or of another length.
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
        raw = os.read(descriptor, length + 1)
    finally:
        os.close(descriptor)
    if len(raw) != length:
        raise UnsafeKeyFileError
    return raw


def write_key(path: Path, raw: bytes) -> None:
    """Write a key file durably and whole, readable by its owner only; never over an old one.

    When another process was faster, its file stays.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink()
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
