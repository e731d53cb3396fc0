"""``drawbridge parts``: list, show, approve, revoke, export.

Room: gateway/cli. Calls the public API. The export is written member by member into a
folder, and opens without Drawbridge (docs/reference/sealed-format.md).
"""

import asyncio
import shutil
import zipfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from gateway.cli import decisions
from gateway.cli.client import Client, refuse_problems
from gateway.cli.options import DEFAULT_SERVER, AsJson, Server, Token
from gateway.cli.output import CommandError, emit, findings_table, people, transfer_progress

commands = typer.Typer(no_args_is_help=True, help="Parts: look, decide, approve, revoke, export.")
commands.command("choose")(decisions.choose)
commands.command("waive")(decisions.waive)
commands.command("unwaive")(decisions.unwaive)

PartId = Annotated[str, typer.Argument(help="The part's id.", metavar="PART")]
PIECE_BYTES = 1024 * 1024


@commands.command("list")
def show_all(server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False) -> None:
    """List your parts, newest first."""
    answer = _call(server, token, "GET", "api/v1/parts")
    parts = answer["parts"] if isinstance(answer, dict) else answer
    if as_json:
        emit(parts)
        return
    table = Table("id", "name", "state", box=None)
    for part in parts:
        table.add_row(part["id"], part["name"], part["state"])
    people().print(table)


@commands.command("show")
def show(
    part: PartId, server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False
) -> None:
    """Show one part: its drawings, what was found in them, what was proved."""
    shown = _call(server, token, "GET", f"api/v1/parts/{part}")
    if as_json:
        emit(shown)
        return
    console = people()
    console.print(f"{shown['name']}: {shown['state']}")
    for drawing in shown["drawings"]:
        report = drawing.get("report") or {"findings": []}
        label = "" if drawing["cleaned"] else ", not cleaned: waived by its owner"
        console.print(f"\n{drawing['filename']}: {drawing['state']}{label}", markup=False)
        if reason := report.get("reason"):
            console.print(f"{reason['sentence']} {reason.get('instead', '')}", markup=False)
        console.print(findings_table(report["findings"]))


@commands.command("approve")
def approve(
    part: PartId, server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False
) -> None:
    """Approve what was found: the part is released and its originals are destroyed."""
    approved = _call(server, token, "POST", f"api/v1/parts/{part}/approve")
    if as_json:
        emit(approved)
    else:
        people().print(f"Part {part}: {approved['state']}")


@commands.command("revoke")
def revoke(
    part: PartId, server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False
) -> None:
    """Revoke every transfer of a part: links die, running downloads are cut."""

    async def run() -> list[Any]:
        async with Client(server, token) as client:
            answer = await client.call("GET", f"api/v1/parts/{part}/transfers")
            transfers = answer["transfers"] if isinstance(answer, dict) else answer
            return [
                await client.call("POST", f"api/v1/transfers/{transfer['id']}/revoke")
                for transfer in transfers
                if transfer["state"] == "active"
            ]

    revoked = asyncio.run(run())
    if as_json:
        emit(revoked)
    else:
        people().print(f"{len(revoked)} transfers revoked")


@commands.command("withdraw")
def withdraw(
    part: PartId, server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False
) -> None:
    """Take a released part back: it goes nowhere any more, and every transfer of it ends."""
    _call(server, token, "POST", f"api/v1/parts/{part}/withdraw")
    if as_json:
        emit(_call(server, token, "GET", f"api/v1/parts/{part}"))
    else:
        people().print(f"Part {part} is taken back.")


@commands.command("transfers")
def transfers(
    part: PartId, server: Server = DEFAULT_SERVER, token: Token = None, as_json: AsJson = False
) -> None:
    """List where a part went, or was not let go, newest first."""
    found = _call(server, token, "GET", f"api/v1/parts/{part}/transfers")["transfers"]
    if as_json:
        emit(found)
        return
    table = Table("id", "state", "partner", "to", "basis", "when", box=None)
    for one in found:
        table.add_row(
            one["id"], one["state"], Text(one["partner"]["name"]), one["destination"],
            one["basis"], one["created_at"],
        )  # fmt: skip
    people().print(table)


@commands.command("export")
def export(
    part: PartId,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where it goes.", metavar="DIR")],
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Export a part: ciphertexts, their Tink keyset, a manifest and the ledger's proofs."""

    output.mkdir(parents=True, exist_ok=True)
    archive = output / ".export.unfinished"
    try:
        asyncio.run(_download(Client(server, token), part, archive))
        names = _unpack(archive, output)
    finally:
        archive.unlink(missing_ok=True)
    if as_json:
        emit({"directory": str(output), "members": names})
    else:
        people().print(f"{len(names)} files in {output}; keyset.json opens them: keep it safe")


async def _download(client: Client, part: str, archive: Path) -> None:
    archive.touch(0o600)
    async with client:
        with transfer_progress(people()) as progress:
            task = progress.add_task("export", total=None)
            async with client.session.get(client.url(f"api/v1/parts/{part}/export")) as answer:
                await refuse_problems(answer)
                with archive.open("wb") as file:
                    async for piece in answer.content.iter_chunked(PIECE_BYTES):
                        await asyncio.to_thread(file.write, piece)
                        progress.update(task, completed=file.tell())


def _unpack(archive: Path, output: Path) -> list[str]:
    with zipfile.ZipFile(archive) as members:
        names = members.namelist()
        for name in names:
            target = (output / name).resolve()
            if not target.is_relative_to(output.resolve()):
                raise CommandError(
                    "The export names a file outside its folder; nothing was written."
                )
        for name in names:
            target = output / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(0o600)
            with members.open(name) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, PIECE_BYTES)
    return names


def _call(server: str, token: str | None, method: str, path: str) -> Any:
    async def run() -> Any:
        async with Client(server, token) as client:
            return await client.call(method, path)

    return asyncio.run(run())
