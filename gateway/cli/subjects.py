"""``drawbridge subjects``: whose data is here, erasing somebody, and the list of who was.

Room: gateway/cli. Lists and erases through the public API; reads the list of the erased from the
data directory, because it is needed most when there is no gateway.
"""

import asyncio
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table
from rich.text import Text

from config.loading import load
from gateway.cli.client import Client
from gateway.cli.options import DEFAULT_SERVER, AsJson, ConfigFile, Server, Token
from gateway.cli.output import CommandError, Exit, emit, emit_line, people

commands = typer.Typer(no_args_is_help=True, help="People: list, erase, and who was erased.")


@commands.command("list")
def show_all(server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False) -> None:
    """List the accounts: id, role, and the address of those who were not erased."""
    accounts = _call(server, token, "GET", "api/v1/accounts")["accounts"]
    if as_json:
        emit(accounts)
        return
    table = Table("id", "role", "e-mail", "closed", box=None)
    for account in accounts:
        shown = Text(account["email"] or "—")
        table.add_row(account["id"], account["role"], shown, "yes" if account["closed"] else "")
    people().print(table)


@commands.command("erase")
def erase(
    account: Annotated[str, typer.Argument(help="Whose account.", metavar="ACCOUNT")],
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person: keys first, then drawings and words. Nobody can undo it."""
    if not yes:
        typer.confirm("Nobody can bring anything of theirs back. Go on?", abort=True)
    files = _call(server, token, "DELETE", f"api/v1/accounts/{quote(account, safe='')}")["files"]
    people().print(f"Erased; {files} sealed files went with them. Renew the list for restoring.")


@commands.command("erased")
def erased(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", envvar="DRAWBRIDGE_DATA_DIR", help="A data directory.", metavar="DIR"
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """List who was erased, by ids that name nobody. Keep it apart: restoring asks for it."""
    overrides = {"data_dir": data} if data is not None else {}
    path = load(config, overrides=overrides).data_dir / "keys.sqlite"
    if not path.exists():
        raise CommandError("There are no keys in this directory.", Exit.USAGE)
    from storage.sealed.errors import KeysUnavailableError
    from storage.sealed.keystore import Keystore

    try:
        keystore = Keystore(path)
        try:
            for subject, _ in sorted(keystore.erased().items(), key=lambda item: item[1]):
                emit_line(subject)
        finally:
            keystore.close()
    except KeysUnavailableError as error:
        raise CommandError(cleandoc(type(error).__doc__ or "")) from error


def _call(server: str, token: str | None, method: str, path: str) -> Any:
    async def run() -> Any:
        async with Client(server, token) as client:
            return await client.call(method, path)

    return asyncio.run(run())
