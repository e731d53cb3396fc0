"""What a route says about itself: who may call it, what it takes and gives.

Room: gateway/api. Pure. One decorator carries it, on every handler; a handler without it stops
the start, so nothing is ever open by omission. gateway.api.auth enforces it and
gateway.api.openapi prints it.

    @routes.post("/api/v1/parts")
    @operation(to=CUSTOMERS, takes=NewPart, gives=PartDocument, status=201)
    async def create_part(request: web.Request) -> web.Response:
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar

from aiohttp import web
from pydantic import BaseModel

from gateway.identity.roles import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
H = TypeVar("H", bound=Handler)

ANYONE: Final[frozenset[Role]] = frozenset()
ADMINS: Final = frozenset({Role.ADMIN})
CUSTOMERS: Final = frozenset({Role.CUSTOMER})
REVIEWERS: Final = frozenset({Role.REVIEWER})
SIGNED_IN: Final = frozenset(Role)

_ATTRIBUTE: Final = "__operation__"


class UndeclaredRouteError(Exception):
    """A route does not say who may call it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the query: its name, its JSON schema, what it means, whether it may be repeated.

    ``schema`` is a JSON text, so that a declaration stays immutable.
    """

    name: str
    schema: str
    meaning: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """A route's own account of itself. ``to`` empty means anyone."""

    to: frozenset[Role]
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = HTTPStatus.OK
    media_type: str = "application/json"  # several are separated by ", "
    page: bool = False  # for people: who is not signed in is sent to the login page
    asks: tuple[Asked, ...] = ()

    @property
    def public(self) -> bool:
        """Whether anyone may call it."""
        return not self.to


def operation(
    *,
    to: frozenset[Role],
    takes: type[BaseModel] | None = None,
    gives: type[BaseModel] | None = None,
    status: int = HTTPStatus.OK,
    media_type: str = "application/json",
    asks: tuple[Asked, ...] = (),
) -> Callable[[H], H]:
    """Declare an API handler."""
    return _declared(Operation(to, takes, gives, status, media_type, asks=asks))


def page(*, to: frozenset[Role]) -> Callable[[H], H]:
    """Declare a handler that answers people with a page."""
    return _declared(Operation(to, media_type="text/html", page=True))


def _declared(declared: Operation) -> Callable[[H], H]:
    def mark(handler: H) -> H:
        setattr(handler, _ATTRIBUTE, declared)
        return handler

    return mark


def operation_of(route: web.AbstractRoute) -> Operation:
    """Return what a route declares; files of the console are open to anyone.

    Raises:
        UndeclaredRouteError: nothing.
    """
    if isinstance(route.resource, web.StaticResource):
        return Operation(ANYONE, media_type="application/octet-stream")
    declared = getattr(route.handler, _ATTRIBUTE, None)
    if not isinstance(declared, Operation):
        raise UndeclaredRouteError(f"{route.method} {route.resource}")
    return declared
