"""Refusals as pages, for people: programs get the problem document, browsers the same in words.

Room: gateway/console. Pure. The problem was made by gateway.api.problems; nothing is added to it.
"""

import json

from aiohttp import web

from gateway.api.operations import Handler
from gateway.console.pages import CONSOLE, page


@web.middleware
async def problems_become_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a browser that asked for a page with a page, also when it is refused."""
    response = await handler(request)
    if (
        request.method != "GET"
        or response.content_type != "application/problem+json"
        or not isinstance(response, web.Response)
        or CONSOLE not in request.app
        or not wants_page(request.headers.get("Accept", ""))
    ):
        return response
    told = json.loads(response.text or "{}")
    code = str(told.get("type", "")).rpartition("/")[2]
    return page(
        request,
        "problem.html",
        status=response.status,
        code=code,
        title=told.get("title", ""),
        request_id=told.get("request"),
        number=response.status,
    )


def wants_page(accept: str) -> bool:
    """Return whether this is a browser going somewhere: it names text/html before JSON."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    if "text/html" not in kinds:
        return False
    return "application/json" not in kinds[: kinds.index("text/html")]
