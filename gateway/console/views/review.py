"""The transfer log for reviewers: newest first, filtered, proved; where things went at a glance.

Room: gateway/console. Awaits storage.ledger. Looking changes nothing; a proof is made on request.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.keys import LEDGER, LEDGER_WATCH, READS, REVEALING, SITE
from gateway.api.operations import REVIEWERS, operation
from gateway.api.operations import page as open_to
from gateway.console.pages import page
from gateway.review.reads import Look
from storage.ledger.errors import NoSuchEntryError
from storage.ledger.events import EventKind
from storage.ledger.filtering import Filter
from storage.ledger.leaf import SHAPES
from storage.ledger.log import Ledger
from storage.ledger.merkle import leaf_hash
from storage.ledger.reading import Entry

routes: Final = web.RouteTableDef()

PAGE: Final = 50
# So many of the newest decisions make the picture of flows.
FLOWS_OVER: Final = 500
DECIDED: Final = (EventKind.TRANSFER_DECIDED, EventKind.TRANSFER_DENIED)
DECISIONS: Final = ("allow", "deny", "review")
# The fields of the filter beside the kind, and the leaf's fact whose shape each must have.
SHAPED: Final = {"src": "src", "dst": "dst", "decision": "dec", "transfer": "x"}

ENTRY: Final = r"/review/entries/{index:[0-9]{1,15}}"


@dataclass(frozen=True, slots=True)
class Flow:
    """How many transfers were decided in one way between two countries."""

    src: str
    dst: str
    decision: str
    count: int


@routes.get("/review")
@open_to(to=REVIEWERS)
async def show_log(request: web.Request) -> web.Response:
    """List the newest entries that fit the filter."""
    ledger = request.app[LEDGER]
    asked, unfit = asked_of(request)
    before = request.query.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found: Sequence[Entry] = ()
    if not unfit:
        await request.app[READS].note(caller_of(request), Look.SEARCH, urlencode(asked))
        wanted = Filter(
            before=number,
            kinds=(asked["kind"],) if "kind" in asked else (),
            src=asked.get("src"),
            dst=asked.get("dst"),
            decision=asked.get("decision"),
            transfer=asked.get("transfer"),
        )
        found = await ledger.page(wanted, PAGE)
    more = found[-1].number if len(found) == PAGE and found[-1].number else None
    return page(
        request,
        "review.html",
        entries=found,
        asked=asked,
        unfit=unfit,
        kinds=[kind.value for kind in EventKind],
        decisions=DECISIONS,
        newest="?" + urlencode(asked) if number is not None else None,
        older="?" + urlencode(asked | {"before": more}) if more else None,
        flows=await flows_of(ledger),
        flows_over=FLOWS_OVER,
        head=await ledger.head(),
        published=await _published(ledger),
        verdict=request.app[LEDGER_WATCH].verdict,
        origin=request.app[SITE].url,
    )


@routes.get(ENTRY)
@open_to(to=REVIEWERS)
async def show_entry(request: web.Request) -> web.Response:
    """Show one entry, and of its slots what its reader may see: their own, or within a grant."""
    ledger, index = request.app[LEDGER], int(request.match_info["index"])
    entry = await ledger.entry(index)
    head = await ledger.head()
    caller = caller_of(request)
    await request.app[READS].note(caller, Look.ENTRY, str(index))
    return page(
        request,
        "entry.html",
        entry=entry,
        leaf_hash=leaf_hash(entry.raw).hex(),
        raw=entry.raw.decode(),
        slots=await request.app[REVEALING].show(caller, index),
        size=head.size,
    )


@routes.get(f"{ENTRY}/proof")
@operation(to=REVIEWERS, media_type="text/plain")
async def download_proof(request: web.Request) -> web.Response:
    """Return the proof of an entry as a file (C2SP tlog-proof)."""
    index = int(request.match_info["index"])
    await request.app[LEDGER].entry(index)
    await request.app[READS].note(caller_of(request), Look.PROOF, str(index))
    name = f"entry-{index}.tlog-proof"
    return web.Response(
        text=await request.app[LEDGER].proof(index),
        content_type="text/plain",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def asked_of(request: web.Request) -> tuple[dict[str, str], list[str]]:
    """Return the filter's filled fields, and the names of those that can fit nothing."""
    given = {field: request.query.get(field, "").strip() for field in ("kind", *SHAPED)}
    asked = {
        field: value.upper() if field in {"src", "dst"} else value
        for field, value in given.items()
        if value
    }
    unfit = [
        field
        for field, value in asked.items()
        if not (
            value in set(EventKind)
            if field == "kind"
            else SHAPES[SHAPED[field]].fullmatch(value) is not None
        )
    ]
    return asked, unfit


async def flows_of(ledger: Ledger) -> Sequence[Flow]:
    """Return where the newest decisions sent things, the greatest flow first."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for kind in DECIDED:
        for entry in await ledger.page(Filter(kinds=(kind,)), FLOWS_OVER):
            facts = entry.leaf.facts
            if facts["src"] and facts["dst"]:
                counted[facts["src"], facts["dst"], facts["dec"] or ""] += 1
    return [Flow(*between, count) for between, count in counted.most_common(12)]


async def _published(ledger: Ledger) -> int | None:
    try:
        return (await ledger.published())[0].size
    except NoSuchEntryError:
        return None
