"""Objects sealed into a blob store and opened out of it: keys, format and bytes brought together.

Room: storage/sealed. Awaits the blob store and, in threads, the keystore. The order of writes is
the crash story: first the blob is durable, then its key. A blob without a key is garbage, which
``sweep`` removes; a key without a blob cannot come to be. Destroying goes the other way round.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from storage.blobs.contract import BlobMissingError, BlobStore
from storage.ids import ObjectId, SubjectId, new_object_id
from storage.sealed import format as fmt
from storage.sealed.errors import ObjectMissingError, TamperedError, TruncatedError
from storage.sealed.keyring import Keyring
from storage.sealed.keys import new_data_key
from storage.sealed.keystore import ObjectRow
from storage.sealed.manifest import Manifest, associated_data, manifest_context
from storage.sealed.seal import Sealer
from storage.sealed.seek import Span, spans
from storage.sealed.tink import keyset_json
from storage.sealed.unseal import Opener

# Pieces are gathered so that hashing and sealing are worth the way to a thread.
_GATHER_BYTES: Final = 2 * 1024 * 1024
# How many segments one read of the blob store brings.
_BATCH_SEGMENTS: Final = 4


class Purpose(StrEnum):
    """What an object is; bound into its seal, so that one never passes for another."""

    INTAKE = "intake"
    RELEASED = "released"
    REPORT = "report"


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
    """What its owner needs to open an object with Tink alone."""

    keyset: str
    associated_data: bytes
    plain_bytes: int
    sealed_bytes: int
    sha256: bytes
    ciphertext: AsyncIterator[bytes]


class Vault:
    """Seals objects for subjects, and opens them again."""

    def __init__(self, keyring: Keyring, blobs: BlobStore) -> None:
        """Work with these two; both are opened and closed elsewhere."""
        self._keyring = keyring
        self._blobs = blobs

    async def seal(
        self,
        subject: SubjectId,
        purpose: Purpose,
        pieces: AsyncIterable[bytes],
        *,
        plain_bytes: int | None = None,
    ) -> SealedObject:
        """Seal what ``pieces`` yield; durable, blob and key, when this returns.

        Nothing is kept if ``pieces`` raises. ``plain_bytes``, when the length is known, is bound
        into every segment; it is always bound into the manifest.

        Raises:
            ValueError: ``pieces`` were not ``plain_bytes`` long.
            KeyShreddedError: there is no such subject.
            StoreFullError: and nothing was kept.
        """
        object_id = new_object_id()
        sealing = _Sealing(
            Sealer(key := new_data_key(), ad := associated_data(object_id, purpose, plain_bytes))
        )
        sealed_bytes = await self._blobs.put(object_id, sealing.run(pieces))
        if plain_bytes is not None and sealing.plain_bytes != plain_bytes:
            await self._blobs.delete(object_id)
            raise ValueError("the object is not as long as was said")
        manifest = Manifest(key, sealing.plain_bytes, sealing.digest.digest())

        def keep() -> None:
            context = manifest_context(object_id, purpose, fmt.SUITE)
            wrapped = self._keyring.wrap(subject, context, manifest.encode())
            size = manifest.plain_bytes
            self._keyring.keystore.add_object(
                ObjectRow(object_id, subject, purpose, fmt.SUITE, size, sealed_bytes, ad, wrapped)
            )

        try:
            await asyncio.to_thread(keep)
        except BaseException:
            await self._blobs.delete(object_id)
            raise
        return SealedObject(
            object_id, subject, purpose, manifest.plain_bytes, sealed_bytes, fmt.SUITE
        )

    async def open(
        self, object_id: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield authentic plaintext from ``start`` up to, not including, ``end``.

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
        try:
            header = await self._read(object_id, 0, fmt.HEADER_BYTES)
            opener = Opener(manifest.data_key, row.associated_data, header, manifest.plain_bytes)
            for first in range(0, len(wanted), _BATCH_SEGMENTS):
                batch = wanted[first : first + _BATCH_SEGMENTS]
                base = batch[0].sealed_start
                sealed = await self._read(object_id, base, batch[-1].sealed_end)
                for plain in await asyncio.to_thread(_open_batch, opener, batch, sealed):
                    yield plain
        except BlobMissingError as error:
            raise ObjectMissingError from error

    async def describe(self, object_id: ObjectId) -> SealedObject:
        """Return what is known of an object without a private key."""
        row = await asyncio.to_thread(self._keyring.keystore.object, object_id)
        purpose = Purpose(row.purpose)
        return SealedObject(
            row.id, row.subject, purpose, row.plain_bytes, row.sealed_bytes, row.suite
        )

    async def sha256(self, object_id: ObjectId) -> bytes:
        """Return the plaintext's SHA-256, from the wrapped manifest."""
        _, manifest = await self._manifest(object_id)
        return manifest.sha256

    async def destroy(self, object_id: ObjectId) -> None:
        """Destroy the key, then the bytes; what is gone already is fine."""
        await asyncio.to_thread(self._keyring.keystore.shred_object, object_id)
        await self._blobs.delete(object_id)

    async def destroy_subject(self, subject: SubjectId) -> None:
        """Destroy a person's key, then the bytes of everything sealed to them."""
        for object_id in await self._keyring.shred_subject(subject):
            await self._blobs.delete(object_id)

    async def sweep(self) -> int:
        """Remove blobs that have no key; return how many. Only while nothing is being sealed."""
        known = await asyncio.to_thread(self._keyring.keystore.objects)
        orphans = [blob async for blob in self._blobs.ids() if blob not in known]
        for blob in orphans:
            await self._blobs.delete(blob)
        return len(orphans)

    async def export(self, object_id: ObjectId) -> ExportedObject:
        """Return everything that opens the object without us; the keyset is in clear."""
        row, manifest = await self._manifest(object_id)
        return ExportedObject(
            keyset=keyset_json(manifest.data_key),
            associated_data=row.associated_data,
            plain_bytes=manifest.plain_bytes,
            sealed_bytes=row.sealed_bytes,
            sha256=manifest.sha256,
            ciphertext=self._blobs.get(object_id),
        )

    async def _manifest(self, object_id: ObjectId) -> tuple[ObjectRow, Manifest]:
        def unwrap() -> tuple[ObjectRow, Manifest]:
            row = self._keyring.keystore.object(object_id)
            context = manifest_context(row.id, row.purpose, row.suite)
            raw = self._keyring.unwrap(row.subject, context, row.wrapped_manifest)
            return row, Manifest.decode(raw)

        row, manifest = await asyncio.to_thread(unwrap)
        # The row's length is in clear and could be changed; the manifest's cannot.
        if row.plain_bytes != manifest.plain_bytes or row.suite != fmt.SUITE:
            raise TamperedError
        return row, manifest

    async def _read(self, object_id: ObjectId, start: int, end: int) -> bytes:
        pieces = [piece async for piece in self._blobs.get(object_id, start, end)]
        sealed = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if len(sealed) != end - start:
            raise TruncatedError
        return sealed


