"""The way in: by role from /, sign in, one-time links, the landing page of links; bundled files.

Room: gateway/console. Awaits nothing: what changes something is done by islands through the API.
"""

from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.errors import NoSuchPageError
from gateway.api.keys import CALLER
from gateway.api.operations import ANYONE, SIGNED_IN
from gateway.api.operations import page as open_to
from gateway.console.pages import CONSOLE, page, places_of

routes: Final = web.RouteTableDef()

# The name holds the content's hash, so what stands under it never changes.
FOREVER: Final = "public, max-age=31536000, immutable"


@routes.get("/")
@open_to(to=SIGNED_IN)
async def show_home(request: web.Request) -> web.Response:
    """Lead to the first place that this account is for."""
    raise web.HTTPSeeOther(places_of(caller_of(request))[0][0])


@routes.get("/login")
@open_to(to=ANYONE)
async def show_login(request: web.Request) -> web.Response:
    """Ask for e-mail and password."""
    if request.get(CALLER) is not None:
        raise web.HTTPSeeOther("/")
    return page(request, "login.html")


@routes.get("/first")
@open_to(to=ANYONE)
async def show_first(request: web.Request) -> web.Response:
    """Let the first administrator in; the token stays in the fragment until the form is sent."""
    return page(request, "accept.html", first=True)


@routes.get("/invite")
@open_to(to=ANYONE)
async def show_invitation(request: web.Request) -> web.Response:
    """Let an invited person choose a password."""
    return page(request, "accept.html", first=False)


@routes.get("/d")
@open_to(to=ANYONE)
async def show_landing(request: web.Request) -> web.Response:
    """Receive whoever follows a link. Nothing is known of the link here: it stays in the fragment.

    Loading this page, as mail scanners do, changes nothing; its island asks when it is clicked.
    """
    return page(request, "landing.html")


@routes.get("/static/{name}")
@open_to(to=ANYONE)
async def show_asset(request: web.Request) -> web.Response:
    """Return a bundled file."""
    asset = request.app[CONSOLE].assets.files.get(request.match_info["name"])
    if asset is None:
        raise NoSuchPageError
    return web.Response(
        body=asset.content,
        content_type=asset.media_type,
        charset="utf-8",
        headers={"Cache-Control": FOREVER},
    )
