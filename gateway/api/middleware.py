"""What happens to every request and response: a name, safe headers, and problems for errors.

Room: gateway/api. Pure but for the log. Handlers catch nothing; what they raise ends here.
"""

import secrets
import time
from typing import Final

from aiohttp import web

from gateway.api.errors import InternalError
from gateway.api.keys import METRICS, REQUEST_ID, SITE
from gateway.api.operations import Handler
from gateway.api.problems import problem, translated
from gateway.intake.tus import VERSION as TUS_VERSION
from gateway.observability.logging import log_of

log = log_of("gateway.api")

UPLOADS_PATH: Final = "/api/v1/uploads"
PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
}


@web.middleware
async def requests_are_logged(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, and write one line about it: its route's template, never its URL."""
    request_id = request[REQUEST_ID] = secrets.token_hex(8)
    began = time.perf_counter()
    status = 500
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as error:
        status = error.status
        raise
    finally:
        seconds = time.perf_counter() - began
        route = template(request)
        request.app[METRICS].request(request.method, route, status, seconds)
        log.info(
            "request",
            request=request_id,
            method=request.method,
            route=route,
            status=status,
            seconds=round(seconds, 4),
        )
    return response


@web.middleware
async def errors_become_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer an error with its problem document.

    Once the response has begun its status is spent, so the error goes on to aiohttp, which cuts
    the connection: nobody may take half an answer for a whole.
    """
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except Exception as error:
        face = translated(error)
        if face is None:
            log.error("request.broke", request=request[REQUEST_ID], error=type(error).__name__)
            face = InternalError(request=request[REQUEST_ID])
            face.__cause__ = error
        else:
            log.info("request.refused", request=request[REQUEST_ID], code=face.code)
        if request.writer.output_size:
            raise
        answer = problem(face)
        if isinstance(error, web.HTTPMethodNotAllowed):
            answer.headers["Allow"] = error.headers["Allow"]
        return answer


async def headers_are_safe(request: web.Request, response: web.StreamResponse) -> None:
    """Add what every response carries; what a handler set itself stays."""
    headers = response.headers
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)
    is_page = response.content_type == "text/html"
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
    if request.app[SITE].secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if (request_id := request.get(REQUEST_ID)) is not None:
        headers["X-Request-Id"] = request_id
    if request.path == UPLOADS_PATH or request.path.startswith(UPLOADS_PATH + "/"):
        headers["Tus-Resumable"] = TUS_VERSION
    # Which library answers, and in which version, helps attackers only.
    headers["Server"] = "drawbridge"


def template(request: web.Request) -> str:
    """Return the route as it is declared, without what stood in its places."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
