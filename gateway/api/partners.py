"""/api/v1/partners: who may receive parts, where, with which papers on file.

Room: gateway/api. Awaits gateway.transfer.partners.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import PARTNERS
from gateway.api.operations import ADMINS, CUSTOMERS, operation
from gateway.identity.roles import Role
from gateway.transfer.partners import Partner

routes: Final = web.RouteTableDef()

ITEM: Final = "/api/v1/partners/{id}"
Papers = Annotated[dict[str, Annotated[date, Field(strict=False)]], Field(max_length=50)]


class NewPartner(Taken):
    """A partner with the country it declares; ``documents``: papers and how long they are good."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(min_length=3, max_length=320)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    documents: Papers = Field(default_factory=dict)


class Filing(Taken):
    """The papers on file from now on, each with the last day it is good for."""

    documents: Papers


class PartnerDocument(Given):
    """A partner; its address is shown to administrators only."""

    id: str
    name: str
    email: str | None
    country: str
    documents: dict[str, date]
    blocked: bool
    created_at: datetime


class PartnerList(Given):
    """All partners, oldest first."""

    partners: list[PartnerDocument]


@routes.post("/api/v1/partners")
@operation(to=ADMINS, takes=NewPartner, gives=PartnerDocument, status=201)
async def add_partner(request: web.Request) -> web.Response:
    """Add a partner."""
    wanted = await taken(request, NewPartner)
    partner = await request.app[PARTNERS].add(
        caller_of(request), wanted.name, wanted.email, wanted.country, wanted.documents
    )
    location = {"Location": f"/api/v1/partners/{partner.id}"}
    return given(document(partner, request), status=201, headers=location)


@routes.get("/api/v1/partners")
@operation(to=CUSTOMERS, gives=PartnerList)
async def list_partners(request: web.Request) -> web.Response:
    """List the partners parts may be sent to."""
    found = await request.app[PARTNERS].every()
    return given(PartnerList(partners=[document(partner, request) for partner in found]))


@routes.put(f"{ITEM}/documents")
@operation(to=ADMINS, takes=Filing, gives=PartnerDocument)
async def file_documents(request: web.Request) -> web.Response:
    """Replace the papers on file for a partner."""
    wanted = await taken(request, Filing)
    partner = await request.app[PARTNERS].file(
        caller_of(request), request.match_info["id"], wanted.documents
    )
    return given(document(partner, request))


@routes.post(f"{ITEM}/block")
@operation(to=ADMINS, gives=PartnerDocument)
async def block_partner(request: web.Request) -> web.Response:
    """Block a partner: its links die, running downloads are cut."""
    return await _blocked(request, blocked=True)


@routes.post(f"{ITEM}/unblock")
@operation(to=ADMINS, gives=PartnerDocument)
async def unblock_partner(request: web.Request) -> web.Response:
    """Let a partner receive parts again."""
    return await _blocked(request, blocked=False)


async def _blocked(request: web.Request, *, blocked: bool) -> web.Response:
    partner = await request.app[PARTNERS].set_blocked(
        caller_of(request), request.match_info["id"], blocked=blocked
    )
    return given(document(partner, request))


def document(partner: Partner, request: web.Request) -> PartnerDocument:
    """Return a partner as the caller may see it."""
    return PartnerDocument(
        id=partner.id,
        name=partner.name,
        email=partner.email if caller_of(request).role is Role.ADMIN else None,
        country=partner.country,
        documents=dict(partner.documents),
        blocked=partner.blocked,
        created_at=datetime.fromtimestamp(partner.created_at, UTC),
    )
