"""``drawbridge ledger export`` and ``audit-export``: the log as others read it, and is it true?

Room: gateway/cli. Exports of files run here, and those of a server there; both are the same bytes.
Exit codes of audit-export: 0 true, 3 not true (and where), 1 it could not be read.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any
from urllib.parse import urlencode

import aiohttp
import typer

from gateway.cli.client import Client, refuse_problems
from gateway.cli.ledger_sources import key_from, opened, source_of
from gateway.cli.options import AsJson, Token
from gateway.cli.output import CommandError, Exit, emit, emit_line, people, work_progress
from gateway.review.exports import auditing
from gateway.review.exports.exporting import Order, Sum, bundle, plain
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.manifest import Proof
from gateway.review.question import Question, stamp
from storage.ledger import reading
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.database import DAMAGED, Reading, key_of
from storage.ledger.errors import NotValidError
from storage.ledger.filtering import Filter

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="DRAWBRIDGE_DATA_DIR", help="A data directory.", metavar="DIR"),
]
Database = Annotated[
    Path | None, typer.Option("--database", help="A ledger.sqlite.", metavar="FILE")
]
Where = Annotated[
    str | None,
    typer.Option(
        "--server",
        help="A gateway's address; partners, parts and links are known only there.",
        metavar="URL",
    ),
]
Shape = Annotated[str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.")]
Asked = Annotated[
    str,
    typer.Option(
        "--question",
        help="Which entries: the query of a search's URL, as in kind=link.opened&dst=DE.",
        metavar="QUERY",
    ),
]
Proving = Annotated[
    str,
    typer.Option(
        "--proof",
        help="included or complete: a bundle (ZIP) with proof; none: the entries alone.",
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where it goes, else stdout.", metavar="FILE")
]


class FileLog:
    """A ledger's file as an export reads it."""

    def __init__(self, log: Reading) -> None:
        """Read an open connection, which sees one moment."""
        self._log = log

    async def scan(self, wanted: Filter, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest entries that fit, as numbers and exact bytes, oldest first."""
        return reading.scan(self._log, wanted, limit)

    async def subtrees(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the roots of full subtrees, each by its height and number."""
        return reading.subtrees(self._log, places)


def export(
    data: Data = None,
    database: Database = None,
    server: Where = None,
    token: Token = None,
    shape: Shape = "jsonl",
    question: Asked = "",
    proof: Proving = "none",
    output: Output = None,
) -> None:
    """Export entries, oldest first, without any cap, complete as of a checkpoint.

    With --proof it is a bundle that "drawbridge ledger audit-export" checks on any machine. Without
    it, a file written with --output gets its manifest beside it.
    """
    asked = Question.parse(question)
    if shape not in FORMATS:
        raise CommandError(f"There is no such format. There are: {', '.join(FORMATS)}.", Exit.USAGE)
    if proof not in {*Proof, "none"}:
        raise CommandError("A proof is included, complete or none.", Exit.USAGE)
    if server is not None:
        asyncio.run(_from_server(server, token, asked, (shape, proof), output))
    elif not asked.of_leaves_alone:
        raise CommandError(
            "Only a gateway knows partners, parts and links: give --server.", Exit.USAGE
        )
    else:
        path, key = source_of(data, database, None)
        with opened(path) as log:
            try:
                asyncio.run(_from_file(log, key, asked, (shape, proof), output))
            except NotValidError as error:
                raise CommandError(f"invalid: {error.where}: {error.why}", Exit.REFUSED) from error
            except DAMAGED as error:
                raise CommandError("The ledger file cannot be read.") from error


async def _from_file(
    log: Reading,
    key: VerifyingKey | None,
    question: Question,
    how: tuple[str, str],
    output: Path | None,
) -> None:
    shape, proof = how
    signed, note = reading.opened_head(log)
    order = Order(
        form=FORMATS[shape],
        wanted=question.of_leaves(),
        question=question.text,
        checkpoint=signed,
        note=note,
        vkey=(key or key_of(log)).vkey,
        exported_at=stamp(datetime.now(UTC)),
        proof=None if proof == "none" else Proof(proof),
    )
    told = Sum()
    pieces = (bundle if order.proof else plain)(FileLog(log), order, told)
    async with _written(output) as file:
        async for piece in pieces:
            file.write(piece)
    manifest = told.manifest(order)
    if output is not None and order.proof is None:
        output.with_name(f"{output.name}.manifest.json").write_text(manifest.text)
    people().print(
        f"{told.rows} entries, complete as of checkpoint {signed.size}; sha256 {manifest.sha256}",
        markup=False,
    )


async def _from_server(
    server: str, token: str | None, question: Question, how: tuple[str, str], output: Path | None
) -> None:
    query = urlencode({"format": how[0], "proof": how[1]})
    path = f"api/v1/ledger/export?{query}&{question.text}"
    try:
        async with (
            Client(server, token) as client,
            client.session.get(client.url(path)) as answer,
        ):
            await refuse_problems(answer)
            size = answer.headers.get("Drawbridge-Log-Size", "?")
            async with _written(output) as file:
                async for piece in answer.content.iter_chunked(1 << 20):
                    file.write(piece)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CommandError("The connection was lost, so the export is not whole.") from error
    people().print(f"complete as of checkpoint {size}", markup=False)


@asynccontextmanager
async def _written(output: Path | None) -> AsyncIterator[IO[bytes]]:
    """Yield where an export goes; a file appears under its name only once it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(output)
    except OSError as error:
        raise CommandError(f"The file cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def audit_export(
    source: Annotated[Path, typer.Argument(help="A bundle.", metavar="BUNDLE")],
    vkey: Annotated[
        str | None,
        typer.Option("--vkey", help="The log's key, from elsewhere: a vkey, or a file of one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle offline: is every entry of it in the log, and is none missing?

    Without --vkey the key comes from the bundle itself: that finds damage, not an impostor.
    """
    try:
        with work_progress(people()) as progress:
            progress.add_task("checking the bundle")
            found = auditing.audit(source, key_from(vkey) if vkey else None)
    except NotValidError as error:
        if as_json:
            emit({"valid": False, "where": error.where, "why": error.why})
        raise CommandError(f"invalid: {error.where}: {error.why}", Exit.REFUSED) from error
    except OSError as error:
        raise CommandError(f"The bundle cannot be read: {error.strerror}.") from error
    if as_json:
        emit(_found(found))
    else:
        _say(found, known=vkey is not None)


def _found(found: auditing.Audited) -> dict[str, Any]:
    return {
        "valid": True,
        "rows": found.rows,
        "included": True,
        "complete": found.complete,
        "relies_on_gateway": found.relied,
        "question": found.manifest.question,
        "format": found.manifest.format,
        "sha256": found.manifest.sha256,
        "origin": found.checkpoint.origin,
        "size": found.checkpoint.size,
        "root": found.checkpoint.root.hex(),
        "vkey": found.vkey,
    }


def _say(found: auditing.Audited, *, known: bool) -> None:
    told, console = found.manifest, people()
    emit_line(f"valid: {found.rows} entries, as of checkpoint {found.checkpoint.size}")
    console.print(f"question: {told.question or 'everything'}", markup=False)
    console.print("Each entry is in the log, where it says.")
    console.print(
        "No other entry of the log fits the question."
        if found.complete
        else "Whether others fit the question is not proved: export with --proof complete."
    )
    if found.relied:
        console.print("Which transfers are that partner's, part's or link's the gateway says.")
    console.print(f"signed with {found.vkey}", markup=False)
    if not known:
        console.print("That key is the bundle's own; give --vkey to know whose log it is.")
