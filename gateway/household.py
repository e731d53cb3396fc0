"""To whom the house seals what concerns no person: itself.

Room: gateway. Awaits rows and keyring. Events of the gateway (it started, its settings, a webhook)
are sealed like everything else, to a subject that stands for nobody and is never erased.
"""

from typing import Final, Protocol

from storage.ids import SubjectId
from storage.rows import alerts as rows_of_alerts
from storage.rows.engine import Rows

_MARK: Final = "household.subject"


class MakesSubjects(Protocol):
    """What this room needs of the keyring."""

    async def create_subject(self) -> SubjectId:
        """Make keys."""


async def household(rows: Rows, people: MakesSubjects) -> SubjectId:
    """Return the subject that stands for the house; made the first time it is asked for."""
    async with rows.reading() as connection:
        known = await rows_of_alerts.marked(connection, _MARK)
    if known is not None:
        return SubjectId(known)
    made = await people.create_subject()
    async with rows.transaction() as connection:
        # Of two gateways that begin at once, both use the one that was first.
        return SubjectId(await rows_of_alerts.mark_once(connection, _MARK, made))
