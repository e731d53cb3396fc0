"""Alerts: what somebody should look at, why, and what was made of it.

Room: gateway/console. Awaits gateway.alerts.desk. Looking changes nothing; acknowledging and
settling are calls of the API, and entries of the log.
"""

from typing import Final

from aiohttp import web

from gateway.alerts.desk import Asked
from gateway.api.alerts import ASKABLE, STANDING
from gateway.api.keys import ALERTS
from gateway.api.operations import REVIEWERS
from gateway.api.operations import page as open_to
from gateway.console.pages import page

routes: Final = web.RouteTableDef()

PAGE: Final = 50


@routes.get("/alerts")
@open_to(to=REVIEWERS)
async def show_alerts(request: web.Request) -> web.Response:
    """List alerts, newest first; ``state`` says which, ``before`` goes on from one."""
    desk = request.app[ALERTS]
    state = request.query.get("state", STANDING)
    state = state if state in ASKABLE else STANDING
    asked = Asked(ASKABLE[state], None, request.query.get("before") or None, PAGE)
    found = await desk.page(asked)
    counts = dict(await desk.counts())
    totals = {name: sum(counts.get(one, 0) for one in states) for name, states in ASKABLE.items()}
    return page(
        request,
        "alerts.html",
        alerts=found,
        state=state,
        totals=totals,
        older=found[-1].row.id if len(found) == PAGE else None,
    )
