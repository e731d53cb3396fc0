"""Furnishes identity: accounts, sessions, API keys and the first administrator.

Room: gateway/assembly.
"""

from pathlib import Path
from typing import Final

from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.identity import first_admin
from gateway.identity.accounts import Accounts
from gateway.identity.api_keys import ApiKeys
from gateway.identity.passwords import Passwords
from gateway.identity.sessions import Sessions

# The file with the first login, when this start made it.
FIRST_LOGIN: Final[web.AppKey[Path]] = web.AppKey("first_login", Path)


async def furnish(app: web.Application, cellar: Cellar, settings: Settings) -> None:
    """Put accounts and sessions into ``app``; make the first administrator if there is none."""
    passwords, times = Passwords(), settings.sessions
    accounts = Accounts(
        *(cellar.rows, cellar.keyring, passwords, cellar.clock, times.invitation_s),
        journal=cellar.journal,
    )
    app[keys.ACCOUNTS] = accounts
    app[keys.API_KEYS] = ApiKeys(cellar.rows, cellar.clock, cellar.journal)
    app[keys.SESSIONS] = Sessions(
        rows=cellar.rows,
        people=cellar.keyring,
        passwords=passwords,
        clock=cellar.clock,
        idle_s=times.idle_s,
        absolute_s=times.absolute_s,
        attempts=times.login_attempts,
        wait_s=times.login_wait_s,
    )
    made = await first_admin.welcome(
        cellar.rows,
        accounts,
        app[keys.API_KEYS],
        data_dir=settings.data_dir,
        url=app[keys.SITE].url,
    )
    if made is not None:
        app[FIRST_LOGIN] = made
