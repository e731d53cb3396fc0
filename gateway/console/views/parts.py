"""A customer's parts: the list, a new one, one with its findings, its proofs and its travels.

Room: gateway/console. Awaits gateway.intake.parts.
"""

from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.keys import PARTS, SITE
from gateway.api.operations import CUSTOMERS
from gateway.api.operations import page as open_to
from gateway.console.pages import page
from gateway.intake.states import PartState
from gateway.intake.words import MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS

routes: Final = web.RouteTableDef()

# A page stays readable; the API tells all.
MAX_FINDINGS_SHOWN: Final = 200


@routes.get("/parts")
@open_to(to=CUSTOMERS)
async def show_parts(request: web.Request) -> web.Response:
    """List the caller's newest parts."""
    parts = await request.app[PARTS].every(caller_of(request))
    return page(request, "parts.html", parts=parts)


@routes.get("/parts/new")
@open_to(to=CUSTOMERS)
async def show_new_part(request: web.Request) -> web.Response:
    """Take drawings, a name and a description."""
    site = request.app[SITE]
    return page(
        request,
        "new_part.html",
        max_bytes=site.max_upload_bytes,
        max_drawings=site.max_drawings,
        max_name=MAX_NAME_CHARS,
        max_description=MAX_DESCRIPTION_CHARS,
    )


@routes.get("/parts/{id}")
@open_to(to=CUSTOMERS)
async def show_part(request: web.Request) -> web.Response:
    """Show one part; with ``?values=true`` also the words that were found."""
    values = request.query.get("values") == "true"
    part = await request.app[PARTS].show(
        caller_of(request), request.match_info["id"], values=values
    )
    return page(
        request,
        "part.html",
        part=part,
        values=values,
        working=part.state is PartState.INSPECTING,
        max_findings=MAX_FINDINGS_SHOWN,
    )
