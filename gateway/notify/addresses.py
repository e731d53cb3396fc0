"""Which addresses a webhook may be sent to: public ones, unless the operator lets others in.

Room: gateway/notify. Awaits name lookups. A name is looked up once for a delivery, each of its
addresses must be allowed, and the connection goes to one of those: a name that leads elsewhere a
moment later leads nowhere. Redirections are not followed.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.notify.errors import DeliveryError, WebhookAddressError
from gateway.observing import parsed


@dataclass(frozen=True, slots=True)
class Addresses:
    """What is allowed."""

    allow_private: bool

    def require(self, untrusted_url: str) -> str:
        """Return a webhook's URL if its form is allowed; its name is looked up at each delivery.

        Raises:
            WebhookAddressError: it is not.
        """
        try:
            url = urlsplit(untrusted_url)
            host, port = url.hostname or "", url.port
        except ValueError as error:
            raise WebhookAddressError from error
        schemes = {"https", "http"} if self.allow_private else {"https"}
        if url.scheme not in schemes or not host or port == 0 or "@" in url.netloc or url.fragment:
            raise WebhookAddressError
        if url.scheme == "http" and not _private(host):
            raise WebhookAddressError
        if parsed(host) is not None and not self.allowed(host):
            raise WebhookAddressError
        return untrusted_url

    def allowed(self, address: str) -> bool:
        """Return whether a connection may go to this address."""
        return self.allow_private or not _private(address)


class GuardedResolver(AbstractResolver):
    """Looks names up, and refuses all of a name when one of its addresses is not allowed."""

    def __init__(self, addresses: Addresses) -> None:
        """Allow what ``addresses`` allows."""
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a name's addresses.

        Raises:
            DeliveryError: one of them may not be called.
            OSError: there are none.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = [(entry[0], str(entry[4][0])) for entry in found]
        if not all(self._addresses.allowed(address) for _, address in addresses):
            raise DeliveryError("address-not-allowed", final=True)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: nothing is held."""


def _private(host: str) -> bool:
    """Whether this is an address inside: private, loopback, link-local, shared, multicast…"""
    if host == "localhost":
        return True
    address = parsed(host)
    if address is None:
        return False
    mapped = ip_address(address)
    return not mapped.is_global or mapped.is_multicast
