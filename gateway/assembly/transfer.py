"""Furnishes transfers: the law, partners, consents, orders, links, the gate, receipts.

Room: gateway/assembly.
"""

from typing import Final

from aiohttp import web

from config.packs import read_law, read_terms
from config.settings import Settings
from config.watching import OnDisagreement
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.housekeeping import Chore
from gateway.observing import RENEW_S, Observatory
from gateway.observing_proxies import Proxies
from gateway.policy import pack
from gateway.privacy import terms
from gateway.privacy.consent import Consents
from gateway.privacy.erasure import Erasure
from gateway.start import StartError
from gateway.transfer.contents import Contents
from gateway.transfer.destinations import Destinations
from gateway.transfer.egress import Egress
from gateway.transfer.endings import Endings
from gateway.transfer.links import Links
from gateway.transfer.orders import Orders
from gateway.transfer.partners import Partners
from gateway.transfer.receipts import Receipts
from gateway.transfer.streams import Streams
from gateway.transfer.transfers import Transfers

EXPIRE_S: Final = 30.0


class OriginUnknownError(StartError):
    """The law packs do not know origin_country, so nothing could ever be sent."""

    code = "origin-unknown"


def furnish(app: web.Application, cellar: Cellar, settings: Settings) -> list[Chore]:
    """Put transfers into ``app`` and return what is to be done again and again.

    Raises:
        ConfigFileError: law or terms cannot be read.
        LawInvalidError, TermsInvalidError: they hold mistakes.
        GeoDataError: a database of countries or networks cannot be read.
        OriginUnknownError: this gateway stands in a country the law does not know.
    """
    law, words = pack.read(read_law(settings.law_dir)), terms.read(read_terms())
    if settings.origin_country not in law.countries:
        raise OriginUnknownError
    rows, journal, clock = cellar.rows, cellar.journal, cellar.clock
    endings = Endings(journal, clock, Streams())
    contents = Contents(cellar.keyring, cellar.vault)
    partners = Partners(rows, cellar.keyring, journal, clock, law, endings)
    consents = Consents(rows, journal, clock, words[terms.CONSENT], endings)
    orders = Orders(
        rows=rows,
        partners=partners,
        consents=consents,
        contents=contents,
        journal=journal,
        clock=clock,
        law=law,
        origin=settings.origin_country,
        code_attempts=settings.links.code_attempts,
    )
    destinations = _observed(app, cellar, settings)
    app[keys.ERASURE] = Erasure(rows, journal, cellar.vault, endings)
    app[keys.LAW], app[keys.TERMS], app[keys.ENDINGS] = law, words, endings
    app[keys.PARTNERS], app[keys.CONSENTS], app[keys.ORDERS] = partners, consents, orders
    app[keys.LINK_DEFAULTS] = keys.LinkDefaults(settings.links.lifetime_s, settings.links.opens)
    lease_s, notice = settings.links.lease_s, words[terms.DOWNLOAD]
    app[keys.LINKS] = _links(cellar, contents, orders, destinations, notice, lease_s)
    app[keys.EGRESS] = Egress(
        rows, journal, cellar.vault, contents, clock, endings.streams, destinations
    )
    app[keys.RECEIPTS] = Receipts(rows, journal, endings.streams)
    app[keys.TRANSFERS] = transfers = Transfers(rows, partners, journal, clock, endings)
    return [
        Chore("transfers", EXPIRE_S, transfers.expire),
        Chore("observing", RENEW_S, app[keys.OBSERVES].renew),
    ]


def _links(
    cellar: Cellar,
    contents: Contents,
    orders: Orders,
    destinations: Destinations,
    notice: terms.Terms,
    lease_s: float,
) -> Links:
    return Links(
        rows=cellar.rows,
        contents=contents,
        journal=cellar.journal,
        clock=cellar.clock,
        terms=notice,
        code_hash=orders.code_hash,
        lease_s=lease_s,
        destinations=destinations,
    )


def _observed(app: web.Application, cellar: Cellar, settings: Settings) -> Destinations:
    """Put into ``app`` what sees where callers are; return what compares that with the declared."""
    watched = settings.observing
    app[keys.OBSERVES] = Observatory(watched.country_database, watched.asn_database)
    app[keys.PROXIES] = Proxies.of(watched.trusted_proxies)
    deny = watched.on_disagreement is OnDisagreement.DENY
    return Destinations(cellar.rows, cellar.keyring, cellar.journal, cellar.clock, deny)
