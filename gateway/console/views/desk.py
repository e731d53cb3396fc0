"""The administrator's desk: partners, people, API keys.

Room: gateway/console. Awaits gateway.identity and gateway.transfer.
"""

from typing import Final

from aiohttp import web

from gateway.api.keys import API_KEYS, LAW, PARTNERS
from gateway.api.operations import ADMINS
from gateway.api.operations import page as open_to
from gateway.console.pages import page
from gateway.identity.roles import Role

routes: Final = web.RouteTableDef()


@routes.get("/partners")
@open_to(to=ADMINS)
async def show_partners(request: web.Request) -> web.Response:
    """Add partners; keep their papers; block them."""
    law = request.app[LAW]
    return page(
        request,
        "partners.html",
        partners=await request.app[PARTNERS].every(),
        countries=sorted(law.countries.items(), key=lambda country: country[1]),
        country_names=law.countries,
        documents=law.documents,
    )


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
