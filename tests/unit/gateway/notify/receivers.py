"""Those who are told: a mail relay and a webhook receiver, real ones on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from standardwebhooks import Webhook


@dataclass
class Mailbox:
    """What the relay took, and what it says instead of taking more."""

    says: list[str] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    recipient_says: str = "250 OK"

    async def handle_RCPT(  # noqa: N802  (the name aiosmtpd calls)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        if self.recipient_says.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_says

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.says:
            return self.says.pop(0)
        self.taken.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(envelope.content or b"") for envelope in self.taken]


@asynccontextmanager
async def relay(
    mailbox: Mailbox, *, starttls: ssl.SSLContext | None = None, password: str | None = None
) -> AsyncIterator[int]:
    """Yield the port of a running relay."""

    def authenticated(_s: Any, _session: Any, _e: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password.decode() == password)

    def connection() -> SMTP:
        return SMTP(
            mailbox,
            hostname="relay.example",
            tls_context=starttls,
            authenticator=authenticated if password else None,
            auth_required=password is not None,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Hook:
    """A webhook's receiver: what came, and what it answers."""

    answers: list[int] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        self.came.append((dict(request.headers), await request.read()))
        return web.Response(
            status=self.answers.pop(0) if self.answers else 204, headers=self.headers
        )

    def verified(self, secret: str) -> list[Any]:
        """Return what came, each verified with the library of Standard Webhooks."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.came]


@asynccontextmanager
async def receiver(hook: Hook) -> AsyncIterator[int]:
    """Yield the port of a running receiver."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
