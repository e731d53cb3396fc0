"""``drawbridge witness``: signs other companies' checkpoints, over HTTP.

Room: gateway/witness. Awaits the witness in a thread. Source: C2SP tlog-witness.

    POST /add-checkpoint                       200 cosignatures · 400 · 403 · 404 · 409 · 422
    GET  /<sha256hex(origin)>/checkpoint       the newest checkpoint signed of a log
    GET  /healthz

Who asks needs no account: a checkpoint says by its signature whose it is. Nobody's address is kept.
"""

from hashlib import sha256
from typing import Final

from aiohttp import web

from gateway.observability.logging import log_of
from storage.ledger.errors import LedgerError, LedgerUnavailableError
from storage.ledger.witness import (
    MalformedError,
    NotGrownError,
    OtherSizeError,
    StrangerError,
    UnknownLogError,
    Witness,
)
from storage.ledger.witnessing import MAX_REQUEST_BYTES, SIZE_TYPE
from storage.threads import finished

log = log_of("gateway.witness")

WITNESS: Final = web.AppKey("witness", Witness)

_STATUS: Final[dict[type[LedgerError], int]] = {
    MalformedError: 400,
    StrangerError: 403,
    UnknownLogError: 404,
    OtherSizeError: 409,
    NotGrownError: 422,
    LedgerUnavailableError: 503,
}

routes: Final = web.RouteTableDef()


def application(witness: Witness) -> web.Application:
    """Return the witness' application."""
    app = web.Application(client_max_size=MAX_REQUEST_BYTES)
    app[WITNESS] = witness
    app.add_routes(routes)
    return app


@routes.post("/add-checkpoint")
async def add_checkpoint(request: web.Request) -> web.Response:
    """Sign a checkpoint that has grown from the one before."""
    try:
        lines = await finished(request.app[WITNESS].add_checkpoint, await request.read())
    except OtherSizeError as error:
        return _refused(error, f"{error.size}\n", SIZE_TYPE)
    except LedgerError as error:
        return _refused(error, f"{type(error).__doc__}\n", "text/plain")
    log.info("witness.signed")
    return web.Response(body=lines, content_type="text/plain", charset="utf-8")


@routes.get("/{name:[0-9a-f]{64}}/checkpoint")
async def show_checkpoint(request: web.Request) -> web.Response:
    """Show the newest checkpoint that was signed of a log."""
    witness, name = request.app[WITNESS], request.match_info["name"]
    for origin in witness.logs:
        if sha256(origin.encode()).hexdigest() == name:
            note = await finished(witness.memory.newest, origin)
            if note is not None:
                return web.Response(body=note, content_type="text/plain", charset="utf-8")
    raise web.HTTPNotFound


@routes.get("/healthz")
async def healthz(_: web.Request) -> web.Response:
    """Say that the process answers."""
    return web.json_response({"status": "ok"})


def _refused(error: LedgerError, said: str, kind: str) -> web.Response:
    status = _STATUS.get(type(error), 503)
    # A log that forks is what witnesses are for: this line is what their operators watch for.
    told = log.error if isinstance(error, NotGrownError) else log.warning
    told("witness.refused", error=type(error).__name__, status=status)
    return web.Response(body=said.encode(), status=status, content_type=kind)
