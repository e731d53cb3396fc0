"""Is a partner where it said it would be? Asked before a link opens and before bytes are sent.

Room: gateway/transfer. Awaits journal and rows. A destination has three facts, and none is derived
from another: the country a partner declared, on which the decision rests; the country in which
whoever calls is seen (gateway.observing); the region of the storage. That the first two differ is
written down before anything follows from it, and by setting refused (docs/decisions/0008).
"""

from dataclasses import dataclass
from typing import Final, Protocol

from gateway.clock import Clock
from gateway.journal import Happening, Journal
from gateway.transfer.errors import DestinationContradictedError
from gateway.transfer.held import Handing, Held, Visitor
from storage.rows import sightings
from storage.rows.connection import Connection
from storage.rows.engine import Rows
from storage.rows.sightings import SightingRow

DAY_S: Final = 24 * 3600


class Indexes(Protocol):
    """What this room needs of the keyring."""

    def blind_index(self, purpose: str, value: str) -> str:
        """Return the keyed hash a value is looked up under."""


@dataclass(frozen=True, slots=True)
class Destinations:
    """Compares what was declared with what is seen, and remembers from where a link was used."""

    rows: Rows
    people: Indexes
    journal: Journal
    clock: Clock
    deny: bool

    async def require(self, handing: Handing, visitor: Visitor) -> None:
        """Return if nothing contradicts what the partner declared, or that is let pass.

        Raises:
            DestinationContradictedError: it is seen elsewhere, and that is refused; the log has it.
            JournalUnavailableError: it is seen elsewhere, and that cannot be written down.
        """
        seen, declared = visitor.seen, handing.transfer.destination
        if not seen.contradicts(declared):
            return
        note = handing.note(
            Happening.DESTINATION_CONTRADICTED,
            visitor,
            decision="deny" if self.deny else "review",
            reasons={"declared": declared, "observed": seen.country or "", "data": seen.data},
        )
        # Once a day for each country: somebody who goes on trying does not drown the log.
        day = int(self.clock().timestamp() // DAY_S)
        key = f"{note.happening}/{handing.transfer.id}/{seen.country}/{day}"
        await self.journal.write(note, key=key)
        if self.deny:
            raise DestinationContradictedError

    async def sighted(self, connection: Connection, held: Held, visitor: Visitor) -> None:
        """Remember from which network a session is used; an address that is none is not."""
        if visitor.seen.network:
            await sightings.add(connection, self._sighting(held, visitor))

    async def sighted_again(self, held: Held, visitor: Visitor) -> None:
        """Remember it when the session was not seen from there before."""
        if not visitor.seen.network:
            return
        row = self._sighting(held, visitor)
        async with self.rows.reading() as connection:
            if await sightings.known(connection, row.session, row.network_index):
                return
        async with self.rows.transaction() as connection:
            await sightings.add(connection, row)

    def _sighting(self, held: Held, visitor: Visitor) -> SightingRow:
        return SightingRow(
            session=held.session.id,
            network_index=self.people.blind_index("sighting.network", visitor.seen.network),
            transfer=held.transfer.id,
            partner=held.partner.id,
            country=visitor.seen.country,
            asn=visitor.seen.asn,
            seen_at=self.clock().timestamp(),
        )
