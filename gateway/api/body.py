"""JSON in, checked by a model; JSON out, from a model.

Room: gateway/api. Awaits a request's content (bounded by the application's client_max_size).
"""

import json
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.api.errors import InvalidRequestError, NotJsonError

M = TypeVar("M", bound=BaseModel)


class Taken(BaseModel):
    """What a request may hold: nothing else, and of the right kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Given(BaseModel):
    """What a response holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def taken(request: web.Request, model: type[M]) -> M:
    """Return the request's content as ``model``.

    Raises:
        NotJsonError: it is not announced as JSON.
        InvalidRequestError: it is no JSON, or does not fit; names the fields, not their content.
    """
    if request.content_type != "application/json":
        raise NotJsonError
    raw = await request.read()
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise InvalidRequestError(
            [
                {"field": ".".join(str(step) for step in one["loc"]), "problem": one["msg"]}
                for one in error.errors(include_url=False, include_input=False)
            ]
        ) from None


def given(
    model: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Return ``model`` as a JSON response."""
    return web.Response(
        text=model.model_dump_json(),
        status=status,
        content_type="application/json",
        headers=headers,
    )


def given_json(value: Any, *, status: int = 200) -> web.Response:
    """Return any JSON value as a response."""
    return web.Response(
        text=json.dumps(value, separators=(",", ":")),
        status=status,
        content_type="application/json",
    )
