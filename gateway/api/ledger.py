"""/api/v1/ledger: what reviewers look at and prove. /ledger: the log's public files.

Room: gateway/api. Awaits storage.ledger. Openings are shown to reviewers alone; the public sees
checkpoints and hashes, never an entry.
"""

from datetime import datetime
from typing import Any, Final, Literal

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.body import Given, given
from gateway.api.errors import InvalidRequestError
from gateway.api.keys import CALLER, LEDGER, LEDGER_WATCH
from gateway.api.operations import ANYONE, REVIEWERS, operation
from gateway.identity.errors import NotAllowedError, NotSignedInError
from storage.ledger.errors import NoSuchEntryError
from storage.ledger.events import EventKind
from storage.ledger.filtering import Filter
from storage.ledger.leaf import SHAPES
from storage.ledger.merkle import leaf_hash
from storage.ledger.reading import Entry
from storage.ledger.tiles import Tile

routes: Final = web.RouteTableDef()

ITEM: Final = r"/api/v1/ledger/entries/{index:[0-9]{1,15}}"
DEFAULT_PAGE: Final = 50
MAX_PAGE: Final = 500
IMMUTABLE: Final = "public, max-age=31536000, immutable"


class SlotDocument(Given):
    """What a slot's commitment opens to, unless the person was erased."""

    state: Literal["open", "erased"]
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
    decision: str | None
    basis: str | None
    policy: str | None


class EntryDocument(EntrySummary):
    """An entry with its exact bytes and what its slots open to."""

    entry: str
    openings: dict[str, SlotDocument]


class EntryPage(Given):
    """Entries, newest first; ``next_before`` asks for the page after this one."""

    entries: list[EntrySummary]
    size: int
    next_before: int | None


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


class LedgerStatus(Given):
    """How the log stands."""

    origin: str
    vkey: str
    size: int
    root: str
    published: CheckpointDocument | None
    verified: VerifiedDocument


@routes.get("/api/v1/ledger/entries")
@operation(to=REVIEWERS, gives=EntryPage)
async def list_entries(request: web.Request) -> web.Response:
    """List entries, newest first: ``before``, ``limit``, ``kind``, ``src``, ``dst``, ``decision``,
    ``transfer``."""
    ledger = request.app[LEDGER]
    wanted, limit = _wanted(request)
    found = await ledger.page(wanted, limit)
    return given(
        EntryPage(
            entries=[EntrySummary(**_summary(entry)) for entry in found],
            size=(await ledger.head()).size,
            next_before=found[-1].number if len(found) == limit and found[-1].number else None,
        )
    )


@routes.get(ITEM)
@operation(to=REVIEWERS, gives=EntryDocument)
async def show_entry(request: web.Request) -> web.Response:
    """Show one entry and what it commits to, as far as nobody in it was erased."""
    ledger, index = request.app[LEDGER], int(request.match_info["index"])
    entry = await ledger.entry(index)
    openings = {
        slot.value: SlotDocument(state="erased" if value is None else "open", value=value)
        for slot, value in (await ledger.open_slots(index)).items()
    }
    return given(EntryDocument(**_summary(entry), entry=entry.raw.decode(), openings=openings))


@routes.get(f"{ITEM}/proof")
@operation(to=REVIEWERS, gives=ProofDocument)
async def prove_entry(request: web.Request) -> web.Response:
    """Prove that an entry is in the log."""
    ledger, index = request.app[LEDGER], int(request.match_info["index"])
    entry = await ledger.entry(index)
    return given(
        ProofDocument(
            index=index,
            leaf_hash=leaf_hash(entry.raw).hex(),
            proof=await ledger.proof(index),
            vkey=ledger.key.vkey,
        )
    )


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
    return given(
        LedgerStatus(
            origin=head.origin,
            vkey=ledger.key.vkey,
            size=head.size,
            root=head.root.hex(),
            published=published,
            verified=_verified(request),
        )
    )


@routes.get("/ledger/checkpoint")
@operation(to=ANYONE, media_type="text/plain")
async def show_checkpoint(request: web.Request) -> web.Response:
    """Give the newest published checkpoint (C2SP tlog-checkpoint)."""
    _, note = await request.app[LEDGER].published()
    return web.Response(body=note, content_type="text/plain", charset="utf-8")


@routes.get("/ledger/log.vkey")
@operation(to=ANYONE, media_type="text/plain")
async def show_vkey(request: web.Request) -> web.Response:
    """Give the log's public key. Whoever audits should have it from elsewhere."""
    return web.Response(text=f"{request.app[LEDGER].key.vkey}\n", content_type="text/plain")


@routes.get("/ledger/tile/{path:.+}")
@operation(to=ANYONE, media_type="application/octet-stream")
async def show_tile(request: web.Request) -> web.Response:
    """Give a tile of the published log (C2SP tlog-tiles); bundles of entries to reviewers only."""
    path = f"tile/{request.match_info['path']}"
    if Tile.parse(path).level is None:
        _refuse_strangers(request)
    content = await request.app[LEDGER].tile(path)
    cached = "no-store" if Tile.parse(path).level is None else IMMUTABLE
    return web.Response(
        body=content,
        content_type="application/octet-stream",
        headers={"Cache-Control": cached},
    )


def _refuse_strangers(request: web.Request) -> None:
    if request.get(CALLER) is None:
        raise NotSignedInError
    if not caller_of(request).may_act_as(REVIEWERS):
        raise NotAllowedError


def _wanted(request: web.Request) -> tuple[Filter, int]:
    asked = request.query
    before, limit = _number(asked.get("before"), "before"), _number(asked.get("limit"), "limit")
    kind = asked.get("kind")
    if kind is not None and kind not in set(EventKind):
        raise InvalidRequestError([{"field": "kind", "problem": "no such kind of entry"}])
    for field, name in (("src", "src"), ("dst", "dst"), ("decision", "dec"), ("transfer", "x")):
        value = asked.get(field)
        if value is not None and SHAPES[name].fullmatch(value) is None:
            raise InvalidRequestError([{"field": field, "problem": "not of the form it has"}])
    wanted = Filter(
        before=before,
        kinds=(kind,) if kind else (),
        src=asked.get("src"),
        dst=asked.get("dst"),
        decision=asked.get("decision"),
        transfer=asked.get("transfer"),
    )
    return wanted, max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))


def _number(text: str | None, field: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InvalidRequestError([{"field": field, "problem": "not a whole number"}])
    return int(text)


def _summary(entry: Entry) -> dict[str, Any]:
    leaf = entry.leaf
    return {
        "index": entry.number,
        "leaf_hash": leaf_hash(entry.raw).hex(),
        "kind": leaf.kind.value,
        "at": datetime.fromisoformat(leaf.at),
        "transfer": leaf.facts["x"],
        "src": leaf.facts["src"],
        "dst": leaf.facts["dst"],
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
