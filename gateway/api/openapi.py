"""GET /openapi.json: the API as OpenAPI 3.1, from the same declarations that enforce it.

Room: gateway/api. Pure. Pages for people are left out; everything else a route declares is in.
"""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.api.body import given_json
from gateway.api.keys import OPENAPI
from gateway.api.operations import ANYONE, Asked, Operation, operation, operation_of

routes: Final = web.RouteTableDef()

_PLACE: Final = re.compile(r"\{([a-z_]++)")
_REFERENCE: Final = "#/components/schemas/{model}"
_PROBLEM: Final[dict[str, Any]] = {
    "description": "A problem (RFC 9457); its type leads to /problems/{code}.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
    },
}


@routes.get("/openapi.json")
@operation(to=ANYONE)
async def show_openapi(request: web.Request) -> web.Response:
    """Describe this API."""
    return given_json(request.app[OPENAPI])


def described(every: Iterable[web.AbstractRoute]) -> dict[str, Any]:
    """Return the OpenAPI document of ``every`` route."""
    operations = list(_operations(every))
    schemas, components = _schemas(declared for _, _, declared in operations)
    paths: dict[str, dict[str, Any]] = {}
    for path, route, declared in operations:
        paths.setdefault(path, {})[route.method.lower()] = _one(path, route, declared, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Drawbridge",
            "version": "1",
            "description": "A privacy-aware file-transfer gateway for design drawings.",
        },
        "paths": paths,
        "components": {
            "schemas": components | {"Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "drawbridge"},
            },
        },
    }


def _operations(
    every: Iterable[web.AbstractRoute],
) -> Iterable[tuple[str, web.AbstractRoute, Operation]]:
    for route in every:
        if route.resource is None or isinstance(route.resource, web.StaticResource):
            continue
        declared = operation_of(route)
        if not declared.page:
            yield route.resource.canonical, route, declared


def _schemas(
    declared: Iterable[Operation],
) -> tuple[Mapping[type[BaseModel], Any], dict[str, Any]]:
    models = {model for one in declared for model in (one.takes, one.gives) if model is not None}
    ordered = sorted(models, key=lambda model: model.__name__)
    references, definitions = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_REFERENCE
    )
    by_model = {model: references[model, "validation"] for model in ordered}
    return by_model, definitions.get("$defs", {})


def _one(
    path: str,
    route: web.AbstractRoute,
    declared: Operation,
    schemas: Mapping[type[BaseModel], Any],
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(declared.status).phrase}
    if declared.gives is not None:
        answer["content"] = {declared.media_type: {"schema": schemas[declared.gives]}}
    elif declared.media_type != "application/json":
        answer["content"] = {media_type: {} for media_type in declared.media_type.split(", ")}
    told: dict[str, Any] = {
        "summary": cleandoc(route.handler.__doc__ or "").partition("\n")[0],
        "operationId": f"{route.method.lower()}_{getattr(route.handler, '__name__', 'handler')}",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PLACE.findall(path)
        ]
        + [_asked(one) for one in declared.asks],
        "responses": {str(int(declared.status)): answer, "default": _PROBLEM},
        "security": [] if declared.public else [{"key": []}, {"session": []}],
    }
    if declared.takes is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[declared.takes]}},
        }
    return told


def _asked(one: Asked) -> dict[str, Any]:
    schema = json.loads(one.schema)
    return {
        "name": one.name,
        "in": "query",
        "required": False,
        "description": one.meaning,
        "schema": {"type": "array", "items": schema} if one.many else schema,
    }
