"""What the gateway's rooms tell the ledger, before they do what they tell.

Room: gateway. Awaits the ledger. Use cases depend on the Journal promise; assembly hands them the
real one, gateway.observability nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gateway.errors import GatewayError
from storage.ids import SubjectId


class Happening(StrEnum):
    """What intake tells; the names are those of storage.ledger.events."""

    UPLOAD_RECEIVED = "upload.received"
    DRAWING_INSPECTED = "drawing.inspected"
    DRAWING_REFUSED = "drawing.refused"
    PART_APPROVED = "part.approved"
    PART_EXPORTED = "part.exported"
    ORIGINAL_DESTROYED = "original.destroyed"
    ACCOUNT_INVITED = "account.invited"
    API_KEY_CREATED = "api-key.created"
    API_KEY_REVOKED = "api-key.revoked"


class JournalUnavailableError(GatewayError):
    """The log of transfers cannot be written at the moment, so nothing is done. Try again later."""

    code = "ledger-unavailable"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is about to happen. ``about`` is sealed to ``subject`` and committed to."""

    happening: Happening
    subject: SubjectId
    actor: str  # an account's id, or "gateway"
    about: Mapping[str, str | int] = field(default_factory=dict)


class Journal(Protocol):
    """Where happenings are written down first."""

    async def write(self, note: Note, *, key: str) -> None:
        """Return once the note is durable; the same key writes it once.

        Raises:
            JournalUnavailableError: it is not written; do not go on.
        """

    async def writable(self) -> bool:
        """Return whether a note could be written now."""


class VolatileJournal:
    """A journal that forgets: for tests, never for a gateway."""

    def __init__(self) -> None:
        """Start empty."""
        self.notes: dict[str, Note] = {}

    async def write(self, note: Note, *, key: str) -> None:
        """Keep the first note under ``key``."""
        self.notes.setdefault(key, note)

    async def writable(self) -> bool:
        """Say yes."""
        return True
