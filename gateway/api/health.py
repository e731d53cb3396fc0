"""GET /healthz, /readyz, /problems/{code}: for probes and for whoever got a problem.

Room: gateway/api.
"""

from typing import Final, Literal

from aiohttp import web

from gateway.api.body import Given, given
from gateway.api.errors import NoSuchPageError
from gateway.api.keys import HEALTH, METRICS
from gateway.api.operations import ANYONE, operation
from gateway.api.problems import page_of

routes: Final = web.RouteTableDef()


class Alive(Given):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(Given):
    """Which checks hold. ``facts`` tell more and decide nothing."""

    status: Literal["ready", "not-ready"]
    checks: dict[str, bool]
    facts: dict[str, str | bool]


@routes.get("/healthz")
@operation(to=ANYONE, gives=Alive)
async def healthz(_: web.Request) -> web.Response:
    """Say that the process answers."""
    return given(Alive())


@routes.get("/readyz")
@operation(to=ANYONE, gives=Readiness)
async def readyz(request: web.Request) -> web.Response:
    """Say whether everything that the gateway's promises rest on works."""
    health = request.app[HEALTH]
    checks = await health.results()
    for name, holds in checks.items():
        request.app[METRICS].check(name, holds=holds)
    ready = all(checks.values())
    readiness = Readiness(
        status="ready" if ready else "not-ready", checks=checks, facts=dict(health.facts())
    )
    return given(readiness, status=200 if ready else 503)


@routes.get("/problems/{code}")
@operation(to=ANYONE, media_type="text/html")
async def show_problem(request: web.Request) -> web.Response:
    """Explain a problem's code."""
    page = page_of(request.match_info["code"])
    if page is None:
        raise NoSuchPageError
    return web.Response(text=page, content_type="text/html")
