"""``drawbridge partners``: who may receive parts, and from which country.

Room: gateway/cli. Calls the public API.
"""

import asyncio
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.cli.client import Client
from gateway.cli.options import DEFAULT_SERVER, AsJson, Server, Token
from gateway.cli.output import emit, people

commands = typer.Typer(no_args_is_help=True, help="Partners and their declared countries.")


@commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The partner's name.", metavar="NAME")],
    email: Annotated[str, typer.Option("--email", help="Whom to write to there.")],
    country: Annotated[
        str, typer.Option("--country", help="Where the partner opens files (ISO 3166-1 alpha-2).")
    ],
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Add a partner with the country it declares."""
    body = {"name": name, "email": email, "country": country}
    partner = _call(server, token, "POST", body)
    if as_json:
        emit(partner)
    else:
        people().print(f"Added {name} ({partner['country']}) as {partner['id']}")


@commands.command("list")
def show(server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False) -> None:
    """List the partners you may send to."""
    answer = _call(server, token, "GET", None)
    partners = answer["partners"] if isinstance(answer, dict) else answer
    if as_json:
        emit(partners)
        return
    table = Table("id", "name", "country", box=None)
    for partner in partners:
        table.add_row(partner["id"], partner["name"], partner["country"])
    people().print(table)


def _call(server: str, token: str | None, method: str, body: Any) -> Any:
    async def run() -> Any:
        async with Client(server, token) as client:
            return await client.call(method, "api/v1/partners", body)

    return asyncio.run(run())
