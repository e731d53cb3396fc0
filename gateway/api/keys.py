"""What the application and a request carry, by typed keys. A room that needs one adds a line.

Room: gateway/api. Pure.
"""

from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from gateway.clock import Clock
from gateway.identity.accounts import Accounts
from gateway.identity.api_keys import ApiKeys
from gateway.identity.roles import Caller
from gateway.identity.sessions import Sessions
from gateway.intake.export import Exports
from gateway.intake.parts import Parts
from gateway.intake.uploads import Uploads
from gateway.ledger_watch import LedgerWatch
from gateway.observability.health import Health
from gateway.observability.metrics import Metrics
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


CLOCK: Final[web.AppKey[Clock]] = web.AppKey("clock")
SITE = web.AppKey("site", Site)
ACCOUNTS = web.AppKey("accounts", Accounts)
API_KEYS = web.AppKey("api_keys", ApiKeys)
SESSIONS = web.AppKey("sessions", Sessions)
UPLOADS = web.AppKey("uploads", Uploads)
PARTS = web.AppKey("parts", Parts)
LEDGER = web.AppKey("ledger", Ledger)
LEDGER_WATCH = web.AppKey("ledger_watch", LedgerWatch)
EXPORTS = web.AppKey("exports", Exports)
HEALTH = web.AppKey("health", Health)
METRICS = web.AppKey("metrics", Metrics)
OPENAPI: Final[web.AppKey[dict[str, Any]]] = web.AppKey("openapi")

CALLER = web.RequestKey("caller", Caller)
REQUEST_ID = web.RequestKey("request_id", str)
