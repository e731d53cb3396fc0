"""Resumable uploads: what arrives is sealed as it arrives, and acknowledged once it is durable.

Room: gateway/intake. Awaits vault, rows and journal. A running request becomes durable every
``chunk_bytes``: first the sealed chunk, then its row together with the new offset, then the answer.
A chunk without a row is an orphan that gateway.intake.sweeping destroys at the next start.
"""

from contextlib import aclosing
from dataclasses import dataclass, replace

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.intake import sealing, tus
from gateway.intake.body import Body, Read
from gateway.intake.chunks import ChunkSealer
from gateway.intake.errors import (
    QuotaError,
    UploadBusyError,
    UploadInterruptedError,
    UploadMissingError,
)
from gateway.intake.filenames import safe_filename
from gateway.intake.handover import Handover
from gateway.journal import Happening, Journal, Note
from storage.ids import new_object_id
from storage.rows import uploads as rows_of_uploads
from storage.rows.engine import Rows
from storage.rows.uploads import Chunk, UploadRow


@dataclass(frozen=True, slots=True)
class Limits:
    """How much, and how long."""

    max_bytes: int
    quota_bytes: int
    max_open: int
    expiry_s: float
    idle_s: float


@dataclass(frozen=True, slots=True)
class Uploads:
    """Creates uploads, adds to them, tells where they stand, ends them."""

    rows: Rows
    fields: sealing.Fields
    sealer: ChunkSealer
    journal: Journal
    handover: Handover
    clock: Clock
    limits: Limits

    async def create(self, caller: Caller, wanted: tus.Creation) -> tuple[str, tus.Status]:
        """Make an upload and return its id and where it stands.

        Raises:
            QuotaError: the account has too much lying about.
        """
        now = self.clock().timestamp()
        name = safe_filename(wanted.filename).encode()
        row = UploadRow(
            id=new_object_id(),
            account=caller.account,
            subject=caller.subject,
            length=wanted.length,
            offset=0,
            metadata_sealed=await self.fields.seal_field(
                caller.subject, sealing.UPLOAD_METADATA, wanted.metadata.encode()
            ),
            filename_sealed=await self.fields.seal_field(
                caller.subject, sealing.UPLOAD_FILENAME, name
            ),
            created_at=now,
            expires_at=now + self.limits.expiry_s,
        )
        async with self.rows.transaction() as connection:
            open_uploads, open_bytes = await rows_of_uploads.usage(connection, caller.account)
            if (
                open_uploads >= self.limits.max_open
                or open_bytes + (wanted.length or 0) > self.limits.quota_bytes
            ):
                raise QuotaError
            await rows_of_uploads.add(connection, row)
        status = tus.Status(0, row.length, wanted.metadata, row.expires_at)
        await self._tell_if_complete(row, status)
        return row.id, status

    async def status(self, caller: Caller, upload: str) -> tus.Status:
        """Return where an upload stands, once whoever writes to it has saved.

        Raises:
            UploadMissingError: there is none, or it is somebody else's.
            UploadBusyError: its writer does not let go.
        """
        await self._own(caller, upload)  # first, so that strangers interrupt nobody
        async with self.handover.lease(upload):
            return await self._status(await self._own(caller, upload))

    async def admit(self, caller: Caller, upload: str, wanted: tus.Append) -> None:
        """Return if these bytes would be taken; for clients that ask first (100-continue).

        Raises:
            As ``append`` does, before the body.
        """
        row = await self._own(caller, upload)
        status = tus.Status(row.offset, row.length, "", None)
        tus.admitted(status, wanted, max_bytes=self.limits.max_bytes)

    async def append(
        self, caller: Caller, upload: str, wanted: tus.Append, read: Read
    ) -> tus.Status:
        """Add a request's body and return where the upload stands; all of that is durable.

        Raises:
            UploadMissingError, UploadBusyError: as ``status``.
            OffsetMismatchError, LengthFixedError, TooLongError: see gateway.intake.tus.
            ChecksumMismatchError: and nothing of the body was kept.
            UploadInterruptedError: the body broke off; what arrived is kept.
            NoSpaceError: what arrived before is kept.
        """
        await self._own(caller, upload)
        async with self.handover.lease(upload) as lease:
            row = await self._own(caller, upload)
            if row.drawing is not None:
                raise UploadMissingError
            seen = tus.Status(row.offset, row.length, "", row.expires_at)
            length, room = tus.admitted(seen, wanted, max_bytes=self.limits.max_bytes)
            body = Body(read, room_bytes=room, idle_s=self.limits.idle_s)
            lease.on_stop(body.stop)
            row = await self._save(row, [], length)
            sealing = self.sealer.seal(row.subject, row.offset, body, wanted.checksum)
            async with aclosing(sealing) as sealed:
                async for chunks in sealed:
                    row = await self._save(row, chunks, length)
            status = await self._status(row)
            await self._tell_if_complete(row, status)
            if body.broken_off:
                raise UploadInterruptedError(offset=row.offset)
            return status

    async def terminate(self, caller: Caller, upload: str) -> None:
        """Destroy an upload.

        Raises:
            UploadMissingError, UploadBusyError: as ``status``.
        """
        await self._own(caller, upload)
        async with self.handover.lease(upload):
            if (await self._own(caller, upload)).drawing is not None:
                raise UploadMissingError
            await self._destroy(upload)

    async def sweep(self) -> int:
        """Destroy every upload that has expired; return how many."""
        now = self.clock().timestamp()
        async with self.rows.reading() as connection:
            expired = await rows_of_uploads.expired(connection, now)
        for upload in expired:
            async with self.handover.lease(upload):
                await self._destroy(upload)
        return len(expired)

    async def _own(self, caller: Caller, upload: str) -> UploadRow:
        async with self.rows.reading() as connection:
            row = await rows_of_uploads.by_id(connection, upload)
        expired = row is not None and row.drawing is None and self._late(row)
        if row is None or row.account != caller.account or expired:
            raise UploadMissingError
        return row

    def _late(self, row: UploadRow) -> bool:
        return row.expires_at <= self.clock().timestamp()

    async def _save(self, row: UploadRow, chunks: list[Chunk], length: int | None) -> UploadRow:
        if not chunks and length == row.length:
            return row
        grown = replace(
            row,
            offset=row.offset + sum(chunk.plain_bytes for chunk in chunks),
            length=length,
            expires_at=self.clock().timestamp() + self.limits.expiry_s,
        )
        async with self.rows.transaction() as connection:
            saved = await rows_of_uploads.advance(connection, row, grown, chunks)
        if not saved:
            await self.sealer.destroy(chunk.object for chunk in chunks)
            raise UploadBusyError
        return grown

    async def _status(self, row: UploadRow) -> tus.Status:
        metadata = b""
        # An intake-only node cannot show what it sealed: it echoes no metadata.
        if row.metadata_sealed and self.fields.can_open:
            metadata = await self.fields.open_field(
                row.subject, sealing.UPLOAD_METADATA, row.metadata_sealed
            )
        expires_at = row.expires_at if row.drawing is None else None
        return tus.Status(row.offset, row.length, metadata.decode(), expires_at)

    async def _tell_if_complete(self, row: UploadRow, status: tus.Status) -> None:
        if status.complete:
            about: dict[str, str | int] = {"upload": row.id, "bytes": row.offset}
            note = Note(Happening.UPLOAD_RECEIVED, row.subject, row.account, about)
            await self.journal.write(note, key=f"upload.received/{row.id}")

    async def _destroy(self, upload: str) -> None:
        async with self.rows.transaction() as connection:
            objects = await rows_of_uploads.remove(connection, upload)
        await self.sealer.destroy(objects)
