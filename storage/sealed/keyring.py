"""People's keys: made, used, destroyed. Fields sealed to a person, look-ups that name nobody.

Room: storage/sealed. Awaits the keystore in threads; the root key stays in its custody. A node
whose custody cannot open creates subjects and seals for them all the same (promise 13).
"""

import asyncio
import hmac
import unicodedata
from collections import OrderedDict
from pathlib import Path
from typing import Final

from storage.ids import ObjectId, SubjectId, new_subject_id
from storage.sealed.custody import RootCustody, read_key, write_key
from storage.sealed.errors import CannotOpenError
from storage.sealed.keys import PrivateKey, PublicKey, new_data_key
from storage.sealed.keystore import Keystore

_CACHED_KEYS: Final = 256
_INDEX_KEY_BYTES: Final = 32


class Keyring:
    """Seals and opens for subjects. One per process."""

    def __init__(self, keystore: Keystore, custody: RootCustody, index_key: bytes) -> None:
        """Work on an open keystore; see ``open`` for the usual way."""
        self.keystore = keystore
        self.can_open = custody.can_open
        self._custody = custody
        self._index_key = index_key
        self._private: OrderedDict[SubjectId, PrivateKey] = OrderedDict()

    @classmethod
    def open(cls, data_dir: Path, custody: RootCustody) -> "Keyring":
        """Return the keyring kept in ``data_dir``, creating its files on first use.

        Raises:
            UnsafeKeyFileError: index.key is readable by others or damaged.
        """
        index_key = data_dir / "index.key"
        if not index_key.exists():
            write_key(index_key, new_data_key())
        return cls(
            Keystore(data_dir / "keys.sqlite"), custody, read_key(index_key, _INDEX_KEY_BYTES)
        )

    def close(self) -> None:
        """Forget every key in memory and close the file."""
        self._private.clear()
        self.keystore.close()

    async def create_subject(self) -> SubjectId:
        """Make a person's key pair; only the root's public half is needed."""
        subject = new_subject_id()

        def make() -> None:
            key = PrivateKey.generate()
            wrapped = self._custody.public.wrap(key.raw, _subject_context(subject))
            self.keystore.add_subject(subject, key.public().raw, wrapped)

        await asyncio.to_thread(make)
        return subject

    async def shred_subject(self, subject: SubjectId) -> list[ObjectId]:
        """Destroy a person's key; return the objects whose ciphertext may now be removed."""
        self._private.pop(subject, None)
        return await asyncio.to_thread(self.keystore.shred_subject, subject)

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Return ``plain`` sealed to a person, bound to where it stands.

        Raises:
            KeyShreddedError: there is no such person, or no longer.
        """
        return await asyncio.to_thread(self.wrap, subject, _field_context(context), plain)

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Return what was sealed to ``subject`` for ``context``.

        Raises:
            KeyShreddedError: the person was erased.
            TamperedError: another person, another place, or changed bytes.
            CannotOpenError: this node holds public keys only.
        """
        return await asyncio.to_thread(self.unwrap, subject, _field_context(context), sealed)

    def blind_index(self, purpose: str, value: str) -> str:
        """Return the keyed hash under which ``value`` is looked up; case and form do not matter."""
        normal = unicodedata.normalize("NFKC", value).strip().casefold()
        message = f"{purpose}\0{normal}".encode()
        return hmac.digest(self._index_key, message, "sha256").hex()

    def wrap(self, subject: SubjectId, context: bytes, plain: bytes) -> bytes:
        """Wrap to a person's public key; blocking."""
        public, _ = self.keystore.subject(subject)
        return PublicKey(public).wrap(plain, context)

    def unwrap(self, subject: SubjectId, context: bytes, wrapped: bytes) -> bytes:
        """Unwrap with a person's private key; blocking. Raises as ``open_field`` does."""
        if not self.can_open:
            raise CannotOpenError
        key = self._private.get(subject)
        if key is None:
            _, sealed = self.keystore.subject(subject)
            key = PrivateKey(self._custody.unwrap(sealed, _subject_context(subject)))
            self._private[subject] = key
            if len(self._private) > _CACHED_KEYS:
                self._private.popitem(last=False)
        return key.unwrap(wrapped, context)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return f"Keyring(can_open={self.can_open})"


def _subject_context(subject: SubjectId) -> bytes:
    return f"drawbridge/1 subject {subject}".encode()


def _field_context(context: str) -> bytes:
    return f"drawbridge/1 field {context}".encode()
