"""Furnishes what reviewers do: questions, saved views, unsealing by two, exports.

Room: gateway/assembly.
"""

from aiohttp import web

from gateway.api import keys
from gateway.cellar import Cellar
from gateway.review.finding import Finding
from gateway.review.reads import Reads
from gateway.review.revealing import Revealing
from gateway.review.takeout import Takeout
from gateway.review.unsealing import Unsealing
from gateway.review.views import Views


def furnish(app: web.Application, cellar: Cellar) -> None:
    """Put the review room into ``app``."""
    finding = Finding(cellar.rows, cellar.ledger)
    unsealing = Unsealing(cellar.rows, cellar.keyring, cellar.journal, cellar.clock)
    app[keys.FINDING], app[keys.UNSEALING] = finding, unsealing
    app[keys.READS] = Reads(cellar.journal, cellar.clock)
    app[keys.VIEWS] = Views(cellar.rows, cellar.keyring, cellar.clock)
    app[keys.REVEALING] = Revealing(unsealing, finding, cellar.ledger, cellar.keyring)
    app[keys.TAKEOUT] = Takeout(finding, cellar.ledger, cellar.journal, cellar.clock)
