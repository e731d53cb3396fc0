"""``drawbridge serve``: the whole gateway in one process.

Room: gateway/cli. Settings are read here, once, and handed to the composition root.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from config.loading import load
from config.settings import Role
from gateway.cli.options import ConfigFile
from gateway.cli.output import people


def serve(
    data: Annotated[
        Path | None, typer.Option("--data", help="The data directory.", metavar="DIR")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Where to listen.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Which port; 0 picks a free one.", min=0, max=65535)
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option("--role", help="all, or intake: receives and seals, and can open nothing."),
    ] = None,
    config: ConfigFile = None,
    print_login: Annotated[
        bool | None,
        typer.Option(
            "--print-login/--no-print-login",
            help="Print the first one-time login; by default only to a terminal, never to a log.",
        ),
    ] = None,
) -> None:
    """Start the gateway: SQLite, files and in-process jobs unless the settings say otherwise.

    On an empty data directory it creates everything and writes DIR/first-admin.json with a
    one-time login link and an API key. A node of role intake needs the public root there first:
    `drawbridge keys export` on the node that opens writes it.
    """
    # Loading the whole house takes a second, which no other command should wait for.
    from gateway.assembly import serving

    given: dict[str, Any] = {"data_dir": data, "host": host, "port": port, "role": role}
    settings = load(config, overrides={k: v for k, v in given.items() if v is not None})
    console = people()

    def ready(url: str, first_login: Path | None) -> None:
        console.print(f"Drawbridge is up at [bold]{url}[/bold]  (Ctrl-C stops it)")
        if first_login is None:
            return
        if console.is_terminal if print_login is None else print_login:
            made = json.loads(first_login.read_text(encoding="utf-8"))
            console.print(f"First login, works once: {made['login_link']}")
        console.print(f"The first login and an API key stand in {first_login}")

    serving.serve(settings, ready)
