"""``drawbridge partners``: who may receive parts, and from which country.

Room: gateway/cli. Calls the public API.
"""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.cli.client import Client
from gateway.cli.options import DEFAULT_SERVER, AsJson, Server, Token
from gateway.cli.output import CommandError, Exit, emit, people

commands = typer.Typer(no_args_is_help=True, help="Partners and their declared countries.")

PartnerId = Annotated[str, typer.Argument(help="The partner's id.", metavar="PARTNER")]


@commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The partner's name.", metavar="NAME")],
    email: Annotated[str, typer.Option("--email", help="Whom to write to there.")],
    country: Annotated[
        str, typer.Option("--country", help="Where the partner opens files (ISO 3166-1 alpha-2).")
    ],
    document: Annotated[
        list[str] | None,
        typer.Option(
            "--document", help="A paper on file and its last day.", metavar="ID=YYYY-MM-DD"
        ),
    ] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Add a partner with the country it declares, and the papers on file for it."""
    body = {"name": name, "email": email, "country": country, "documents": _papers(document or ())}
    partner = _call(server, token, "POST", body=body)
    if as_json:
        emit(partner)
    else:
        people().print(f"Added {name} ({partner['country']}) as {partner['id']}")


@commands.command("list")
def show(server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False) -> None:
    """List the partners you may send to."""
    answer = _call(server, token, "GET")
    partners = answer["partners"] if isinstance(answer, dict) else answer
    if as_json:
        emit(partners)
        return
    table = Table("id", "name", "country", box=None)
    for partner in partners:
        table.add_row(partner["id"], partner["name"], partner["country"])
    people().print(table)


@commands.command("block")
def block(
    partner: PartnerId,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Block a partner: its links die, running downloads are cut."""
    _tell(_call(server, token, "POST", f"/{partner}/block"), as_json=as_json)


@commands.command("unblock")
def unblock(
    partner: PartnerId,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Let a partner receive parts again."""
    _tell(_call(server, token, "POST", f"/{partner}/unblock"), as_json=as_json)


def _tell(partner: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(partner)
    else:
        people().print(f"{partner['id']}: {'blocked' if partner['blocked'] else 'not blocked'}")


def _papers(given: Iterable[str]) -> dict[str, str]:
    papers = {}
    for one in given:
        name, equals, day = one.partition("=")
        if not equals:
            raise CommandError("A paper looks like EU_SCC=2027-12-31.", Exit.USAGE)
        papers[name] = day
    return papers


def _call(server: str, token: str | None, method: str, path: str = "", body: Any = None) -> Any:
    async def run() -> Any:
        async with Client(server, token) as client:
            return await client.call(method, f"api/v1/partners{path}", body)

    return asyncio.run(run())
