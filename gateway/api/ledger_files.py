"""/ledger: the published log as files for anyone: checkpoint, key, tiles (C2SP tlog-tiles).

Room: gateway/api. Awaits storage.ledger. The public sees checkpoints and hashes, never an entry.
"""

from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.keys import CALLER, LEDGER, READS
from gateway.api.operations import ANYONE, REVIEWERS, operation
from gateway.identity.errors import NotAllowedError, NotSignedInError
from gateway.review.reads import Look
from storage.ledger.tiles import Tile

routes: Final = web.RouteTableDef()

IMMUTABLE: Final = "public, max-age=31536000, immutable"


@routes.get("/ledger/checkpoint")
@operation(to=ANYONE, media_type="text/plain")
async def show_checkpoint(request: web.Request) -> web.Response:
    """Give the newest published checkpoint (C2SP tlog-checkpoint)."""
    _, note = await request.app[LEDGER].published()
    return web.Response(body=note, content_type="text/plain", charset="utf-8")


@routes.get("/ledger/log.vkey")
@operation(to=ANYONE, media_type="text/plain")
async def show_vkey(request: web.Request) -> web.Response:
    """Give the log's public key. Whoever audits should have it from elsewhere."""
    return web.Response(text=f"{request.app[LEDGER].key.vkey}\n", content_type="text/plain")


@routes.get("/ledger/tile/{path:.+}")
@operation(to=ANYONE, media_type="application/octet-stream")
async def show_tile(request: web.Request) -> web.Response:
    """Give a tile of the published log (C2SP tlog-tiles); bundles of entries to reviewers only."""
    path = f"tile/{request.match_info['path']}"
    if Tile.parse(path).level is None:
        _refuse_strangers(request)
        await request.app[READS].note(caller_of(request), Look.BUNDLE, "entries")
    content = await request.app[LEDGER].tile(path)
    cached = "no-store" if Tile.parse(path).level is None else IMMUTABLE
    return web.Response(
        body=content,
        content_type="application/octet-stream",
        headers={"Cache-Control": cached},
    )


def _refuse_strangers(request: web.Request) -> None:
    if request.get(CALLER) is None:
        raise NotSignedInError
    if not caller_of(request).may_act_as(REVIEWERS):
        raise NotAllowedError
