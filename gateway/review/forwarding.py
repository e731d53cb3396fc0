"""The log on its way to a SIEM: every entry, in order, at least once, with no gap.

Room: gateway/review. Awaits rows and the ledger; talks to the receiver in a thread. Sources: RFC
5424 (syslog), RFC 5425 (over TLS, octet counting).

Syslog has no answer, so a message that was sent is not one that arrived. Therefore a round of
entries goes over a connection of its own, which is closed as TLS closes; only once the receiver has
closed it in order too, having read all of it, does the cursor move. Whatever breaks before, the
round is sent again: a receiver may see entries twice (``idx`` and ``leaf`` tell), but never misses
one. The cursor is a row, so it survives restarts; of several nodes one holds it.
"""

import fcntl
import socket
import ssl
import termios
import time
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.journal import Happening, Journal, Note
from gateway.review.exports.row import rows_of
from gateway.review.exports.siem import Syslog
from storage.ids import SubjectId
from storage.ledger.filtering import Filter
from storage.rows import forwarding as rows_of_forwarding
from storage.rows.engine import Rows
from storage.threads import finished

BATCH: Final = 1000
# So many batches make a round: what is sent again at most.
BATCHES: Final = 10
# A node that falls silent for so long, beyond what a batch may take, loses the cursor to another.
LEASE_S: Final = 30.0
_PEACE_BYTES: Final = 4096
_PAUSE_S: Final = 0.01


class ForwardingError(GatewayError):
    """The receiver of the log cannot be reached, or did not take it in order. It is tried again."""

    code = "forwarding-failed"


class Scanned(Protocol):
    """What this room needs of the ledger."""

    async def scan(self, wanted: Filter, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest entries that fit, as numbers and exact bytes, oldest first."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where entries go. ``region`` is where it stands; ``deadline_s`` bounds every wait on it."""

    host: str
    port: int
    region: str
    deadline_s: float
    trust: ssl.SSLContext = field(repr=False)

    @property
    def name(self) -> str:
        """The receiver's name in the rows."""
        return f"{self.host}:{self.port}"[:64]

    def connected(self) -> ssl.SSLSocket:
        """Return a connection whose other end is whom its certificate says; blocking.

        Raises:
            ForwardingError: there is none.
        """
        try:
            plain = socket.create_connection((self.host, self.port), timeout=self.deadline_s)
        except OSError as error:
            raise ForwardingError from error
        try:
            return self.trust.wrap_socket(plain, server_hostname=self.host)
        except OSError as error:
            plain.close()
            raise ForwardingError from error


@dataclass(slots=True)
class Forwarder:
    """Sends entries on. One a node; ``holder`` is the node's name, the same after a restart."""

    rows: Rows
    log: Scanned
    journal: Journal
    clock: Clock
    house: SubjectId
    receiver: Receiver
    encoder: Syslog
    holder: str
    _told: bool = False

    async def round(self) -> int:
        """Send what is new; return how many entries arrived, at most BATCH * BATCHES.

        Raises:
            ForwardingError: it is not known to have arrived; the next round sends it again.
            JournalUnavailableError: it cannot be written down, so nothing is sent.
        """
        first = await self._cursor()
        if first is None:
            return 0
        wanted = Filter(after=first - 1)
        found = await self.log.scan(wanted, BATCH)
        if not found:
            return 0
        await self._tell(first)
        connection = await finished(self.receiver.connected)
        try:
            for _ in range(BATCHES):
                await self._cursor()  # renewed
                await finished(_sent, connection, self.encoder.encode(rows_of(found)))
                wanted = replace(wanted, after=found[-1][0])
                found = await self.log.scan(wanted, BATCH)
                if not found:
                    break
            await finished(_closed_in_order, connection)
        finally:
            connection.close()
        return await self._advanced(first, (wanted.after or 0) + 1)

    async def stop(self) -> None:
        """Let another node take over at once."""
        async with self.rows.transaction() as connection:
            await rows_of_forwarding.release(connection, self.receiver.name, self.holder)

    async def _cursor(self) -> int | None:
        now = self.clock().timestamp()
        async with self.rows.transaction() as connection:
            return await rows_of_forwarding.take(
                connection, self.receiver.name, self.holder, now, self._until(now)
            )

    async def _advanced(self, first: int, following: int) -> int:
        until = self._until(self.clock().timestamp())
        async with self.rows.transaction() as connection:
            if not await rows_of_forwarding.advance(
                connection, self.receiver.name, self.holder, following, until
            ):
                raise ForwardingError
        return following - first

    def _until(self, now: float) -> float:
        return now + LEASE_S + 2 * self.receiver.deadline_s

    async def _tell(self, first: int) -> None:
        """Write down, once a node, that entries go there from now on."""
        if self._told:
            return
        about: dict[str, str | int] = {
            "export": self.holder,
            "stage": "forwarded",
            "format": "syslog",
            "size": first,
        }
        note = Note(
            Happening.LEDGER_EXPORTED, self.house, "gateway", about, region=self.receiver.region
        )
        await self.journal.write(note, key=f"{Happening.LEDGER_EXPORTED}/{self.holder}/forwarded")
        self._told = True


def _sent(connection: ssl.SSLSocket, frames: bytes) -> None:
    try:
        connection.sendall(frames)
    except OSError as error:
        raise ForwardingError from error


def _closed_in_order(connection: ssl.SSLSocket) -> None:
    """Close, and return once the other end has too, having read everything.

    A receiver that closes with something unread resets the connection, and one that hangs lets the
    deadline pass; neither is order. One that closes TCP without TLS's goodbye may have done so
    before the last bytes came: then they were never acknowledged.
    """
    try:
        try:
            plain: socket.socket = connection.unwrap()
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(_PEACE_BYTES):
                pass
        except ssl.SSLEOFError:
            plain = connection
        _acknowledged(plain)
    except OSError as error:
        raise ForwardingError from error


def _acknowledged(plain: socket.socket) -> None:
    """Return once the other end's kernel has everything; OSError when it refuses some of it."""
    deadline_s = time.monotonic() + (plain.gettimeout() or 0)
    while fcntl.ioctl(plain.fileno(), termios.TIOCOUTQ, bytes(4)) != bytes(4):
        if time.monotonic() > deadline_s:
            raise TimeoutError
        time.sleep(_PAUSE_S)
    trouble = plain.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if trouble:
        raise OSError(trouble, "the receiver reset the connection")


def trust_of(
    ca_file: str | None, certificate_file: str | None, key_file: str | None
) -> ssl.SSLContext:
    """Return how the receiver is recognised, and how the gateway shows who it is.

    Raises:
        OSError: a file cannot be read, or holds no certificate or key.
    """
    trust = ssl.create_default_context(cafile=ca_file)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate_file is not None:
        trust.load_cert_chain(certificate_file, key_file)
    return trust
