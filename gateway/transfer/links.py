"""What a link's holder can do: look, which is free, and open, which counts once.

Room: gateway/transfer. Awaits rows, keyring and journal. The token comes in a request's content and
is known here only by its hash. Every link that cannot be opened is told alike: whether it was
wrong, used, expired or revoked is nobody's business but the sender's. The log knows better: who
looked, and who came too late, each once a day, for names are shown to whoever looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.clock import Clock
from gateway.identity.tokens import MAX_TOKEN_CHARS, new_token, token_hash
from gateway.journal import Happening, Journal, JournalUnavailableError
from gateway.observability.logging import log_of
from gateway.privacy.terms import Terms
from gateway.transfer.contents import Contents, Item
from gateway.transfer.destinations import DAY_S, Destinations
from gateway.transfer.endings import REVOKED
from gateway.transfer.errors import (
    CodeWrongError,
    LinkUnusableError,
    SessionOverError,
    TermsNotAcceptedError,
)
from gateway.transfer.held import Handing, Held, Visitor
from storage.ids import new_object_id
from storage.ledger.errors import ErasedError
from storage.rows import downloads as rows_of_downloads
from storage.rows import links as rows_of_links
from storage.rows import partners as rows_of_partners
from storage.rows import parts as rows_of_parts
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.links import LinkRow

log = log_of("gateway.transfer")

MAX_CODE_CHARS: Final = 128
CodeHash = Callable[[str, str], str]  # of a transfer's id and a code


@dataclass(frozen=True, slots=True)
class Look:
    """What a link holds; without names while it asks for a code."""

    items: tuple[Item, ...]
    files: int
    expires_at: float
    opens_left: int
    needs_code: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has just begun; the token is shown once, now."""

    token: str
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Looks into links and opens them."""

    rows: Rows
    contents: Contents
    journal: Journal
    clock: Clock
    terms: Terms
    code_hash: CodeHash
    lease_s: float
    destinations: Destinations

    async def look(self, untrusted_token: str, visitor: Visitor) -> Look:
        """Return what a link holds; nothing about it changes and nothing is counted.

        Raises:
            LinkUnusableError: it cannot be opened, whatever the reason.
            JournalUnavailableError: nothing is shown.
        """
        async with self.rows.reading() as connection:
            link = await self._usable(connection, untrusted_token, visitor)
            handing = await self._handing(connection, link.transfer)
            items = await self.contents.of(connection, handing.part)
        if not items:
            raise LinkUnusableError
        note = handing.note(Happening.LINK_PROBED, visitor, {"files": len(items)})
        key = f"{note.happening}/{link.transfer}/{visitor.seen.country}/{self._day()}"
        await self.journal.write(note, key=key)
        asks = link.code_hash is not None
        shown = () if asks else items
        return Look(shown, len(items), link.expires_at, link.opens_left, asks)

    async def open(
        self, untrusted_token: str, code: str | None, visitor: Visitor, *, accepts: bool
    ) -> Opened:
        """Begin a download session, which uses one of the link's openings.

        Raises:
            TermsNotAcceptedError: nothing was used.
            LinkUnusableError: it cannot be opened, whatever the reason.
            DestinationContradictedError: it is opened elsewhere; nothing was used.
            CodeWrongError: the code is missing or wrong; that was one attempt, if one was given.
            JournalUnavailableError: nothing was used.
        """
        if not accepts:
            raise TermsNotAcceptedError
        async with self.rows.transaction() as connection:
            link = await self._usable(connection, untrusted_token, visitor)
            guess = self.code_hash(link.transfer, code[:MAX_CODE_CHARS]) if code else None
            fits = link.code_hash is None or guess == link.code_hash
            if fits:
                return await self._begun(connection, link, guess, visitor)
            # Counted where it was seen to be wrong, and kept: guesses side by side gain nothing.
            left = link.code_attempts_left
            if guess is not None:
                left = await rows_of_links.count_wrong_code(connection, link.token_hash)
        raise CodeWrongError(attempts_left=left)

    async def _begun(
        self, connection: Connection, link: LinkRow, guess: str | None, visitor: Visitor
    ) -> Opened:
        token, now = new_token("dbd"), self.clock().timestamp()
        used = await rows_of_links.open_once(connection, link.token_hash, guess, now)
        if used is None:
            raise LinkUnusableError
        session = SessionRow(new_object_id(), token_hash(token), used, now, now + self.lease_s)
        held = await self._held(connection, session)
        if not held.items:
            raise LinkUnusableError
        await self.destinations.require(held.handing, visitor)
        terms = self.terms.sha256
        note = held.note(Happening.LINK_OPENED, visitor, terms=terms, files=len(held.items))
        await self.journal.write(note, key=f"{Happening.LINK_OPENED}/{session.id}")
        await rows_of_downloads.add(connection, session)
        await self.destinations.sighted(connection, held, visitor)
        return Opened(token, held)

    async def held(self, untrusted_token: str, visitor: Visitor) -> Held:
        """Return the session of a token; nothing about it changes and nothing is counted.

        Raises:
            SessionOverError: it is nobody's, or over, or what it rests on has ended.
        """
        if not untrusted_token or len(untrusted_token) > MAX_TOKEN_CHARS:
            raise SessionOverError
        hashed, now = token_hash(untrusted_token), self.clock().timestamp()
        async with self.rows.reading() as connection:
            session = await rows_of_downloads.alive(connection, hashed, now)
            if session is None:
                await self._tell_late_session(connection, hashed, visitor)
                raise SessionOverError
            held = await self._held(connection, session)
        if not held.items:
            raise SessionOverError
        return held

    async def _usable(
        self, connection: Connection, untrusted_token: str, visitor: Visitor
    ) -> LinkRow:
        if len(untrusted_token) > MAX_TOKEN_CHARS:
            raise LinkUnusableError
        hashed, now = token_hash(untrusted_token), self.clock().timestamp()
        link = await rows_of_links.usable(connection, hashed, now)
        if link is None:
            late = await rows_of_links.by_token(connection, hashed)
            if late is not None:
                cause = _why_not(late, now)
                await self._tell_late(
                    connection, late.transfer, Happening.LINK_REFUSED, cause, visitor
                )
            raise LinkUnusableError
        return link

    async def _tell_late_session(
        self, connection: Connection, hashed: str, visitor: Visitor
    ) -> None:
        session = await rows_of_downloads.by_token(connection, hashed)
        if session is not None:
            over = session.lease_expires_at <= self.clock().timestamp()
            cause = "lease-over" if over else "ended"
            await self._tell_late(
                connection, session.transfer, Happening.DOWNLOAD_REFUSED, cause, visitor
            )

    async def _tell_late(
        self,
        connection: Connection,
        transfer: str,
        happening: Happening,
        cause: str,
        visitor: Visitor,
    ) -> None:
        """Tell the log of somebody who is refused. Nothing leaves, so nothing waits for the log."""
        try:
            handing = await self._handing(connection, transfer)
            if handing.transfer.state == REVOKED:
                cause = REVOKED
            reasons = {"cause": cause, "state": handing.transfer.state}
            note = handing.note(happening, visitor, decision="deny", reasons=reasons)
            await self.journal.write(note, key=f"{happening}/{transfer}/{cause}/{self._day()}")
        except (LinkUnusableError, JournalUnavailableError, ErasedError) as error:
            log.warning("refusal.untold", transfer=transfer, error=type(error).__name__)

    def _day(self) -> int:
        return int(self.clock().timestamp() // DAY_S)

    async def _held(self, connection: Connection, session: SessionRow) -> Held:
        handing = await self._handing(connection, session.transfer)
        items = await self.contents.of(connection, handing.part)
        return Held(session, handing.transfer, handing.part, handing.partner, items)

    async def _handing(self, connection: Connection, transfer_id: str) -> Handing:
        transfer = await rows_of_transfers.by_id(connection, transfer_id)
        part = await rows_of_parts.by_id(connection, transfer.part) if transfer else None
        partner = await rows_of_partners.by_id(connection, transfer.partner) if transfer else None
        if transfer is None or part is None or partner is None or partner.blocked_at is not None:
            raise LinkUnusableError
        return Handing(transfer, part, partner)


def _why_not(link: LinkRow, now: float) -> str:
    if link.expires_at <= now:
        return "expired"
    return "used-up" if link.opens_left <= 0 else "guessed-out"
