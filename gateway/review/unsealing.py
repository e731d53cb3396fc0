"""Unsealing takes two: one reviewer asks and says why, another agrees, for a time and a scope.

Room: gateway/review. Awaits rows, keyring, journal and the ledger. Whoever agrees is never who
asked, neither by account nor by person. Every step is an entry before it counts. What a grant opens
is opened in memory for one answer, and written nowhere.

    asked --agree--> agreed --(expires_at)--> over        asked --decline--> declined
      \\________________ end (by either of the two) ________________/--> ended
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.journal import Happening, Journal, Note
from gateway.review.errors import (
    GrantMissingError,
    GrantNotOpenError,
    QuestionUnfitError,
    SamePersonError,
)
from gateway.review.question import Question
from gateway.review.views import Fields
from storage.ids import new_object_id
from storage.rows import grants as rows_of_grants
from storage.rows.connection import Connection
from storage.rows.engine import Rows
from storage.rows.grants import GrantRow
from storage.sealed.errors import KeyShreddedError

MIN_REASON_CHARS: Final = 10
MAX_REASON_CHARS: Final = 1000
MIN_DURATION_S: Final = 60
MAX_DURATION_S: Final = 24 * 3600
SHOWN: Final = 200
_REASON: Final = "unseal.reason"
_QUESTION: Final = "unseal.question"


class GrantState(StrEnum):
    """Where a grant stands."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    ENDED = "ended"
    OVER = "over"  # agreed to, and its time is up


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant as reviewers see it. ``question`` is its scope (gateway.review.question)."""

    id: str
    account: str
    state: GrantState
    reason: str
    question: Question
    duration_s: int
    asked_at: float
    decided_by: str | None
    decided_at: float | None
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Unsealing:
    """Keeps grants."""

    rows: Rows
    fields: Fields
    journal: Journal
    clock: Clock

    async def ask(self, caller: Caller, reason: str, question: Question, duration_s: int) -> Grant:
        """Ask for what ``question`` finds to be unsealed for ``duration_s`` seconds.

        Raises:
            QuestionUnfitError: it asks for everything there is.
            JournalUnavailableError: nothing was asked.
        """
        if question == Question():
            raise QuestionUnfitError([("question", "narrow down what is to be unsealed")])
        grant_id, subject = new_object_id(), caller.subject
        row = GrantRow(
            id=grant_id,
            account=caller.account,
            subject=subject,
            state=GrantState.ASKED,
            reason_sealed=await self.fields.seal_field(
                subject, f"{_REASON} {grant_id}", reason.encode()
            ),
            question_sealed=await self.fields.seal_field(
                subject, f"{_QUESTION} {grant_id}", question.text.encode()
            ),
            duration_s=duration_s,
            asked_at=self.clock().timestamp(),
        )
        about: dict[str, str | int] = {
            "grant": grant_id,
            "question": question.text,
            "duration_s": duration_s,
        }
        note = Note(
            Happening.UNSEAL_ASKED, subject, caller.account, about, reasons={"reason": reason}
        )
        async with self.rows.transaction() as connection:
            await self.journal.write(note, key=f"{Happening.UNSEAL_ASKED}/{grant_id}")
            await rows_of_grants.add(connection, row)
        return await self.show(grant_id)

    async def decide(self, caller: Caller, grant_id: str, *, agree: bool) -> Grant:
        """Agree to somebody else's grant, or decline it.

        Raises:
            GrantMissingError: there is none.
            SamePersonError: the caller asked for it.
            GrantNotOpenError: it was decided already, or ended.
            JournalUnavailableError: nothing was decided.
        """
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            row = await _found(connection, grant_id)
            if caller.account == row.account or caller.subject == row.subject:
                raise SamePersonError
            state = GrantState.AGREED if agree else GrantState.DECLINED
            expires_at = now + row.duration_s if agree else None
            by = (caller.account, caller.subject)
            if not await rows_of_grants.decide(connection, grant_id, state, by, now, expires_at):
                raise GrantNotOpenError
            happening = Happening.UNSEAL_AGREED if agree else Happening.UNSEAL_DECLINED
            await self._tell(caller, happening, grant_id)
        return await self.show(grant_id)

    async def end(self, caller: Caller, grant_id: str) -> Grant:
        """End a grant before its time: who asked may, and who agreed.

        Raises:
            GrantMissingError: there is none, or it is not the caller's to end, or over.
            JournalUnavailableError: nothing was ended.
        """
        async with self.rows.transaction() as connection:
            if not await rows_of_grants.end(connection, grant_id, caller.account, GrantState.ENDED):
                raise GrantMissingError
            await self._tell(caller, Happening.UNSEAL_ENDED, grant_id)
        return await self.show(grant_id)

    async def every(self) -> Sequence[Grant]:
        """Return the newest grants; those of erased reviewers are gone with their reasons."""
        async with self.rows.reading() as connection:
            rows = await rows_of_grants.newest(connection, limit=SHOWN)
        shown = [await self._shown(row) for row in rows]
        return [grant for grant in shown if grant is not None]

    async def living(self, caller: Caller) -> Sequence[Grant]:
        """Return the caller's grants that open something now."""
        async with self.rows.reading() as connection:
            rows = await rows_of_grants.living(connection, caller.account, self.clock().timestamp())
        shown = [await self._shown(row) for row in rows]
        return [grant for grant in shown if grant is not None]

    async def held(self, caller: Caller, grant_id: str) -> Grant:
        """Return one of the caller's grants that opens something now.

        Raises:
            GrantMissingError: it is not agreed to, or over, or somebody else's.
        """
        for grant in await self.living(caller):
            if grant.id == grant_id:
                return grant
        raise GrantMissingError

    async def show(self, grant_id: str) -> Grant:
        """Return a grant; GrantMissingError without one."""
        async with self.rows.reading() as connection:
            row = await _found(connection, grant_id)
        shown = await self._shown(row)
        if shown is None:
            raise GrantMissingError
        return shown

    async def used(self, caller: Caller, grant_id: str, key: str, **how: str | int) -> None:
        """Write down that a grant opens something, before it does; the same ``key``, once.

        Raises:
            JournalUnavailableError: it is not written; open nothing.
        """
        note = Note(
            Happening.UNSEAL_USED, caller.subject, caller.account, {"grant": grant_id, **how}
        )
        await self.journal.write(note, key=f"{Happening.UNSEAL_USED}/{grant_id}/{key}")

    async def _tell(self, caller: Caller, happening: Happening, grant_id: str) -> None:
        note = Note(happening, caller.subject, caller.account, {"grant": grant_id})
        await self.journal.write(note, key=f"{happening}/{grant_id}/{caller.account}")

    async def _shown(self, row: GrantRow) -> Grant | None:
        try:
            reason = await self.fields.open_field(
                row.subject, f"{_REASON} {row.id}", row.reason_sealed
            )
            text = await self.fields.open_field(
                row.subject, f"{_QUESTION} {row.id}", row.question_sealed
            )
        except KeyShreddedError:
            return None
        over = row.expires_at is not None and row.expires_at <= self.clock().timestamp()
        state = GrantState(row.state)
        return Grant(
            id=row.id,
            account=row.account,
            state=GrantState.OVER if state is GrantState.AGREED and over else state,
            reason=reason.decode(),
            question=Question.parse(text.decode()),
            duration_s=row.duration_s,
            asked_at=row.asked_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            expires_at=row.expires_at,
        )


async def _found(connection: Connection, grant_id: str) -> GrantRow:
    row = await rows_of_grants.by_id(connection, grant_id)
    if row is None:
        raise GrantMissingError
    return row
