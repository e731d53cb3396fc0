"""A process that appends, erases and publishes in a loop, saying so only afterwards; made to be
killed."""

import asyncio
import sys
from pathlib import Path

from storage.ids import SubjectId, new_subject_id
from storage.ledger.events import Event, EventKind, Opening, Slot
from tests.unit.storage.ledger.logs import event, ledger_in


def erasing(by: SubjectId) -> Event:
    return Event(EventKind.SUBJECT_ERASED, openings={Slot.ACTOR: Opening(by, {"account": "o"})})


async def work(home: Path, round_: str) -> None:
    async with ledger_in(home) as ledger:

        async def append(key: str, who: SubjectId) -> None:
            receipt = await ledger.append(event(who=who), key=key)
            print("appended", key, receipt.index, receipt.leaf_hash.hex(), flush=True)

        for number in range(100_000):
            who = new_subject_id()
            keys = [f"{round_}/{number}/{place}" for place in range(8)]
            await asyncio.gather(*(append(key, who) for key in keys))
            if number % 3 == 1:
                key = f"{round_}/{number}/erased"
                receipt = await ledger.erase(who, erasing(new_subject_id()), key=key)
                print("appended", key, receipt.index, receipt.leaf_hash.hex(), flush=True)
            if number % 5 == 2:
                checkpoint = await ledger.publish()
                print("published", "-", checkpoint.size, checkpoint.root.hex(), flush=True)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
