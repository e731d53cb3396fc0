"""``kill -9`` while the ledger is written: whatever was acknowledged is there, in its place, and
the file is valid (promise 10).

Bounded: twelve kills of one child; the moments come from a fixed seed.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.ledger.audit import verify
from storage.ledger.merkle import leaf_hash
from tests.unit.storage.ledger.logs import SIGNER, event, ledger_in

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

KILLS = 12
SEED = 20261125
START_S = 20.0


def _killed_after(home: Path, round_: int, after_s: float) -> list[list[str]]:
    """Run the child until ``after_s`` after its first word; return all its words."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.ledger_child", str(home), str(round_)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        assert first, "the child did not start: the log that was left does not open"
        time.sleep(after_s)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read()
        child.stdout.close()
        child.wait(START_S)
    # A last line without its end was being said, and was not acknowledged to anybody.
    lines = (first + rest).splitlines(keepends=True)
    return [line.split() for line in lines if line.endswith("\n")]


async def test_what_was_acknowledged_is_there_and_the_log_is_valid(tmp_path: Path) -> None:
    moments = random.Random(SEED)
    said: list[list[str]] = []
    for round_ in range(KILLS):
        said += await asyncio.to_thread(_killed_after, tmp_path, round_, moments.uniform(0.0, 0.12))
        assert verify(tmp_path / "ledger.sqlite", key=SIGNER.public).size > 0
    appended = [words for words in said if words[0] == "appended"]
    assert len(appended) >= KILLS * 8
    async with ledger_in(tmp_path) as ledger:
        size = (await ledger.head()).size
        entries = await ledger.entries(0, size)
        assert [entry.number for entry in entries] == list(range(size))
        for _, key, number, hashed in appended:
            assert leaf_hash(entries[int(number)].raw).hex() == hashed
            # And whoever asks again with its key is told the same place.
            again = await ledger.append(event(), key=key)
            assert (again.index, again.leaf_hash.hex()) == (int(number), hashed)
        assert (await ledger.head()).size == size
    published = {int(number): root for word, _, number, root in said if word == "published"}
    for number, root in published.items():
        note = SIGNER.sign(number, bytes.fromhex(root))
        assert verify(tmp_path / "ledger.sqlite", key=SIGNER.public, older_note=note).size == size
