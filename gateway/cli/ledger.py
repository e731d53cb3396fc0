"""``drawbridge ledger``: verify, publish, prove, audit; exports stand in ledger_export.

Room: gateway/cli. Works on files, whether a gateway runs on them or not, and changes none of
theirs. Exit codes: 0 valid, 3 invalid (and where), 1 it could not be read.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from gateway.assembly.ledger_place import LedgerPlace
from gateway.cli.ledger_anew import begin_anew
from gateway.cli.ledger_export import audit_export, export
from gateway.cli.ledger_sources import (
    Expected,
    audited,
    notary_of,
    opened,
    own_key,
    policy_from,
    read,
    source_of,
)
from gateway.cli.options import AsJson, Token
from gateway.cli.output import CommandError, Exit, emit, emit_line, people, work_progress
from storage.ledger import audit, publishing, reading
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.database import DAMAGED
from storage.ledger.errors import (
    LedgerUnavailableError,
    NoSuchEntryError,
    NotInLedgerError,
    NotValidError,
)
from storage.ledger.notary import RECORD, SECOND_KEY
from storage.ledger.policy import Policy

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

PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="Which witnesses must have cosigned it.", metavar="FILE"),
]
Follows = Annotated[
    Path | None,
    typer.Option(
        "--follows", help="The last checkpoint of the log it must go on from.", metavar="FILE"
    ),
]
SignedFile = Annotated[
    Path | None,
    typer.Option(
        "--signed",
        envvar="DRAWBRIDGE_LEDGER__SIGNED_FILE",
        help="Where is recorded what was handed out; by default DIR/ledger.signed.",
        metavar="FILE",
    ),
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
    policy: PolicyFile = None,
    follows: Follows = None,
    as_json: AsJson = False,
) -> None:
    """Verify the log: every entry, opening, tile and checkpoint. Exit 3 says where it is invalid.

    Keep checkpoints elsewhere and give them back with --checkpoint: only they can tell that the
    end of the log was cut off together with the checkpoints over it. Of a data directory, what its
    gateway handed out last is such a checkpoint.
    """
    older = read(checkpoint) if checkpoint else _handed_out(data)
    expected = Expected(vkey, older, policy_from(policy))
    with _verdict(as_json):
        if tiles is not None:
            summary = audited(str(tiles), None, expected)
        else:
            path, key = source_of(data, database, vkey)
            with work_progress(people()) as progress:
                progress.add_task("verifying the log")
                summary = audit.verify(path, key=key, older_note=older, second=_second_of(data))
                summary = _witnessed(path, summary, expected.policy)
        _follows(summary, follows)
        _tell(summary, as_json)


@commands.command("audit")
def audit_published(
    source: Annotated[str, typer.Argument(help="A log's address, or a folder.", metavar="URL|DIR")],
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint seen before.", metavar="FILE")
    ] = None,
    vkey: Key = None,
    policy: PolicyFile = None,
    follows: Follows = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Audit a published log from outside. Entries are public to reviewers only: give --token.

    Without --vkey, and without a --policy that names the log, the key comes from the log itself:
    that finds damage, not an impostor. With --policy, too few witnesses are a refusal.
    """
    older = read(checkpoint) if checkpoint else None
    with _verdict(as_json):
        summary = audited(source, token, Expected(vkey, older, policy_from(policy)))
        _follows(summary, follows)
        _tell(summary, as_json)


@commands.command("publish")
def publish(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where it goes.", metavar="OUT")],
    data: Data = None,
    database: Database = None,
    signed: SignedFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the log as static files: checkpoint, tile/…, log.vkey (C2SP tlog-tiles).

    Of a data directory, what goes out is recorded in its ledger.signed first.
    """
    path, key = source_of(data, database, None)
    with _verdict(as_json), work_progress(people()) as progress:
        progress.add_task("publishing the log")
        audit.check_tree(path, key or own_key(path))
        with opened(path) as log:
            out = publishing.publish(log, output, notary=notary_of(data, signed))
    if as_json:
        emit({"directory": str(output), "size": out.size, "root": out.root.hex()})
    else:
        people().print(f"{out.size} entries in {output}")


@commands.command("prove")
def prove(
    index: Annotated[int, typer.Argument(help="The entry's number, from 0.", min=0)],
    data: Data = None,
    database: Database = None,
    signed: SignedFile = None,
) -> None:
    """Print the proof that an entry is in the log: a C2SP tlog-proof.

    Of a data directory, what goes out is recorded in its ledger.signed first.
    """
    path, _ = source_of(data, database, None)
    with opened(path) as log, _verdict(as_json=False):
        checkpoint = publishing.released(log, notary_of(data, signed))
        sys.stdout.write(reading.prove(log, index, *checkpoint).text)


commands.command("begin-anew")(begin_anew)
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
    except LedgerUnavailableError as error:
        raise CommandError("What goes out cannot be recorded (ledger.signed).") from error
    except NotInLedgerError as error:
        raise CommandError("The log has no such entry.") from error
    except DAMAGED as error:
        raise CommandError("The ledger file cannot be read.") from error


def _handed_out(data: Path | None) -> bytes | None:
    """Return what a data directory's gateway handed out last, if that is at hand."""
    if data is None or not (data / RECORD).exists():
        return None
    return read(data / RECORD)


def _second_of(data: Path | None) -> VerifyingKey | None:
    """Return the second key of a data directory's log, if that is at hand."""
    if data is None or not (data / SECOND_KEY).exists():
        return None
    notary = notary_of(data, None)
    return notary.second.public if notary and notary.second else None


def _witnessed(path: LedgerPlace, summary: audit.Summary, policy: Policy | None) -> audit.Summary:
    """Return the summary with who cosigned the newest published checkpoint."""
    if policy is None:
        return summary
    with opened(path) as log:
        _, note = reading.published(log)
        return replace(summary, cosigned=audit.witnessed(note, own_key(path), policy)[1])


def _follows(summary: audit.Summary, old: Path | None) -> None:
    """Return if the log goes on where the log of checkpoint ``old`` ended.

    Raises:
        NotValidError: it does not.
    """
    if old is None:
        return
    text = read(old).rpartition(b"\n\n")[0] + b"\n"
    if summary.continues != f"sha256:{sha256(text).hexdigest()}":
        raise NotValidError("entry 0", "the log does not go on where that checkpoint ended")


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
                "continues": summary.continues,
                "cosigned": dict(summary.cosigned),
            }
        )
        return
    emit_line(f"valid: {summary.size} entries, root {b64encode(summary.root).decode()}")
    people().print(f"signed with {summary.vkey}", markup=False)
    for name in summary.cosigned:
        people().print(f"cosigned by {name}", markup=False)
    if not summary.entries_read:
        people().print("Only hashes were read: entries are for reviewers (--token).")
