"""The web application's skeleton: middlewares, signals, and the table of routes.

Room: gateway/api. Pure: nothing is opened here. A room with routes adds a line to ROUTES.
"""

from typing import Final

from aiohttp import web

from gateway.api import (
    alerts,
    choices,
    consents,
    downloads,
    health,
    ledger,
    ledger_counts,
    ledger_export,
    ledger_files,
    ledger_unsealing,
    ledger_views,
    openapi,
    partners,
    parts,
    people,
    pictures,
    transfers,
    uploads,
    webhooks,
)
from gateway.api.auth import callers_are_known
from gateway.api.keys import OPENAPI
from gateway.api.middleware import errors_become_problems, headers_are_safe, requests_are_logged
from gateway.api.openapi import described
from gateway.api.operations import operation_of
from gateway.console import views as console
from gateway.console.refusals import problems_become_pages

ROUTES: Final[tuple[web.RouteTableDef, ...]] = (
    health.routes,
    openapi.routes,
    people.routes,
    uploads.routes,
    parts.routes,
    pictures.routes,
    choices.routes,
    partners.routes,
    transfers.routes,
    consents.routes,
    downloads.routes,
    ledger.routes,
    ledger_counts.routes,
    ledger_export.routes,
    ledger_views.routes,
    ledger_unsealing.routes,
    ledger_files.routes,
    alerts.routes,
    webhooks.routes,
    *console.ROUTES,
)

# JSON and forms only: uploads are read from the connection and counted there.
MAX_CONTENT_BYTES: Final = 1024 * 1024


def skeleton(*more: web.RouteTableDef) -> web.Application:
    """Return the application with every route, and ``more``, but nothing behind them yet.

    Raises:
        UndeclaredRouteError: a route does not say who may call it.
    """
    app = web.Application(
        middlewares=[
            requests_are_logged,
            problems_become_pages,
            errors_become_problems,
            callers_are_known,
        ],
        client_max_size=MAX_CONTENT_BYTES,
    )
    for table in (*ROUTES, *more):
        app.add_routes(table)
    for route in app.router.routes():
        operation_of(route)
    app[OPENAPI] = described(app.router.routes())
    app.on_response_prepare.append(headers_are_safe)
    return app
