"""The admin listener: metrics, on loopback only, apart from what strangers can reach.

Room: gateway/observability. Pure but for aiohttp's request.
"""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from gateway.observability.metrics import Metrics

METRICS = web.AppKey("admin_metrics", Metrics)
HOST = "127.0.0.1"


async def show(request: web.Request) -> web.Response:
    """Return the counters."""
    return web.Response(
        body=request.app[METRICS].exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )


def application(metrics: Metrics) -> web.Application:
    """Return the admin application."""
    app = web.Application()
    app[METRICS] = metrics
    app.router.add_get("/metrics", show)
    return app
