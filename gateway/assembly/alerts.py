"""Furnishes alerts and notices: rules on the patrol, the watchman, the desk, the courier.

Room: gateway/assembly.
"""

import random
import ssl

from aiohttp import web

from config.settings import Role, Settings
from config.watching import Mail
from gateway.alerts.desk import AlertDesk
from gateway.alerts.model import Thresholds
from gateway.alerts.patrol import Patrol
from gateway.alerts.raising import Raising
from gateway.alerts.watchman import Watchman
from gateway.api import keys
from gateway.assembly.custody import said
from gateway.cellar import Cellar
from gateway.household import household
from gateway.housekeeping import Chore
from gateway.ledger_troubles import LedgerTroubles
from gateway.notify import courier
from gateway.notify.addresses import Addresses
from gateway.notify.courier import Courier, Retries
from gateway.notify.mail import Relay, Tls
from gateway.notify.outbox import Outbox
from gateway.notify.webhooks import Webhooks
from gateway.start import StartError
from storage.ids import SubjectId
from storage.sealed.errors import UnsafeKeyFileError


class MailUnusableError(StartError):
    """mail.password_file is readable by others, or mail.ca_file holds no certificates."""

    code = "mail-unusable"


async def furnish(app: web.Application, cellar: Cellar, settings: Settings) -> list[Chore]:
    """Put alerts and webhooks into ``app`` and return what is to be done again and again.

    On a node that only receives, alerts are kept and nobody is called: it cannot open addresses.

    Raises:
        MailUnusableError: the relay cannot be used as the settings describe it.
    """
    house, relay = await household(cellar.rows, cellar.keyring), relay_of(settings)
    raising = Raising(
        *(cellar.rows, cellar.journal, cellar.keyring, cellar.clock, house),
        outbox=Outbox(cellar.clock, mails=relay is not None),
    )
    app[keys.ALERTS] = AlertDesk(raising)
    app[keys.WEBHOOKS] = _webhooks(cellar, settings, house)
    if settings.role is not Role.ALL:
        return []
    thresholds = Thresholds(**settings.alerts.model_dump(exclude={"every_s"}))
    patrol = Patrol(cellar.rows, cellar.ledger, raising, thresholds)
    troubles = LedgerTroubles(
        cellar.ledger, cellar.watch, cellar.clock, thresholds.checkpoint_stale_s
    )
    watchman = Watchman(troubles.asked, raising, cellar.clock)
    delivers = _courier(app, cellar, settings, house, relay)
    return [
        Chore("alerts", settings.alerts.every_s, patrol.round),
        Chore("ledger-troubles", settings.alerts.every_s, watchman.round),
        Chore("notices", courier.EVERY_S, delivers.round),
    ]


def relay_of(settings: Settings) -> Relay | None:
    """Return the mail relay, None when there is none.

    Raises:
        MailUnusableError: it cannot be used as described.
    """
    mail = settings.mail
    if mail.host is None or mail.sender is None or mail.region is None:
        return None
    try:
        password = said(mail.said_password, mail.password_file) if mail.username else None
        trust = _trust(mail)
    except (UnsafeKeyFileError, OSError) as error:
        raise MailUnusableError from error
    return Relay(
        host=mail.host,
        port=mail.port,
        tls=Tls(mail.tls.value),
        sender=mail.sender,
        region=mail.region,
        deadline_s=settings.notify.deadline_s,
        username=mail.username,
        password=password,
        trust=trust,
    )


def _trust(mail: Mail) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=mail.ca_file) if mail.ca_file else None


def _webhooks(cellar: Cellar, settings: Settings, house: SubjectId) -> Webhooks:
    return Webhooks(
        *(cellar.rows, cellar.keyring, cellar.journal, cellar.clock, house),
        addresses=Addresses(settings.notify.allow_private),
        deadline_s=settings.notify.deadline_s,
    )


def _courier(
    app: web.Application,
    cellar: Cellar,
    settings: Settings,
    house: SubjectId,
    relay: Relay | None,
) -> Courier:
    return Courier(
        rows=cellar.rows,
        fields=cellar.keyring,
        journal=cellar.journal,
        clock=cellar.clock,
        house=house,
        webhooks=app[keys.WEBHOOKS],
        relay=relay,
        retries=Retries(settings.notify.attempts, settings.notify.retry_s, random.SystemRandom()),
        url=app[keys.SITE].url,
    )
