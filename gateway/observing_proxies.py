"""Whose request it is when proxies stand between: the nearest address that is no proxy of ours.

Room: gateway. Pure. Anybody can write X-Forwarded-For, so it is read from its end, and only as far
as each address that wrote it is one the operator named (observing.trusted_proxies).

    X-Forwarded-For: <client says>, <client>, <proxy 1>      peer: proxy 2
                                    ^ the answer             both proxies are named
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Self

from gateway.observing import parsed


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies whose word is taken."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Return the proxies in these networks (CIDR)."""
        return cls(tuple(ip_network(text) for text in texts))

    def client(self, peer: str, untrusted_forwarded: Sequence[str]) -> str:
        """Return the address of whoever calls.

        ``peer`` is who the connection is with, ``untrusted_forwarded`` the X-Forwarded-For headers
        in their order. What is no address ends the reading: the last proxy is the answer then.
        """
        hops = [hop.strip() for line in untrusted_forwarded for hop in line.split(",")]
        answer = peer
        while self._trusts(answer) and hops:
            address = parsed(hops.pop().strip("[]"))
            if address is None:
                break
            answer = str(address)
        return answer

    def _trusts(self, text: str) -> bool:
        address = parsed(text)
        return address is not None and any(
            address in network for network in self.networks if network.version == address.version
        )
