"""/api/v1/ledger/unseal: what is sealed is opened by two, for a time, and searched in memory.

Room: gateway/api. Awaits gateway.review.unsealing and revealing.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import READS, REVEALING, UNSEALING
from gateway.api.ledger import EntrySummary, summary
from gateway.api.ledger_questions import question_from
from gateway.api.operations import REVIEWERS, operation
from gateway.review.question import MAX_TEXT_CHARS
from gateway.review.reads import Look
from gateway.review.revealing import MAX_WORDS_CHARS, MIN_WORDS_CHARS
from gateway.review.unsealing import (
    MAX_DURATION_S,
    MAX_REASON_CHARS,
    MIN_DURATION_S,
    MIN_REASON_CHARS,
    Grant,
)

routes: Final = web.RouteTableDef()

LIST: Final = "/api/v1/ledger/unseal"
ITEM: Final = f"{LIST}/{{id}}"


class NewGrant(Taken):
    """What is to be unsealed: the query of a search, why, and for how many seconds once agreed."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    reason: Annotated[str, Field(min_length=MIN_REASON_CHARS, max_length=MAX_REASON_CHARS)]
    duration_s: Annotated[int, Field(ge=MIN_DURATION_S, le=MAX_DURATION_S)] = 3600


class GrantDocument(Given):
    """A grant. Who asked and who decided are ids of accounts, never the same."""

    id: str
    state: Literal["asked", "agreed", "declined", "ended", "over"]
    account: str
    own: bool
    question: str
    reason: str
    duration_s: int
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    expires_at: datetime | None


class GrantList(Given):
    """The newest grants."""

    grants: list[GrantDocument]


class Words(Taken):
    """What is looked for in what is sealed; ``before`` goes on where the last answer ended."""

    words: Annotated[str, Field(min_length=MIN_WORDS_CHARS, max_length=MAX_WORDS_CHARS)]
    before: Annotated[int, Field(ge=0, lt=10**15)] | None = None


class MatchDocument(EntrySummary):
    """An entry in which the words stand, and the slots in which they do."""

    slots: dict[str, dict[str, Any]]


class SearchProgress(Given):
    """What was found so far. While ``next_before`` is not null, ``left`` entries wait."""

    matches: list[MatchDocument]
    looked_at: int
    left: int
    next_before: int | None


@routes.get(LIST)
@operation(to=REVIEWERS, gives=GrantList)
async def list_grants(request: web.Request) -> web.Response:
    """List the newest grants: those that wait for a second pair of eyes, and the others."""
    caller = caller_of(request)
    await request.app[READS].note(caller, Look.GRANTS, "grants")
    found = await request.app[UNSEALING].every()
    return given(GrantList(grants=[_document(grant, caller.account) for grant in found]))


@routes.post(LIST)
@operation(to=REVIEWERS, takes=NewGrant, gives=GrantDocument, status=201)
async def ask_for_grant(request: web.Request) -> web.Response:
    """Ask for what a question finds to be unsealed; somebody else must agree."""
    wanted, caller = await taken(request, NewGrant), caller_of(request)
    grant = await request.app[UNSEALING].ask(
        caller, wanted.reason, question_from(wanted.question, "question"), wanted.duration_s
    )
    return given(_document(grant, caller.account), status=201)


@routes.post(f"{ITEM}/agree")
@operation(to=REVIEWERS, gives=GrantDocument)
async def agree_to_grant(request: web.Request) -> web.Response:
    """Agree that what somebody else asked for is unsealed."""
    return await _decided(request, agree=True)


@routes.post(f"{ITEM}/decline")
@operation(to=REVIEWERS, gives=GrantDocument)
async def decline_grant(request: web.Request) -> web.Response:
    """Decline what somebody else asked for."""
    return await _decided(request, agree=False)


@routes.post(f"{ITEM}/end")
@operation(to=REVIEWERS, gives=GrantDocument)
async def end_grant(request: web.Request) -> web.Response:
    """End a grant before its time: who asked may, and who agreed."""
    caller = caller_of(request)
    grant = await request.app[UNSEALING].end(caller, request.match_info["id"])
    return given(_document(grant, caller.account))


@routes.post(f"{ITEM}/search")
@operation(to=REVIEWERS, takes=Words, gives=SearchProgress)
async def search_within_grant(request: web.Request) -> web.Response:
    """Search what is sealed, within one of your grants; nothing is written in clear."""
    wanted, caller = await taken(request, Words), caller_of(request)
    found = await request.app[REVEALING].search(
        caller, request.match_info["id"], wanted.words, wanted.before
    )
    matches = [
        MatchDocument(
            **summary(match.entry),
            slots={slot.value: dict(value) for slot, value in match.slots.items()},
        )
        for match in found.matches
    ]
    return given(
        SearchProgress(
            matches=matches,
            looked_at=found.looked_at,
            left=found.left,
            next_before=found.next_before,
        )
    )


async def _decided(request: web.Request, *, agree: bool) -> web.Response:
    caller = caller_of(request)
    grant = await request.app[UNSEALING].decide(caller, request.match_info["id"], agree=agree)
    return given(_document(grant, caller.account))


def _document(grant: Grant, account: str) -> GrantDocument:
    return GrantDocument(
        id=grant.id,
        state=grant.state.value,
        account=grant.account,
        own=grant.account == account,
        question=grant.question.text,
        reason=grant.reason,
        duration_s=grant.duration_s,
        asked_at=datetime.fromtimestamp(grant.asked_at, UTC),
        decided_by=grant.decided_by,
        decided_at=_moment(grant.decided_at),
        expires_at=_moment(grant.expires_at),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
