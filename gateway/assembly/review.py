"""Furnishes what reviewers do: questions, saved views, unsealing by two, exports, forwarding.

Room: gateway/assembly.
"""

import socket
from contextlib import AsyncExitStack
from hashlib import sha256

from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.household import household
from gateway.housekeeping import Chore
from gateway.review.exports.siem import Syslog
from gateway.review.finding import Finding
from gateway.review.forwarding import Forwarder, Receiver, trust_of
from gateway.review.reads import Reads
from gateway.review.revealing import Revealing
from gateway.review.takeout import Takeout
from gateway.review.unsealing import Unsealing
from gateway.review.views import Views
from gateway.start import StartError


class ForwardingFilesError(StartError):
    """A certificate or key for forwarding the log cannot be read, or is none. Look at the files
    that the settings forwarding.ca_file, certificate_file and key_file name."""

    code = "forwarding-files"


def furnish(app: web.Application, cellar: Cellar) -> None:
    """Put the review room into ``app``."""
    finding = Finding(cellar.rows, cellar.ledger)
    unsealing = Unsealing(cellar.rows, cellar.keyring, cellar.journal, cellar.clock)
    app[keys.FINDING], app[keys.UNSEALING] = finding, unsealing
    app[keys.READS] = Reads(cellar.journal, cellar.clock)
    app[keys.VIEWS] = Views(cellar.rows, cellar.keyring, cellar.clock)
    app[keys.REVEALING] = Revealing(unsealing, finding, cellar.ledger, cellar.keyring)
    app[keys.TAKEOUT] = Takeout(finding, cellar.ledger, cellar.journal, cellar.clock)


async def forwarded(cellar: Cellar, settings: Settings, house: AsyncExitStack) -> list[Chore]:
    """Return the chore that sends the log on, where a receiver is set.

    Raises:
        ForwardingFilesError: its certificates cannot be used.
    """
    asked = settings.forwarding
    if asked.host is None or asked.region is None:
        return []
    files = (asked.ca_file, asked.certificate_file, asked.key_file)
    try:
        trust = trust_of(*(None if path is None else str(path) for path in files))
    except OSError as error:
        raise ForwardingFilesError from error
    forwarder = Forwarder(
        rows=cellar.rows,
        log=cellar.ledger,
        journal=cellar.journal,
        clock=cellar.clock,
        house=await household(cellar.rows, cellar.keyring),
        receiver=Receiver(asked.host, asked.port, asked.region, asked.deadline_s, trust),
        encoder=Syslog(cellar.ledger.key.name, asked.enterprise),
        holder=_node(settings),
    )
    house.push_async_callback(forwarder.stop)
    return [Chore("ledger-forward", asked.every_s, forwarder.round)]


def _node(settings: Settings) -> str:
    """Return this node's name, which says nothing: a data directory has one process at a time."""
    place = f"{socket.gethostname()}:{settings.data_dir.resolve()}"
    return sha256(place.encode()).hexdigest()[:32]
