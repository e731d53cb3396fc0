"""A customer orders a transfer: consent, facts, decision, log, and only then a link.

Room: gateway/transfer. Awaits rows, keyring and journal. Allowed or denied, it is in the log before
anything follows from it (promise 2); all of it is one transaction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.identity.tokens import new_token, token_hash
from gateway.intake.errors import NotReleasedError, PartMissingError
from gateway.intake.states import PartState
from gateway.journal import Happening, Journal, Note, Party
from gateway.policy.decision import Decision, decide
from gateway.policy.facts import Facts
from gateway.policy.pack import Law
from gateway.privacy.consent import Consents, as_fact
from gateway.transfer.contents import DESCRIPTION, Contents, Item
from gateway.transfer.errors import TransferDeniedError, TransferMissingError, TransferOverError
from gateway.transfer.partners import Partners, papers_of
from storage.ids import new_object_id
from storage.rows import links as rows_of_links
from storage.rows import parts as rows_of_parts
from storage.rows import transfers as rows_of_transfers
from storage.rows.connection import Connection
from storage.rows.consents import ConsentRow
from storage.rows.engine import Rows
from storage.rows.links import LinkRow
from storage.rows.partners import PartnerRow
from storage.rows.parts import PartRow
from storage.rows.transfers import ACTIVE, DENIED, TransferRow


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer wants: to whom, with their consent or not, for how long and how often."""

    partner: str  # an id or an exact name
    consent: bool
    expires_s: int
    opens: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A transfer that was allowed; ``token`` is shown once and not kept."""

    transfer: str
    token: str
    decision: Decision
    expires_at: float


@dataclass(frozen=True, slots=True)
class Asked:
    """An order with everything it is decided on."""

    caller: Caller
    part: PartRow
    partner: PartnerRow
    consent: ConsentRow | None
    items: Sequence[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Decides orders and makes links."""

    rows: Rows
    partners: Partners
    consents: Consents
    contents: Contents
    journal: Journal
    clock: Clock
    law: Law
    origin: str
    code_attempts: int

    async def place(self, caller: Caller, part_id: str, order: Order) -> Handed:
        """Hand a released part to a partner.

        Raises:
            PartMissingError: there is none, or it is somebody else's.
            NotReleasedError: it was not approved, or was withdrawn.
            PartnerUnknownError: there is no such partner.
            TransferDeniedError: law, consent or house rules forbid it; the log has it.
            JournalUnavailableError: nothing was decided and nothing made.
        """
        async with self.rows.transaction() as connection:
            asked = await self._asked(connection, caller, part_id, order)
            decision = decide(await self._facts(connection, asked), self.law)
            transfer = _transfer(asked, decision, self.origin, self.clock().timestamp())
            await self._tell(asked, transfer, decision)
            await rows_of_transfers.add(connection, transfer)
            if decision.allowed:
                return await self._link(connection, asked, transfer, decision, order)
        raise TransferDeniedError(transfer.id, decision)

    async def extend(self, caller: Caller, transfer_id: str, expires_s: int) -> float:
        """Let a transfer's link live ``expires_s`` from now; return when it ends.

        It is decided anew, on the facts and the law of now.

        Raises:
            TransferMissingError: there is none, or it is of somebody else's part.
            TransferOverError: its link can no longer be opened.
            TransferDeniedError: it would not be allowed now; the link stays as it is.
            JournalUnavailableError: nothing has changed.
        """
        async with self.rows.transaction() as connection:
            row, asked = await self._ordered(connection, caller, transfer_id)
            decision = decide(await self._facts(connection, asked), self.law)
            now = self.clock().timestamp()
            expires_at = now + expires_s
            allowed = "allow" if decision.allowed else "deny"
            reasons: dict[str, str | int] = {
                "expires_at": int(expires_at),
                "reasons": " ".join(dict.fromkeys(one.code for one in decision.reasons)),
            }
            note = replace(
                _note(Happening.LINK_EXTENDED, asked, row, reasons),
                decision=allowed,
                basis=decision.basis,
                policy=decision.policy,
            )
            key = f"{note.happening}/{row.id}/{allowed}/{int(expires_at)}"
            if not decision.allowed:
                await self.journal.write(note, key=key)
                raise TransferDeniedError(row.id, decision)
            if not await rows_of_links.extend(connection, row.id, expires_at, now):
                raise TransferOverError
            await self.journal.write(note, key=key)
        return expires_at

    async def _ordered(
        self, connection: Connection, caller: Caller, transfer_id: str
    ) -> tuple[TransferRow, Asked]:
        row = await rows_of_transfers.by_id(connection, transfer_id)
        part = await rows_of_parts.by_id(connection, row.part) if row else None
        if row is None or part is None or part.account != caller.account:
            raise TransferMissingError
        partner = await self.partners.find(connection, row.partner)
        consent = await self.consents.standing(connection, caller, partner)
        items = await self.contents.of(connection, part)
        return row, Asked(caller, part, partner, consent, items)

    async def _asked(
        self, connection: Connection, caller: Caller, part_id: str, order: Order
    ) -> Asked:
        part = await rows_of_parts.by_id(connection, part_id)
        if part is None or part.account != caller.account:
            raise PartMissingError
        if part.state != PartState.RELEASED:
            raise NotReleasedError
        partner = await self.partners.find(connection, order.partner)
        consent = (
            await self.consents.give(connection, caller, partner)
            if order.consent
            else await self.consents.standing(connection, caller, partner)
        )
        return Asked(caller, part, partner, consent, await self.contents.of(connection, part))

    async def _facts(self, connection: Connection, asked: Asked) -> Facts:
        now = self.clock()
        year = datetime(now.year, 1, 1, tzinfo=UTC).timestamp()
        others = await rows_of_transfers.subjects_abroad(connection, year, asked.part.subject)
        return Facts(
            origin=self.origin,
            destination=asked.partner.country,
            now=now,
            partner_blocked=asked.partner.blocked_at is not None,
            released=bool(asked.items),
            consent=as_fact(asked.consent),
            categories=frozenset(
                "description" if item.id == DESCRIPTION else "drawing" for item in asked.items
            ),
            cleaned=all(item.cleaned for item in asked.items),
            documents=papers_of(asked.partner),
            attested=self.law.attests,
            persons=others + 1,
        )

    async def _tell(self, asked: Asked, transfer: TransferRow, decision: Decision) -> None:
        allowed = decision.allowed
        note = Note(
            Happening.TRANSFER_DECIDED if allowed else Happening.TRANSFER_DENIED,
            asked.part.subject,
            asked.caller.account,
            {
                "part": asked.part.id,
                "files": len(asked.items),
                "uncleaned": sum(not item.cleaned for item in asked.items),
            },
            src=transfer.origin,
            dst=transfer.destination,
            decision="allow" if allowed else "deny",
            basis=decision.basis,
            policy=decision.policy,
            transfer=transfer.id,
            recipient=Party(asked.partner.subject, {"partner": asked.partner.id}),
            reasons={
                "law": decision.law_sha256,
                "reasons": " ".join(dict.fromkeys(one.code for one in decision.reasons)),
                "mechanism": decision.mechanism or "",
                "consent": asked.consent.id if asked.consent else "",
            },
        )
        await self.journal.write(note, key=f"{note.happening}/{transfer.id}")

    async def _link(
        self,
        connection: Connection,
        asked: Asked,
        transfer: TransferRow,
        decision: Decision,
        order: Order,
    ) -> Handed:
        token = new_token("dbl")
        row = LinkRow(
            token_hash=token_hash(token),
            transfer=transfer.id,
            expires_at=self.clock().timestamp() + order.expires_s,
            opens_left=order.opens,
            code_attempts_left=self.code_attempts,
            code_hash=self.code_hash(transfer.id, order.code) if order.code else None,
        )
        reasons = {"expires_at": int(row.expires_at), "opens": row.opens_left}
        note = _note(Happening.LINK_CREATED, asked, transfer, reasons)
        await self.journal.write(note, key=f"{Happening.LINK_CREATED}/{transfer.id}")
        await rows_of_links.add(connection, row)
        return Handed(transfer.id, token, decision, row.expires_at)

    def code_hash(self, transfer: str, code: str) -> str:
        """Return the keyed hash of an access code: without the key, guesses cannot be tried."""
        return self.partners.people.blind_index(f"link.code/{transfer}", code)


def _note(
    happening: Happening, asked: Asked, transfer: TransferRow, reasons: Mapping[str, str | int]
) -> Note:
    return Note(
        happening,
        asked.part.subject,
        asked.caller.account,
        {"part": asked.part.id},
        src=transfer.origin,
        dst=transfer.destination,
        transfer=transfer.id,
        recipient=Party(asked.partner.subject, {"partner": asked.partner.id}),
        reasons=reasons,
    )


def _transfer(asked: Asked, decision: Decision, origin: str, now: float) -> TransferRow:
    reasons = [{"code": r.code, "rule": r.rule, "about": r.about} for r in decision.reasons]
    return TransferRow(
        id=new_object_id(),
        part=asked.part.id,
        partner=asked.partner.id,
        consent=asked.consent.id if asked.consent else None,
        state=ACTIVE if decision.allowed else DENIED,
        origin=origin,
        destination=asked.partner.country,
        basis=decision.basis,
        policy=decision.policy,
        created_at=now,
        ended_at=None if decision.allowed else now,
        mechanism=decision.mechanism,
        reasons=json.dumps(reasons),
    )
