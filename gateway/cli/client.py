"""The API's client: JSON calls and resumable uploads, as the commands need them.

Room: gateway/cli. Awaits HTTP through aiohttp. Nothing is retried that might act twice;
uploads resume from the offset the server acknowledged (tus 1.0, core and creation).
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import aiohttp

from gateway.cli.output import CommandError

PIECE_BYTES = 1024 * 1024
RETRY_DELAYS_S = (0.0, 1.0, 3.0, 5.0, 10.0, 20.0)
TUS_HEADERS = {"Tus-Resumable": "1.0.0"}

Progress = Callable[[int], None]


class ProblemError(CommandError):
    """The server answered with a problem document."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        """Keep the document: callers may show its reasons."""
        title = str(document.get("title") or f"The server answered {status}.")
        detail = str(document.get("detail") or "")
        super().__init__(f"{title} {detail}".strip())
        self.status = status
        self.document = document


class Client:
    """One gateway, one key, one connection pool; an async context manager."""

    def __init__(self, server: str, token: str | None = None) -> None:
        """Remember where and who; nothing is opened until the context is entered."""
        self._server = server.rstrip("/") + "/"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection pool."""
        await self.session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open pool; for streaming calls."""
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        return self._session

    def url(self, path: str) -> str:
        """Return the absolute address of ``path`` on this server."""
        return urljoin(self._server, path)

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON answer of one call.

        Raises:
            ProblemError: the server said no, and why.
            CommandError: the server could not be reached.
        """
        try:
            async with self.session.request(method, self.url(path), json=body) as answer:
                await refuse_problems(answer)
                return await answer.json() if answer.status != 204 else None
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise CommandError(
                "The server cannot be reached. Is it up, and is --server right?"
            ) from error

    async def upload(self, path: Path, progress: Progress) -> str:
        """Upload one file and return its upload id; survives lost connections.

        Raises:
            ProblemError: the server refused it.
            CommandError: the file cannot be read, or the server stayed away.
        """
        try:
            length = path.stat().st_size
        except OSError as error:
            raise CommandError(f"A file cannot be read: {error.strerror}.") from error
        location = await self._create(path.name, length)
        offset, failures = 0, 0
        while offset < length:
            try:
                offset = await self._patch(location, path, offset, progress)
                failures = 0
            except (aiohttp.ClientError, TimeoutError) as error:
                if failures == len(RETRY_DELAYS_S):
                    raise CommandError(
                        "The connection was lost too often; run the command again."
                    ) from error
                await asyncio.sleep(RETRY_DELAYS_S[failures])
                failures += 1
                offset = await self._offset(location, offset)
                progress(offset)
        return location.rstrip("/").rsplit("/", 1)[-1]

    async def _create(self, name: str, length: int) -> str:
        headers = TUS_HEADERS | {
            "Upload-Length": str(length),
            "Upload-Metadata": "filename " + base64.b64encode(name.encode()).decode(),
        }
        try:
            async with self.session.post(self.url("api/v1/uploads"), headers=headers) as answer:
                await refuse_problems(answer)
                return urljoin(self.url("api/v1/uploads"), answer.headers["Location"])
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise CommandError(
                "The server cannot be reached. Is it up, and is --server right?"
            ) from error

    async def _patch(self, location: str, path: Path, offset: int, progress: Progress) -> int:
        headers = TUS_HEADERS | {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(path.stat().st_size - offset),
        }
        pieces = _pieces(path, offset, progress)
        async with self.session.patch(location, headers=headers, data=pieces) as answer:
            await refuse_problems(answer)
            return int(answer.headers["Upload-Offset"])

    async def _offset(self, location: str, known: int) -> int:
        try:
            async with self.session.head(location, headers=TUS_HEADERS) as answer:
                await refuse_problems(answer)
                return int(answer.headers["Upload-Offset"])
        except (aiohttp.ClientConnectionError, TimeoutError):
            return known  # still away: the next attempt asks again


async def refuse_problems(answer: aiohttp.ClientResponse) -> None:
    """Return if the answer is a success; otherwise raise what it says.

    Raises:
        ProblemError: any status from 400 on.
    """
    if answer.status < 400:
        return
    try:
        document = await answer.json(content_type=None)
    except ValueError:
        document = {}
    raise ProblemError(answer.status, document if isinstance(document, dict) else {})


async def _pieces(path: Path, offset: int, progress: Progress) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece
            offset += len(piece)
            progress(offset)
