"""Webhooks: added by an administrator, called with a signature (Standard Webhooks 1.0).

Room: gateway/notify. Awaits rows, keyring, journal, and receivers over HTTP. A webhook's address
and secret are sealed; the secret is shown once. https://www.standardwebhooks.com has the form:
webhook-id, webhook-timestamp and webhook-signature (HMAC-SHA-256) over the exact bytes.
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import aiohttp
from standardwebhooks import Webhook

from gateway.alerts.raising import Fields
from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.journal import Happening, Journal, Note
from gateway.notify.addresses import Addresses, GuardedResolver
from gateway.notify.errors import DeliveryError, WebhookMissingError
from storage.ids import SubjectId, new_object_id
from storage.rows import notices
from storage.rows.engine import Rows
from storage.rows.notices import WebhookRow

URL: Final = "webhook.url"
SECRET: Final = "webhook.secret"  # noqa: S105  (a context, no secret)
SECRET_BYTES: Final = 32
_GONE: Final = 410
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class ShownWebhook:
    """A webhook with its address; ``secret`` only when it has just been made."""

    row: WebhookRow
    url: str
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Adds, shows, removes and calls webhooks."""

    rows: Rows
    fields: Fields
    journal: Journal
    clock: Clock
    house: SubjectId
    addresses: Addresses
    deadline_s: float

    async def add(self, caller: Caller, url: str, region: str) -> ShownWebhook:
        """Add a webhook; its secret is shown this once.

        Raises:
            WebhookAddressError: it may not have this address.
            JournalUnavailableError: nothing was added.
        """
        allowed = self.addresses.require(url)
        secret = f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
        row = WebhookRow(
            id=new_object_id(),
            subject=self.house,
            url_sealed=await self.fields.seal_field(self.house, URL, allowed.encode()),
            secret_sealed=await self.fields.seal_field(self.house, SECRET, secret.encode()),
            region=region,
            created_at=self.clock().timestamp(),
        )
        async with self.rows.transaction() as connection:
            note = self._note(Happening.WEBHOOK_ADDED, caller, row, {"url": allowed})
            await self.journal.write(note, key=f"{note.happening}/{row.id}")
            await notices.add_webhook(connection, row)
        return ShownWebhook(row, allowed, secret)

    async def every(self) -> Sequence[ShownWebhook]:
        """Return all webhooks, oldest first."""
        async with self.rows.reading() as connection:
            found = await notices.webhooks(connection)
        return [ShownWebhook(row, await self._opened(URL, row.url_sealed)) for row in found]

    async def remove(self, caller: Caller, webhook_id: str) -> None:
        """Remove a webhook and its secret; what waits for it is given up.

        Raises:
            WebhookMissingError: there is none.
            JournalUnavailableError: nothing has changed.
        """
        async with self.rows.transaction() as connection:
            row = await notices.webhook_by_id(connection, webhook_id)
            if row is None:
                raise WebhookMissingError
            note = self._note(Happening.WEBHOOK_REMOVED, caller, row, {})
            await self.journal.write(note, key=f"{note.happening}/{row.id}")
            await notices.remove_webhook(connection, row.id, self.clock().timestamp())

    async def call(
        self, row: WebhookRow, message_id: str, payload: Mapping[str, object], at: datetime
    ) -> None:
        """Send a payload to a webhook; return once its receiver has said 2xx.

        Raises:
            DeliveryError: it has not.
        """
        url = await self._opened(URL, row.url_sealed)
        body = json.dumps(payload, separators=(",", ":"))
        signer = Webhook(await self._opened(SECRET, row.secret_sealed))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Drawbridge",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signer.sign(message_id, at, body),
        }
        status = await self._posted(url, body.encode(), headers)
        if status == _GONE:
            raise DeliveryError("receiver-said-410", final=True)
        if status not in _OK:
            raise DeliveryError(f"receiver-said-{status}")

    async def _posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self.addresses), use_dns_cache=False, force_close=True
        )
        # No cookies, no redirections, no proxies of the environment: to this address or nowhere.
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(total=self.deadline_s),
                ) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status
        except DeliveryError:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise DeliveryError(f"receiver-{type(error).__name__}"[:64]) from error

    async def _opened(self, context: str, sealed: bytes) -> str:
        return (await self.fields.open_field(self.house, context, sealed)).decode()

    def _note(
        self, happening: Happening, caller: Caller, row: WebhookRow, about: Mapping[str, str]
    ) -> Note:
        return Note(
            happening,
            self.house,
            caller.account,
            {"webhook": row.id} | dict(about),
            region=row.region,
            actor_subject=caller.subject,
        )
