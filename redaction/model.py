"""What the workshop talks about: carriers, findings, edits, plans, proofs.

Room: redaction. Pure. Everybody in the room imports this; it imports nobody.

    plan(data) -> Plan --apply(data, plan)--> cleaned --prove(data, cleaned, plan)--> Proof...
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

# More findings are not chosen one by one: they would not fit into an order to the sandbox.
MAX_CHOSEN: Final = 3_000


class CarrierClass(StrEnum):
    """What a place in a file is for, and so what may be done to it unasked."""

    METADATA = "metadata"  # no manufacturing step needs it: always removed
    CONTENT = "content"  # the drawing's own words: reported, touched only on request
    ACTIVE = "active"  # scripts, macros, external references: removed or refused


class Category(StrEnum):
    """What kind of personal data a finding is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    USERNAME = "username"
    CHAT = "chat"
    BANK = "bank"
    NATIONAL_ID = "national_id"
    PATH = "path"
    HOST = "host"
    NETWORK = "network"
    TIME = "time"
    LOCATION = "location"
    IDENTIFIER = "identifier"
    SOFTWARE = "software"
    COMMENT = "comment"
    PREVIEW = "preview"
    HISTORY = "history"
    SIGNATURE = "signature"
    SCRIPT = "script"
    ATTACHMENT = "attachment"
    NAME = "name"  # what a drawing calls its parts, layers and sheets, whoever that tells of


class Action(StrEnum):
    """What was done, or is asked of the owner."""

    REMOVED = "removed"
    REPLACED = "replaced"
    KEPT = "kept"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data in one carrier.

    ``value`` is in clear and so never leaves the worker but inside a report that its
    reader may see; ``where`` says the place in words that name nobody ("line 12").
    ``seed`` tells the sweep to search the cleaned file for the value: set it to False
    only for values that are no secret (a constant time stamp, a product name). ``rule`` is
    the rule of the people detector that found it (``redaction.text.reasons``), if one did.
    """

    carrier: str
    category: Category
    action: Action
    value: str = field(repr=False)
    where: str = ""
    carrier_class: CarrierClass = CarrierClass.METADATA
    seed: bool = True
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the bytes from ``start`` up to, not including, ``end``."""

    start: int
    end: int
    replacement: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be changed and why. A clean file has a plan without changes.

    ``edits`` are sorted and do not overlap; patching formats need nothing else.
    ``tasks`` are names of rewrites, for formats whose handler works on objects (PDF).
    ``members`` are the plans for files inside the file; containers leave them to
    ``redaction.members``.
    """

    findings: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()
    tasks: tuple[str, ...] = ()
    members: "tuple[MemberPlan, ...]" = ()

    @property
    def changes(self) -> bool:
        """Whether applying this plan would change the file."""
        inner = any(member.plan.changes for member in self.members)
        return bool(self.edits or self.tasks or inner)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file, to be cleaned by the handler of its own format.

    ``position`` counts from 1 and is what a stranger may be told; ``name`` is unique.
    """

    position: int
    name: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """What will be changed in one member: its name, its format and its own plan."""

    name: str = field(repr=False)
    format: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Proof:
    """One oracle's statement that the drawing is unchanged, in words for its owner.

    ``oracle`` is one of allowed-diff, tokens, members, pixels, mesh, entities, bytes.
    ``compared`` counts what was compared (tokens, pages, triangles, pixels).
    """

    oracle: str
    compared: int
    statement: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A finding in content that its owner wants out, wherever in its carrier the words stand."""

    carrier: str
    category: Category
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """Which optional categories a redaction removes; metadata always goes.

    ``redact_content`` names content categories that are replaced without asking, and
    ``redact_findings`` single findings by their id in an earlier report on the same file under
    the same profile; everything else found in content is only reported for review.
    ``choices`` is what these ids stand for: ``redaction.choices`` fills it in.
    """

    name: str = "supplier"
    redact_content: frozenset[Category] = frozenset()
    redact_findings: frozenset[str] = frozenset()
    choices: frozenset[Choice] = frozenset()

    @property
    def asks_any(self) -> bool:
        """Whether anything in content is to go."""
        return bool(self.redact_content or self.choices)

    def asks(self, carrier: str, category: Category, value: str) -> bool:
        """Return whether ``value``, found in the content of ``carrier``, is to go.

        A format that cannot take it out reports it for review, and the whole file is refused.
        """
        if category in self.redact_content:
            return True
        return bool(self.choices) and Choice(carrier, category, value) in self.choices


class FormatHandler(Protocol):
    """What a module under redaction.formats offers, as plain functions.

    All three are pure: no I/O, no clock, no randomness, no name of this machine.
    """

    def plan(self, data: bytes, profile: Profile) -> Plan:
        """Return what is to be changed; change nothing.

        Raises:
            RedactionError: the file cannot be read, or must be refused.
        """

    def apply(self, data: bytes, plan: Plan) -> bytes:
        """Return the cleaned file; with an empty plan, ``data`` itself, byte for byte."""

    def prove(self, original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
        """Return at least one proof that only planned places differ.

        Raises:
            NotFaithfulError: something else differs, or nothing could be proved.
        """


@runtime_checkable
class Container(FormatHandler, Protocol):
    """What a handler offers whose files hold files of other formats.

    It knows no other handler: ``redaction.members`` has every member planned, cleaned and
    proved by its own, and the container need only hand them out and put them back. Its own
    ``plan``, ``apply`` and ``prove`` take the members for settled.
    """

    def members(self, data: bytes) -> Sequence[Member]:
        """Return the files in ``data`` that other handlers clean; those that go are left out."""

    def repacked(self, data: bytes, replaced: Mapping[str, bytes]) -> bytes:
        """Return ``data`` with the members named in ``replaced`` holding what stands there."""


def patched(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return ``data`` with sorted, non-overlapping ``edits`` applied.

    Raises:
        ValueError: the edits overlap, are unsorted or reach outside the data.
    """
    # What stays is copied once, into the new file: drawings are large.
    whole = memoryview(data)
    out: list[bytes | memoryview] = []
    position = 0
    for edit in edits:
        if not position <= edit.start <= edit.end <= len(data):
            raise ValueError("edits overlap, are unsorted or reach outside the data")
        out += (whole[position : edit.start], edit.replacement)
        position = edit.end
    out.append(whole[position:])
    return b"".join(out)
