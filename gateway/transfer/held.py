"""What a visitor holds, and how the log is told of it: a link's transfer, a download session.

Room: gateway/transfer. Pure. A visitor's address and client are sealed to the partner; the country
in which it was seen is read by every auditor, as the declared one is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.journal import Happening, Note, Party
from gateway.observing import NOWHERE, Seen
from gateway.transfer.contents import Item
from storage.rows.downloads import SessionRow
from storage.rows.partners import PartnerRow
from storage.rows.parts import PartRow
from storage.rows.transfers import TransferRow


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request came from, as far as can be seen; sealed to the partner in the log."""

    address: str
    client: str
    seen: Seen = NOWHERE

    @property
    def told(self) -> Mapping[str, str | int]:
        """What the log seals of a visitor; a country or system that is unknown says so."""
        seen = self.seen
        return {
            "address": self.address,
            "client": self.client,
            "country": seen.country or "unknown",
            "asn": seen.asn or "unknown",
            "geo_data": seen.data,
        }


@dataclass(frozen=True, slots=True)
class Handing:
    """A transfer with its two ends."""

    transfer: TransferRow
    part: PartRow
    partner: PartnerRow

    def note(
        self,
        happening: Happening,
        visitor: Visitor | None,
        about: Mapping[str, str | int] | None = None,
        *,
        decision: str | None = None,
        reasons: Mapping[str, str | int] | None = None,
    ) -> Note:
        """Return what the log is told of something a visitor does with this transfer."""
        return Note(
            happening,
            self.part.subject,
            self.partner.id,
            {"part": self.part.id} | dict(about or {}),
            src=self.transfer.origin,
            dst=self.transfer.destination,
            decision=decision,
            basis=self.transfer.basis,
            policy=self.transfer.policy,
            transfer=self.transfer.id,
            recipient=Party(self.partner.subject, {"partner": self.partner.id}),
            network=Party(self.partner.subject, visitor.told) if visitor else None,
            reasons=reasons or {},
            actor_subject=self.partner.subject,
            observed=visitor.seen.country if visitor else None,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A living download session and what it may fetch."""

    session: SessionRow
    transfer: TransferRow
    part: PartRow
    partner: PartnerRow
    items: tuple[Item, ...]

    @property
    def handing(self) -> Handing:
        """The transfer it belongs to."""
        return Handing(self.transfer, self.part, self.partner)

    def note(self, happening: Happening, visitor: Visitor | None, **about: str | int) -> Note:
        """Return what the log is told of something that this session does."""
        return self.handing.note(happening, visitor, {"session": self.session.id} | about)
