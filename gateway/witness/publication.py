"""Publishing in a fixed rhythm, so that its pace tells little; after the witnesses were asked.

Room: gateway/witness. Awaits the ledger and the rounds. Witnesses that are silent hold up nothing.
One that knows of more entries than there are does: the log was brought back from a backup.
"""

from dataclasses import dataclass, field
from typing import Protocol

from gateway.ledger_watch import LedgerWatch
from gateway.observability.logging import log_of
from gateway.witness.rounds import Contradiction, Rounds
from storage.ledger.checkpoint import Checkpoint
from storage.ledger.errors import BehindError, LedgerUnavailableError
from storage.ledger.notary import Notary

log = log_of("gateway.ledger")

ASKING = "the witnesses are still being asked what they saw"


class Publishes(Protocol):
    """What this room needs of the ledger."""

    async def publish(self) -> Checkpoint:
        """Publish the tree as it stands."""


@dataclass(slots=True)
class Publication:
    """Publishes, and knows why not."""

    ledger: Publishes
    notary: Notary
    watch: LedgerWatch
    rounds: Rounds | None = None
    _sounded: bool = field(default=False, init=False)

    def prepare(self) -> None:
        """Let nothing leave before the witnesses were asked, where there are any."""
        if self.rounds is not None:
            self.notary.hold(ASKING)

    async def round(self) -> None:
        """Publish what is new.

        Raises:
            LedgerUnavailableError: it could not be kept, or must not leave; nothing was published.
        """
        if self.rounds is not None and not self._sounded:
            await self.rounds.sound()
            self._sounded = True
            if self.notary.holds == ASKING:
                self.notary.release()
        try:
            await self.ledger.publish()
        except LedgerUnavailableError as error:
            if isinstance(error.__cause__, BehindError):
                log.error("ledger.behind")
                if self.notary.holds is None:
                    self.watch.condemn("signed before")
            raise

    def contradicted(self, found: Contradiction) -> None:
        """Stop what must stop: publishing, where a witness saw more; everything, where it proves.

        A witness that only says that the tree is another is told of, and holds up nothing: of that
        nobody can be convinced by its word alone.
        """
        self.watch.contradicts()
        if found.proof is not None:
            self.watch.condemn("signed before")
        if found.proof is not None or found.ahead is not None:
            self.notary.hold("a witness has seen more of this log, or another log of its name")
