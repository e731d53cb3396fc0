"""``drawbridge ledger``: verify, publish, prove, audit; exports stand in ledger_export.

Room: gateway/cli. Works on files, whether a gateway runs on them or not, and changes none of
theirs. Exit codes: 0 valid, 3 invalid (and where), 1 it could not be read.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.ledger_export import audit_export, export
from gateway.cli.ledger_sources import audited, opened, own_key, read, source_of
from gateway.cli.options import AsJson, Token
from gateway.cli.output import CommandError, Exit, emit, emit_line, people, work_progress
from storage.ledger import audit, publishing, reading
from storage.ledger.database import DAMAGED
from storage.ledger.errors import NoSuchEntryError, NotInLedgerError, NotValidError

commands = typer.Typer(no_args_is_help=True, help="The log: verify, publish, prove, export, audit.")

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="DRAWBRIDGE_DATA_DIR", help="A data directory.", metavar="DIR"),
]
Database = Annotated[
    Path | None, typer.Option("--database", help="A ledger.sqlite.", metavar="FILE")
]
Key = Annotated[
    str | None,
    typer.Option("--vkey", help="The key it must be signed with: a vkey, or a file of one."),
]


@commands.command("verify")
def verify(
    tiles: Annotated[
        Path | None, typer.Argument(help="A folder of published tiles.", metavar="DIR_OF_TILES")
    ] = None,
    data: Data = None,
    database: Database = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint seen before.", metavar="FILE")
    ] = None,
    vkey: Key = None,
    as_json: AsJson = False,
) -> None:
    """Verify the log: every entry, opening, tile and checkpoint. Exit 3 says where it is invalid.

    Keep checkpoints elsewhere and give them back with --checkpoint: only they can tell that the
    end of the log was cut off together with the checkpoints over it.
    """
    older = read(checkpoint) if checkpoint else None
    with _verdict(as_json):
        if tiles is not None:
            summary = audited(str(tiles), vkey, None, older)
        else:
            path, key = source_of(data, database, vkey)
            with work_progress(people()) as progress:
                progress.add_task("verifying the log")
                summary = audit.verify(path, key=key, older_note=older)
        _tell(summary, as_json)


@commands.command("audit")
def audit_published(
    source: Annotated[str, typer.Argument(help="A log's address, or a folder.", metavar="URL|DIR")],
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint seen before.", metavar="FILE")
    ] = None,
    vkey: Key = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Audit a published log from outside. Entries are public to reviewers only: give --token.

    Without --vkey the key comes from the log itself: that finds damage, not an impostor.
    """
    older = read(checkpoint) if checkpoint else None
    with _verdict(as_json):
        _tell(audited(source, vkey, token, older), as_json)


@commands.command("publish")
def publish(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where it goes.", metavar="OUT")],
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write the log as static files: checkpoint, tile/…, log.vkey (C2SP tlog-tiles)."""
    path, key = source_of(data, database, None)
    with _verdict(as_json), work_progress(people()) as progress:
        progress.add_task("publishing the log")
        audit.check_tree(path, key or own_key(path))
        with opened(path) as log:
            signed = publishing.publish(log, output)
    if as_json:
        emit({"directory": str(output), "size": signed.size, "root": signed.root.hex()})
    else:
        people().print(f"{signed.size} entries in {output}")


@commands.command("prove")
def prove(
    index: Annotated[int, typer.Argument(help="The entry's number, from 0.", min=0)],
    data: Data = None,
    database: Database = None,
) -> None:
    """Print the proof that an entry is in the log: a C2SP tlog-proof."""
    path, _ = source_of(data, database, None)
    with opened(path) as log, _verdict(as_json=False):
        sys.stdout.write(reading.prove(log, index, *reading.opened_head(log)).text)


commands.command("export")(export)
commands.command("audit-export")(audit_export)


@contextmanager
def _verdict(as_json: bool) -> Iterator[None]:
    """Say "invalid" and where, and leave with the code of a refusal."""
    try:
        yield
    except NotValidError as error:
        if as_json:
            emit({"valid": False, "where": error.where, "why": error.why})
        raise CommandError(f"invalid: {error.where}: {error.why}", Exit.REFUSED) from error
    except NoSuchEntryError as error:
        raise CommandError("There is no such log.") from error
    except NotInLedgerError as error:
        raise CommandError("The log has no such entry.") from error
    except DAMAGED as error:
        raise CommandError("The ledger file cannot be read.") from error


def _tell(summary: audit.Summary, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "valid": True,
                "origin": summary.origin,
                "size": summary.size,
                "root": summary.root.hex(),
                "vkey": summary.vkey,
                "openings": summary.openings,
                "erased": summary.erased,
                "checkpoints": summary.checkpoints,
                "entries_read": summary.entries_read,
            }
        )
        return
    emit_line(f"valid: {summary.size} entries, root {b64encode(summary.root).decode()}")
    people().print(f"signed with {summary.vkey}", markup=False)
    if not summary.entries_read:
        people().print("Only hashes were read: entries are for reviewers (--token).")
