"""How many entries a second does the ledger make durable, beside SQLite alone?

The peer is sqlite3 in the same process and on the same disk, with the same pragmas (WAL,
synchronous=FULL): one row of a leaf's length for each commit, which is what a table of log lines
costs whoever wants each line durable. Ours adds sealed openings, the tree, its signature, and an
index for searching; it wins where many wait at once, because one commit takes them all. With
sealing, openings are sealed to a person with the keyring's HPKE (ML-KEM-768 with X25519).
"""

import asyncio
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from gateway.ledger_journal import KeyringSealer
from storage.ids import SubjectId
from storage.ledger.checkpoint import Signer
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.log import Ledger
from storage.ledger.sealing import FieldSealer
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring

ENTRIES = 6_000
SEQUENTIAL = 300
AT_ONCE = 512
LEAF_BYTES = 800
ROUNDS = 3


class Passing:
    """Seals nothing: the ledger's own cost is measured without the keyring's."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:  # noqa: ARG002
        return plain

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:  # noqa: ARG002
        return sealed


def peer_rate(folder: Path) -> float:
    """Return commits a second of one row each."""
    with closing(sqlite3.connect(folder / "peer.sqlite", isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        database.execute("CREATE TABLE line (number INTEGER PRIMARY KEY, content BLOB)")
        content = secrets.token_bytes(LEAF_BYTES)
        start = time.perf_counter()
        for _ in range(SEQUENTIAL):
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO line (content) VALUES (?)", (content,))
            database.execute("COMMIT")
        return SEQUENTIAL / (time.perf_counter() - start)


async def ledger_rate(folder: Path, sealer: FieldSealer, who: SubjectId, at_once: int) -> float:
    """Return appends a second with ``at_once`` of them waiting at any time."""
    signer = Signer("gateway.example/transfers", secrets.token_bytes(32))
    path = folder / f"{secrets.token_hex(4)}.sqlite"
    ledger = await Ledger.open(path, signer, sealer, clock=lambda: datetime.now(UTC))
    event = Event(
        EventKind.DOWNLOAD_STARTED,
        src="CN",
        dst="DE",
        decision="allow",
        openings={slot: Opening(who, {"id": "a1"}) for slot in (Slot.ACTOR, Slot.OBJ)},
    )
    count = SEQUENTIAL if at_once == 1 else ENTRIES
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await ledger.append(event, key=str(number))

    try:
        start = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        return count / (time.perf_counter() - start)
    finally:
        await ledger.close()


async def compare(folder: Path) -> None:
    with closing(Keyring.open(folder, LocalRootKey.open(folder / "root.key"))) as keyring:
        who = await keyring.create_subject()
        questions: dict[str, Callable[[], Awaitable[float]]] = {
            f"{AT_ONCE} at once": lambda: ledger_rate(folder, Passing(), who, AT_ONCE),
            f"{AT_ONCE} at once, with sealing": lambda: ledger_rate(
                folder, KeyringSealer(keyring), who, AT_ONCE
            ),
            "one after the other": lambda: ledger_rate(folder, Passing(), who, 1),
        }
        for question, ours in questions.items():
            pairs = []
            for number in range(ROUNDS):
                (folder / str(number)).mkdir(exist_ok=True)
                (folder / str(number) / "peer.sqlite").unlink(missing_ok=True)
                pairs.append((await ours(), peer_rate(folder / str(number))))
            ours_rate, rate = sorted(pairs, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]
            print(
                f"ledger, {question}: {ours_rate:,.0f} durable entries/s, {ours_rate / rate:.2f} x"
                f" sqlite3 committing row by row ({rate:,.0f}/s)"
            )


def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        asyncio.run(compare(Path(folder)))


if __name__ == "__main__":
    main()
