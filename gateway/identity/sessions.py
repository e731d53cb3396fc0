"""Browser sessions: begun by a password, ended by time, by a click, or by a new password.

Room: gateway/identity. Awaits rows. The token lives in a cookie; only its hash is kept.
"""

from dataclasses import dataclass
from typing import Final

from gateway.clock import Clock
from gateway.identity.accounts import EMAIL_INDEX, People
from gateway.identity.errors import LoginFailedError, TooManyAttemptsError
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Caller, Role
from gateway.identity.tokens import MAX_TOKEN_CHARS, csrf_token, new_token, token_hash
from storage.rows import accounts, credentials
from storage.rows.credentials import Holder
from storage.rows.engine import Rows

# A session's last use is written at most so often: reading pages should not cost a write each.
_TOUCH_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Started:
    """A session that has just begun; the token is shown to its browser only, now."""

    token: str
    csrf: str
    account: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Begins, recognises and ends browser sessions."""

    rows: Rows
    people: People
    passwords: Passwords
    clock: Clock
    idle_s: float
    absolute_s: float
    attempts: int
    wait_s: float

    async def login(self, email: str, password: str) -> Started:
        """Begin a session for whoever has this address and password.

        Raises:
            TooManyAttemptsError: this address failed too often lately, whether it exists or not.
            LoginFailedError: no such account, or another password.
        """
        index = self.people.blind_index(EMAIL_INDEX, email[:320])
        await self._count_attempt(index)
        async with self.rows.reading() as connection:
            row = await accounts.by_email(connection, index)
        usable = row is not None and not row.disabled
        stored = row.password_hash if row is not None and usable else None
        if not await self.passwords.matches(password, stored) or row is None:
            raise LoginFailedError
        async with self.rows.transaction() as connection:
            await accounts.clear_failures(connection, index)
        return await self.start(Holder(row.id, row.subject, row.role))

    async def _count_attempt(self, index: str) -> None:
        # Counted before the password is looked at, so that parallel guesses count as well.
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            _, last_at = await accounts.failures(connection, index)
            # Refused attempts are not kept: the wait counts from the last that was let in.
            count = await accounts.count_failure(connection, index, now, now - self.wait_s)
            if count > self.attempts:
                raise TooManyAttemptsError(retry_after_s=int(last_at + self.wait_s - now) + 1)

    async def start(self, holder: Holder) -> Started:
        """Begin a session for an account that has proved itself."""
        token = new_token("dbs")
        async with self.rows.transaction() as connection:
            now = self.clock().timestamp()
            await credentials.add_session(connection, token_hash(token), holder.account, now)
        return Started(token, csrf_token(token), holder.account, Role(holder.role))

    async def caller(self, untrusted_token: str) -> Caller | None:
        """Return whose session this is, None when it is nobody's or over."""
        if len(untrusted_token) > MAX_TOKEN_CHARS:
            return None
        hashed, now = token_hash(untrusted_token), self.clock().timestamp()
        async with self.rows.reading() as connection:
            found = await credentials.session(connection, hashed)
        if found is None or self._over(found.seen_at, found.created_at, now):
            return None
        if now - found.seen_at > _TOUCH_S:
            async with self.rows.transaction() as connection:
                await credentials.touch_session(connection, hashed, now)
        return Caller(found.holder.account, found.holder.subject, Role(found.holder.role), hashed)

    def _over(self, seen_at: float, created_at: float, now: float) -> bool:
        return now - seen_at >= self.idle_s or now - created_at >= self.absolute_s

    async def end(self, session: str) -> None:
        """End a session, given its hash."""
        async with self.rows.transaction() as connection:
            await credentials.end_session(connection, session)

    async def sweep(self) -> None:
        """Forget sessions that are over, and failures nobody waits for any more."""
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            await credentials.forget_sessions(connection, now - self.idle_s, now - self.absolute_s)
            await accounts.forget_failures(connection, now - self.wait_s)
