"""/api/v1/ledger: what reviewers look for, look at and prove.

Room: gateway/api. Awaits gateway.review and storage.ledger. Every look is an entry of the log. What
is sealed beside an entry is open to whom it is sealed to, and within a grant (ledger_unsealing).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, Literal

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.body import Given, given
from gateway.api.keys import FINDING, LEDGER, LEDGER_WATCH, READS, REVEALING
from gateway.api.ledger_questions import ASKS, PAGING, number_asked, question_of
from gateway.api.operations import CUSTOMERS, REVIEWERS, operation
from gateway.intake.errors import PartMissingError
from gateway.review.finding import MAX_PAGE
from gateway.review.reads import Look
from gateway.review.revealing import Shown
from storage.ledger.errors import NoSuchEntryError
from storage.ledger.events import Slot
from storage.ledger.merkle import leaf_hash
from storage.ledger.reading import Entry

routes: Final = web.RouteTableDef()

ITEM: Final = r"/api/v1/ledger/entries/{index:[0-9]{1,15}}"
DEFAULT_PAGE: Final = 50


class SlotDocument(Given):
    """A slot that somebody stands in: open, sealed (a grant opens it), or erased with them."""

    state: Literal["open", "sealed", "erased"]
    value: dict[str, Any] | None


class EntrySummary(Given):
    """An entry as every auditor may read it."""

    index: int
    leaf_hash: str
    kind: str
    at: datetime
    transfer: str | None
    src: str | None
    dst: str | None
    observed: str | None
    region: str | None
    decision: str | None
    basis: str | None
    policy: str | None


class EntryDocument(EntrySummary):
    """An entry with its exact bytes and its slots, as far as whoever asks may see them."""

    entry: str
    openings: dict[str, SlotDocument]


class EntryPage(Given):
    """Entries, newest first; ``next_before`` asks for the page after this one.

    ``size`` is how long the log is, ``total`` how many of its entries fit.
    """

    entries: list[EntrySummary]
    size: int
    total: int
    next_before: int | None


class Timeline(Given):
    """Every entry about one part, oldest first; openings as far as whoever asks may see them."""

    part: str
    entries: list[EntryDocument]


class ProofDocument(Given):
    """The proof of an entry: a C2SP tlog-proof, and the key to check it with."""

    index: int
    leaf_hash: str
    proof: str
    vkey: str


class CheckpointDocument(Given):
    """A signed tree."""

    size: int
    root: str


class VerifiedDocument(Given):
    """What the last full audit found, computed anew each time."""

    state: Literal["valid", "invalid", "not-yet"]
    at: datetime | None
    size: int | None
    where: str | None


class WitnessDocument(Given):
    """A witness, and when it last signed a checkpoint; silent after ledger.witnesses.silent_s."""

    name: str
    signed_at: datetime | None
    silent: bool


class LedgerStatus(Given):
    """How the log stands, and what its witnesses say.

    ``quorum`` is null where no witness is asked; ``contradicted`` since when one of them knows of
    another log than this.
    """

    origin: str
    vkey: str
    second_vkey: str | None
    witnesses: list[WitnessDocument]
    quorum: bool | None
    contradicted: datetime | None
    size: int
    root: str
    published: CheckpointDocument | None
    verified: VerifiedDocument


@routes.get("/api/v1/ledger/entries")
@operation(to=REVIEWERS, gives=EntryPage, asks=ASKS + PAGING)
async def list_entries(request: web.Request) -> web.Response:
    """List the entries that fit a question, newest first."""
    question = question_of(request)
    before, limit = number_asked(request, "before"), number_asked(request, "limit")
    limit = max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))
    await request.app[READS].note(caller_of(request), Look.SEARCH, question.text)
    found = await request.app[FINDING].page(question, before, limit)
    return given(
        EntryPage(
            entries=[EntrySummary(**summary(entry)) for entry in found],
            size=(await request.app[LEDGER].head()).size,
            total=await request.app[FINDING].count(question),
            next_before=found[-1].number if len(found) == limit and found[-1].number else None,
        )
    )


@routes.get(ITEM)
@operation(to=REVIEWERS, gives=EntryDocument)
async def show_entry(request: web.Request) -> web.Response:
    """Show one entry, and of what it commits to as much as whoever asks may see."""
    index, caller = int(request.match_info["index"]), caller_of(request)
    entry = await request.app[LEDGER].entry(index)
    await request.app[READS].note(caller, Look.ENTRY, str(index))
    return given(entry_document(entry, await request.app[REVEALING].show(caller, index)))


@routes.get(f"{ITEM}/proof")
@operation(to=REVIEWERS, gives=ProofDocument)
async def prove_entry(request: web.Request) -> web.Response:
    """Prove that an entry is in the log."""
    ledger, index = request.app[LEDGER], int(request.match_info["index"])
    entry = await ledger.entry(index)
    await request.app[READS].note(caller_of(request), Look.PROOF, str(index))
    return given(
        ProofDocument(
            index=index,
            leaf_hash=leaf_hash(entry.raw).hex(),
            proof=await ledger.proof(index),
            vkey=ledger.key.vkey,
        )
    )


@routes.get("/api/v1/parts/{id}/timeline")
@operation(to=CUSTOMERS | REVIEWERS, gives=Timeline)
async def show_timeline(request: web.Request) -> web.Response:
    """Show everything the log says about a part: to its owner, and to reviewers."""
    caller, part = caller_of(request), request.match_info["id"]
    owner = await request.app[FINDING].owner(part)
    if owner is None or (owner != caller.account and not caller.may_act_as(REVIEWERS)):
        raise PartMissingError
    if owner != caller.account:
        await request.app[READS].note(caller, Look.TIMELINE, part)
    found = await request.app[FINDING].timeline(part)
    shown = [(entry, await request.app[REVEALING].own(caller, entry.number)) for entry in found]
    documents = [entry_document(entry, slots) for entry, slots in shown]
    return given(Timeline(part=part, entries=documents))


@routes.get("/api/v1/ledger/status")
@operation(to=REVIEWERS, gives=LedgerStatus)
async def show_status(request: web.Request) -> web.Response:
    """Tell how long the log is, what of it is published, and whether it is what was signed."""
    ledger = request.app[LEDGER]
    head = await ledger.head()
    try:
        newest, _ = await ledger.published()
        published = CheckpointDocument(size=newest.size, root=newest.root.hex())
    except NoSuchEntryError:
        published = None
    watch = request.app[LEDGER_WATCH]
    return given(
        LedgerStatus(
            origin=head.origin,
            vkey=ledger.key.vkey,
            second_vkey=watch.second_key.vkey if watch.second_key else None,
            witnesses=[WitnessDocument(**asdict(witness)) for witness in watch.witnesses()],
            quorum=watch.quorum,
            contradicted=watch.contradicted_at,
            size=head.size,
            root=head.root.hex(),
            published=published,
            verified=_verified(request),
        )
    )


def entry_document(entry: Entry, slots: Mapping[Slot, Shown]) -> EntryDocument:
    """Return an entry as JSON shows it, with ``slots`` as they may be seen."""
    openings = {
        slot.value: SlotDocument(
            state=shown.state.value, value=None if shown.value is None else dict(shown.value)
        )
        for slot, shown in slots.items()
    }
    return EntryDocument(**summary(entry), entry=entry.raw.decode(), openings=openings)


def summary(entry: Entry) -> dict[str, Any]:
    """Return what of an entry every auditor may read."""
    leaf = entry.leaf
    return {
        "index": entry.number,
        "leaf_hash": leaf_hash(entry.raw).hex(),
        "kind": leaf.kind.value,
        "at": datetime.fromisoformat(leaf.at),
        "transfer": leaf.facts["x"],
        "src": leaf.facts["src"],
        "dst": leaf.facts["dst"],
        "observed": leaf.facts["obs"],
        "region": leaf.facts["reg"],
        "decision": leaf.facts["dec"],
        "basis": leaf.facts["basis"],
        "policy": leaf.facts["pol"],
    }


def _verified(request: web.Request) -> VerifiedDocument:
    verdict = request.app[LEDGER_WATCH].verdict
    if verdict is None:
        return VerifiedDocument(state="not-yet", at=None, size=None, where=None)
    return VerifiedDocument(
        state="valid" if verdict.summary is not None else "invalid",
        at=verdict.at,
        size=verdict.summary.size if verdict.summary is not None else None,
        where=verdict.where,
    )
