"""A syslog receiver on loopback, over TLS, that can be made to misbehave."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.services.certificates import Authority, authority

WAIT_S = 10.0


@dataclass
class Collector:
    """What arrived, connection by connection; ``behave`` does what the next ones get."""

    port: int
    trust: ssl.SSLContext
    certificate_pem: bytes
    behave: Callable[[ssl.SSLSocket], bytes]
    connections: list[bytes] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def frames(self) -> list[str]:
        """Return every whole message, each as long as it said."""
        found = []
        for data in self.connections:
            rest = data
            while rest:
                length, _, rest = rest.partition(b" ")
                found.append(rest[: int(length)].decode())
                rest = rest[int(length) :]
        return found

    def indexes(self) -> list[int]:
        return [int(frame.partition('idx="')[2].partition('"')[0]) for frame in self.frames()]


def orderly(connection: ssl.SSLSocket) -> bytes:
    """Read to the end, and say goodbye."""
    data = without_goodbye(connection)
    connection.unwrap()
    return data


def without_goodbye(connection: ssl.SSLSocket) -> bytes:
    """Read to the end, as receivers do that close TCP alone."""
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def dying(connection: ssl.SSLSocket) -> bytes:
    """Read a little, and be gone: what was read is lost with the process."""
    connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return b""


@contextmanager
def collecting() -> Iterator[Collector]:
    """Yield a receiver that is up, and ends with the test."""
    made: Authority = authority("127.0.0.1")
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(WAIT_S)
    collector = Collector(
        listening.getsockname()[1], made.client, made.certificate_pem, behave=orderly
    )
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                plain, _ = listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            plain.settimeout(WAIT_S)
            try:
                with made.server.wrap_socket(plain, server_side=True) as connection:
                    data = collector.behave(connection)
            except OSError:
                continue
            with collector.arrived:
                if data:
                    collector.connections.append(data)
                collector.arrived.notify_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield collector
    finally:
        over.set()
        # Closing alone does not wake a thread that waits in accept.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(WAIT_S)
