"""Logs to test with: a sealer with real keys, events of a made-up person, ledgers on a disk."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.ids import SubjectId, new_subject_id
from storage.ledger.checkpoint import Signer
from storage.ledger.errors import ErasedError
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.log import Ledger

SIGNER = Signer("gateway.example/transfers", bytes(range(32)))
OTHER_SIGNER = Signer("gateway.example/transfers", bytes(range(1, 33)))
ANNA, BORIS = new_subject_id(), new_subject_id()
EMAIL = "wilhelmina@customer.example"
TRANSFER = "abcdefghijklmnopqrstuvwxyz234567"


def clock() -> datetime:
    return datetime(2026, 11, 24, 9, 42, 17, 999_999, UTC)


class BoxSealer:
    """Seals with a key per person; erasing a person is forgetting their key."""

    def __init__(self) -> None:
        self.keys: dict[SubjectId, bytes] = {}
        self.erased: set[SubjectId] = set()

    def _key(self, subject: SubjectId) -> AESGCM:
        if subject in self.erased:
            raise ErasedError
        return AESGCM(self.keys.setdefault(subject, AESGCM.generate_key(256)))

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._key(subject).encrypt(nonce, plain, context.encode())

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        return self._key(subject).decrypt(sealed[:12], sealed[12:], context.encode())


def event(
    kind: EventKind = EventKind.DOWNLOAD_STARTED, *, who: SubjectId = ANNA, to: SubjectId = BORIS
) -> Event:
    """Return an event that fills three of five slots."""
    return Event(
        kind,
        transfer=TRANSFER,
        src="CN",
        dst="DE",
        decision="allow",
        basis="pipl.38.1.3:scc",
        policy="cn-2026.1",
        openings={
            Slot.ACTOR: Opening(who, {"account": "a1", "email": EMAIL}),
            Slot.OBJ: Opening(who, {"filename": "bracket.step", "bytes": 12}),
            Slot.RCPT: Opening(to, {"partner": "p1"}),
        },
    )


@asynccontextmanager
async def ledger_in(
    folder: Path, sealer: BoxSealer | None = None, signer: Signer = SIGNER
) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(folder / "ledger.sqlite", signer, sealer or BoxSealer(), clock=clock)
    try:
        yield opened
    finally:
        await opened.close()


async def filled(folder: Path, keys: Sequence[str], *, publish_at: int | None = None) -> Path:
    """Return the file of a log with one entry for each of ``keys``."""
    async with ledger_in(folder) as ledger:
        for number, key in enumerate(keys):
            await ledger.append(event(), key=key)
            if number == publish_at:
                await ledger.publish()
        await ledger.publish()
    return folder / "ledger.sqlite"
