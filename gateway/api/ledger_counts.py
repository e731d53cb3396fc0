"""/api/v1/ledger: counts for lists beside a search, and for pictures of flows and volumes.

Room: gateway/api. Awaits gateway.review. All of it is counted over what leaves say in public; bytes
come from what download sessions were handed.
"""

from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.body import Given, given
from gateway.api.keys import FINDING, READS
from gateway.api.ledger_questions import ASKS, question_of
from gateway.api.operations import REVIEWERS, operation
from gateway.review.reads import Look

routes: Final = web.RouteTableDef()


class FacetValue(Given):
    """How many entries have this value; null stands for those that say nothing of it."""

    value: str | None
    count: int


class Facets(Given):
    """Which values the entries that fit have, fact by fact, the most frequent first."""

    total: int
    facets: dict[str, list[FacetValue]]


class FlowDocument(Given):
    """How often something was decided one way between two countries by one rule.

    ``bytes`` were handed over in download sessions of such transfers.
    """

    src: str
    dst: str
    basis: str | None
    decision: str | None
    count: int
    bytes: int


class Flows(Given):
    """The flows that fit, the greatest first."""

    flows: list[FlowDocument]


class DayDocument(Given):
    """One day in UTC: decisions, all entries, and bytes handed over in sessions begun then."""

    day: str
    allowed: int
    denied: int
    entries: int
    bytes: int


class Days(Given):
    """The days that have entries, oldest first."""

    days: list[DayDocument]


@routes.get("/api/v1/ledger/facets")
@operation(to=REVIEWERS, gives=Facets, asks=ASKS)
async def count_facets(request: web.Request) -> web.Response:
    """Count the entries that fit by kind, countries, region, decision and rule."""
    question = question_of(request)
    await request.app[READS].note(caller_of(request), Look.COUNT, question.text)
    finding = request.app[FINDING]
    facets = {
        fact.value: [FacetValue(value=one.values[0], count=one.count) for one in tallies]
        for fact, tallies in (await finding.facets(question)).items()
    }
    return given(Facets(total=await finding.count(question), facets=facets))


@routes.get("/api/v1/ledger/flows")
@operation(to=REVIEWERS, gives=Flows, asks=ASKS)
async def count_flows(request: web.Request) -> web.Response:
    """Count decisions by origin, destination, rule and outcome; name kinds to count others."""
    question = question_of(request)
    await request.app[READS].note(caller_of(request), Look.COUNT, question.text)
    flows = [
        FlowDocument(
            src=flow.src,
            dst=flow.dst,
            basis=flow.basis,
            decision=flow.decision,
            count=flow.count,
            bytes=flow.size_bytes,
        )
        for flow in await request.app[FINDING].flows(question)
    ]
    return given(Flows(flows=flows))


@routes.get("/api/v1/ledger/days")
@operation(to=REVIEWERS, gives=Days, asks=ASKS)
async def count_days(request: web.Request) -> web.Response:
    """Count decisions, entries and bytes day by day."""
    question = question_of(request)
    await request.app[READS].note(caller_of(request), Look.COUNT, question.text)
    days = [
        DayDocument(
            day=day.day,
            allowed=day.allowed,
            denied=day.denied,
            entries=day.entries,
            bytes=day.size_bytes,
        )
        for day in await request.app[FINDING].days(question)
    ]
    return given(Days(days=days))
