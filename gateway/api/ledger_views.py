"""/api/v1/ledger/views: questions that reviewers keep under a name.

Room: gateway/api. Awaits gateway.review.views. A view is the query of a search's URL.
"""

from datetime import UTC, datetime
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import VIEWS
from gateway.api.ledger_questions import question_from
from gateway.api.operations import REVIEWERS, operation
from gateway.review.question import MAX_TEXT_CHARS
from gateway.review.views import MAX_NAME_CHARS, View

routes: Final = web.RouteTableDef()


class NewView(Taken):
    """A view to be kept: its name, the query it stands for, whether every reviewer sees it."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS, pattern=r"\S")]
    question: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    shared: bool = False


class ViewDocument(Given):
    """A saved view; ``own`` tells whether whoever asks saved it."""

    id: str
    name: str
    question: str
    shared: bool
    own: bool
    created_at: datetime


class ViewList(Given):
    """The caller's views and the shared ones, oldest first."""

    views: list[ViewDocument]


@routes.get("/api/v1/ledger/views")
@operation(to=REVIEWERS, gives=ViewList)
async def list_views(request: web.Request) -> web.Response:
    """List your saved views and those that others share."""
    found = await request.app[VIEWS].every(caller_of(request))
    return given(ViewList(views=[_document(view) for view in found]))


@routes.post("/api/v1/ledger/views")
@operation(to=REVIEWERS, takes=NewView, gives=ViewDocument, status=201)
async def save_view(request: web.Request) -> web.Response:
    """Keep a question under a name."""
    wanted = await taken(request, NewView)
    question = question_from(wanted.question, "question")
    saved = await request.app[VIEWS].save(
        caller_of(request), wanted.name.strip(), question, shared=wanted.shared
    )
    return given(_document(saved), status=201)


@routes.delete("/api/v1/ledger/views/{id}")
@operation(to=REVIEWERS, status=204)
async def remove_view(request: web.Request) -> web.Response:
    """Remove one of your saved views."""
    await request.app[VIEWS].remove(caller_of(request), request.match_info["id"])
    return web.Response(status=204)


def _document(view: View) -> ViewDocument:
    return ViewDocument(
        id=view.id,
        name=view.name,
        question=view.question,
        shared=view.shared,
        own=view.own,
        created_at=datetime.fromtimestamp(view.created_at, UTC),
    )
