"""What a link's holder can do: look, which is free, and open, which counts once.

Room: gateway/transfer. Awaits rows, keyring and journal. The token comes in a request's content and
is known here only by its hash. Every link that cannot be opened is told alike: whether it was
wrong, used, expired or revoked is nobody's business but the sender's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.clock import Clock
from gateway.identity.tokens import MAX_TOKEN_CHARS, new_token, token_hash
from gateway.journal import Happening, Journal, Note, Party
from gateway.privacy.terms import Terms
from gateway.transfer.contents import Contents, Item
from gateway.transfer.errors import (
    CodeWrongError,
    LinkUnusableError,
    SessionOverError,
    TermsNotAcceptedError,
)
from storage.ids import new_object_id
from storage.rows import downloads as rows_of_downloads
from storage.rows import links as rows_of_links
from storage.rows import partners as rows_of_partners
from storage.rows import parts as rows_of_parts
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.links import LinkRow
from storage.rows.partners import PartnerRow
from storage.rows.parts import PartRow
from storage.rows.transfers import TransferRow

MAX_CODE_CHARS: Final = 128
CodeHash = Callable[[str, str], str]  # of a transfer's id and a code


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request came from, as far as can be seen; sealed to the partner in the log."""

    address: str
    client: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a link holds; without names while it asks for a code."""

    items: tuple[Item, ...]
    files: int
    expires_at: float
    opens_left: int
    needs_code: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A living download session and what it may fetch."""

    session: SessionRow
    transfer: TransferRow
    part: PartRow
    partner: PartnerRow
    items: tuple[Item, ...]

    def note(self, happening: Happening, visitor: Visitor | None, **about: str | int) -> Note:
        """Return what the log is told of something that this session does."""
        told: dict[str, str | int] = {"part": self.part.id, "session": self.session.id}
        return Note(
            happening,
            self.part.subject,
            self.partner.id,
            told | about,
            src=self.transfer.origin,
            dst=self.transfer.destination,
            basis=self.transfer.basis,
            policy=self.transfer.policy,
            transfer=self.transfer.id,
            recipient=Party(self.partner.subject, {"partner": self.partner.id}),
            network=(
                Party(self.partner.subject, {"address": visitor.address, "client": visitor.client})
                if visitor
                else None
            ),
            actor_subject=self.partner.subject,
        )


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

    async def look(self, untrusted_token: str) -> Look:
        """Return what a link holds; nothing changes and nothing is counted.

        Raises:
            LinkUnusableError: it cannot be opened, whatever the reason.
        """
        async with self.rows.reading() as connection:
            link = await self._usable(connection, untrusted_token)
            held = await self._part(connection, link.transfer)
            items = await self.contents.of(connection, held[1])
        if not items:
            raise LinkUnusableError
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
            CodeWrongError: the code is missing or wrong; that was one attempt, if one was given.
            JournalUnavailableError: nothing was used.
        """
        if not accepts:
            raise TermsNotAcceptedError
        async with self.rows.transaction() as connection:
            link = await self._usable(connection, untrusted_token)
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
        terms = self.terms.sha256
        note = held.note(Happening.LINK_OPENED, visitor, terms=terms, files=len(held.items))
        await self.journal.write(note, key=f"{Happening.LINK_OPENED}/{session.id}")
        await rows_of_downloads.add(connection, session)
        return Opened(token, held)

    async def held(self, untrusted_token: str) -> Held:
        """Return the session of a token; nothing changes and nothing is counted.

        Raises:
            SessionOverError: it is nobody's, or over, or what it rests on has ended.
        """
        if not untrusted_token or len(untrusted_token) > MAX_TOKEN_CHARS:
            raise SessionOverError
        hashed, now = token_hash(untrusted_token), self.clock().timestamp()
        async with self.rows.reading() as connection:
            session = await rows_of_downloads.alive(connection, hashed, now)
            if session is None:
                raise SessionOverError
            held = await self._held(connection, session)
        if not held.items:
            raise SessionOverError
        return held

    async def _usable(self, connection: Connection, untrusted_token: str) -> LinkRow:
        if len(untrusted_token) > MAX_TOKEN_CHARS:
            raise LinkUnusableError
        now = self.clock().timestamp()
        link = await rows_of_links.usable(connection, token_hash(untrusted_token), now)
        if link is None:
            raise LinkUnusableError
        return link

    async def _held(self, connection: Connection, session: SessionRow) -> Held:
        transfer, part, partner = await self._part(connection, session.transfer)
        items = await self.contents.of(connection, part)
        return Held(session, transfer, part, partner, items)

    async def _part(
        self, connection: Connection, transfer_id: str
    ) -> tuple[TransferRow, PartRow, PartnerRow]:
        transfer = await rows_of_transfers.by_id(connection, transfer_id)
        part = await rows_of_parts.by_id(connection, transfer.part) if transfer else None
        partner = await rows_of_partners.by_id(connection, transfer.partner) if transfer else None
        if transfer is None or part is None or partner is None or partner.blocked_at is not None:
            raise LinkUnusableError
        return transfer, part, partner
