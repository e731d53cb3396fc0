"""Objects sealed into a blob store and opened out of it: keys, format and bytes brought together.

Room: storage/sealed. Awaits the blob store and, in threads, the keystore. The order of writes is
the crash story: first the blob is durable, then its key. A blob without a key is garbage, which
``sweep`` removes; a key without a blob cannot come to be. Destroying goes the other way round.
"""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from storage.blobs.contract import BlobMissingError, BlobStore, Piece
from storage.ids import ObjectId, SubjectId, new_object_id
from storage.sealed import format as fmt
from storage.sealed.batches import Batches
from storage.sealed.errors import ObjectMissingError, TamperedError, TruncatedError
from storage.sealed.keyring import Keyring
from storage.sealed.keys import DataKey, new_header
from storage.sealed.keytables import ObjectRow
from storage.sealed.manifest import Manifest, associated_data, manifest_context
from storage.sealed.pipe import SealingPipe, read_ahead
from storage.sealed.seal import Sealer
from storage.sealed.seek import Span, spans
from storage.sealed.suites import ENDLESS, Suites
from storage.sealed.tink import keyset_json
from storage.sealed.unseal import Opener
from storage.sealed.wiping import wipe
from storage.threads import finished

# A blob younger than this may still be waiting for its key.
_GRACE_S: Final = 3600.0
_SWEPT_AT_ONCE: Final = 500


class Purpose(StrEnum):
    """What an object is; bound into its seal, so that one never passes for another."""

    INTAKE = "intake"
    RELEASED = "released"
    REPORT = "report"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class SealedObject:
    """What may be known of an object without opening it."""

    id: ObjectId
    subject: SubjectId
    purpose: Purpose
    plain_bytes: int
    sealed_bytes: int
    suite: str


@dataclass(frozen=True, slots=True)
class ExportedObject:
    """What its owner needs to open an object with Tink alone. The keyset opens it: handle so."""

    keyset: str = field(repr=False)
    associated_data: bytes
    plain_bytes: int
    sealed_bytes: int
    sha256: bytes | None
    ciphertext: AsyncIterator[bytes] = field(repr=False)


