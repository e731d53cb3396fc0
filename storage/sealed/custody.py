"""Who holds the root keys: the interface, the files, and the node that must not have them.

Room: storage/sealed. Touches key files. A key file belongs to the service's user and is readable
by nobody else (mode 0600); anything looser stops the start.

    root.key, root.pub        the first root, and the public half of the one in use
    root-<id>.key             roots made by rotation; <id> begins the SHA-256 of the public half

Which root is in use is said by the keystore, so that it changes in one durable step.
"""

import hashlib
import threading
from pathlib import Path
from typing import Final, Protocol

from storage.sealed.enclosure import Bare, Enclosure
from storage.sealed.errors import CannotOpenError, UnsafeKeyFileError, WrongRootError
from storage.sealed.keyfiles import read_sealed_key, replace_key, shred_key, write_key
from storage.sealed.keys import PRIVATE_KEY_BYTES, PUBLIC_KEY_BYTES, PrivateKey, PublicKey, Secret

_ID_CHARS: Final = 16
_ABOUT: Final = b"drawbridge/1 root key"


class RootCustody(Protocol):
    """Keeps root keys, and unwraps what was wrapped to one without ever handing it out."""

    @property
    def public(self) -> PublicKey:
        """The public half of the root that a new keystore begins with."""

    @property
    def can_open(self) -> bool:
        """Whether this node can unwrap at all."""

    def holds(self, root: bytes) -> bool:
        """Return whether the root with this public half is one of those kept here."""

    def unwrap(self, wrapped: bytes, context: bytes, root: bytes) -> bytes:
        """Return what was wrapped to this root for ``context``.

        Raises:
            TamperedError: it was not, or was changed.
            WrongRootError: that root is not kept here.
            CannotOpenError: this node has only the public half.
        """


def key_files(path: Path) -> list[Path]:
    """Return the files of root keys at ``path`` and beside it, the first root's before others."""
    made = path.parent.glob(f"{path.stem}-{'[0-9a-f]' * _ID_CHARS}.key")
    return [file for file in (path, *sorted(made)) if file.exists()]


def root_id(public: bytes) -> str:
    """Return the name of a root: the beginning of its public half's SHA-256."""
    return hashlib.sha256(public).hexdigest()[:_ID_CHARS]


class LocalRootKey(Secret):
    """Root keys in files beside the data, bare or enclosed (storage.sealed.enclosure)."""

    can_open = True

    def __init__(self, path: Path, enclosure: Enclosure) -> None:
        """Work on key files that are there; see ``open`` for the usual way."""
        self._path = path
        self._enclosure = enclosure
        self._lock = threading.Lock()
        self._keys: dict[bytes, PrivateKey] = {}
        self.public = self._read(next(iter(key_files(path)), path))

    @classmethod
    def open(cls, path: Path, enclosure: Enclosure | None = None) -> "LocalRootKey":
        """Return the roots kept in ``path`` and beside it, making the first when there is none.

        Its public half is kept beside it, as ``root.pub`` beside ``root.key``: that is the file to
        give to nodes that must not open anything.

        Raises:
            UnsafeKeyFileError: a file is readable by others, or holds no key.
            PassphraseWrongError, KeyServerError: see Enclosure.
        """
        enclosure = enclosure or Bare()
        if not key_files(path):
            write_key(path, enclosure.enclose(PrivateKey.generate().raw, _ABOUT))
        custody = cls(path, enclosure)
        public = path.with_suffix(".pub")
        if not public.exists():
            write_key(public, custody.public.raw)
        return custody

    def holds(self, root: bytes) -> bool:
        """Return whether the root is here; see RootCustody."""
        return self._found(root) is not None

    def unwrap(self, wrapped: bytes, context: bytes, root: bytes) -> bytes:
        """Return what was wrapped; see RootCustody."""
        key = self._found(root)
        if key is None:
            raise WrongRootError
        return key.unwrap(wrapped, context)

    def make(self) -> PublicKey:
        """Make another root, durably, and return its public half; nothing is wrapped to it yet."""
        key = PrivateKey.generate()
        public = key.public()
        write_key(self._file(public.raw), self._enclosure.enclose(key.raw, _ABOUT))
        with self._lock:
            self._keys[public.raw] = key
        return public

    def announce(self, root: bytes) -> None:
        """Let ``root.pub`` be the root in use, for nodes that only seal."""
        replace_key(self._path.with_suffix(".pub"), root)

    def kept(self) -> list[str]:
        """Return the names of the roots whose files are here."""
        return [root_id(self._read(path).raw) for path in key_files(self._path)]

    def retire(self, name: str) -> None:
        """Destroy a root's file. Copies in backups are the operator's to destroy.

        Raises:
            WrongRootError: there is none of that name.
        """
        for path in key_files(self._path):
            public = self._read(path).raw
            if root_id(public) == name:
                shred_key(path)
                with self._lock:
                    key = self._keys.pop(public, None)
                if key is not None:
                    key.wipe()
                return
        raise WrongRootError

    def re_enclose(self, enclosure: Enclosure) -> int:
        """Write every root key anew under another enclosure; return how many."""
        files = key_files(self._path)
        for path in files:
            key = self._disclosed(path)
            replace_key(path, enclosure.enclose(key.raw, _ABOUT))
            key.wipe()
        self._enclosure = enclosure
        return len(files)

    def _found(self, root: bytes) -> PrivateKey | None:
        with self._lock:
            key = self._keys.get(root)
        if key is None:
            for path in key_files(self._path):  # made, or brought back, since we looked
                self._read(path)
            with self._lock:
                key = self._keys.get(root)
        return key

    def _read(self, path: Path) -> PublicKey:
        key = self._disclosed(path)
        public = key.public()
        with self._lock:
            kept = self._keys.setdefault(public.raw, key)
        if kept is not key:
            key.wipe()
        return public

    def _disclosed(self, path: Path) -> PrivateKey:
        raw = self._enclosure.disclose(read_sealed_key(path), _ABOUT)
        if len(raw) != PRIVATE_KEY_BYTES:
            raise UnsafeKeyFileError
        return PrivateKey(raw)

    def _file(self, root: bytes) -> Path:
        return self._path.with_name(f"{self._path.stem}-{root_id(root)}.key")

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "LocalRootKey(…)"


class PublicRoot:
    """A root's public half: an intake-only node seals for everybody and opens for nobody."""

    can_open = False

    def __init__(self, public: PublicKey) -> None:
        """Hold the public key."""
        self.public = public

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

    def holds(self, root: bytes) -> bool:
        """Return whether this is the root; see RootCustody."""
        return root == self.public.raw

    def unwrap(self, wrapped: bytes, context: bytes, root: bytes) -> bytes:  # noqa: ARG002
        """Refuse: there is nothing to open with."""
        raise CannotOpenError
