"""``drawbridge ledger begin-anew``: end a log, and begin another that holds its end.

Room: gateway/cli. No gateway may run on the data directory.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.ledger_sources import read
from gateway.cli.options import AsJson, ConfigFile
from gateway.cli.output import CommandError, emit, emit_line, people
from storage.ledger.errors import LedgerError
from storage.rows.engine import RowsUnavailableError
from storage.sealed.errors import UnsafeKeyFileError

if TYPE_CHECKING:
    from gateway.assembly.anew import Ended


def begin_anew(
    origin: Annotated[
        str, typer.Option("--origin", help="The new log's name: like log.example/2027.")
    ],
    data: Annotated[
        Path | None, typer.Option("--data", help="The data directory.", metavar="DIR")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", help="The old log's newest checkpoint, seen elsewhere.", metavar="FILE"
        ),
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """End the log and go on in a new one, whose first entry holds the old one's last checkpoint.

    For the turn of the year; and the way out where the gateway does not start because the log was
    brought back from an older backup ("ledger-behind"). Where a witness saw more of the old log
    than this directory remembers, give what it shows as --checkpoint. The old log stays in
    DIR/ledgers, without its private keys; give the new vkey to witnesses and auditors.
    """
    ended = _ended(data, config, origin, read(checkpoint) if checkpoint else None)
    if as_json:
        emit(
            {
                "ended": {"origin": ended.last.origin, "size": ended.last.size},
                "archive": str(ended.archive),
                "vkey": ended.key.vkey,
            }
        )
        return
    emit_line(ended.key.vkey)
    people().print(f"{ended.last.origin} ended with {ended.last.size} entries: {ended.archive}")


def _ended(data: Path | None, config: Path | None, origin: str, seen: bytes | None) -> "Ended":
    from config.loading import load
    from gateway.assembly.anew import begin_anew as begun_anew
    from gateway.clock import system_clock
    from gateway.start import held

    settings = load(config, overrides={"data_dir": data} if data else {})
    try:
        with held(settings.data_dir):
            return asyncio.run(begun_anew(settings, origin, system_clock, seen))
    except UnsafeKeyFileError as error:
        raise CommandError("A key of the log is readable by others, or damaged.") from error
    except (LedgerError, RowsUnavailableError) as error:
        raise CommandError(
            "The log or the rows cannot be read: nothing was lost. Again?"
        ) from error