class Vault:
    """Seals objects for subjects, and opens them again."""

    def __init__(self, keyring: Keyring, blobs: BlobStore, suites: Suites = ENDLESS) -> None:
        """Work with these; they are opened and closed elsewhere."""
        self._suites = suites
        self._keyring = keyring
        self._blobs = blobs
        self._batches = Batches()

    async def seal(
        self,
        subject: SubjectId,
        purpose: Purpose,
        pieces: AsyncIterable[Piece],
        *,
        plain_bytes: int | None = None,
        hashed: bool = True,
    ) -> SealedObject:
        """Seal what ``pieces`` yield; durable, blob and key, when this returns.

        Nothing is kept if ``pieces`` raises or the caller is cancelled. ``plain_bytes``, when the
        length is known, is bound into every segment; it is always bound into the manifest.
        What is not ``hashed`` is sealed twice as fast, and ``sha256`` cannot tell its hash later.
        ``pieces`` may be of any size; it is stepped in tasks of the vault's own, so a time-out in
        it goes round each step and not round all of them.

        Raises:
            ValueError: ``pieces`` were not ``plain_bytes`` long.
            KeyShreddedError: there is no such subject.
            StoreFullError, SuiteOverError: the store is full; the format has had its last day.
        """
        self._suites.check_writable(fmt.SUITE)
        object_id = new_object_id()
        data_key = DataKey.generate()
        bound = associated_data(object_id, purpose, plain_bytes)
        pipe = SealingPipe(Sealer(data_key, bound, new_header()), hashed=hashed)
        try:
            async with aclosing(pipe.run(pieces)) as sealed:
                sealed_bytes = await self._blobs.put(object_id, sealed)
            if plain_bytes not in (None, pipe.plain_bytes):
                raise ValueError("the object is not as long as was said")
            manifest = Manifest(data_key, pipe.plain_bytes, pipe.sha256())
            kept = SealedObject(
                object_id, subject, purpose, pipe.plain_bytes, sealed_bytes, fmt.SUITE
            )
            await finished(self._keep, kept, bound, manifest)
        except BaseException:
            # The id is ours alone, so whatever may have been stored under it can go.
            await self.destroy(object_id)
            raise
        finally:
            data_key.wipe()
        return kept

    async def open(
        self, object_id: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield authentic plaintext from ``start`` up to, not including, ``end``.

        What is yielded is authentic and in its place; that it is all there is known only when the
        iteration ends without an error.

        Raises, each before the first byte it concerns:
            ObjectMissingError, KeyShreddedError, CannotOpenError: it cannot be opened.
            TamperedError, TruncatedError: its bytes are not what was sealed.
            ValueError: the range does not lie within the object.
        """
        row, manifest = await self._manifest(object_id)
        stop = manifest.plain_bytes if end is None else end
        wanted = list(spans(start, stop, manifest.plain_bytes))
        if not wanted:
            return
        header = await self._read(object_id, 0, fmt.HEADER_BYTES)
        opener = Opener(manifest.data_key, row.associated_data, header, manifest.plain_bytes)
        manifest.wipe()

        async def fetch(batch: Sequence[Span]) -> list[bytes]:
            sealed = await self._read(object_id, batch[0].sealed_start, batch[-1].sealed_end)
            return await finished(_open_batch, opener, batch, sealed)

        with self._batches.stream():
            async with aclosing(read_ahead(fetch, self._batches.over(wanted))) as pieces:
                async for plain in pieces:
                    yield plain

    async def describe(self, object_id: ObjectId) -> SealedObject:
        """Return what is known of an object without a private key.

        Raises:
            ObjectMissingError: there is none, or its key was destroyed.
            TamperedError: the keystore's row is not one that was written here.
        """
        row = await finished(self._keyring.keystore.object, object_id)
        try:
            purpose = Purpose(row.purpose)
        except ValueError as error:
            raise TamperedError from error
        return SealedObject(
            row.id, row.subject, purpose, row.plain_bytes, row.sealed_bytes, row.suite
        )

    async def sha256(self, object_id: ObjectId) -> bytes:
        """Return the plaintext's SHA-256, from the wrapped manifest.

        Raises as ``open`` does, and ValueError if the object was sealed without being hashed.
        """
        _, manifest = await self._manifest(object_id)
        manifest.wipe()
        if manifest.sha256 is None:
            raise ValueError("the object was not hashed")
        return manifest.sha256

    async def destroy(self, object_id: ObjectId) -> None:
        """Destroy the key, then the bytes; what is gone already is fine."""
        await finished(self._keyring.keystore.shred_object, object_id)
        await self._blobs.delete(object_id)

    async def destroy_subject(self, subject: SubjectId) -> None:
        """Destroy a person's key, then the bytes of everything sealed to them."""
        for object_id in await self._keyring.shred_subject(subject):
            await self._blobs.delete(object_id)

    async def objects_of(self, subject: SubjectId) -> list[ObjectId]:
        """Return everything sealed to a person."""
        return await finished(self._keyring.keystore.objects_of, subject)

    async def gone(self, objects: Sequence[ObjectId]) -> bool:
        """Return whether no bytes of any of these are stored any more."""
        for object_id in objects:
            try:
                await self._blobs.size(object_id)
            except BlobMissingError:
                continue
            return False
        return True

    async def ready(self) -> bool:
        """Return whether objects can be stored at the moment."""
        return await self._blobs.ready()

    async def sweep(self, *, grace_s: float = _GRACE_S) -> int:
        """Remove blobs that have had no key for ``grace_s``; return how many.

        They are left by a process that was killed between the two steps of sealing or destroying.
        ``grace_s`` is longer than any of those steps takes, in any process.
        """
        removed = 0
        batch: list[ObjectId] = []
        async for blob in self._blobs.ids(older_than_s=grace_s):
            batch.append(blob)
            if len(batch) == _SWEPT_AT_ONCE:
                removed += await self._remove_orphans(batch)
                batch = []
        return removed + await self._remove_orphans(batch)

    async def export(self, object_id: ObjectId) -> ExportedObject:
        """Return everything that opens the object without us; the keyset is in clear.

        Raises as ``open`` does; the ciphertext raises BlobMissingError at its first step.
        """
        row, manifest = await self._manifest(object_id)
        keyset = keyset_json(manifest.data_key)
        manifest.wipe()
        return ExportedObject(
            keyset=keyset,
            associated_data=row.associated_data,
            plain_bytes=manifest.plain_bytes,
            sealed_bytes=row.sealed_bytes,
            sha256=manifest.sha256,
            ciphertext=self._blobs.get(object_id, 0, row.sealed_bytes),
        )

    def _keep(self, kept: SealedObject, bound: bytes, manifest: Manifest) -> None:
        context = manifest_context(kept.id, kept.purpose, kept.suite)
        row = ObjectRow(
            id=kept.id,
            subject=kept.subject,
            purpose=kept.purpose,
            suite=kept.suite,
            plain_bytes=kept.plain_bytes,
            sealed_bytes=kept.sealed_bytes,
            associated_data=bound,
            wrapped_manifest=b"",
        )
        self._keyring.keep_object(row, context, manifest.encode())

    async def _manifest(self, object_id: ObjectId) -> tuple[ObjectRow, Manifest]:
        def unwrap() -> tuple[ObjectRow, Manifest]:
            row = self._keyring.keystore.object(object_id)
            context = manifest_context(row.id, row.purpose, row.suite)
            raw = self._keyring.unwrap(row.subject, context, row.wrapped_manifest, row.generation)
            try:
                return row, Manifest.decode(raw)
            finally:
                wipe(raw)

        row, manifest = await finished(unwrap)
        self._suites.check_readable(row.suite)
        # The row's lengths are in clear and could be changed; the manifest's cannot.
        lengths = (manifest.plain_bytes, fmt.sealed_bytes(manifest.plain_bytes))
        if (row.plain_bytes, row.sealed_bytes) != lengths:
            raise TamperedError
        return row, manifest

    async def _read(self, object_id: ObjectId, start: int, end: int) -> bytes:
        try:
            pieces = [piece async for piece in self._blobs.get(object_id, start, end)]
        except BlobMissingError as error:
            raise ObjectMissingError from error
        sealed = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if len(sealed) != end - start:
            raise TruncatedError
        return sealed

    async def _remove_orphans(self, blobs: Sequence[ObjectId]) -> int:
        kept = await finished(self._keyring.keystore.present, blobs)
        orphans = [blob for blob in blobs if blob not in kept]
        for blob in orphans:
            await self._blobs.delete(blob)
        return len(orphans)


def _open_batch(opener: Opener, batch: Sequence[Span], sealed: bytes) -> list[bytes]:
    view, base = memoryview(sealed), batch[0].sealed_start
    return [
        opener.open(span, view[span.sealed_start - base : span.sealed_end - base]) for span in batch
    ]