class _Sealing:
    """One object on its way in: hashes and seals in a thread, one gathered piece at a time."""

    def __init__(self, sealer: Sealer) -> None:
        self.digest = hashlib.sha256()
        self.plain_bytes = 0
        self._sealer = sealer

    async def run(self, pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes | bytearray]:
        gathered = bytearray()
        async for piece in pieces:
            gathered += piece
            if len(gathered) >= _GATHER_BYTES:
                for sealed in await asyncio.to_thread(self._absorb, gathered):
                    yield sealed
                gathered = bytearray()
        for sealed in await asyncio.to_thread(self._absorb, gathered):
            yield sealed
        for sealed in self._sealer.finish():
            yield sealed

    def _absorb(self, plain: bytearray) -> list[bytes | bytearray]:
        self.digest.update(plain)
        self.plain_bytes += len(plain)
        return self._sealer.feed(plain)


def _open_batch(opener: Opener, batch: list[Span], sealed: bytes) -> list[bytes]:
    view, base = memoryview(sealed), batch[0].sealed_start
    out = []
    for span in batch:
        plain = opener.open(span.segment, view[span.sealed_start - base : span.sealed_end - base])
        whole = span.skip == 0 and span.take == len(plain)
        out.append(plain if whole else plain[span.skip : span.skip + span.take])
    return out
