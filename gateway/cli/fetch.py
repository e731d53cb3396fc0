"""``drawbridge fetch``: open a link, download what it holds, prove it arrived whole.

Room: gateway/cli. The session is kept beside the files, readable by its owner only, until
everything arrived: run the same command again and it goes on where it stopped, without
opening the link a second time.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urldefrag, urlsplit

import aiohttp
import typer
from rich.progress import Progress, TaskID

from gateway.cli.client import RETRY_DELAYS_S, Client, refuse_problems
from gateway.cli.options import AsJson
from gateway.cli.output import CommandError, Exit, emit, people, transfer_progress

PIECE_BYTES = 1024 * 1024
UNSAFE_IN_NAMES = frozenset('/\\:*?"<>|')


def fetch(
    link: Annotated[str, typer.Argument(help="The link you were sent.", metavar="LINK")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the files go.", metavar="DIR")
    ],
    code: Annotated[
        str | None, typer.Option("--code", help="The access code, if one was set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download everything a link holds, verify sizes and SHA-256, keep the receipt beside.

    Fetching accepts the link's terms, which are shown first. Interrupted? Run it again.
    """
    address, token = urldefrag(link)
    parts = urlsplit(address)
    if not token or parts.scheme not in {"http", "https"}:
        raise CommandError("This is not a link of a Drawbridge gateway.", Exit.USAGE)
    server = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/d').rstrip('/')}"
    output.mkdir(parents=True, exist_ok=True)
    result = asyncio.run(_fetch(server, token, code, output))
    if as_json:
        emit(result)
    else:
        people().print(
            f"{len(result['files'])} files, verified; the receipt is {result['receipt']}"
        )
        for file in result["files"]:
            if not file["cleaned"]:
                people().print(f"{file['path']}: not cleaned: waived by its owner", markup=False)


async def _fetch(server: str, token: str, code: str | None, output: Path) -> dict[str, Any]:
    kept = output / f".drawbridge-{hashlib.sha256(token.encode()).hexdigest()[:16]}.json"
    async with Client(server) as client:
        session = _resumed(kept) or await _opened(client, token, code, kept)
        bearer = {"Authorization": f"Bearer {session['session']}"}
        taken: set[str] = set()
        with transfer_progress(people()) as progress:
            files = []
            for file in session["files"]:
                path = output / _safe_name(file["filename"], taken)
                task = progress.add_task(path.name, total=file["plain_bytes"])
                await _download(client, file, path, bearer, (progress, task))
                told = {"bytes": file["plain_bytes"], "sha256": file["sha256"]}
                files.append({"path": str(path), "cleaned": file.get("cleaned", True), **told})
        receipt = await _receipt(client, bearer, output)
    kept.unlink(missing_ok=True)
    return {"files": files, "receipt": str(receipt)}


def _resumed(kept: Path) -> dict[str, Any] | None:
    try:
        session: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return session


async def _opened(client: Client, token: str, code: str | None, kept: Path) -> dict[str, Any]:
    look = await client.call("POST", "d/look", {"token": token})
    if terms := look.get("terms"):
        people().print(terms if isinstance(terms, str) else terms.get("text", ""))
    order = {"token": token, "accept_terms": True} | ({"code": code} if code else {})
    session: dict[str, Any] = await client.call("POST", "d/open", order)
    # Kept before a byte is fetched: the link may open only once, the session resumes often.
    descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(session, file)
    return session


def _safe_name(untrusted_name: str, taken: set[str]) -> str:
    # The server cleans names; a client that trusts that writes wherever a server wants.
    name = "".join(c for c in untrusted_name if c.isprintable() and c not in UNSAFE_IN_NAMES)
    name = name.lstrip(".").strip() or "drawing"
    stem, dot, suffix = name.rpartition(".")
    candidate, number = name, 2
    while candidate.casefold() in taken:
        candidate = f"{stem or suffix}-{number}{dot}{suffix if stem else ''}"
        number += 1
    taken.add(candidate.casefold())
    return candidate


async def _download(
    client: Client,
    file: Mapping[str, Any],
    path: Path,
    headers: Mapping[str, str],
    shown: tuple[Progress, TaskID],
) -> None:
    progress, task = shown
    unfinished = path.with_name(f".{path.name}.unfinished")
    total = int(file["plain_bytes"])
    for delay_s in (*RETRY_DELAYS_S, None):
        try:
            await _continue(client, file, unfinished, headers, shown)
            break
        except (aiohttp.ClientError, TimeoutError) as error:
            if delay_s is None:
                raise CommandError(
                    "The connection was lost too often; run the command again."
                ) from error
            await asyncio.sleep(delay_s)
    progress.update(task, completed=total)
    digest = await asyncio.to_thread(_sha256, unfinished)
    if unfinished.stat().st_size != total or digest != file["sha256"]:
        unfinished.unlink()
        raise CommandError("A file arrived damaged and was discarded; run the command again.")
    unfinished.replace(path)


async def _continue(
    client: Client,
    file: Mapping[str, Any],
    unfinished: Path,
    headers: Mapping[str, str],
    shown: tuple[Progress, TaskID],
) -> None:
    progress, task = shown
    have = unfinished.stat().st_size if unfinished.exists() else 0
    if have >= int(file["plain_bytes"]) and unfinished.exists():
        return
    asked = dict(headers) | ({"Range": f"bytes={have}-"} if have else {})
    async with client.session.get(client.url(file["url"].lstrip("/")), headers=asked) as answer:
        await refuse_problems(answer)
        if answer.status != 206:
            have = 0
        with unfinished.open("ab" if have else "wb") as target:
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                await asyncio.to_thread(target.write, piece)
                have += len(piece)
                progress.update(task, completed=have)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _receipt(client: Client, headers: Mapping[str, str], output: Path) -> Path:
    async with client.session.post(client.url("d/receipt"), headers=headers) as answer:
        await refuse_problems(answer)
        receipt = await answer.json()
    path = output / "receipt.json"
    with suppress(FileExistsError):
        path.touch(0o600, exist_ok=False)
    path.write_text(json.dumps(receipt, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
