"""Where the log of transfers is kept: a file of the data directory, or the database of the rows.

Room: gateway/assembly. Looks whether a file is there; connects to nothing yet.
"""

from pathlib import Path
from typing import Final, TypeAlias

from config.errors import SettingError
from config.settings import LedgerStore, Settings
from storage.ledger.postgres.place import SharedPlace

LEDGER_FILE: Final = "ledger.sqlite"
LedgerPlace: TypeAlias = Path | SharedPlace
_WITH_DRIVER: Final = "postgresql+asyncpg://"


def ledger_place(settings: Settings) -> LedgerPlace:
    """Return the log's file, or its database.

    Raises:
        SettingError: the log shall be in a database, and the rows are in none that can be shared.
    """
    file = settings.data_dir / LEDGER_FILE
    url, store = settings.rows_url, settings.ledger.store
    possible = url.startswith(_WITH_DRIVER)
    if store is LedgerStore.DATABASE and not possible:
        raise SettingError(["ledger.store: needs database_url to be a PostgreSQL database"])
    # A log that was begun in a file goes on there: it must not be forgotten because rows moved.
    if store is LedgerStore.FILE or not possible or (store is LedgerStore.AUTO and file.exists()):
        return file
    return SharedPlace("postgresql://" + url.removeprefix(_WITH_DRIVER))
