"""How many entries a second become durable at 1, 64 and 512 clients, beside bare inserts?

The limits are of the same database, on the same disk, in the same run: rows of a leaf's length,
committed one by one, and committed in groups as large as the ledger's were. Ours adds openings,
the tree, its signature and the indexes. PostgreSQL is left out, loudly, where it is not installed.
"""

import asyncio
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from benchmarks.ledger import LEAF_BYTES, Passing
from storage.ids import new_subject_id
from storage.ledger.checkpoint import Signer
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.log import Ledger
from storage.ledger.place import Place
from storage.ledger.postgres.line import Line
from storage.ledger.postgres.place import SharedPlace
from tests.services import postgres

CLIENTS: Final = (1, 64, 512)
ENTRIES: Final = {1: 300, 64: 6_000, 512: 8_000}
ROUNDS: Final = 3
Commit = Callable[[list[tuple[bytes]]], None]


def commits(commit: Commit, count: int, group: int) -> float:
    """Return rows a second that ``commit`` makes durable in groups of ``group``."""
    rows = [(secrets.token_bytes(LEAF_BYTES),) for _ in range(count)]
    start = time.perf_counter()
    for at in range(0, count, group):
        commit(rows[at : at + group])
    return count / (time.perf_counter() - start)


async def appends(kept: Path | Place, clients: int) -> float:
    """Return entries a second with ``clients`` of them waiting at any time."""
    signer = Signer("gateway.example/transfers", bytes(range(32)))
    ledger = await Ledger.open(kept, signer, Passing(), clock=lambda: datetime.now(UTC))
    who, run = new_subject_id(), secrets.token_hex(4)
    slots = (Slot.ACTOR, Slot.OBJ)
    openings = {slot: Opening(who, {"id": "a1"}) for slot in slots}
    event = Event(
        EventKind.DOWNLOAD_STARTED, src="CN", dst="DE", decision="allow", openings=openings
    )
    numbers = iter(range(ENTRIES[clients]))

    async def work() -> None:
        for number in numbers:
            await ledger.append(event, key=f"{run}/{number}")

    try:
        start = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(clients)))
        return ENTRIES[clients] / (time.perf_counter() - start)
    finally:
        await ledger.close()


def compare(name: str, fresh: Callable[[], Path | Place], commit: Commit) -> None:
    """Print what ``name`` does, beside its own limits."""
    for clients in CLIENTS:
        rates = []
        for _ in range(ROUNDS):
            ours = asyncio.run(appends(fresh(), clients))
            grouped = commits(commit, ENTRIES[clients], clients)
            rates.append((ours, grouped, commits(commit, ENTRIES[1], 1)))
        ours, grouped, single = sorted(rates, key=lambda rate: rate[0] / rate[1])[ROUNDS // 2]
        print(
            f"ledger on {name}, {clients} clients: {ours:,.0f} durable entries/s,"
            f" {ours / grouped:.2f} x bare rows committed {clients} at once ({grouped:,.0f}/s),"
            f" {ours / single:.2f} x one by one ({single:,.0f}/s)"
        )


def on_sqlite(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "peer.sqlite", isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        database.execute("CREATE TABLE line (number INTEGER PRIMARY KEY, content BLOB)")

        def commit(rows: list[tuple[bytes]]) -> None:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO line (content) VALUES (?)", rows)
            database.execute("COMMIT")

        compare("SQLite", lambda: folder / f"{secrets.token_hex(4)}.sqlite", commit)


def on_postgresql(server: postgres.Postgres) -> None:
    def dsn() -> str:
        return server.database(f"log_{secrets.token_hex(4)}").replace("+asyncpg", "")

    with closing(Line(dsn())) as line:
        line.script("CREATE TABLE line (number BIGSERIAL PRIMARY KEY, content BYTEA)")

        def commit(rows: list[tuple[bytes]]) -> None:
            line.script("BEGIN")
            line.copy("line", ("content",), rows)
            line.script("COMMIT")

        compare("PostgreSQL", lambda: SharedPlace(dsn()), commit)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        on_sqlite(Path(folder))
    try:
        for server in postgres.running():
            on_postgresql(server)
    except pytest.skip.Exception as error:
        print(f"ledger on PostgreSQL: not measured ({error})")


if __name__ == "__main__":
    main()
