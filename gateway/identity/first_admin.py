"""The first administrator of an empty house: a one-time link and an API key, in one file.

Room: gateway/identity. Touches DIR/first-admin.json (mode 0600). There is no default password:
whoever may read the data directory may open the link, once.
"""

import json
import os
from pathlib import Path
from typing import Final

from gateway.identity.accounts import Accounts
from gateway.identity.api_keys import ApiKeys
from gateway.identity.roles import Role
from storage.rows import accounts as rows_of_accounts
from storage.rows.engine import Rows

FILE_NAME: Final = "first-admin.json"


async def welcome(
    rows: Rows, accounts: Accounts, api_keys: ApiKeys, *, data_dir: Path, url: str
) -> Path | None:
    """Return the file with the first login when this made it, None otherwise.

    A later start only brings the file's URL up to date, so that scripts find the gateway.
    """
    path = data_dir / FILE_NAME
    async with rows.reading() as connection:
        known = await rows_of_accounts.every(connection)
    # An account without a password and without this file was cut off while it was made.
    if known and (path.exists() or any(account.password_hash for account in known)):
        _move(path, url)
        return None
    invitation = await accounts.invite(Role.ADMIN, None)
    key = await api_keys.create(invitation.account)
    link = f"{url}/first#{invitation.token}"
    _write(path, {"url": url, "login_link": link, "api_key": key.secret})
    return path


def _move(path: Path, url: str) -> None:
    if not path.exists():
        return
    known = json.loads(path.read_text(encoding="utf-8"))
    if known.get("url") != url:
        link = str(known.get("login_link", ""))
        _write(path, known | {"url": url, "login_link": f"{url}/first#{link.rpartition('#')[2]}"})


def _write(path: Path, content: dict[str, str]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
