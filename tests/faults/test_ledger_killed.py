"""``kill -9`` while the ledger is written: whatever was acknowledged is there, in its place, and
the log is valid (promise 10); in a file, and in a database that other gateways use as well.

Bounded: a hundred kills of one writer after the other (twenty on PostgreSQL); the moments come from
a fixed seed. Every writer that follows audits the tree before it writes.
"""

import asyncio
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.ledger.audit import verify
from storage.ledger.merkle import leaf_hash
from tests.contract.ledger_places import Kept
from tests.services import postgres
from tests.services.postgres import Postgres
from tests.unit.storage.ledger.logs import SIGNER, event

pytestmark = [pytest.mark.faults, pytest.mark.timeout(280)]

KILLS = 100
KILLS_OF_ONE_OF_TWO = 20
SEED = 20261125
LONGEST_S = 0.06
END_S = 20.0


class Writers:
    """One writer after the other on a log, each killed."""

    def __init__(self, where: Path | str) -> None:
        self._forking = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.ledger_child", str(where)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def killed(self, round_: str, after_s: float) -> list[list[str]]:
        """Run a writer until ``after_s`` after its first word; return all its words."""
        assert self._forking.stdin is not None
        self._forking.stdin.write(f"{round_}\n")
        self._forking.stdin.flush()
        child = int(self._heard()[1])
        first = self._heard()
        assert first != ["ended"], "the writer did not start: the log that was left does not open"
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        said = [first]
        while (words := self._heard()) != ["ended"]:
            said.append(words)
        return said

    def _heard(self) -> list[str]:
        assert self._forking.stdout is not None
        line = self._forking.stdout.readline()
        assert line, "whoever forks the writers died"
        return line.split()

    def close(self) -> None:
        self._forking.communicate(timeout=END_S)


@contextmanager
def writers(where: Path | str) -> Iterator[Writers]:
    started = Writers(where)
    try:
        yield started
    finally:
        started.close()


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Postgres]:
    yield from postgres.running()


def _all_killed(where: Path | str, kills: int) -> list[list[str]]:
    moments = random.Random(SEED)
    said: list[list[str]] = []
    with writers(where) as one:
        for number in range(kills):
            said += one.killed(str(number), moments.uniform(0.0, LONGEST_S))
    return said


async def _holds(kept: Kept, said: list[list[str]]) -> None:
    """Find every entry that was acknowledged, no gap, and no second tree."""
    ledger = await kept.ledger()
    size = (await ledger.head()).size
    entries = await ledger.entries(0, size)
    assert [entry.number for entry in entries] == list(range(size))
    appended = [words for words in said if words[0] == "appended"]
    for _, _, number, hashed in appended:
        assert leaf_hash(entries[int(number)].raw).hex() == hashed
    # And whoever asks again with its key is told the same place.
    again = await asyncio.gather(*(ledger.append(event(), key=words[1]) for words in appended))
    assert [str(receipt.index) for receipt in again] == [words[2] for words in appended]
    assert (await ledger.head()).size == size
    await ledger.close()
    published = {int(words[2]): words[3] for words in said if words[0] == "published"}
    some = random.Random(SEED).sample(sorted(published), min(3, len(published)))
    for size_then in {*some, max(published)}:
        note = SIGNER.sign(size_then, bytes.fromhex(published[size_then]))
        found = await asyncio.to_thread(
            lambda note: verify(kept.place(), key=SIGNER.public, older_note=note), note
        )
        assert found.size == size


async def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "ledger.sqlite")
    said = await asyncio.to_thread(_all_killed, tmp_path / "ledger.sqlite", KILLS)
    assert sum(words[0] == "appended" for words in said) >= KILLS
    await _holds(kept, said)


@pytest.mark.service
async def test_one_of_two_gateways_is_killed_again_and_again_and_neither_loses_an_entry(
    postgresql: Postgres,
) -> None:
    dsn = postgresql.database(f"log_{secrets.token_hex(6)}").replace("+asyncpg", "")
    kept = Kept(dsn)
    other = await kept.ledger()
    going = True
    said: list[list[str]] = []

    async def beside() -> None:
        number = 0
        while going:
            receipt = await other.append(event(), key=f"beside/{number}")
            said.append(
                ["appended", f"beside/{number}", str(receipt.index), receipt.leaf_hash.hex()]
            )
            number += 1

    task = asyncio.create_task(beside())
    killed = await asyncio.to_thread(_all_killed, dsn, KILLS_OF_ONE_OF_TWO)
    going = False
    await task
    assert len(said) >= KILLS_OF_ONE_OF_TWO
    assert sum(words[0] == "appended" for words in killed) >= KILLS_OF_ONE_OF_TWO
    await _holds(kept, said + killed)
    await other.close()
    await asyncio.to_thread(kept.close)
