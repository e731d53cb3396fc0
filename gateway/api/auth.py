"""Who is calling, and whether they may: bearer keys for programs, a cookie for browsers.

Room: gateway/api. Awaits identity. Every route declares whom it is open to (see operations).
A cookie alone changes nothing: unsafe methods also need the session's CSRF token, in the header
X-CSRF-Token or, from a form, in the field ``csrf``.
"""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from gateway.api.keys import API_KEYS, CALLER, SESSIONS, SITE
from gateway.api.operations import Handler, Operation, operation_of
from gateway.identity.errors import CsrfError, NotAllowedError, NotSignedInError
from gateway.identity.roles import Caller
from gateway.identity.tokens import csrf_token, same
from gateway.intake.tus import effective_method

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf"


def cookie_name(request: web.Request) -> str:
    """Return the session cookie's name; with https it can only come from this very host."""
    return "__Host-drawbridge" if request.app[SITE].secure else "drawbridge"


def set_session_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Hand a browser its session."""
    response.set_cookie(
        cookie_name(request),
        token,
        path="/",
        httponly=True,
        secure=request.app[SITE].secure,
        samesite="Lax",
    )


def caller_of(request: web.Request) -> Caller:
    """Return who is calling; only for routes that are not open to anyone.

    Raises:
        NotSignedInError: nobody is known.
    """
    caller: Caller | None = request.get(CALLER)
    if caller is None:
        raise NotSignedInError
    return caller


def csrf_of(request: web.Request) -> str:
    """Return the CSRF token for pages of this request's session, "" without one."""
    token = request.cookies.get(cookie_name(request))
    return csrf_token(token) if token and request.get(CALLER) is not None else ""


@web.middleware
async def callers_are_known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through to its handler, or refuse it."""
    if request.match_info.http_exception is not None:
        return await handler(request)
    declared = operation_of(request.match_info.route)
    caller = await identify(request, declared)
    if caller is not None:
        request[CALLER] = caller
    elif declared.page and not declared.public:
        raise web.HTTPSeeOther("/login")
    await _refuse_forgeries(request, caller)
    return await handler(request)


async def identify(request: web.Request, declared: Operation) -> Caller | None:
    """Return who is calling, if known.

    Raises:
        NotSignedInError: it must be known and is not (pages send people to sign in instead).
        NotAllowedError: it is known, and may not.
    """
    caller = await _caller(request)
    if declared.public:
        return caller
    if caller is None:
        if declared.page:
            return None
        raise NotSignedInError
    if not caller.may_act_as(declared.to):
        raise NotAllowedError
    return caller


async def _caller(request: web.Request) -> Caller | None:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await request.app[API_KEYS].caller(credentials.strip())
    token = request.cookies.get(cookie_name(request))
    return await request.app[SESSIONS].caller(token) if token else None


async def _refuse_forgeries(request: web.Request, caller: Caller | None) -> None:
    methods = {request.method, effective_method(request.method, request.headers)}
    if methods <= SAFE_METHODS or "Authorization" in request.headers:
        return
    if _from_elsewhere(request):
        raise CsrfError
    if caller is None or caller.session is None:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.content_type in FORMS:
        given = str((await request.post()).get(CSRF_FIELD, ""))
    if not same(given, csrf_of_cookie(request)):
        raise CsrfError


def csrf_of_cookie(request: web.Request) -> str:
    """Return the CSRF token that the request's own cookie calls for."""
    return csrf_token(request.cookies.get(cookie_name(request), ""))


def _from_elsewhere(request: web.Request) -> bool:
    """Whether a browser says that another site's page sent this; programs say nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return False
    known = {request.host, urlsplit(request.app[SITE].url).netloc}
    return urlsplit(origin).netloc not in known
