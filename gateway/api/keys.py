"""What the application and a request carry, by typed keys. A room that needs one adds a line.

Room: gateway/api. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from gateway.alerts.desk import AlertDesk
from gateway.clock import Clock
from gateway.identity.accounts import Accounts
from gateway.identity.api_keys import ApiKeys
from gateway.identity.roles import Caller
from gateway.identity.sessions import Sessions
from gateway.intake.choices import Choices
from gateway.intake.export import Exports
from gateway.intake.parts import Parts
from gateway.intake.pictures import Pictures
from gateway.intake.uploads import Uploads
from gateway.intake.waivers import Waivers
from gateway.ledger_watch import LedgerWatch
from gateway.notify.webhooks import Webhooks
from gateway.observability.health import Health
from gateway.observability.metrics import Metrics
from gateway.observing import Observatory
from gateway.observing_proxies import Proxies
from gateway.policy.pack import Law
from gateway.privacy.consent import Consents
from gateway.privacy.erasure import Erasure
from gateway.privacy.terms import Terms
from gateway.review.finding import Finding
from gateway.review.reads import Reads
from gateway.review.revealing import Revealing
from gateway.review.takeout import Takeout
from gateway.review.unsealing import Unsealing
from gateway.review.views import Views
from gateway.transfer.egress import Egress
from gateway.transfer.endings import Endings
from gateway.transfer.links import Links
from gateway.transfer.orders import Orders
from gateway.transfer.partners import Partners
from gateway.transfer.receipts import Receipts
from gateway.transfer.transfers import Transfers
from redaction.model import Profile
from storage.ledger.log import Ledger


@dataclass(frozen=True, slots=True)
class Site:
    """How people reach this gateway; ``url`` is known once it listens."""

    url: str
    max_upload_bytes: int
    max_drawings: int

    @property
    def secure(self) -> bool:
        """Whether people come by https."""
        return self.url.startswith("https:")


@dataclass(frozen=True, slots=True)
class OfferedProfile:
    """A redaction profile and the sentence that says what it is for."""

    profile: Profile
    summary: str


@dataclass(frozen=True, slots=True)
class LinkDefaults:
    """How links end when their sender says nothing."""

    lifetime_s: int
    opens: int


CLOCK: Final[web.AppKey[Clock]] = web.AppKey("clock")
SITE = web.AppKey("site", Site)
ACCOUNTS = web.AppKey("accounts", Accounts)
ERASURE = web.AppKey("erasure", Erasure)
API_KEYS = web.AppKey("api_keys", ApiKeys)
SESSIONS = web.AppKey("sessions", Sessions)
UPLOADS = web.AppKey("uploads", Uploads)
PARTS = web.AppKey("parts", Parts)
PICTURES = web.AppKey("pictures", Pictures)
LEDGER = web.AppKey("ledger", Ledger)
LEDGER_WATCH = web.AppKey("ledger_watch", LedgerWatch)
CHOICES = web.AppKey("choices", Choices)
WAIVERS = web.AppKey("waivers", Waivers)
PROFILES: Final[web.AppKey[Mapping[str, OfferedProfile]]] = web.AppKey("profiles")
EXPORTS = web.AppKey("exports", Exports)
LAW = web.AppKey("law", Law)
TERMS: Final[web.AppKey[Mapping[str, Terms]]] = web.AppKey("terms")
ENDINGS = web.AppKey("endings", Endings)
PARTNERS = web.AppKey("partners", Partners)
CONSENTS = web.AppKey("consents", Consents)
ORDERS = web.AppKey("orders", Orders)
TRANSFERS = web.AppKey("transfers", Transfers)
LINKS = web.AppKey("links", Links)
LINK_DEFAULTS = web.AppKey("link_defaults", LinkDefaults)
ALERTS = web.AppKey("alerts", AlertDesk)
WEBHOOKS = web.AppKey("webhooks", Webhooks)
OBSERVES = web.AppKey("observes", Observatory)
PROXIES = web.AppKey("proxies", Proxies)
EGRESS = web.AppKey("egress", Egress)
RECEIPTS = web.AppKey("receipts", Receipts)
FINDING = web.AppKey("finding", Finding)
READS = web.AppKey("reads", Reads)
VIEWS = web.AppKey("views", Views)
UNSEALING = web.AppKey("unsealing", Unsealing)
REVEALING = web.AppKey("revealing", Revealing)
TAKEOUT = web.AppKey("takeout", Takeout)
HEALTH = web.AppKey("health", Health)
METRICS = web.AppKey("metrics", Metrics)
OPENAPI: Final[web.AppKey[dict[str, Any]]] = web.AppKey("openapi")

CALLER = web.RequestKey("caller", Caller)
REQUEST_ID = web.RequestKey("request_id", str)
