"""A process that seals and destroys in a loop, saying so only afterwards; made to be killed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import SubjectId
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Purpose, Vault

LENGTHS = (10, 70_000, 2_500_000)


async def pieces(plain: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(plain), 300_000):
        yield plain[at : at + 300_000]


async def work(home: Path, subject: SubjectId) -> None:
    vault = Vault(
        Keyring.open(home, LocalRootKey.open(home / "root.key")),
        FilesystemBlobs(home / "blobs", floor_bytes=0),
    )
    for number in range(100_000):
        plain = Random(number).randbytes(LENGTHS[number % 3])
        made = await vault.seal(subject, Purpose.INTAKE, pieces(plain))
        print("sealed", made.id, number, flush=True)
        if number % 4 == 3:
            print("destroying", made.id, number, flush=True)
            await vault.destroy(made.id)
            print("destroyed", made.id, number, flush=True)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), SubjectId(sys.argv[2])))
