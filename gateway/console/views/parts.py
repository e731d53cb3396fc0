"""A customer's parts: the list, a new one, one with its findings, its proofs and its travels.

Room: gateway/console. Awaits gateway.intake.parts and gateway.transfer.
"""

from typing import Any, Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.keys import (
    LINK_DEFAULTS,
    PARTNERS,
    PARTS,
    PICTURES,
    PROFILES,
    SITE,
    TERMS,
    TRANSFERS,
)
from gateway.api.operations import CUSTOMERS
from gateway.api.operations import page as open_to
from gateway.console.pages import language_of, page
from gateway.intake.parts import DEFAULT_PROFILE, ShownPart
from gateway.intake.states import PartState
from gateway.intake.words import MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS
from gateway.privacy.terms import CONSENT, WAIVER

routes: Final = web.RouteTableDef()

# A page stays readable; the API tells all.
MAX_FINDINGS_SHOWN: Final = 200
MAX_CHOICES_SHOWN: Final = 1_000


@routes.get("/parts")
@open_to(to=CUSTOMERS)
async def show_parts(request: web.Request) -> web.Response:
    """List the caller's newest parts."""
    parts = await request.app[PARTS].every(caller_of(request))
    return page(request, "parts.html", parts=parts)


@routes.get("/parts/new")
@open_to(to=CUSTOMERS)
async def show_new_part(request: web.Request) -> web.Response:
    """Take drawings, a name and a description."""
    site = request.app[SITE]
    return page(
        request,
        "new_part.html",
        max_bytes=site.max_upload_bytes,
        max_drawings=site.max_drawings,
        max_name=MAX_NAME_CHARS,
        max_description=MAX_DESCRIPTION_CHARS,
        profiles=request.app[PROFILES],
        default_profile=DEFAULT_PROFILE,
    )


@routes.get("/parts/{id}")
@open_to(to=CUSTOMERS)
async def show_part(request: web.Request) -> web.Response:
    """Show one part; with ``?values=true`` also the words that were found."""
    values = request.query.get("values") == "true"
    part = await request.app[PARTS].show(
        caller_of(request), request.match_info["id"], values=values
    )
    travelled = part.state in {PartState.RELEASED, PartState.WITHDRAWN}
    return page(
        request,
        "part.html",
        part=part,
        **(await _travels(request, part) if travelled else {}),
        values=values,
        working=part.state is PartState.INSPECTING,
        pictures=await request.app[PICTURES].of_part(caller_of(request), part.id),
        max_findings=MAX_FINDINGS_SHOWN,
        max_choices=MAX_CHOICES_SHOWN,
        **_waiver(request),
    )


def _waiver(request: web.Request) -> dict[str, Any]:
    """Return the terms under which cleaning can be waived, in the reader's language."""
    terms, language = request.app[TERMS][WAIVER], language_of(request).language
    text = terms.texts.get(language, terms.texts["en"])
    return {"waiver_text": text, "waiver_sha256": terms.sha256}


async def _travels(request: web.Request, part: ShownPart) -> dict[str, Any]:
    """Return what the page tells of where a part went and may go."""
    app, notice = request.app, request.app[TERMS][CONSENT]
    language = language_of(request).language
    return {
        "transfers": await app[TRANSFERS].of_part(caller_of(request), part.id),
        "partners": [one for one in await app[PARTNERS].every() if not one.blocked],
        "countries": app[PARTNERS].law.countries,
        "notice": notice.texts.get(language, notice.texts["en"]),
        "notice_version": notice.version,
        "defaults": app[LINK_DEFAULTS],
    }
