"""/api/v1/webhooks: programs that are told of alerts.

Room: gateway/api. Awaits gateway.notify.webhooks. A secret is shown once, when it is made.
"""

from datetime import datetime
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import WEBHOOKS
from gateway.api.operations import ADMINS, operation
from gateway.api.transfers import moment

routes: Final = web.RouteTableDef()


class NewWebhook(Taken):
    """Where to send notices, and in which country or region that stands."""

    url: Annotated[str, Field(min_length=8, max_length=2000)]
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class WebhookDocument(Given):
    """A webhook."""

    id: str
    url: str
    region: str
    created_at: datetime


class NewWebhookDocument(WebhookDocument):
    """A new webhook; its signing secret (Standard Webhooks, ``whsec_…``) is shown this once."""

    secret: str


class WebhookList(Given):
    """All webhooks, oldest first."""

    webhooks: list[WebhookDocument]


@routes.post("/api/v1/webhooks")
@operation(to=ADMINS, takes=NewWebhook, gives=NewWebhookDocument, status=201)
async def add_webhook(request: web.Request) -> web.Response:
    """Add a webhook that is told of every alert."""
    wanted = await taken(request, NewWebhook)
    made = await request.app[WEBHOOKS].add(caller_of(request), wanted.url, wanted.region)
    document = NewWebhookDocument(
        id=made.row.id,
        url=made.url,
        region=made.row.region,
        created_at=moment(made.row.created_at),
        secret=made.secret or "",
    )
    return given(document, status=201)


@routes.get("/api/v1/webhooks")
@operation(to=ADMINS, gives=WebhookList)
async def list_webhooks(request: web.Request) -> web.Response:
    """List the webhooks."""
    found = [
        WebhookDocument(
            id=one.row.id,
            url=one.url,
            region=one.row.region,
            created_at=moment(one.row.created_at),
        )
        for one in await request.app[WEBHOOKS].every()
    ]
    return given(WebhookList(webhooks=found))


@routes.delete("/api/v1/webhooks/{id}")
@operation(to=ADMINS, status=204)
async def remove_webhook(request: web.Request) -> web.Response:
    """Remove a webhook and its secret."""
    await request.app[WEBHOOKS].remove(caller_of(request), request.match_info["id"])
    return web.Response(status=204)
