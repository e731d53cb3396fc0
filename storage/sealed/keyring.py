"""People's keys: made, used, destroyed. Fields sealed to a person, look-ups that name nobody.

Room: storage/sealed. Awaits the keystore in threads; the root key stays in its custody. A node
whose custody cannot open creates subjects and seals for them all the same (promise 13).
"""

import contextlib
import hmac
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Final

from storage.ids import ObjectId, SubjectId, new_subject_id
from storage.sealed.custody import RootCustody
from storage.sealed.errors import RetiredKeyError, TamperedError, WrongRootError
from storage.sealed.keyfiles import read_key, write_key
from storage.sealed.keys import DataKey, PrivateKey, PublicKey, Secret
from storage.sealed.keystore import Keystore
from storage.sealed.keytables import ObjectRow, SubjectRow
from storage.sealed.recent import RecentKeys
from storage.sealed.wiping import wipe
from storage.threads import finished

_INDEX_KEY_BYTES: Final = 32


class Keyring(Secret):
    """Seals and opens for subjects. One per process."""

    def __init__(self, keystore: Keystore, custody: RootCustody, index_key: bytes) -> None:
        """Work on an open keystore; see ``open`` for the usual way.

        Raises:
            WrongRootError: the keys in the keystore are wrapped to another root.
        """
        if not custody.holds(keystore.root(custody.public.raw)):
            raise WrongRootError
        self.keystore = keystore
        self._custody = custody
        self._index_key = index_key
        self._recent = RecentKeys()

    @classmethod
    def open(cls, data_dir: Path, custody: RootCustody) -> "Keyring":
        """Return the keyring kept in ``data_dir``, creating its files on first use.

        Raises:
            UnsafeKeyFileError: index.key is readable by others or damaged.
            WrongRootError: the keys in it are wrapped to another root.
        """
        index_key = data_dir / "index.key"
        if not index_key.exists():
            write_key(index_key, DataKey.generate().raw)
        key = read_key(index_key, _INDEX_KEY_BYTES)
        keystore = Keystore(data_dir / "keys.sqlite")
        try:
            return cls(keystore, custody, key)
        except BaseException:
            keystore.close()
            raise

    @property
    def can_open(self) -> bool:
        """Whether this node can open anything; False where only the root's public half is."""
        return self._custody.can_open

    def close(self) -> None:
        """Forget every key in memory and close the file."""
        self._recent.clear()
        self.keystore.close()

    async def create_subject(self) -> SubjectId:
        """Make a person's key pair; only the root's public half is needed."""
        subject = new_subject_id()

        def make() -> None:
            key = PrivateKey.generate()
            try:
                kept(key)
            finally:
                key.wipe()

        def kept(key: PrivateKey) -> None:
            while True:
                root = self.keystore.root(self._custody.public.raw)
                # Nothing hangs on it yet; the first field will say so.
                row = SubjectRow(
                    subject, key.public().raw, b"", root, self.keystore.generation(), fields=0
                )
                wrapped = PublicKey(root).wrap(key.raw, row.context)
                with contextlib.suppress(WrongRootError):  # another root is in use by now
                    self.keystore.add_subject(replace(row, wrapped_private_key=wrapped))
                    return

        await finished(make)
        return subject

    async def shred_subject(self, subject: SubjectId) -> list[ObjectId]:
        """Destroy a person's key and the keys of everything sealed to them.

        Return the objects whose ciphertext may now be removed. Nobody opens anything of theirs
        from the moment this returns, in this process or another.
        """
        objects = await finished(self.keystore.shred_subject, subject)
        self._recent.drop(subject)
        return objects

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Return ``plain`` sealed to a person, bound to where it stands.

        Raises:
            KeyShreddedError: there is no such person, or no longer.
        """
        return await finished(self._seal_field, subject, _field_context(context), plain)

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Return what was sealed to ``subject`` for ``context``.

        Raises:
            KeyShreddedError: the person was erased.
            TamperedError: another person, another place, or changed bytes.
            CannotOpenError: this node holds public keys only.
        """
        return await finished(self.unwrap, subject, _field_context(context), sealed)

    def blind_index(self, purpose: str, value: str) -> str:
        """Return the keyed hash under which ``value`` is looked up.

        Case, surrounding space and the form of characters do not matter. Equal values of two
        purposes have unrelated hashes.
        """
        of_purpose = hmac.digest(self._index_key, purpose.encode(), "sha256")
        return hmac.digest(of_purpose, _normal(value).encode(), "sha256").hex()

    def keep_object(self, row: ObjectRow, context: bytes, manifest: bytes) -> None:
        """Wrap a manifest to its person and keep the row; blocking. The manifest is overwritten.

        Raises:
            KeyShreddedError: there is no such person, or no longer.
        """
        try:
            while True:
                to = self.keystore.subject(row.subject)
                wrapped = PublicKey(to.public_key).wrap(manifest, context)
                kept = replace(row, wrapped_manifest=wrapped, generation=to.generation)
                with contextlib.suppress(RetiredKeyError):  # that key was destroyed by now
                    self.keystore.add_object(kept)
                    return
        finally:
            wipe(manifest)

    def unwrap(
        self, subject: SubjectId, context: bytes, wrapped: bytes, generation: int | None = None
    ) -> bytes:
        """Unwrap with a person's private key; blocking. Raises as ``open_field`` does.

        What was wrapped to which generation the rows of objects say. Fields do not: each of the
        person's keys is tried, and at most one fits.
        """
        # The rows are read even when the key is at hand: whoever was erased a moment ago, perhaps
        # by another process, is not opened by what is still remembered here.
        for row in self.keystore.keys_of(subject):
            if generation in (None, row.generation):
                with contextlib.suppress(TamperedError):
                    key = self._private(row)
                    try:
                        return key.unwrap(wrapped, context)
                    finally:
                        key.wipe()
        raise TamperedError

    def _private(self, row: SubjectRow) -> PrivateKey:
        key = self._recent.get(row.id, row.generation)
        if key is None:
            raw = self._custody.unwrap(row.wrapped_private_key, row.context, row.root)
            key = PrivateKey(raw)
            self._recent.keep(row.id, row.generation, key)
        return key

    def _seal_field(self, subject: SubjectId, context: bytes, plain: bytes) -> bytes:
        while True:
            to = self.keystore.subject(subject)
            with contextlib.suppress(RetiredKeyError):  # the person has another key by now
                if not to.fields:
                    self.keystore.pin(to)
                return PublicKey(to.public_key).wrap(plain, context)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return f"Keyring(can_open={self.can_open})"


def _normal(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).casefold()
    # Folding may bring back forms that normalising would change.
    return unicodedata.normalize("NFKC", folded).strip()


def _field_context(context: str) -> bytes:
    return f"drawbridge/1 field {context}".encode()
