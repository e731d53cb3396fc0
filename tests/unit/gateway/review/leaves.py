"""Leaves of many kinds, and logs of them in files, made without waiting for anybody's keys."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.ledger.checkpoint import Signer
from storage.ledger.events import Event, EventKind, Slot
from storage.ledger.leaf import Leaf, SlotHashes, encode
from storage.ledger.log import Ledger
from tests.unit.storage.ledger.logs import SIGNER, BoxSealer

KINDS = tuple(EventKind)
COUNTRIES = ("CN", "DE", "US-CA", "SG")
TRANSFERS = tuple(letter * 32 for letter in "abcdefg")
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def leaf(number: int, **changes: str | None) -> bytes:
    """Return a leaf whose facts follow from its number; ``changes`` replace some."""
    dice = random.Random(number)
    facts: dict[str, str | None] = {
        "x": dice.choice((*TRANSFERS, None)),
        "src": dice.choice((*COUNTRIES, None)),
        "dst": dice.choice((*COUNTRIES, None)),
        "obs": dice.choice(("DE", "FR", None)),
        "reg": dice.choice(("CN", None)),
        "dec": dice.choice(("allow", "deny", None)),
        "basis": dice.choice(("pipl.38.1.3:scc", "gdpr.46,2", None)),
        "pol": dice.choice(("cn-2026.1", None)),
    }
    kind = EventKind(changes.pop("t", None) or KINDS[number % len(KINDS)])
    at = changes.pop("ts", None) or (EPOCH + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    slots = {slot: SlotHashes(dice.randbytes(32), dice.randbytes(32)) for slot in Slot}
    return encode(Leaf(kind, at, facts | changes, slots, dice.randbytes(32)))


class Hands:
    """A clock that goes on by an hour whenever it is asked."""

    def __init__(self) -> None:
        self.hours = -1

    def __call__(self) -> datetime:
        self.hours += 1
        return EPOCH + timedelta(hours=self.hours)


def event(number: int) -> Event:
    """Return an event whose facts follow from its number, as ``leaf`` has them."""
    dice = random.Random(number)
    transfer = dice.choice((*TRANSFERS, None))
    src, dst = dice.choice((*COUNTRIES, None)), dice.choice((*COUNTRIES, None))
    return Event(
        KINDS[number % len(KINDS)],
        transfer=transfer,
        src=src,
        dst=dst,
        observed=dice.choice(("DE", "FR", None)),
        region=dice.choice(("CN", None)),
        decision=dice.choice(("allow", "deny", None)),
        basis=dice.choice(("pipl.38.1.3:scc", "gdpr.46,2", None)),
    )


async def log_in(folder: Path, size: int, signer: Signer = SIGNER) -> Path:
    """Return the file of a log of ``size`` events, an hour apart."""
    numbers: Sequence[int] = [
        number
        for number in range(size + size // len(KINDS) + 2)
        if KINDS[number % len(KINDS)] is not EventKind.SUBJECT_ERASED
    ][:size]
    ledger = await Ledger.open(folder / "ledger.sqlite", signer, BoxSealer(), clock=Hands())
    try:
        for number in numbers:
            await ledger.append(event(number), key=str(number))
    finally:
        await ledger.close()
    return folder / "ledger.sqlite"
