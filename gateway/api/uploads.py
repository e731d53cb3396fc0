"""/api/v1/uploads: resumable uploads by tus 1.0.0.

Room: gateway/api. Awaits gateway.intake.uploads. All methods come through one door, because a
client that cannot send PATCH or DELETE says so in X-HTTP-Method-Override. Whoever asks first
(Expect: 100-continue) is told no before sending the bytes.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
from aiohttp import web

from gateway.api.auth import caller_of, identify
from gateway.api.errors import WrongMethodError
from gateway.api.keys import METRICS, SITE, UPLOADS
from gateway.api.operations import ANYONE, CUSTOMERS, operation, operation_of
from gateway.api.problems import problem, translated
from gateway.intake import tus
from gateway.intake.body import ConnectionLostError, Read

routes: Final = web.RouteTableDef()
COLLECTION: Final = "/api/v1/uploads"
ITEM: Final = "/api/v1/uploads/{id}"

Answer = Callable[[web.Request], Awaitable[web.Response]]


async def before_the_bytes(request: web.Request) -> web.StreamResponse | None:
    """Answer ``Expect: 100-continue``: go on, or the problem there would be afterwards."""
    try:
        if request.headers.get("Expect", "").lower() != "100-continue":
            raise web.HTTPExpectationFailed
        caller = await identify(request, operation_of(request.match_info.route))
        if caller is not None and tus.effective_method(request.method, request.headers) == "PATCH":
            tus.require_version(request.headers)
            wanted = tus.append(request.headers, max_bytes=_max_bytes(request))
            await request.app[UPLOADS].admit(caller, request.match_info["id"], wanted)
    except Exception as error:
        face = translated(error)
        if face is None:
            raise
        answer = problem(face)
        answer.force_close()
        return answer
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    # This was not the answer yet; aiohttp counts the answer's bytes from here.
    request.writer.output_size = 0
    return None


@operation(to=ANYONE, status=204)
async def options(request: web.Request) -> web.Response:
    """Tell which protocol is spoken here, and how long an upload may be."""
    return await _dispatched(request, {"OPTIONS": _options})


@operation(to=CUSTOMERS, status=201)
async def collection(request: web.Request) -> web.Response:
    """Create an upload, perhaps with its first bytes."""
    return await _dispatched(request, {"OPTIONS": _options, "POST": _create})


@operation(to=CUSTOMERS, status=204)
async def item(request: web.Request) -> web.Response:
    """Learn where an upload stands (HEAD), add to it (PATCH), destroy it (DELETE)."""
    return await _dispatched(
        request, {"OPTIONS": _options, "HEAD": _head, "PATCH": _patch, "DELETE": _delete}
    )


routes.options(COLLECTION)(options)
routes.options(ITEM)(options)
routes.post(COLLECTION, expect_handler=before_the_bytes)(collection)
for _method in ("HEAD", "PATCH", "DELETE", "POST"):
    routes.route(_method, ITEM, expect_handler=before_the_bytes)(item)


async def _dispatched(request: web.Request, answers: dict[str, Answer]) -> web.Response:
    method = tus.effective_method(request.method, request.headers)
    answer = answers.get(method)
    if answer is None:
        raise WrongMethodError
    if method != "OPTIONS":
        tus.require_version(request.headers)
    return await answer(request)


async def _options(request: web.Request) -> web.Response:
    return web.Response(status=204, headers=tus.options_headers(max_bytes=_max_bytes(request)))


async def _create(request: web.Request) -> web.Response:
    caller, uploads = caller_of(request), request.app[UPLOADS]
    wanted = tus.creation(request.headers, max_bytes=_max_bytes(request))
    body = None
    if tus.with_upload(request.headers):
        body = tus.append(request.headers, max_bytes=_max_bytes(request), offset=0)
    upload, status = await uploads.create(caller, wanted)
    if body is not None:
        status = await uploads.append(caller, upload, body, _reader(request))
    # Relative, so that it is right behind every proxy.
    location = {"Location": f"{COLLECTION}/{upload}"}
    return web.Response(status=201, headers=location | tus.progress_headers(status))


async def _head(request: web.Request) -> web.Response:
    uploads = request.app[UPLOADS]
    status = await uploads.status(caller_of(request), request.match_info["id"])
    return web.Response(status=200, headers=tus.status_headers(status))


async def _patch(request: web.Request) -> web.Response:
    wanted = tus.append(request.headers, max_bytes=_max_bytes(request))
    uploads, upload = request.app[UPLOADS], request.match_info["id"]
    status = await uploads.append(caller_of(request), upload, wanted, _reader(request))
    return web.Response(status=204, headers=tus.progress_headers(status))


async def _delete(request: web.Request) -> web.Response:
    await request.app[UPLOADS].terminate(caller_of(request), request.match_info["id"])
    return web.Response(status=204)


def _reader(request: web.Request) -> Read:
    metrics = request.app[METRICS]

    async def read() -> bytes:
        try:
            piece = await request.content.readany()
        except (web.RequestPayloadError, aiohttp.ClientError, OSError) as error:
            raise ConnectionLostError from error
        metrics.received(len(piece))
        return piece

    return read


def _max_bytes(request: web.Request) -> int:
    return request.app[SITE].max_upload_bytes
