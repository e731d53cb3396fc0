"""/ledger: the published log as files for anyone: checkpoint, keys, policy, tiles (C2SP).

Room: gateway/api. Awaits storage.ledger. The public sees checkpoints and hashes, never an entry.
"""

from dataclasses import replace
from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.errors import NoSuchPageError
from gateway.api.keys import CALLER, LEDGER, LEDGER_WATCH, READS, SITE
from gateway.api.operations import ANYONE, REVIEWERS, operation
from gateway.identity.errors import NotAllowedError, NotSignedInError
from gateway.review.reads import Look
from storage.ledger.policy import NONE, Policy
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


@routes.get("/ledger/log.mldsa44.vkey")
@operation(to=ANYONE, media_type="text/plain")
async def show_second_vkey(request: web.Request) -> web.Response:
    """Give the key with which published checkpoints are signed besides, in ML-DSA-44."""
    second = request.app[LEDGER_WATCH].second_key
    if second is None:
        raise NoSuchPageError
    return web.Response(text=f"{second.vkey}\n", content_type="text/plain")


@routes.get("/ledger/policy")
@operation(to=ANYONE, media_type="text/plain")
async def show_policy(request: web.Request) -> web.Response:
    """Give the log's keys, its witnesses and their quorum (C2SP tlog-policy).

    Whoever audits should have these from elsewhere, too.
    """
    watch, url = request.app[LEDGER_WATCH], f"{request.app[SITE].url}/ledger"
    logs = {key: url for key in (request.app[LEDGER].key, watch.second_key) if key is not None}
    witnessed = watch.freshness.policy if watch.freshness else Policy(logs, {}, {}, NONE)
    # Where the witnesses are asked is between them and us.
    witnesses = {name: replace(one, url=None) for name, one in witnessed.witnesses.items()}
    return web.Response(
        body=replace(witnessed, logs=logs, witnesses=witnesses).text,
        content_type="text/plain",
        charset="utf-8",
    )


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
