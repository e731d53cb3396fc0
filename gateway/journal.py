"""What the gateway's rooms tell the ledger, before they do what they tell.

Room: gateway. Awaits the ledger. Use cases depend on the Journal promise; assembly hands them the
real one, gateway.observability nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.errors import GatewayError
from storage.ids import SubjectId
from storage.ledger.events import EventKind as Happening
from storage.ledger.events import Receipt

__all__ = [
    "Happening",
    "Journal",
    "JournalUnavailableError",
    "Note",
    "Party",
    "Receipt",
]


class JournalUnavailableError(GatewayError):
    """The log of transfers cannot be written at the moment, so nothing is done. Try again later."""

    code = "ledger-unavailable"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody a note names: ``about`` is sealed to ``subject``, and erased with them."""

    subject: SubjectId
    about: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is about to happen.

    ``about`` and ``reasons`` are sealed to ``subject`` and committed to. So is ``actor``, unless
    ``actor_subject`` says that the actor is somebody else. ``recipient`` and ``network`` (address
    and client of whoever calls) are sealed to the person they tell of.

    The rest is read by every auditor, so it names nobody: countries, a rule, a random id (the
    shapes are those of storage.ledger.events.Event; others are refused).
    """

    happening: Happening
    subject: SubjectId
    actor: str  # an account's id, or "gateway"
    about: Mapping[str, str | int] = field(default_factory=dict)
    src: str | None = None
    dst: str | None = None
    decision: str | None = None
    basis: str | None = None
    policy: str | None = None
    transfer: str | None = None
    recipient: Party | None = None
    network: Party | None = None
    reasons: Mapping[str, str | int] = field(default_factory=dict)
    actor_subject: SubjectId | None = None
    observed: str | None = None  # the country in which whoever calls seems to be
    region: str | None = None  # where the storage or relay concerned stands


class Journal(Protocol):
    """Where happenings are written down first."""

    async def write(self, note: Note, *, key: str) -> Receipt:
        """Return where the note stands once it is durable; the same key writes it once.

        Raises:
            JournalUnavailableError: it is not written; do not go on.
        """

    async def erase(self, subject: SubjectId, note: Note, *, key: str) -> Receipt:
        """Write ``note`` and destroy, with it, every opening sealed to ``subject``.

        ``note.subject`` is not the person erased but whoever answers for it.

        Raises:
            JournalUnavailableError: nothing is written and nothing erased.
        """

    async def proof(self, index: int) -> str:
        """Return the C2SP tlog-proof of an entry, against a checkpoint that covers it.

        Raises:
            JournalUnavailableError: it cannot be made now, or there is no such entry.
        """

    async def writable(self) -> bool:
        """Return whether a note could be written now."""
