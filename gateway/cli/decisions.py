"""``drawbridge parts choose|waive|unwaive``: what an owner decides about one drawing.

Room: gateway/cli. Calls the public API. A drawing is named by its id or by its file name.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from gateway.cli.client import Client
from gateway.cli.options import DEFAULT_SERVER, AsJson, Server, Token
from gateway.cli.output import CommandError, Exit, emit, people
from gateway.privacy.terms import WAIVER

PartId = Annotated[str, typer.Argument(help="The part's id.", metavar="PART")]
Drawing = Annotated[
    str, typer.Argument(help="The drawing: its id or its file name.", metavar="DRAWING")
]


def choose(
    part: PartId,
    drawing: Drawing,
    redact: Annotated[
        list[str] | None,
        typer.Option("--redact", help="A finding that is to go, by its id.", metavar="ID"),
    ] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Choose what of a drawing's own words goes; it is inspected anew. Without --redact: nothing.

    The ids stand in ``parts show --json``. What was chosen earlier and is not named now stays.
    """

    async def run(client: Client) -> Any:
        path = await _path(client, part, drawing)
        return await client.call("POST", f"{path}/choice", {"findings": redact or []})

    _tell(_run(Client(server, token), run), as_json=as_json)


def waive(
    part: PartId,
    drawing: Drawing,
    accept: Annotated[
        bool, typer.Option("--accept", help="You have read the terms and agree to them.")
    ] = False,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Let a drawing that cannot be cleaned go as it is; the terms are shown first.

    The part, the partner's page and every receipt say so. It can be taken back until release.
    """

    async def run(client: Client) -> Any:
        terms = (await client.call("GET", "api/v1/terms"))["terms"][WAIVER]
        people().print(terms["texts"]["en"], markup=False)
        if not accept:
            raise CommandError("Nothing was waived. To agree, say --accept.", Exit.USAGE)
        path = await _path(client, part, drawing)
        return await client.call("POST", f"{path}/waiver", {"terms": terms["sha256"]})

    _tell(_run(Client(server, token), run), as_json=as_json)


def unwaive(
    part: PartId,
    drawing: Drawing,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Take a waiver back; the drawing is refused again."""

    async def run(client: Client) -> Any:
        return await client.call("DELETE", f"{await _path(client, part, drawing)}/waiver")

    _tell(_run(Client(server, token), run), as_json=as_json)


def _run(client: Client, work: Any) -> Any:
    async def run() -> Any:
        async with client:
            return await work(client)

    return asyncio.run(run())


async def _path(client: Client, part: str, drawing: str) -> str:
    shown = await client.call("GET", f"api/v1/parts/{part}")
    for one in shown["drawings"]:
        if drawing in (one["id"], one["filename"]):
            return f"api/v1/parts/{part}/drawings/{one['id']}"
    raise CommandError("This part has no such drawing.", Exit.USAGE)


def _tell(part: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(part)
        return
    for drawing in part["drawings"]:
        label = "" if drawing["cleaned"] else " (not cleaned: waived by its owner)"
        people().print(f"{drawing['filename']}: {drawing['state']}{label}", markup=False)
