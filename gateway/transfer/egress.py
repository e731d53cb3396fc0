"""The one gate: all plaintext of parts leaves through ``Egress.send``, and through nothing else.

Room: gateway/transfer. Awaits rows, journal and vault. For each stream, in this order:

    1. the session lives, and is used where the partner said it would be; else no byte
    2. the log holds download.started, once a session    else JournalUnavailableError: 503, no byte
       and file, durable
    3. the stream is entered among the running ones, and the session still lives
    4. the first piece is opened                         else 503, no byte
    5. the headers, then pieces of about 1 MiB; before each: not cut, lease not over, and, when the
       rows were not asked for RECHECK_S, still alive there too
    6. what was handed over is remembered, and whether that is now all of the file

Further ranges of the same file write download.resumed, and broken ones download.cut, each once an
hour: a stuttering line, or somebody who hammers a link, cannot drown the log. Which bytes went is
in the rows, and in the receipt.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.clock import Clock
from gateway.journal import Happening, Journal, JournalUnavailableError, Note
from gateway.observability.logging import log_of
from gateway.transfer.contents import Contents, Item
from gateway.transfer.coverage import covers
from gateway.transfer.destinations import Destinations
from gateway.transfer.errors import SessionOverError, StreamCutError
from gateway.transfer.held import Held, Visitor
from gateway.transfer.ranges import Span
from gateway.transfer.streams import Running, Streams
from storage.ids import ObjectId
from storage.rows import downloads as rows_of_downloads
from storage.rows.engine import Rows
from storage.sealed.errors import TamperedError, TruncatedError

log = log_of("gateway.transfer")

RECHECK_S: Final = 0.5
PIECE_BYTES: Final = 1024 * 1024
# So much may be forgotten of what was handed over when the process is killed.
HOUR_S: Final = 3600
REMEMBER_BYTES: Final = 32 * PIECE_BYTES


class Opens(Protocol):
    """What the gate needs of the vault."""

    def open(
        self, object_id: ObjectId, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield authentic plaintext in pieces."""


class Wire(Protocol):
    """The way to one client."""

    async def begin(self) -> None:
        """Send the headers."""

    async def write(self, piece: bytes) -> None:
        """Send a piece, as fast as the client takes it; ConnectionError when it is gone."""

    def abort(self) -> None:
        """Break the connection off, unsent bytes and all."""


