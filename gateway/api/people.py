"""Signing in and out, one-time links, API keys.

Room: gateway/api. Awaits gateway.identity.
"""

from datetime import UTC, datetime
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of, cookie_name, csrf_of, set_session_cookie
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import ACCOUNTS, API_KEYS, ERASURE, SESSIONS, SITE
from gateway.api.operations import ADMINS, ANYONE, SIGNED_IN, operation
from gateway.identity.roles import Role
from gateway.identity.sessions import Started
from storage.rows.credentials import Holder

routes: Final = web.RouteTableDef()

Text = Annotated[str, Field(min_length=1, max_length=400)]


class Login(Taken):
    """An e-mail address and its password."""

    email: Text
    password: Text


class Acceptance(Taken):
    """A one-time token and the password chosen with it; an address where none is known yet."""

    token: Text
    password: Text
    email: Annotated[str, Field(max_length=400)] | None = None


class SessionDocument(Given):
    """Who is signed in; ``csrf`` goes into X-CSRF-Token with every change."""

    account: str
    role: str
    csrf: str


class NewInvitation(Taken):
    """Somebody to be let in."""

    role: Annotated[Role, Field(strict=False)]
    email: Text


class InvitationDocument(Given):
    """A one-time link, shown once."""

    account: str
    role: str
    link: str
    expires_at: datetime


class AccountEntry(Given):
    """An account; without an address it is closed, or nobody took possession of it yet."""

    id: str
    role: str
    email: str | None
    closed: bool


class AccountList(Given):
    """All accounts."""

    accounts: list[AccountEntry]


class ErasedDocument(Given):
    """How many sealed files went with a person."""

    files: int


class ApiKeyDocument(Given):
    """A new API key; the secret is shown once."""

    id: str
    api_key: str


class ApiKeyEntry(Given):
    """An API key, without its secret."""

    id: str
    account: str
    created_at: datetime
    revoked_at: datetime | None


class ApiKeyList(Given):
    """All API keys, newest first."""

    api_keys: list[ApiKeyEntry]


@routes.post("/api/v1/login")
@operation(to=ANYONE, takes=Login, gives=SessionDocument)
async def login(request: web.Request) -> web.Response:
    """Sign in with a password; the session comes as a cookie."""
    wanted = await taken(request, Login)
    return _signed_in(request, await request.app[SESSIONS].login(wanted.email, wanted.password))


@routes.post("/api/v1/invitations/accept")
@operation(to=ANYONE, takes=Acceptance, gives=SessionDocument)
async def accept(request: web.Request) -> web.Response:
    """Use a one-time link: set a password and be signed in."""
    wanted = await taken(request, Acceptance)
    row = await request.app[ACCOUNTS].accept(wanted.token, wanted.password, wanted.email)
    started = await request.app[SESSIONS].start(Holder(row.id, row.subject, row.role))
    return _signed_in(request, started)


@routes.get("/api/v1/session")
@operation(to=SIGNED_IN, gives=SessionDocument)
async def show_session(request: web.Request) -> web.Response:
    """Say who is signed in."""
    caller = caller_of(request)
    return given(SessionDocument(account=caller.account, role=caller.role, csrf=csrf_of(request)))


@routes.post("/api/v1/logout")
@operation(to=SIGNED_IN, status=204)
async def logout(request: web.Request) -> web.Response:
    """End this session, and have the browser forget what it kept."""
    caller = caller_of(request)
    if caller.session is not None:
        await request.app[SESSIONS].end(caller.session)
    response = web.Response(
        status=204, headers={"Clear-Site-Data": '"cache", "cookies", "storage"'}
    )
    response.del_cookie(cookie_name(request), path="/", secure=request.app[SITE].secure)
    return response


@routes.post("/api/v1/invitations")
@operation(to=ADMINS, takes=NewInvitation, gives=InvitationDocument, status=201)
async def invite(request: web.Request) -> web.Response:
    """Make an account and the one-time link that opens it."""
    wanted = await taken(request, NewInvitation)
    invitation = await request.app[ACCOUNTS].invite(wanted.role, wanted.email, caller_of(request))
    document = InvitationDocument(
        account=invitation.account,
        role=invitation.role,
        link=f"{request.app[SITE].url}/invite#{invitation.token}",
        expires_at=datetime.fromtimestamp(invitation.expires_at, UTC),
    )
    return given(document, status=201)


@routes.get("/api/v1/accounts")
@operation(to=ADMINS, gives=AccountList)
async def list_accounts(request: web.Request) -> web.Response:
    """List the accounts, oldest first; those of erased people say so, and nothing else."""
    shown = [
        AccountEntry(id=row.id, role=row.role, email=email, closed=row.disabled)
        for row, email in await request.app[ACCOUNTS].listed()
    ]
    return given(AccountList(accounts=shown))


@routes.delete("/api/v1/accounts/{id}")
@operation(to=ADMINS, gives=ErasedDocument)
async def erase_account(request: web.Request) -> web.Response:
    """Erase a person: their keys, drawings, words and what the log could be opened to.

    It cannot be undone, by anybody. The log keeps that somebody was erased, and not who.
    """
    removed = await request.app[ERASURE].erase_account(request.match_info["id"], caller_of(request))
    return given(ErasedDocument(files=removed))


@routes.post("/api/v1/api-keys")
@operation(to=ADMINS, gives=ApiKeyDocument, status=201)
async def create_api_key(request: web.Request) -> web.Response:
    """Make an API key for your own account."""
    key = await request.app[API_KEYS].create(caller_of(request).account)
    return given(ApiKeyDocument(id=key.id, api_key=key.secret), status=201)


@routes.get("/api/v1/api-keys")
@operation(to=ADMINS, gives=ApiKeyList)
async def list_api_keys(request: web.Request) -> web.Response:
    """List all API keys."""
    keys = [
        ApiKeyEntry(
            id=key.id,
            account=key.account,
            created_at=datetime.fromtimestamp(key.created_at, UTC),
            revoked_at=datetime.fromtimestamp(key.revoked_at, UTC) if key.revoked_at else None,
        )
        for key in await request.app[API_KEYS].every()
    ]
    return given(ApiKeyList(api_keys=keys))


@routes.delete("/api/v1/api-keys/{id}")
@operation(to=ADMINS, status=204)
async def revoke_api_key(request: web.Request) -> web.Response:
    """Revoke an API key, at once."""
    await request.app[API_KEYS].revoke(request.match_info["id"], caller_of(request))
    return web.Response(status=204)


def _signed_in(request: web.Request, started: Started) -> web.Response:
    document = SessionDocument(account=started.account, role=started.role, csrf=started.csrf)
    response = given(document)
    set_session_cookie(request, response, started.token)
    return response
