"""The vocabulary of events: what each kind means, and what its entry and its openings hold.

Room: gateway. Pure data. docs/reference/events.md is generated from it
(``python -m gateway.vocabulary_reference > docs/reference/events.md``). What a note tells must be
in here: the tests' journal refuses one that says more, or lacks what it must say.

    fields   "part drawing reason?"   names, apart by spaces; ? may be missing, # is a whole number
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.journal import Happening as When
from storage.ledger.events import Slot


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: when it is written, which public facts it may have, what its slots open to."""

    meaning: str
    facts: str = ""
    obj: str = ""
    ctx: str = ""
    rcpt: str = ""
    net: bool = False

    def fields(self, slot: Slot) -> Mapping[str, "Field"]:
        """Return what a slot opens to."""
        texts = {
            Slot.ACTOR: "account",
            Slot.OBJ: self.obj,
            Slot.CTX: self.ctx,
            Slot.RCPT: self.rcpt,
            Slot.NET: NET if self.net else "",
        }
        return {field.name: field for field in map(Field.parse, texts[slot].split())}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an opening."""

    name: str
    whole_number: bool
    optional: bool

    @classmethod
    def parse(cls, text: str) -> "Field":
        """Return the field that ``text`` writes down."""
        name = text.rstrip("?#")
        return cls(name, "#" in text, "?" in text)


NET: Final = "address client country asn geo_data"
# The system's number, or the word "unknown".
EITHER: Final = frozenset({"asn"})
_WAY: Final = "x src dst basis pol"
_SEEN: Final = f"{_WAY} obs"
_FILE: Final = "part session file"
_ONE: Final = "partner"

KINDS: Final[Mapping[When, Kind]] = {
    When.UPLOAD_RECEIVED: Kind("An upload arrived whole, and is sealed.", "reg", "upload bytes#"),
    When.DRAWING_INSPECTED: Kind("A drawing was cleaned, and that proved.", "reg", "part drawing"),
    When.DRAWING_REFUSED: Kind("A drawing could not be cleaned.", "", "part drawing reason?"),
    When.DRAWING_WAIVED: Kind(
        "Its owner lets a drawing go as it came.", "reg", "part drawing reason terms"
    ),
    When.WAIVER_WITHDRAWN: Kind("A waiver was taken back, or ended.", "", "part drawing"),
    When.CHOICE_MADE: Kind(
        "Its owner chose which findings are to go.", "", "part drawing round# findings#"
    ),
    When.PART_APPROVED: Kind("A part was approved, and is released.", "", "part waived#"),
    When.PART_EXPORTED: Kind("Its owner takes a part home, with its keys.", "reg", "part files#"),
    When.PART_WITHDRAWN: Kind("Its owner took a part back.", "", "part"),
    When.ORIGINAL_DESTROYED: Kind("An original is destroyed.", "reg", "part drawing"),
    When.CONSENT_GIVEN: Kind(
        "Somebody agreed to a partner.", "dst", "consent notice", "purpose", _ONE
    ),
    When.CONSENT_WITHDRAWN: Kind("Somebody agrees no longer.", "dst", "consent", "purpose", _ONE),
    When.TRANSFER_DECIDED: Kind(
        "A transfer is allowed, by which rule of which pack.",
        f"{_WAY} dec",
        "part files# uncleaned#",
        "law reasons mechanism consent",
        _ONE,
    ),
    When.TRANSFER_DENIED: Kind(
        "A transfer is denied, and why.",
        f"{_WAY} dec",
        "part files# uncleaned#",
        "law reasons mechanism consent",
        _ONE,
    ),
    When.TRANSFER_REVOKED: Kind(
        "A transfer and its link ended before their time.", "x src dst", "part?", "cause", _ONE
    ),
    When.LINK_CREATED: Kind("A link is issued.", "x src dst", "part", "expires_at# opens#", _ONE),
    When.LINK_PROBED: Kind(
        "Somebody looks at what a link holds; once a day and country.",
        _SEEN,
        "part files#",
        rcpt=_ONE,
        net=True,
    ),
    When.LINK_OPENED: Kind(
        "A link is opened: a download session starts.",
        _SEEN,
        "part session terms files#",
        rcpt=_ONE,
        net=True,
    ),
    When.LINK_REFUSED: Kind(
        "Somebody came too late for a link; once a day and cause.",
        f"{_SEEN} dec",
        "part",
        "cause state",
        _ONE,
        net=True,
    ),
    When.LINK_EXTENDED: Kind(
        "A link lives longer, or may not.",
        f"{_WAY} dec",
        "part",
        "expires_at# reasons",
        _ONE,
    ),
    When.LINK_EXPIRED: Kind(
        "A link ended by time (expired) or use (spent).", "x src dst", "part", "state", _ONE
    ),
    When.DESTINATION_CONTRADICTED: Kind(
        "A partner is seen in another country than it declared; once a day and country.",
        f"{_SEEN} dec",
        "part",
        "declared observed data",
        _ONE,
        net=True,
    ),
    When.DOWNLOAD_STARTED: Kind(
        "A session fetches a file for the first time.",
        f"{_SEEN} reg",
        f"{_FILE} sha256",
        rcpt=_ONE,
        net=True,
    ),
    When.DOWNLOAD_RESUMED: Kind(
        "A session fetches a further range [start, stop) of a file; once an hour.",
        f"{_SEEN} reg",
        f"{_FILE} start# stop#",
        rcpt=_ONE,
        net=True,
    ),
    When.DOWNLOAD_COMPLETED: Kind(
        "A session has all of a file; [start, stop) was the last range.",
        _WAY,
        f"{_FILE} start# stop#",
        rcpt=_ONE,
    ),
    When.DOWNLOAD_CUT: Kind(
        "A stream ended early, after [start, stop): revoked, or interrupted; once an hour.",
        _WAY,
        f"{_FILE} why start# stop#",
        rcpt=_ONE,
    ),
    When.DOWNLOAD_REFUSED: Kind(
        "Somebody came too late for a download session; once a day and cause.",
        f"{_SEEN} dec",
        "part",
        "cause state",
        _ONE,
        net=True,
    ),
    When.RECEIPT_ISSUED: Kind(
        "A receipt of what was handed over.",
        _SEEN,
        "part session sha256 complete#",
        rcpt=_ONE,
        net=True,
    ),
    When.PARTNER_ADDED: Kind("A partner was added.", "dst", "partner"),
    When.PARTNER_CHANGED: Kind(
        "A partner was blocked or unblocked, or its papers replaced.",
        "dst",
        "partner change papers#?",
    ),
    When.ACCOUNT_INVITED: Kind("Somebody was invited.", "", "account role"),
    When.ACCOUNT_OPENED: Kind("Somebody took possession of an account.", "", "account role"),
    When.API_KEY_CREATED: Kind("An API key was made.", "", "key account"),
    When.API_KEY_REVOKED: Kind("An API key was revoked.", "", "key"),
    When.SUBJECT_ERASED: Kind("A person was erased; n says how many openings.", "", "", "objects#"),
    When.LEDGER_REVIEWED: Kind("A reviewer read in the log.", "", "look what"),
    When.LEDGER_EXPORTED: Kind(
        "Entries are taken away: begun, then done; or forwarded, from now on, to a receiver.",
        "reg",
        "export stage format? question? proof? size#? rows#? sha256?",
    ),
    When.UNSEAL_ASKED: Kind(
        "A reviewer asks to unseal openings.", "", "grant question duration_s#", "reason"
    ),
    When.UNSEAL_AGREED: Kind("Another reviewer agreed.", "", "grant"),
    When.UNSEAL_DECLINED: Kind("Another reviewer declined.", "", "grant"),
    When.UNSEAL_USED: Kind(
        "Openings of an entry, or of what holds a word, are unsealed.",
        "",
        "grant entry#? words_index?",
    ),
    When.UNSEAL_ENDED: Kind("A grant to unseal ended.", "", "grant"),
    When.ALERT_RAISED: Kind(
        "A rule raised an alert; basis is the rule.",
        "x src dst obs basis",
        "alert partner? refused#? known? asn#? networks#? files#? within_s#? days#? denied#?"
        " tried?",
        "severity entry#?",
    ),
    When.ALERT_ACKNOWLEDGED: Kind("Somebody looks into an alert.", "x dst obs basis", "alert"),
    When.ALERT_SETTLED: Kind("An alert was settled.", "x dst obs basis", "alert", "why"),
    When.WEBHOOK_ADDED: Kind("A webhook was added.", "reg", "webhook url"),
    When.WEBHOOK_REMOVED: Kind("A webhook was removed.", "reg", "webhook"),
    When.NOTICE_SENT: Kind(
        "A notice goes to a mail relay or a webhook's receiver, in region reg.",
        "x basis reg",
        "notice alert channel topic",
        "",
        "account? webhook?",
    ),
    When.INTEGRITY_FAILED: Kind(
        "A sealed drawing is not the one that was stored.", _WAY, _FILE, rcpt=_ONE
    ),
    When.POLICY_LOADED: Kind("Law packs are used for the first time.", "", "law"),
    When.KEY_ROTATED: Kind(
        "Another root key, or another generation of people's keys, is in use.",
        "",
        "root? generation? before",
    ),
    When.KEY_RETIRED: Kind("A root key's file is gone.", "", "key"),
    When.GATEWAY_STARTED: Kind(
        "The gateway started, with which settings and law.",
        "reg",
        "start settings law version role geo_data",
    ),
    When.LEDGER_CONTINUED: Kind(
        "This log goes on where another ended: the SHA-256 of its last checkpoint is in pol.",
        "pol",
        "",
    ),
    When.GATEWAY_STOPPED: Kind("The gateway stopped in order.", "", "start"),
}
