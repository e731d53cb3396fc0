"""Places for logs, for the tests that hold SQLite and PostgreSQL to the same promises."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.ledger.log import Ledger
from storage.ledger.place import Place
from storage.ledger.postgres.line import Line
from storage.ledger.postgres.place import SharedPlace
from storage.ledger.postgres.tables import SCHEMA_NAME
from tests.unit.storage.ledger.logs import SIGNER, BoxSealer, clock


class Kept:
    """Where one log is kept; opened as often as a test wants, and changed behind its back."""

    def __init__(self, where: Path | str) -> None:
        self.where = where
        self._shared: list[SharedPlace] = []

    def place(self) -> Path | Place:
        """Return the place as another process would have it: with connections of its own."""
        if isinstance(self.where, Path):
            return self.where
        self._shared.append(SharedPlace(self.where))
        return self._shared[-1]

    async def ledger(self, sealer: BoxSealer | None = None) -> Ledger:
        return await Ledger.open(self.place(), SIGNER, sealer or BoxSealer(), clock=clock)

    def change(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Do what somebody does who has the database's password."""
        if isinstance(self.where, Path):
            with closing(sqlite3.connect(self.where, isolation_level=None)) as database:
                database.execute(sql, values)
            return
        with closing(Line(self.where)) as line:
            line.script(f"BEGIN; SET LOCAL search_path = {SCHEMA_NAME}")
            line.execute(sql, values)
            line.script("COMMIT")

    def close(self) -> None:
        for place in self._shared:
            place.close()
