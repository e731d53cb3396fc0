"""The transfer log for reviewers: asked by a URL, newest first, counted, drawn and proved.

Room: gateway/console. Awaits gateway.review and storage.ledger. A page's query is the question of
gateway.review.question: the same text is a saved view and an export's scope. Looking changes
nothing but the log of looks; a proof is made on request.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.keys import (
    CLOCK,
    FINDING,
    LAW,
    LEDGER,
    LEDGER_WATCH,
    READS,
    REVEALING,
    SITE,
    VIEWS,
)
from gateway.api.operations import REVIEWERS, operation
from gateway.api.operations import page as open_to
from gateway.console.pages import page
from gateway.console.pictured import bars, presets, sankey
from gateway.review.errors import QuestionUnfitError
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.manifest import Proof
from gateway.review.question import Question
from gateway.review.reads import Look
from storage.ledger.errors import NoSuchEntryError
from storage.ledger.events import EventKind
from storage.ledger.log import Ledger
from storage.ledger.merkle import leaf_hash
from storage.ledger.reading import Entry

routes: Final = web.RouteTableDef()

PAGE: Final = 50
# So many ways are drawn and listed; the API tells all.
MAX_FLOWS: Final = 40
DECISIONS: Final = ("allow", "deny", "review")
# The fields that are typed, in the order of the form; ``more`` are folded away until used.
PLACES: Final = ("src", "dst", "observed")
MORE: Final = ("region", "basis", "part", "partner", "transfer", "link")

# What is shown of a question that nothing can fit.
NOTHING: Final[dict[str, Any]] = {
    "entries": (), "total": 0, "more": None, "flows": (), "flows_left": 0, "asks": {},
    "sankey": None, "days": (),
}  # fmt: skip

ENTRY: Final = r"/review/entries/{index:[0-9]{1,15}}"


@routes.get("/review")
@open_to(to=REVIEWERS)
async def show_log(request: web.Request) -> web.Response:
    """List the newest entries that fit the question, how many do, and where things went."""
    ledger, caller = request.app[LEDGER], caller_of(request)
    question, unfit = asked_of(request)
    text = request.query.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    answered: dict[str, Any] = dict(NOTHING)
    if not unfit:
        await request.app[READS].note(caller, Look.SEARCH, question.text)
        answered = await _answered(request, question, before)
    return page(
        request,
        "review.html",
        asked=question,
        asked_pairs=parse_qsl(question.text),
        unfit=unfit,
        before=before,
        kinds=[kind.value for kind in EventKind],
        decisions=DECISIONS,
        country_fields=PLACES,
        more_fields=MORE,
        presets=presets(question, request.app[CLOCK]()),
        views=await request.app[VIEWS].every(caller),
        formats=list(FORMATS),
        proofs=[proof.value for proof in Proof],
        head=await ledger.head(),
        published=await _published(ledger),
        verdict=request.app[LEDGER_WATCH].verdict,
        countries=request.app[LAW].countries,
        origin=request.app[SITE].url,
        **answered,
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


def asked_of(request: web.Request) -> tuple[Question, Sequence[str]]:
    """Return the question of a page's query, and the names of fields that can fit nothing.

    What does not fit is left out of the question, so that the form still shows the rest.
    """
    pairs = [(name, value) for name, value in request.query.items() if name != "before"]
    try:
        return Question.read(pairs), ()
    except QuestionUnfitError as error:
        unfit = sorted({field["field"] for field in error.fields})
    try:
        return Question.read([pair for pair in pairs if pair[0] not in unfit]), unfit
    except QuestionUnfitError:
        return Question(), unfit


async def _answered(request: web.Request, question: Question, before: int | None) -> dict[str, Any]:
    finding = request.app[FINDING]
    found: Sequence[Entry] = await finding.page(question, before, PAGE)
    flows = await finding.flows(question)
    days = await finding.days(question)
    asks = {
        (flow.src, flow.dst, flow.decision): replace(
            question, kinds=(), src=flow.src, dst=flow.dst, decision=flow.decision
        ).text
        for flow in flows
    }
    return {
        "entries": found,
        "total": await finding.count(question),
        "more": found[-1].number if len(found) == PAGE and found[-1].number else None,
        "flows": flows[:MAX_FLOWS],
        "flows_left": max(0, len(flows) - MAX_FLOWS),
        "asks": asks,
        "sankey": sankey(flows[:MAX_FLOWS]),
        "days": bars(days),
    }


async def _published(ledger: Ledger) -> int | None:
    try:
        return (await ledger.published())[0].size
    except NoSuchEntryError:
        return None
