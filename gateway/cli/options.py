"""The options that several commands share, and the words that describe them.

Room: gateway/cli. ``--server`` and ``--token`` come from the environment when not given,
so that a key need not stand in the shell's history.
"""

import re
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import CommandError, Exit

Server = Annotated[
    str,
    typer.Option(
        "--server", envvar="DRAWBRIDGE_SERVER", help="The gateway's address.", metavar="URL"
    ),
]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="DRAWBRIDGE_TOKEN", help="An API key.", metavar="KEY"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataDir = Annotated[
    Path,
    typer.Option("--data", envvar="DRAWBRIDGE_DATA_DIR", help="The data directory.", metavar="DIR"),
]
# Of commands that also work on something else than a data directory.
AnyData = Annotated[
    Path | None,
    typer.Option("--data", envvar="DRAWBRIDGE_DATA_DIR", help="A data directory.", metavar="DIR"),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="A settings file (TOML).", metavar="FILE")
]

DEFAULT_SERVER = "http://127.0.0.1:8321"
DEFAULT_DATA = Path("var")

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds(text: str) -> int:
    """Return the seconds that ``7d``, ``12h``, ``30m``, ``90s`` or ``2w`` stand for.

    Raises:
        CommandError: it is not of that form, or is nothing.
    """
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhdw])", text.strip())
    if match is None:
        raise CommandError("A duration looks like 7d, 12h, 30m or 90s.", Exit.USAGE)
    return int(match[1]) * _UNIT_S[match[2]]
