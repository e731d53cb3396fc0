"""A process that appends, erases and publishes in a loop, saying so only afterwards; made to be
killed, and made again: whoever forks it has read all modules once.

    standard input   one word a line: the name of a round
    standard output  "pid N", then what the round says, and "ended" when it was killed
"""

import asyncio
import os
import sys
from pathlib import Path

from storage.ids import SubjectId, new_subject_id
from storage.ledger.events import Event, EventKind, Opening, Slot
from tests.contract.ledger_places import Kept
from tests.unit.storage.ledger.logs import event


def erasing(by: SubjectId) -> Event:
    return Event(EventKind.SUBJECT_ERASED, openings={Slot.ACTOR: Opening(by, {"account": "o"})})


def say(*words: object) -> None:
    """Say a line whole, or not at all: a pipe takes so little at once."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def work(where: Path | str, round_: str) -> None:
    ledger = await Kept(where).ledger()

    async def append(key: str, who: SubjectId) -> None:
        receipt = await ledger.append(event(who=who), key=key)
        say("appended", key, receipt.index, receipt.leaf_hash.hex())

    for number in range(100_000):
        who = new_subject_id()
        keys = [f"{round_}/{number}/{place}" for place in range(8)]
        await asyncio.gather(*(append(key, who) for key in keys))
        if number % 3 == 1:
            key = f"{round_}/{number}/erased"
            receipt = await ledger.erase(who, erasing(new_subject_id()), key=key)
            say("appended", key, receipt.index, receipt.leaf_hash.hex())
        if number % 2 == 0:
            checkpoint = await ledger.publish()
            say("published", "-", checkpoint.size, checkpoint.root.hex())


def main(where: Path | str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            say("pid", os.getpid())
            asyncio.run(work(where, line.strip()))
            os._exit(1)
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    main(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]))
