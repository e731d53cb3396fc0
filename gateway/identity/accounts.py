"""Accounts: made by an administrator, opened by a one-time link, never with a default password.

Room: gateway/identity. Awaits rows and keyring. A person's e-mail address is sealed to their own
subject; it can be shown again only by a node that can open.
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol

from email_validator import EmailNotValidError, validate_email

from gateway.clock import Clock
from gateway.identity.errors import (
    EmailNeededError,
    EmailTakenError,
    InvitationInvalidError,
)
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Caller, Role
from gateway.identity.tokens import new_token, token_hash
from gateway.journal import Happening, Journal, Note
from storage.ids import SubjectId, new_object_id
from storage.rows import accounts, credentials
from storage.rows.accounts import AccountRow
from storage.rows.engine import Rows
from storage.sealed.errors import KeyShreddedError

EMAIL_CONTEXT: Final = "account.email"
EMAIL_INDEX: Final = "account.email"


class People(Protocol):
    """What this room needs of the keyring."""

    async def create_subject(self) -> SubjectId:
        """Make a person's keys."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Seal a personal field."""

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Open a personal field."""

    def blind_index(self, purpose: str, value: str) -> str:
        """Return the keyed hash a value is looked up under."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new account and the one-time token that opens it; the token is not kept."""

    account: str
    role: Role
    token: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Accounts:
    """Makes accounts, and lets people take possession of them."""

    rows: Rows
    people: People
    passwords: Passwords
    clock: Clock
    invitation_s: int
    journal: Journal

    async def invite(self, role: Role, email: str | None, by: Caller | None = None) -> Invitation:
        """Make an account and the one-time link that opens it; ``by`` None is the gateway itself.

        Raises:
            EmailNeededError: ``email`` is not an address. None is for the first administrator.
            EmailTakenError: somebody has it.
            JournalUnavailableError: nobody was invited.
        """
        address = None if email is None else normal_email(email)
        subject = await self.people.create_subject()
        now = self.clock().timestamp()
        row = AccountRow(new_object_id(), subject, role, now)
        invitation = Invitation(row.id, role, new_token("dbi"), now + self.invitation_s)
        sealed = await self._sealed(subject, address) if address else None
        async with self.rows.transaction() as connection:
            await accounts.add(connection, row)
            if address and sealed:
                index = self.people.blind_index(EMAIL_INDEX, address)
                if await accounts.by_email(connection, index):
                    raise EmailTakenError
                await accounts.set_email(connection, row.id, index, sealed)
            await self._tell(Happening.ACCOUNT_INVITED, row, by)
            hashed = token_hash(invitation.token)
            await credentials.add_invitation(connection, hashed, row.id, invitation.expires_at)
        return invitation

    async def accept(self, token: str, password: str, email: str | None) -> AccountRow:
        """Spend a one-time link: set the account's password, and its address if it has none.

        Raises:
            WeakPasswordError, EmailNeededError, EmailTakenError: and the link stays good.
            InvitationInvalidError: the link was used, or is too old, or never was.
            JournalUnavailableError: and the link stays good.
        """
        now, hashed = self.clock().timestamp(), token_hash(token)
        async with self.rows.reading() as connection:
            account_id = await credentials.invited(connection, hashed, now)
            row = await accounts.by_id(connection, account_id) if account_id else None
        if row is None:
            raise InvitationInvalidError
        password_hash = await self.passwords.hash(password)
        address = None if row.email_index else normal_email(email or "")
        sealed = await self._sealed(row.subject, address) if address else None
        async with self.rows.transaction() as connection:
            if await credentials.spend_invitation(connection, hashed, now) != row.id:
                raise InvitationInvalidError
            if address and sealed:
                index = self.people.blind_index(EMAIL_INDEX, address)
                if await accounts.by_email(connection, index):
                    raise EmailTakenError
                await accounts.set_email(connection, row.id, index, sealed)
            own = Caller(row.id, row.subject, Role(row.role))
            await self._tell(Happening.ACCOUNT_OPENED, row, own, hashed)
            await accounts.set_password(connection, row.id, password_hash)
            await credentials.end_sessions_of(connection, row.id)
        return row

    async def listed(self) -> list[tuple[AccountRow, str | None]]:
        """Return every account, oldest first, with its address where there still is one."""
        async with self.rows.reading() as connection:
            everybody = await accounts.every(connection)
        found: list[tuple[AccountRow, str | None]] = []
        for row in everybody:
            try:
                found.append((row, await self.email(row)))
            except KeyShreddedError:  # erased, and brought back by a restored backup
                found.append((replace(row, disabled=True), None))
        return found

    async def email(self, row: AccountRow) -> str | None:
        """Return the account's address, None if it has none yet."""
        if row.email_sealed is None:
            return None
        return (await self.people.open_field(row.subject, EMAIL_CONTEXT, row.email_sealed)).decode()

    async def _tell(
        self, happening: Happening, row: AccountRow, by: Caller | None, which: str = ""
    ) -> None:
        note = Note(
            happening,
            row.subject,
            by.account if by else "gateway",
            {"account": row.id, "role": row.role},
            actor_subject=by.subject if by else None,
        )
        await self.journal.write(note, key=f"{happening}/{row.id}/{which}")

    async def _sealed(self, subject: SubjectId, address: str) -> bytes:
        return await self.people.seal_field(subject, EMAIL_CONTEXT, address.encode())


def normal_email(untrusted_email: str) -> str:
    """Return an address in its normal form.

    Raises:
        EmailNeededError: it is none.
    """
    try:
        checked = validate_email(
            untrusted_email.strip(), check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise EmailNeededError from error
    return checked.normalized
