"""API keys: for programs. Shown once, kept as a hash, as mighty as their account.

Room: gateway/identity. Awaits rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.identity.errors import UnknownApiKeyError
from gateway.identity.roles import Caller, Role
from gateway.identity.tokens import MAX_TOKEN_CHARS, new_token, token_hash
from gateway.journal import Happening, Journal, Note
from storage.ids import new_object_id
from storage.rows import accounts, credentials
from storage.rows.credentials import ApiKeyRow
from storage.rows.engine import Rows


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that has just been made; ``secret`` is shown once."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Makes, recognises and revokes API keys."""

    rows: Rows
    clock: Clock
    journal: Journal

    async def create(self, account: str) -> NewApiKey:
        """Make a key for an account.

        Raises:
            JournalUnavailableError: none was made.
        """
        key = NewApiKey(new_object_id(), new_token("dbk"))
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            holder = await accounts.by_id(connection, account)
            if holder is not None:
                about = {"key": key.id, "account": account}
                note = Note(Happening.API_KEY_CREATED, holder.subject, account, about)
                await self.journal.write(note, key=f"{note.happening}/{key.id}")
            await credentials.add_api_key(connection, token_hash(key.secret), key.id, account, now)
        return key

    async def caller(self, untrusted_key: str) -> Caller | None:
        """Return whose key this is, None when it is nobody's."""
        if len(untrusted_key) > MAX_TOKEN_CHARS:
            return None
        async with self.rows.reading() as connection:
            holder = await credentials.key_holder(connection, token_hash(untrusted_key))
        return Caller(holder.account, holder.subject, Role(holder.role)) if holder else None

    async def every(self) -> Sequence[ApiKeyRow]:
        """Return all keys, without their secrets."""
        async with self.rows.reading() as connection:
            return await credentials.api_keys(connection)

    async def revoke(self, key_id: str, caller: Caller) -> None:
        """Revoke a key.

        Raises:
            UnknownApiKeyError: there is none that could be revoked.
            JournalUnavailableError: none was revoked.
        """
        async with self.rows.transaction() as connection:
            note = Note(
                Happening.API_KEY_REVOKED, caller.subject, caller.account, {"key": key_id[:64]}
            )
            now = self.clock().timestamp()
            if not await credentials.revoke_api_key(connection, key_id, now):
                raise UnknownApiKeyError
            await self.journal.write(note, key=f"{note.happening}/{key_id}")
