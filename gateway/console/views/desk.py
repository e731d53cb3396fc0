"""The administrator's desk: partners, people, API keys.

Room: gateway/console. Awaits gateway.identity.
"""

from typing import Final

from aiohttp import web

from gateway.api.keys import API_KEYS
from gateway.api.operations import ADMINS
from gateway.api.operations import page as open_to
from gateway.console.pages import page
from gateway.identity.roles import Role

routes: Final = web.RouteTableDef()


@routes.get("/people")
@open_to(to=ADMINS)
async def show_people(request: web.Request) -> web.Response:
    """Invite people; make and revoke API keys."""
    return page(
        request,
        "people.html",
        roles=[role.value for role in Role],
        keys=await request.app[API_KEYS].every(),
    )
