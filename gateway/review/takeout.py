"""A reviewer takes part of the log away: written down before, counted after.

Room: gateway/review. Awaits the ledger and the journal. An export is complete as of a checkpoint
that is published for it. Two entries tell of it: one before the first byte leaves, and one, with
the number of rows and the hash, before the last does. Without either, the file has no end.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.journal import Happening, Journal, Note
from gateway.review.errors import FormatUnknownError
from gateway.review.exports.exporting import ExportedLog, Order, Sum, bundle, plain
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.manifest import Proof
from gateway.review.finding import Finding
from gateway.review.question import Question, stamp
from storage.ids import new_object_id
from storage.ledger.checkpoint import Checkpoint, VerifyingKey


class Published(ExportedLog, Protocol):
    """What this room needs of the ledger."""

    @property
    def key(self) -> VerifyingKey:
        """The key it signs with."""

    async def publish(self) -> Checkpoint:
        """Publish the tree as it stands."""

    async def published(self) -> tuple[Checkpoint, bytes]:
        """Return the newest published checkpoint and its note."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export that is under way: what it is called, and its bytes."""

    filename: str
    media_type: str
    size: int  # of the log, as of which it is complete
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Takeout:
    """Exports entries."""

    finding: Finding
    log: Published
    journal: Journal
    clock: Clock

    async def open(
        self, caller: Caller, question: Question, form: str, proof: Proof | None
    ) -> Export:
        """Begin an export: of the entries alone, or with ``proof`` of a bundle.

        Raises:
            FormatUnknownError: there is no such format.
            FormatUnavailableError: this gateway cannot write it.
            JournalUnavailableError: it cannot be written down, so nothing leaves.
        """
        if form not in FORMATS:
            raise FormatUnknownError
        wanted = await self.finding.filter_of(question)
        await self.log.publish()
        signed, note = await self.log.published()
        order = Order(
            form=FORMATS[form],
            wanted=wanted,
            question=question.text,
            checkpoint=signed,
            note=note,
            vkey=self.log.key.vkey,
            exported_at=stamp(self.clock()),
            proof=proof,
        )
        order.form.encoder(signed.origin)
        export_id = new_object_id()
        about: dict[str, str | int] = {
            "export": export_id,
            "format": form,
            "question": question.text,
            "proof": proof or "none",
            "size": signed.size,
        }
        await self._tell(caller, "begun", export_id, about)
        ending = "zip" if proof else order.form.extension
        return Export(
            f"transfer-log-{signed.size}.{ending}",
            "application/zip" if proof else order.form.media_type,
            signed.size,
            self._pieces(caller, order, export_id),
        )

    async def _pieces(self, caller: Caller, order: Order, export_id: str) -> AsyncIterator[bytes]:
        told, exporter = Sum(), bundle if order.proof else plain
        last = b""
        async for piece in exporter(self.log, order, told):
            yield last
            last = piece
        about: dict[str, str | int] = {
            "export": export_id,
            "rows": told.rows,
            "sha256": told.digest.hexdigest(),
        }
        await self._tell(caller, "completed", export_id, about)
        yield last

    async def _tell(
        self, caller: Caller, stage: str, export_id: str, about: dict[str, str | int]
    ) -> None:
        note = Note(
            Happening.LEDGER_EXPORTED, caller.subject, caller.account, about | {"stage": stage}
        )
        await self.journal.write(note, key=f"{Happening.LEDGER_EXPORTED}/{export_id}/{stage}")
