"""Passwords, by Argon2id with the library's own parameters (RFC 9106, low-memory profile).

Room: gateway/identity. Awaits threads: a hash takes tens of milliseconds and 64 MiB, so few are
made at once, and a flood of logins queues instead of filling the memory.
"""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.identity.errors import WeakPasswordError

MIN_CHARS: Final = 12
MAX_CHARS: Final = 256
_AT_ONCE: Final = 2


class Passwords:
    """Hashes and verifies passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Use ``hasher``, by default one with the library's current parameters."""
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return the hash to store.

        Raises:
            WeakPasswordError: too short or too long.
        """
        if not MIN_CHARS <= len(password) <= MAX_CHARS:
            raise WeakPasswordError
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Return whether ``password`` belongs to the stored hash.

        Without a hash it takes just as long and is never true: time does not tell who exists.
        """
        if len(password) > MAX_CHARS:
            return False
        async with self._turn:
            matched = await asyncio.to_thread(self._verify, password, stored or self._nobody)
        return matched and stored is not None

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
