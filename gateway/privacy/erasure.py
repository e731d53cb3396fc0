"""A person is erased: their key is destroyed, then what it opened is removed, and that is checked.

Room: gateway/privacy. Awaits journal, vault and rows. The log is told first, and keeps an entry
that names nobody; openings sealed to the person go with it. From the moment their key is gone,
nothing of theirs opens anywhere, in copies too: drawings, sealed columns, openings. What cannot be
removed at once (a store that does not answer) is removed when this is called again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import GatewayError
from gateway.identity.roles import Caller, Role
from gateway.journal import Happening, Journal, Note
from gateway.transfer.endings import Cause, Endings
from storage.ids import ObjectId, SubjectId
from storage.rows import accounts, credentials
from storage.rows.engine import Rows


class NotRemovedError(GatewayError):
    """The person's keys are destroyed; some sealed files could not be removed yet. Ask again."""

    code = "not-removed-yet"


class AccountMissingError(GatewayError):
    """There is no such account."""

    code = "account-missing"


class LastAdministratorError(GatewayError):
    """Nobody could look after the gateway then. Let somebody else in as administrator first."""

    code = "last-administrator"


class Erases(Protocol):
    """What this room needs of the vault."""

    async def objects_of(self, subject: SubjectId) -> Sequence[ObjectId]:
        """Return everything sealed to a person."""

    async def destroy_subject(self, subject: SubjectId) -> None:
        """Destroy a person's key, then the bytes sealed to them."""

    async def gone(self, objects: Sequence[ObjectId]) -> bool:
        """Return whether no bytes of any of them are stored."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erases people."""

    rows: Rows
    journal: Journal
    vault: Erases
    endings: Endings

    async def erase_account(self, account: str, caller: Caller) -> int:
        """Erase whose account this is, and end what went out for them; as ``erase``.

        Raises:
            AccountMissingError: there is none.
            LastAdministratorError: nobody would be left to look after the gateway.
        """
        async with self.rows.reading() as connection:
            everybody = await accounts.every(connection)
        found = next((row for row in everybody if row.id == account), None)
        if found is None:
            raise AccountMissingError
        left = [row for row in everybody if row.role == Role.ADMIN and not row.disabled]
        if [row.id for row in left] == [account]:
            raise LastAdministratorError
        async with self.rows.transaction() as connection:
            sessions = await self.endings.of_subject(
                connection, found.subject, Cause.SUBJECT_ERASED, caller
            )
            await accounts.forget(connection, found.subject)
            await credentials.end_sessions_of(connection, account)
        self.endings.cut(sessions)
        return await self.erase(found.subject, by=caller.account, by_subject=caller.subject)

    async def erase(self, subject: SubjectId, *, by: str, by_subject: SubjectId) -> int:
        """Erase a person; return how many sealed files went with them. Repeating is fine.

        ``by_subject`` is not the person erased, for then the entry could not say who did it.

        Raises:
            JournalUnavailableError: the log cannot be told; nothing was erased.
            NotRemovedError: the keys are gone, some ciphertext is not.
        """
        objects = await self.vault.objects_of(subject)
        reasons = {"objects": len(objects)}
        note = Note(Happening.SUBJECT_ERASED, by_subject, by, reasons=reasons)
        await self.journal.erase(subject, note, key=f"erased {subject}")
        await self.vault.destroy_subject(subject)
        if not await self.vault.gone(objects):
            raise NotRemovedError
        return len(objects)
