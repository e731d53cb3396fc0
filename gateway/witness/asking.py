"""Asks one witness: a checkpoint goes there, cosignatures come back, or what it saw last.

Room: gateway/witness. Awaits HTTP. Source: C2SP tlog-witness. A witness learns a log's name, its
size and its root, and nothing else; what it answers is not believed before it is checked.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import aiohttp

from storage.ledger.notes import MAX_NOTE_BYTES
from storage.ledger.witnessing import Request, conflict_size


class SilentError(Exception):
    """The witness did not answer, or not as witnesses do."""


class ConflictError(Exception):
    """The witness saw another size last; None where it does not say which, or it is the same."""

    def __init__(self, size: int | None) -> None:
        """Keep the size."""
        super().__init__()
        self.size = size


class InconsistentError(Exception):
    """The witness says that the tree has not grown from what it saw of the same size."""


_OK: Final = 200
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True)
class Asking:
    """Talks to witnesses over one session."""

    session: aiohttp.ClientSession
    deadline_s: float

    async def cosignatures(self, prefix: str, request: Request) -> bytes:
        """Return the signature lines that a witness answers; nothing of them is checked.

        Raises:
            ConflictError: it saw another size last; ask again from there.
            InconsistentError: it does not believe the proof.
            SilentError: it does not answer, refuses, or says what witnesses do not say.
        """
        status, kind, body = await self._said("POST", f"{prefix}/add-checkpoint", request.body)
        if status == _OK:
            return body
        if status == _CONFLICT:
            raise ConflictError(conflict_size(kind, body))
        if status == _UNPROCESSABLE:
            raise InconsistentError
        raise SilentError

    async def newest(self, prefix: str, origin: str) -> bytes | None:
        """Return the newest checkpoint a witness shows of a log, unchecked; None if it shows none.

        Raises:
            SilentError: it does not answer.
        """
        name = sha256(origin.encode()).hexdigest()
        status, _, body = await self._said("GET", f"{prefix}/{name}/checkpoint", None)
        return body if status == _OK else None

    async def _said(self, method: str, url: str, body: bytes | None) -> tuple[int, str, bytes]:
        whole = aiohttp.ClientTimeout(total=self.deadline_s)
        try:
            async with self.session.request(
                method, url, data=body, timeout=whole, allow_redirects=False
            ) as answer:
                said = bytearray()
                async for piece in answer.content.iter_any():
                    said += piece
                    if len(said) > MAX_NOTE_BYTES:
                        raise SilentError
                return answer.status, answer.content_type, bytes(said)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SilentError from error
