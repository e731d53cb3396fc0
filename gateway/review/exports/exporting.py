"""Exports, streamed: every entry that fits, however many, in bounded memory.

Room: gateway/review. Awaits the log it is handed, which may be a gateway's or a file. The log only
grows, so that everything before a checkpoint's size stands still; what is exported is complete as
of that checkpoint, in as many readings as it takes.

    bundle.zip:  checkpoint · log.vkey · entries.<ext> · evidence.txt · manifest.json
"""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any, Final, Protocol

from gateway.review.exports.evidence import Evidence
from gateway.review.exports.formats import Format
from gateway.review.exports.manifest import Manifest, Proof, asked_of
from gateway.review.exports.row import Encoder, rows_of
from gateway.review.exports.sink import Sink
from storage.ledger.checkpoint import Checkpoint
from storage.ledger.filtering import Filter
from storage.threads import finished

BATCH: Final = 2048
# The least compression there is: it costs as much time as writing the rows does.
_LEVEL: Final = 1
EVIDENCE: Final = "evidence.txt"
MANIFEST: Final = "manifest.json"
CHECKPOINT: Final = "checkpoint"
VKEY: Final = "log.vkey"


class ExportedLog(Protocol):
    """What an export needs of a log."""

    async def scan(self, wanted: Filter, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest entries that fit, as numbers and exact bytes, oldest first."""

    async def subtrees(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the roots of full subtrees, each by its height and number."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, and as of which signed checkpoint. ``wanted`` is the question as
    leaves can answer it, ``question`` as it was asked."""

    form: Format
    wanted: Filter
    question: str
    checkpoint: Checkpoint
    note: bytes
    vkey: str
    exported_at: str
    proof: Proof | None = None

    @property
    def file(self) -> str:
        """The name of the file with the entries."""
        return f"entries.{self.form.extension}"


@dataclass(slots=True)
class Sum:
    """What was written so far of the file with the entries."""

    rows: int = 0
    size_bytes: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, rows: int, data: bytes) -> bytes:
        """Count ``data`` and return it."""
        self.rows += rows
        self.size_bytes += len(data)
        self.digest.update(data)
        return data

    def manifest(self, order: Order) -> Manifest:
        """Return what the export says of itself, once it is whole."""
        return Manifest(
            format=order.form.name,
            format_version=order.form.version,
            file=order.file,
            rows=self.rows,
            size_bytes=self.size_bytes,
            sha256=self.digest.hexdigest(),
            question=order.question,
            asked=asked_of(order.wanted),
            origin=order.checkpoint.origin,
            size=order.checkpoint.size,
            root=order.checkpoint.root.hex(),
            vkey=order.vkey,
            exported_at=order.exported_at,
            proof=order.proof.value if order.proof else None,
        )


async def entries_of(log: ExportedLog, wanted: Filter) -> AsyncIterator[list[tuple[int, bytes]]]:
    """Yield every entry that fits, oldest first, in batches."""
    while True:
        found = await log.scan(wanted, BATCH)
        if found:
            yield found
        if len(found) < BATCH:
            return
        wanted = replace(wanted, after=found[-1][0])


async def plain(log: ExportedLog, order: Order, told: Sum) -> AsyncIterator[bytes]:
    """Yield the file with the entries; ``told`` knows of it what a manifest says.

    Raises:
        FormatUnavailableError: this gateway cannot write the format.
        NotValidError: an entry is not a leaf; what was yielded is not to be trusted.
    """
    encoder = order.form.encoder(order.checkpoint.origin)
    yield told.add(0, encoder.begin())
    async for batch in entries_of(log, _before(order)):
        yield told.add(len(batch), await finished(_encoded, encoder, batch))
    yield told.add(0, encoder.end())


async def bundle(log: ExportedLog, order: Order, told: Sum) -> AsyncIterator[bytes]:
    """Yield a ZIP with the entries, their evidence and the manifest; as ``plain``."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        _put(archive, CHECKPOINT, order.note)
        _put(archive, VKEY, f"{order.vkey}\n".encode())
        with _member(archive, order.file) as member:
            async for piece in plain(log, order, told):
                await finished(member.write, piece)
                yield sink.taken()
        with _member(archive, EVIDENCE) as member:
            async for piece in _evidence(log, order):
                await finished(member.write, piece)
                yield sink.taken()
        _put(archive, MANIFEST, told.manifest(order).text.encode())
    yield sink.taken()


async def _evidence(log: ExportedLog, order: Order) -> AsyncIterator[bytes]:
    evidence, size = Evidence(), order.checkpoint.size
    shown = _before(order) if order.proof is not Proof.COMPLETE else Filter(before=size)
    async for batch in entries_of(log, shown):
        nodes = await log.subtrees(evidence.gaps(number for number, _ in batch))
        yield evidence.lines(batch, nodes)
    yield evidence.rest(size, await log.subtrees(evidence.gaps([size])))


def _encoded(encoder: Encoder, batch: Sequence[tuple[int, bytes]]) -> bytes:
    return encoder.encode(rows_of(batch))


def _before(order: Order) -> Filter:
    return replace(order.wanted, before=order.checkpoint.size)


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    with _member(archive, name) as member:
        member.write(content)


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    # No time and no rights: an archive of the same entries has the same bytes.
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(info, "w", force_zip64=True)
