"""Partners: added with the country they declare, found by id or exact name, blocked when need be.

Room: gateway/transfer. Awaits rows, keyring and journal. Names and addresses are sealed to the
partner's own subject; a blind index keeps names unique.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from gateway.clock import Clock
from gateway.identity.accounts import normal_email
from gateway.identity.roles import Caller
from gateway.intake.words import clean_words
from gateway.journal import Happening, Journal, Note
from gateway.policy.pack import Law
from gateway.transfer.endings import Cause, Endings
from gateway.transfer.errors import (
    CountryUnknownError,
    DocumentUnknownError,
    PartnerKnownError,
    PartnerUnknownError,
)
from storage.ids import SubjectId, new_object_id
from storage.rows import partners as rows_of_partners
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.engine import Rows
from storage.rows.partners import PartnerRow

NAME: Final = "partner.name"
EMAIL: Final = "partner.email"


class People(Protocol):
    """What this room needs of the keyring."""

    async def create_subject(self) -> SubjectId:
        """Make a person's keys."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Seal a personal field."""

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Open a personal field."""

    def blind_index(self, purpose: str, value: str) -> str:
        """Return the keyed hash a value is looked up under."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as those who may send to it see it. ``email`` is for administrators."""

    id: str
    name: str
    email: str
    country: str
    created_at: float
    documents: Mapping[str, date]
    blocked: bool


@dataclass(frozen=True, slots=True)
class Partners:
    """Adds, shows, finds and blocks partners."""

    rows: Rows
    people: People
    journal: Journal
    clock: Clock
    law: Law
    endings: Endings

    async def add(
        self,
        caller: Caller,
        name: str,
        email: str,
        country: str,
        documents: Mapping[str, date] | None = None,
    ) -> Partner:
        """Add a partner.

        Raises:
            CountryUnknownError: the law packs do not know the country.
            DocumentUnknownError: nor one of the papers.
            EmailNeededError: ``email`` is not an address.
            PartnerKnownError: there is one of this name.
        """
        if country not in self.law.countries:
            raise CountryUnknownError
        papers = self._known(documents or {})
        cleaned, address = clean_words(name), normal_email(email)
        subject = await self.people.create_subject()
        row = PartnerRow(
            id=new_object_id(),
            subject=subject,
            name_index=self.people.blind_index(NAME, cleaned),
            name_sealed=await self.people.seal_field(subject, NAME, cleaned.encode()),
            email_sealed=await self.people.seal_field(subject, EMAIL, address.encode()),
            country=country,
            created_at=self.clock().timestamp(),
            documents=papers,
        )
        async with self.rows.transaction() as connection:
            if await rows_of_partners.by_name(connection, row.name_index):
                raise PartnerKnownError
            note = Note(
                Happening.PARTNER_ADDED,
                subject,
                caller.account,
                {"partner": row.id},
                dst=country,
                actor_subject=caller.subject,
            )
            await self.journal.write(note, key=f"{Happening.PARTNER_ADDED}/{row.id}")
            await rows_of_partners.add(connection, row)
        return await self.shown(row)

    async def every(self) -> Sequence[Partner]:
        """Return all partners, oldest first."""
        async with self.rows.reading() as connection:
            found = await rows_of_partners.every(connection)
        return [await self.shown(row) for row in found]

    async def file(self, caller: Caller, partner_id: str, documents: Mapping[str, date]) -> Partner:
        """Replace the papers on file for a partner.

        Raises:
            PartnerUnknownError: there is none.
            DocumentUnknownError: the law packs do not know one of the papers.
            JournalUnavailableError: nothing has changed.
        """
        papers = self._known(documents)
        async with self.rows.transaction() as connection:
            row = await self._one(connection, partner_id)
            if papers != row.documents:
                await self._tell_changed(caller, row, "papers", {"papers": len(documents)})
            await rows_of_partners.set_documents(connection, partner_id, papers)
            return await self.shown(await self._one(connection, partner_id))

    async def set_blocked(self, caller: Caller, partner_id: str, *, blocked: bool) -> Partner:
        """Block a partner, which ends its transfers and cuts its downloads; or unblock it.

        Raises:
            PartnerUnknownError: there is none.
            JournalUnavailableError: nothing has changed.
        """
        sessions: list[str] = []
        async with self.rows.transaction() as connection:
            row = await self._one(connection, partner_id)
            if blocked != (row.blocked_at is not None):
                await self._tell_changed(caller, row, "blocked" if blocked else "unblocked", {})
            at = self.clock().timestamp() if blocked else None
            await rows_of_partners.set_blocked(connection, partner_id, at)
            if blocked:
                active = await rows_of_transfers.active_of_partner(connection, partner_id)
                sessions = await self.endings.end(connection, active, Cause.PARTNER_BLOCKED, caller)
            row = await self._one(connection, partner_id)
        self.endings.cut(sessions)
        return await self.shown(row)

    async def find(self, connection: Connection, reference: str) -> PartnerRow:
        """Return the partner with this id or this name.

        Raises:
            PartnerUnknownError: there is none.
        """
        row = await rows_of_partners.by_id(connection, reference)
        if row is None:
            index = self.people.blind_index(NAME, clean_words(reference))
            row = await rows_of_partners.by_name(connection, index)
        if row is None:
            raise PartnerUnknownError
        return row

    async def shown(self, row: PartnerRow) -> Partner:
        """Return a partner with its name and address opened."""
        name = await self.people.open_field(row.subject, NAME, row.name_sealed)
        email = await self.people.open_field(row.subject, EMAIL, row.email_sealed)
        return Partner(
            id=row.id,
            name=name.decode(),
            email=email.decode(),
            country=row.country,
            created_at=row.created_at,
            documents=papers_of(row),
            blocked=row.blocked_at is not None,
        )

    async def _tell_changed(
        self, caller: Caller, row: PartnerRow, change: str, about: Mapping[str, str | int]
    ) -> None:
        note = Note(
            Happening.PARTNER_CHANGED,
            row.subject,
            caller.account,
            {"partner": row.id, "change": change} | dict(about),
            dst=row.country,
            actor_subject=caller.subject,
        )
        # Changing and changing back are two changes: none of them is another's entry.
        await self.journal.write(note, key=f"{note.happening}/{row.id}/{new_object_id()}")

    async def _one(self, connection: Connection, partner_id: str) -> PartnerRow:
        row = await rows_of_partners.by_id(connection, partner_id)
        if row is None:
            raise PartnerUnknownError
        return row

    def _known(self, documents: Mapping[str, date]) -> str:
        if not documents.keys() <= self.law.documents.keys():
            raise DocumentUnknownError
        return json.dumps({name: day.isoformat() for name, day in sorted(documents.items())})


def papers_of(row: PartnerRow) -> dict[str, date]:
    """Return the papers on file for a partner, each with the last day it is good for."""
    return {name: date.fromisoformat(day) for name, day in json.loads(row.documents).items()}
