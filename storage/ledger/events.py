"""What the ledger can say: its vocabulary, and the slots in which an event names somebody.

Room: storage/ledger. Pure. A kind that is not here cannot be written; a slot that a kind does not
list cannot be filled. docs/reference/ledger-format.md prints both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from storage.ids import SubjectId

JsonValue = str | int | bool | None


class Slot(StrEnum):
    """Where an event may name somebody or something; each is committed to and sealed on its own."""

    ACTOR = "actor"  # who did it
    RCPT = "rcpt"  # to whom
    OBJ = "obj"  # what: ids, file names, hashes
    NET = "net"  # from where: address, client
    CTX = "ctx"  # why: reasons, exact times


class EventKind(StrEnum):
    """What happened, or rather: is about to."""

    UPLOAD_RECEIVED = "upload.received"
    DRAWING_INSPECTED = "drawing.inspected"
    DRAWING_REFUSED = "drawing.refused"
    DRAWING_WAIVED = "drawing.waived"
    WAIVER_WITHDRAWN = "waiver.withdrawn"
    CHOICE_MADE = "choice.made"
    PART_APPROVED = "part.approved"
    PART_EXPORTED = "part.exported"
    PART_WITHDRAWN = "part.withdrawn"
    ORIGINAL_DESTROYED = "original.destroyed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    TRANSFER_DECIDED = "transfer.decided"
    TRANSFER_DENIED = "transfer.denied"
    TRANSFER_REVOKED = "transfer.revoked"  # and its one link with it
    LINK_CREATED = "link.created"
    LINK_PROBED = "link.probed"
    LINK_OPENED = "link.opened"
    LINK_REFUSED = "link.refused"
    LINK_EXTENDED = "link.extended"
    LINK_EXPIRED = "link.expired"
    DESTINATION_CONTRADICTED = "destination.contradicted"
    DOWNLOAD_STARTED = "download.started"
    DOWNLOAD_RESUMED = "download.resumed"
    DOWNLOAD_COMPLETED = "download.completed"
    DOWNLOAD_CUT = "download.cut"
    DOWNLOAD_REFUSED = "download.refused"
    RECEIPT_ISSUED = "receipt.issued"
    PARTNER_ADDED = "partner.added"
    PARTNER_CHANGED = "partner.changed"
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_OPENED = "account.opened"
    API_KEY_CREATED = "api-key.created"
    API_KEY_REVOKED = "api-key.revoked"
    SUBJECT_ERASED = "subject.erased"
    LEDGER_REVIEWED = "ledger.reviewed"
    LEDGER_EXPORTED = "ledger.exported"
    LEDGER_CONTINUED = "ledger.continued"  # another log, whose last checkpoint it names
    UNSEAL_ASKED = "unseal.asked"
    UNSEAL_AGREED = "unseal.agreed"
    UNSEAL_DECLINED = "unseal.declined"
    UNSEAL_USED = "unseal.used"
    UNSEAL_ENDED = "unseal.ended"
    ALERT_RAISED = "alert.raised"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_SETTLED = "alert.settled"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_REMOVED = "webhook.removed"
    NOTICE_SENT = "notice.sent"
    INTEGRITY_FAILED = "integrity.failed"
    POLICY_LOADED = "policy.loaded"
    KEY_ROTATED = "key.rotated"
    KEY_RETIRED = "key.retired"
    GATEWAY_STARTED = "gateway.started"
    GATEWAY_STOPPED = "gateway.stopped"


# Grows by one whenever a kind is added, taken away or means something else.
VOCABULARY: Final = 3

_INSIDE: Final = frozenset({Slot.ACTOR, Slot.OBJ, Slot.CTX, Slot.NET})
_CROSSING: Final = frozenset(Slot)

# Where nothing leaves the house there is no recipient. Whoever is erased is not named by the entry
# that says so: only who did it, and why, without names.
SLOTS: Final[Mapping[EventKind, frozenset[Slot]]] = {
    **dict.fromkeys(EventKind, _INSIDE),
    **dict.fromkeys(
        (
            EventKind.PART_EXPORTED,
            EventKind.CONSENT_GIVEN,
            EventKind.CONSENT_WITHDRAWN,
            EventKind.TRANSFER_DECIDED,
            EventKind.TRANSFER_DENIED,
            EventKind.TRANSFER_REVOKED,
            EventKind.LINK_CREATED,
            EventKind.LINK_OPENED,
            EventKind.LINK_PROBED,
            EventKind.LINK_REFUSED,
            EventKind.LINK_EXTENDED,
            EventKind.LINK_EXPIRED,
            EventKind.DESTINATION_CONTRADICTED,
            EventKind.DOWNLOAD_STARTED,
            EventKind.DOWNLOAD_RESUMED,
            EventKind.DOWNLOAD_COMPLETED,
            EventKind.DOWNLOAD_CUT,
            EventKind.DOWNLOAD_REFUSED,
            EventKind.RECEIPT_ISSUED,
            EventKind.INTEGRITY_FAILED,
            EventKind.PARTNER_ADDED,
            EventKind.PARTNER_CHANGED,
            EventKind.WEBHOOK_ADDED,
            EventKind.NOTICE_SENT,
        ),
        _CROSSING,
    ),
    EventKind.SUBJECT_ERASED: frozenset({Slot.ACTOR, Slot.CTX}),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a slot's commitment opens to; sealed to ``subject`` and erased with them."""

    subject: SubjectId
    value: Mapping[str, JsonValue] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to be written down. What stands outside ``openings`` is read by every auditor.

    ``transfer`` is a random id; ``src`` and ``dst`` are ISO 3166-1 alpha-2 codes, with a
    subdivision if need be; ``decision`` is "allow", "deny" or "review"; ``basis`` and ``policy``
    name rules of a law pack.

    A destination has three facts, each known or unknown by itself: ``dst`` is what the partner
    declared, ``observed`` the country (alpha-2) in which whoever calls seems to be, and ``region``
    that of the storage or relay concerned, in the form of ``dst``.
    """

    kind: EventKind
    transfer: str | None = None
    src: str | None = None
    dst: str | None = None
    decision: str | None = None
    basis: str | None = None
    policy: str | None = None
    observed: str | None = None
    region: str | None = None
    openings: Mapping[Slot, Opening] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an event stands: its index, counted from 0, and its leaf hash (32 bytes)."""

    index: int
    leaf_hash: bytes
