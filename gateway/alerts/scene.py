"""What a rule may look at: an entry of the log, the transfer it tells of, and counts from the rows.

Room: gateway/alerts. Awaits the connection it is handed.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.alerts.model import Thresholds
from storage.ledger.reading import Entry
from storage.rows import downloads, partners, sightings, transfers
from storage.rows.connection import Connection
from storage.rows.partners import PartnerRow
from storage.rows.transfers import DENIED, TransferRow


@dataclass(frozen=True, slots=True)
class Scene:
    """One entry with its transfer and partner."""

    connection: Connection
    thresholds: Thresholds
    entry: Entry
    transfer: TransferRow
    partner: PartnerRow

    @property
    def observed(self) -> str | None:
        """The country in which the caller was seen."""
        return self.entry.leaf.facts["obs"]

    @property
    def at(self) -> float:
        """When, in seconds since 1970."""
        return datetime.fromisoformat(self.entry.leaf.at).timestamp()

    @property
    def until(self) -> float:
        """The moment after it: entries know seconds, rows parts of them."""
        return self.at + 1.0

    def window(self, seconds: int) -> int:
        """Return the number of the span of time that the entry falls into."""
        return int(self.at // seconds)

    async def other_countries(self) -> frozenset[str]:
        """Return where the partner was seen with its other transfers."""
        return await sightings.countries_of(
            self.connection, self.partner.id, self.transfer.id, self.at
        )

    async def new_systems(self) -> list[int]:
        """Return autonomous systems of this transfer that no other of the partner's came from.

        Nothing is new where there is nothing to compare with.
        """
        known = await sightings.systems_of(
            self.connection, self.partner.id, self.transfer.id, self.at
        )
        if not known:
            return []
        seen = await sightings.of_transfer(self.connection, self.transfer.id)
        return sorted({one.asn for one in seen if one.asn is not None} - known)

    async def networks(self) -> int:
        """Return from how many networks the transfer's link was used."""
        return await sightings.networks_of(self.connection, self.transfer.id)

    async def files_pulled(self) -> int:
        """Return how many files the partner was handed in sessions opened within mass_pull_s."""
        since = self.at - self.thresholds.mass_pull_s
        return await downloads.files_of_partner(self.connection, self.partner.id, since, self.until)

    async def last_opened(self) -> float | None:
        """Return when the partner last opened another link."""
        return await sightings.last_opened_before(
            self.connection, self.partner.id, self.transfer.id, self.at
        )

    async def denied_in_a_row(self) -> int:
        """Return how many of the partner's newest transfers were denied, within denied_s."""
        since = self.at - self.thresholds.denied_s
        count = 0
        for state in await transfers.states_of_partner(
            self.connection, self.partner.id, since, self.until
        ):
            if state != DENIED:
                break
            count += 1
        return count


async def scene_of(connection: Connection, thresholds: Thresholds, entry: Entry) -> Scene | None:
    """Return the scene of an entry, None when it tells of no transfer that is still known."""
    wanted = entry.leaf.facts["x"]
    transfer = await transfers.by_id(connection, wanted) if wanted else None
    partner = await partners.by_id(connection, transfer.partner) if transfer else None
    if transfer is None or partner is None:
        return None
    return Scene(connection, thresholds, entry, transfer, partner)
