"""A yard to patrol in: real rows, a real log, partners with links, and whoever uses them."""

from dataclasses import dataclass, field, replace

from gateway.alerts.desk import AlertDesk, Asked, ShownAlert
from gateway.alerts.model import Thresholds
from gateway.alerts.patrol import Patrol
from gateway.alerts.raising import Raising
from gateway.household import household
from gateway.identity.roles import Caller
from gateway.journal import Happening
from gateway.ledger_journal import LedgerJournal
from gateway.notify.outbox import Outbox
from gateway.observing import Seen
from gateway.transfer.destinations import Destinations
from gateway.transfer.errors import DestinationContradictedError
from gateway.transfer.held import Held, Visitor
from storage.ids import new_object_id
from storage.ledger.log import Ledger
from storage.rows import downloads, partners, parts, transfers
from storage.rows.alerts import STATES
from storage.rows.downloads import SessionRow
from storage.rows.engine import Rows
from storage.rows.partners import PartnerRow
from storage.rows.parts import PartRow
from storage.rows.transfers import ACTIVE, TransferRow
from storage.sealed.keyring import Keyring
from tests.unit.gateway.doubles import Hands

DAY_S = 24 * 3600.0
THRESHOLDS = Thresholds(
    forwarded_networks=3,
    mass_pull_files=4,
    mass_pull_s=3600,
    dormant_s=30 * 24 * 3600,
    denied_streak=3,
    denied_s=24 * 3600,
    checkpoint_stale_s=900.0,
)


def visitor(country: str | None = "DE", network: str = "192.0.2.0/24", asn: int = 64500) -> Visitor:
    address = network.partition("/")[0]
    return Visitor(address, "Example/1", Seen(network, country, asn, "Example/2026-01-01"))


@dataclass
class Yard:
    """Everything a patrol needs, and ways to make things happen."""

    rows: Rows
    keyring: Keyring
    ledger: Ledger
    journal: LedgerJournal
    clock: Hands
    customer: Caller
    patrol: Patrol
    desk: AlertDesk
    destinations: Destinations
    partner: PartnerRow = field(init=False)

    async def add_partner(self, country: str = "DE") -> PartnerRow:
        subject = await self.keyring.create_subject()
        self.partner = PartnerRow(
            new_object_id(), subject, new_object_id(), b"n", b"e", country, self.clock.now
        )
        async with self.rows.transaction() as connection:
            await partners.add(connection, self.partner)
        return self.partner

    async def transfer(self, state: str = ACTIVE, partner: PartnerRow | None = None) -> TransferRow:
        """Order a transfer, and let the log know of one that is denied."""
        to = partner or self.partner
        part = PartRow(
            *(new_object_id(), self.customer.account, self.customer.subject, "released"),
            *(b"n", b"d", self.clock.now),
        )
        row = TransferRow(
            *(new_object_id(), part.id, to.id, None, state, "CN", to.country),
            *("rule", "pack:1", self.clock.now),
        )
        async with self.rows.transaction() as connection:
            await parts.add(connection, part, [])
            await transfers.add(connection, row)
        if state != ACTIVE:
            held = await self.held(row, session=False)
            note = held.handing.note(Happening.TRANSFER_DENIED, None, decision="deny")
            await self.journal.write(note, key=f"denied/{row.id}")
        return row

    async def held(self, row: TransferRow, *, session: bool = True) -> Held:
        """Return a session of a transfer, kept unless said otherwise."""
        name, now = new_object_id(), self.clock.now
        kept = SessionRow(name, f"hash-{name}", row.id, now, now + DAY_S)
        async with self.rows.transaction() as connection:
            part = await parts.by_id(connection, row.part)
            partner = await partners.by_id(connection, row.partner)
            assert part is not None
            assert partner is not None
            if session:
                await downloads.add(connection, kept)
        return Held(kept, row, part, partner, ())

    async def opened(self, row: TransferRow, seen: Visitor | None = None) -> Held:
        """Open a transfer's link as a visitor."""
        self.clock.turn(1)
        held, who = await self.held(row), seen or visitor()
        await self.tell(held, Happening.LINK_OPENED, who)
        async with self.rows.transaction() as connection:
            await self.destinations.sighted(connection, held, who)
        return held

    async def used(self, held: Held, seen: Visitor) -> None:
        """Go on with a session from elsewhere."""
        await self.destinations.sighted_again(held, seen)
        await self.tell(held, Happening.DOWNLOAD_RESUMED, seen)

    async def pulled(self, held: Held, files: int) -> None:
        """Fetch so many files."""
        async with self.rows.transaction() as connection:
            for number in range(files):
                await downloads.record(connection, held.session.id, f"d{number}", 0, 10)
        await self.tell(held, Happening.DOWNLOAD_COMPLETED, None)

    async def contradicted(self, row: TransferRow, seen: Visitor) -> bool:
        """Come from elsewhere; return whether that was refused."""
        held = await self.held(row, session=False)
        try:
            await self.destinations.require(held.handing, seen)
        except DestinationContradictedError:
            return True
        return False

    async def tell(self, held: Held, happening: Happening, who: Visitor | None) -> None:
        await self.journal.write(
            held.note(happening, who), key=f"{happening}/{held.session.id}/{new_object_id()}"
        )

    async def rules(self) -> list[str]:
        """Patrol, and return which rules have raised alerts so far, sorted."""
        await self.patrol.round()
        return sorted(one.row.rule for one in await self.alerts())

    async def alerts(self) -> list[ShownAlert]:
        return list(await self.desk.page(Asked(STATES, limit=200)))

    async def kinds(self) -> list[str]:
        size = (await self.ledger.head()).size
        return [entry.leaf.kind.value for entry in await self.ledger.entries(0, size)]


async def yard_of(
    rows: Rows,
    keyring: Keyring,
    ledger: Ledger,
    journal: LedgerJournal,
    clock: Hands,
    customer: Caller,
) -> Yard:
    house = await household(rows, keyring)
    raising = Raising(rows, journal, keyring, clock, house, Outbox(clock, mails=True))
    destinations = Destinations(rows, keyring, journal, clock, deny=True)
    patrol = Patrol(rows, ledger, raising, THRESHOLDS)
    await patrol.round()  # what is in the log by now is not looked at
    made = Yard(
        *(rows, keyring, ledger, journal, clock, customer),
        patrol=patrol,
        desk=AlertDesk(raising),
        destinations=destinations,
    )
    await made.add_partner()
    return made


def lenient(yard: Yard) -> None:
    """Let disagreement pass, from now on."""
    yard.destinations = replace(yard.destinations, deny=False)
