"""The console's pages, one module a place; each view calls one use case and asks for a page."""

from typing import Final

from aiohttp import web

from gateway.console.views import alerts, desk, entrance, parts, review

ROUTES: Final[tuple[web.RouteTableDef, ...]] = (
    entrance.routes,
    parts.routes,
    review.routes,
    alerts.routes,
    desk.routes,
)
