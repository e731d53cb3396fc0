"""``kill -9`` while sealing: the acknowledged opens, the rest leaves no trace (promise 10).

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

from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import ObjectId, SubjectId
from storage.sealed.custody import LocalRootKey
from storage.sealed.errors import ObjectMissingError
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from tests.faults.sealing_child import LENGTHS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

KILLS = 12
SEED = 20261124
START_S = 20.0


def _killed_after(home: Path, subject: SubjectId, after_s: float) -> list[list[str]]:
    """Run the child until ``after_s`` after its first word; return all its words."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.sealing_child", str(home), subject],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        assert first, "the child did not start"
        time.sleep(after_s)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read()
        child.stdout.close()
        child.wait(START_S)
    # A last line without its end was being said, and was not acknowledged to anybody.
    lines = (first + rest).splitlines(keepends=True)
    return [line.split() for line in lines if line.endswith("\n")]


async def _check(vault: Vault, said: list[list[str]]) -> int:
    destroying = {words[1] for words in said if words[0] == "destroying"}
    destroyed = {words[1] for words in said if words[0] == "destroyed"}
    opened = 0
    for word, name, number in said:
        if word != "sealed" or name in destroying - destroyed:
            continue
        blob, plain = ObjectId(name), random.Random(int(number)).randbytes(LENGTHS[int(number) % 3])
        if name in destroyed:
            with pytest.raises(ObjectMissingError):
                await vault.describe(blob)
        else:
            assert b"".join([piece async for piece in vault.open(blob)]) == plain
            opened += 1
    return opened


async def test_what_was_acknowledged_opens_and_the_rest_leaves_no_trace(tmp_path: Path) -> None:
    root = LocalRootKey.open(tmp_path / "root.key")
    keyring = Keyring.open(tmp_path, root)
    subject = await keyring.create_subject()
    moments = random.Random(SEED)
    said: list[list[str]] = []
    for _ in range(KILLS):
        said += await asyncio.to_thread(
            _killed_after, tmp_path, subject, moments.uniform(0.0, 0.12)
        )
    vault = Vault(keyring, blobs := FilesystemBlobs(tmp_path / "blobs", floor_bytes=0))
    opened = await _check(vault, said)
    assert opened >= KILLS
    assert not os.listdir(tmp_path / "blobs" / "incoming")
    await vault.sweep(grace_s=-1.0)
    # Every blob that is left has a key, and every key a blob.
    kept = [blob async for blob in blobs.ids()]
    assert len(kept) >= opened
    for blob in kept:
        assert (await vault.describe(blob)).sealed_bytes == await blobs.size(blob)
    assert set(await keyring.shred_subject(subject)) == set(kept)
    keyring.close()
