"""``drawbridge ledger``: verify, publish, prove, export, audit.

Room: gateway/cli. Works on files, whether a gateway runs on them or not, and changes none of
theirs. Exit codes: 0 valid, 3 invalid (and where), 1 it could not be read.
"""

import csv
import json
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from gateway.cli.options import AsJson, Token
from gateway.cli.output import CommandError, Exit, emit, emit_line, people, work_progress
from storage.ledger import audit, publishing, reading
from storage.ledger.checkpoint import Signer, VerifyingKey
from storage.ledger.database import key_of
from storage.ledger.database import reading as reading_from
from storage.ledger.errors import NoSuchEntryError, NotSignedError, NotValidError
from storage.ledger.merkle import leaf_hash
from storage.sealed.custody import read_key
from storage.sealed.errors import UnsafeKeyFileError

commands = typer.Typer(no_args_is_help=True, help="The log: verify, publish, prove, export, audit.")

FETCH_S: Final = 30.0
MAX_FILE_BYTES: Final = 32 * 1024 * 1024

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


class Format(StrEnum):
    """How entries are exported."""

    JSONL = "jsonl"
    CSV = "csv"


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
    older = _read(checkpoint) if checkpoint else None
    with _verdict(as_json):
        if tiles is not None:
            summary = _audited(str(tiles), vkey, None, older)
        else:
            path, key = _source(data, database, vkey)
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
    older = _read(checkpoint) if checkpoint else None
    with _verdict(as_json):
        _tell(_audited(source, vkey, token, older), as_json)


@commands.command("publish")
def publish(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where it goes.", metavar="OUT")],
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write the log as static files: checkpoint, tile/…, log.vkey (C2SP tlog-tiles)."""
    path, key = _source(data, database, None)
    with _verdict(as_json), work_progress(people()) as progress:
        progress.add_task("publishing the log")
        audit.check_tree(path, key or _own_key(path))
        with _opened(path) as opened:
            signed = publishing.publish(opened, output)
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
    path, _ = _source(data, database, None)
    with _opened(path) as opened:
        sys.stdout.write(reading.prove(opened, index, *reading.opened_head(opened)).text)


@commands.command("export")
def export(
    data: Data = None,
    database: Database = None,
    shape: Annotated[Format, typer.Option("--format", help="jsonl or csv.")] = Format.JSONL,
) -> None:
    """Print every entry, oldest first, without any cap. JSONL keeps the exact bytes as evidence."""
    path, _ = _source(data, database, None)
    with _opened(path) as opened:
        rows = reading.entries(opened, 0, reading.opened_head(opened)[0].size)
        if shape is Format.CSV:
            _write_csv(rows)
        else:
            for found in rows:
                emit_line(json.dumps(_row(found), separators=(",", ":")))


def _row(found: reading.Entry) -> dict[str, Any]:
    return {
        "index": found.number,
        "leaf_hash": leaf_hash(found.raw).hex(),
        "kind": found.leaf.kind.value,
        "at": found.leaf.at,
        **found.leaf.facts,
        "entry": found.raw.decode(),
    }


def _write_csv(rows: Iterator[reading.Entry]) -> None:
    writer = csv.writer(sys.stdout)
    names = ("index", "leaf_hash", "kind", "at", "x", "src", "dst", "dec", "basis", "pol")
    writer.writerow(names)
    for found in rows:
        row = _row(found)
        writer.writerow([_tame(row[name]) for name in names])


def _tame(value: str | int | None) -> str | int | None:
    """Keep a spreadsheet from taking a cell for a formula."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}:
        return f"'{value}"
    return value


def _source(
    data: Path | None, database: Path | None, vkey: str | None
) -> tuple[Path, VerifyingKey | None]:
    """Return the database and the key it must be signed with, if that can be known."""
    if database is not None:
        return database, _key(vkey) if vkey else None
    if data is None:
        raise CommandError("Say --data DIR, --database FILE or a folder of tiles.", Exit.USAGE)
    path = data / "ledger.sqlite"
    secret = data / "ledger.key"
    if vkey or not secret.exists():
        return path, _key(vkey) if vkey else None
    try:
        # The file names the log; the key itself must be the one that lies beside it.
        return path, Signer(_own_key(path).name, read_key(secret, 32)).public
    except UnsafeKeyFileError as error:
        raise CommandError(f"ledger.key: {error.__class__.__doc__}") from error


def _own_key(path: Path) -> VerifyingKey:
    with _opened(path) as database:
        return key_of(database)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with reading_from(path) as database:
            yield database
    except NoSuchEntryError as error:
        raise CommandError("There is no such ledger file.") from error


def _audited(
    source: str, vkey: str | None, token: str | None, older: bytes | None
) -> audit.Summary:
    remote = urlsplit(source).scheme in {"http", "https"}
    if not remote and not Path(source).is_dir():
        raise CommandError("There is no such folder of tiles.")
    fetch = _web_fetch(source, token) if remote else publishing.folder_fetch(Path(source))
    key = _key(vkey) if vkey else _key(fetch(publishing.VKEY).decode("utf-8", "replace"))
    with work_progress(people()) as progress:
        progress.add_task("auditing the log")
        return audit.audit(fetch, key, entries=not remote or token is not None, older_note=older)


def _web_fetch(address: str, token: str | None) -> audit.Fetch:
    base = address.rstrip("/")

    def fetch(path: str) -> bytes:
        request = urllib.request.Request(f"{base}/{path}")  # noqa: S310  (http or https only)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=FETCH_S) as answer:  # noqa: S310
                content: bytes = answer.read(MAX_FILE_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise NoSuchEntryError from error
            raise CommandError(f"The log's server answered {error.code}.") from error
        except (OSError, ValueError) as error:
            raise CommandError("The log's server cannot be reached.") from error
        if len(content) > MAX_FILE_BYTES:
            raise NotValidError(path, "it is too long")
        return content

    return fetch


def _key(vkey: str) -> VerifyingKey:
    text = vkey if "+" in vkey else _read(Path(vkey)).decode("utf-8", "replace")
    try:
        return VerifyingKey.parse(text)
    except NotSignedError as error:
        raise CommandError("That is not the vkey of a log.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"A file cannot be read: {error.strerror}.") from error


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
