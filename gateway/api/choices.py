"""/api/v1/parts/{id}/drawings/{drawing}/choice and /waiver; /api/v1/profiles.

Room: gateway/api. Awaits gateway.intake.choices and waivers.
"""

from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import CHOICES, PARTS, PROFILES, WAIVERS
from gateway.api.operations import CUSTOMERS, operation
from gateway.api.parts import PartDocument, part_document
from redaction.model import MAX_CHOSEN

routes: Final = web.RouteTableDef()

DRAWING: Final = "/api/v1/parts/{id}/drawings/{drawing}"
FindingId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class ProfileDocument(Given):
    """A redaction profile: which kinds of content go without being chosen one by one."""

    name: str
    summary: str
    redact_content: list[str]


class ProfileList(Given):
    """Every redaction profile there is."""

    profiles: list[ProfileDocument]


class NewChoice(Taken):
    """All findings of a drawing's own words that are to go; an earlier choice is forgotten."""

    findings: Annotated[list[FindingId], Field(max_length=MAX_CHOSEN)]


class NewWaiver(Taken):
    """Your agreement to the terms whose SHA-256 this is (``waiver-terms`` of /api/v1/terms)."""

    terms: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@routes.get("/api/v1/profiles")
@operation(to=CUSTOMERS, gives=ProfileList)
async def list_profiles(request: web.Request) -> web.Response:
    """List the redaction profiles that a part can be inspected under."""
    known = request.app[PROFILES].values()
    return given(
        ProfileList(
            profiles=[
                ProfileDocument(
                    name=one.profile.name,
                    summary=one.summary,
                    redact_content=sorted(one.profile.redact_content),
                )
                for one in known
            ]
        )
    )


@routes.post(f"{DRAWING}/choice")
@operation(to=CUSTOMERS, takes=NewChoice, gives=PartDocument)
async def choose(request: web.Request) -> web.Response:
    """Choose what of a drawing's own words goes; it is inspected anew and comes back for review."""
    wanted = await taken(request, NewChoice)
    part, drawing = request.match_info["id"], request.match_info["drawing"]
    await request.app[CHOICES].make(caller_of(request), part, drawing, wanted.findings)
    return await _shown(request)


@routes.post(f"{DRAWING}/waiver")
@operation(to=CUSTOMERS, takes=NewWaiver, gives=PartDocument)
async def waive(request: web.Request) -> web.Response:
    """Let a refused drawing go as it is; the part and every receipt say so."""
    wanted = await taken(request, NewWaiver)
    part, drawing = request.match_info["id"], request.match_info["drawing"]
    await request.app[WAIVERS].give(caller_of(request), part, drawing, wanted.terms)
    return await _shown(request)


@routes.delete(f"{DRAWING}/waiver")
@operation(to=CUSTOMERS, gives=PartDocument)
async def withdraw_waiver(request: web.Request) -> web.Response:
    """Take a waiver back, as long as the part is not released."""
    part, drawing = request.match_info["id"], request.match_info["drawing"]
    await request.app[WAIVERS].withdraw(caller_of(request), part, drawing)
    return await _shown(request)


async def _shown(request: web.Request) -> web.Response:
    part = await request.app[PARTS].show(caller_of(request), request.match_info["id"])
    return given(part_document(part))
