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
from gateway.journal import Happening, Journal, Note
from storage.ids import ObjectId, SubjectId
from storage.rows import accounts
from storage.rows.engine import Rows


class NotRemovedError(GatewayError):
    """The person's keys are destroyed; some sealed files could not be removed yet. Ask again."""

    code = "not-removed-yet"


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

    async def erase(self, subject: SubjectId, *, by: str, by_subject: SubjectId) -> int:
        """Erase a person; return how many sealed files went with them. Repeating is fine.

        Raises:
            JournalUnavailableError: the log cannot be told; nothing was erased.
            NotRemovedError: the keys are gone, some ciphertext is not.
        """
        objects = await self.vault.objects_of(subject)
        reasons = {"objects": len(objects)}
        note = Note(Happening.SUBJECT_ERASED, by_subject, by, reasons=reasons)
        await self.journal.erase(subject, note, key=f"erased {subject}")
        await self.vault.destroy_subject(subject)
        async with self.rows.transaction() as connection:
            await accounts.forget(connection, subject)
        if not await self.vault.gone(objects):
            raise NotRemovedError
        return len(objects)