@dataclass(frozen=True, slots=True)
class Egress:
    """Lets plaintext out."""

    rows: Rows
    journal: Journal
    vault: Opens
    contents: Contents
    clock: Clock
    streams: Streams
    destinations: Destinations

    async def send(self, held: Held, item: Item, span: Span, wire: Wire, visitor: Visitor) -> None:
        """Send the bytes of ``span`` to ``wire``.

        Raises:
            SessionOverError, JournalUnavailableError: and no byte was sent.
            DestinationContradictedError: it is asked for elsewhere; no byte was sent.
            SealedError, StoreUnavailableError: and no byte was sent, if it is so from the start.
            StreamCutError: what the stream rested on has ended; the connection is broken off.
            ConnectionError: the client is gone.
        """
        await self._require_alive(held)
        about: dict[str, str | int] = {"file": item.id, "sha256": item.sha256}
        note = held.note(Happening.DOWNLOAD_STARTED, visitor, **about)
        await self.destinations.require(held.handing, visitor)
        await self._tell_resumed(held, item, span, visitor)
        await self.journal.write(note, key=started_key(held, item))
        await self.destinations.sighted_again(held, visitor)
        progress = _Progress(span.start, span.start, span.stop)
        with self.streams.running(held.session.id, wire.abort) as running:
            # A revocation between the first look and the entry would have found nothing to cut.
            await self._require_alive(held)
            try:
                await self._pieces(held, item, span, wire, running, progress)
            except ConnectionError as error:
                if running.cut:
                    raise StreamCutError from error
                raise
            except (TamperedError, TruncatedError):
                await self._tell_broken(held, item)
                raise
            finally:
                await self._remember(held, item, progress, cut=running.cut)

    async def _pieces(
        self,
        held: Held,
        item: Item,
        span: Span,
        wire: Wire,
        running: Running,
        progress: "_Progress",
    ) -> None:
        asked_at = self.clock().timestamp()
        begun = False
        async for piece in self._plain(held, item, span):
            now = self.clock().timestamp()
            if now - asked_at >= RECHECK_S:
                asked_at = now
                if not await self._alive(held):
                    running.stop()
            if now >= held.session.lease_expires_at:
                running.stop()
            if running.cut:
                raise StreamCutError
            if not begun:
                await wire.begin()
                begun = True
            running.ending = progress.position + len(piece) >= span.stop
            await wire.write(piece)
            progress.position += len(piece)
            if progress.unremembered >= REMEMBER_BYTES:
                await self._record(held, item, progress)
        if not begun:  # nothing was asked for, and nothing is an answer
            await wire.begin()

    async def _plain(self, held: Held, item: Item, span: Span) -> AsyncIterator[bytes]:
        if item.object is None:
            yield (await self.contents.description(held.part))[span.start : span.stop]
        elif span.length:
            async for piece in self.vault.open(item.object, span.start, span.stop):
                for start in range(0, len(piece), PIECE_BYTES):
                    yield piece[start : start + PIECE_BYTES]

    async def _require_alive(self, held: Held) -> None:
        if not await self._alive(held):
            raise SessionOverError

    async def _alive(self, held: Held) -> bool:
        now = self.clock().timestamp()
        async with self.rows.reading() as connection:
            return await rows_of_downloads.still_alive(connection, held.session.id, now)

    async def _tell_resumed(self, held: Held, item: Item, span: Span, visitor: Visitor) -> None:
        async with self.rows.reading() as connection:
            ranges = await rows_of_downloads.delivered(connection, held.session.id)
        if item.id in ranges:
            about: dict[str, str | int] = {"file": item.id, "start": span.start, "stop": span.stop}
            note = held.note(Happening.DOWNLOAD_RESUMED, visitor, **about)
            await self.journal.write(note, key=self._hourly(note, held, item))

    async def _tell_broken(self, held: Held, item: Item) -> None:
        note = held.note(Happening.INTEGRITY_FAILED, None, file=item.id)
        try:
            await self.journal.write(note, key=self._hourly(note, held, item))
        except JournalUnavailableError as error:
            log.error("integrity.untold", transfer=held.transfer.id, error=type(error).__name__)

    def _hourly(self, note: Note, held: Held, item: Item, why: str = "") -> str:
        hour = int(self.clock().timestamp() // HOUR_S)
        return f"{note.happening}/{held.session.id}/{item.id}/{why}{hour}"

    async def _remember(self, held: Held, item: Item, progress: "_Progress", *, cut: bool) -> None:
        """Keep what was handed over, and tell the log how it ended. The bytes are out already."""
        span: dict[str, str | int] = {"start": progress.start, "stop": progress.position}
        broken = progress.start < progress.position < progress.stop
        try:
            await self._record(held, item, progress)
            if cut or broken:
                why = "revoked" if cut else "interrupted"
                note = held.note(Happening.DOWNLOAD_CUT, None, file=item.id, why=why, **span)
                await self.journal.write(note, key=self._hourly(note, held, item, why))
            elif await self._whole(held, item):
                note = held.note(Happening.DOWNLOAD_COMPLETED, None, file=item.id, **span)
                key = f"{Happening.DOWNLOAD_COMPLETED}/{held.session.id}/{item.id}"
                await self.journal.write(note, key=key)
        except Exception as error:  # the stream's own end must not be hidden by this one
            log.error("download.untold", transfer=held.transfer.id, error=type(error).__name__)

    async def _record(self, held: Held, item: Item, progress: "_Progress") -> None:
        if progress.position > progress.start or item.plain_bytes == 0:
            async with self.rows.transaction() as connection:
                await rows_of_downloads.record(
                    connection, held.session.id, item.id, progress.start, progress.position
                )
        progress.remembered = progress.position

    async def _whole(self, held: Held, item: Item) -> bool:
        async with self.rows.reading() as connection:
            ranges = await rows_of_downloads.delivered(connection, held.session.id)
        return covers(ranges.get(item.id, ()), item.plain_bytes)


@dataclass(slots=True)
class _Progress:
    """How far a stream got."""

    start: int
    position: int
    stop: int
    remembered: int = 0

    def __post_init__(self) -> None:
        self.remembered = self.start

    @property
    def unremembered(self) -> int:
        return self.position - self.remembered


def started_key(held: Held, item: Item) -> str:
    """Return the key under which the log knows that a session began to fetch a file."""
    return f"{Happening.DOWNLOAD_STARTED}/{held.session.id}/{item.id}"
