"""Reviewers with keys, and a log for them to look at."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.api import keys
from gateway.identity.roles import Caller, Role
from storage.ids import SubjectId
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.log import Ledger
from storage.sealed.keyring import Keyring
from tests.unit.gateway.api.conftest import Browser, Front

LOG = "/api/v1/ledger"
WHY = "a complaint of the customer"
NAME = "Wilhelmina Zauberfluss"


def stored_in(folder: Path) -> bytes:
    """Return every byte of every file."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@dataclass
class Reviewer:
    """Somebody with a key, and what they may call."""

    program: Browser
    key: dict[str, str]
    caller: Caller

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.program.get(f"{LOG}/{path}", headers=self.key)
        assert answer.status == status, await answer.text()
        return await answer.json()

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.program.post(f"{LOG}/{path}", json=body, headers=self.key)
        assert answer.status == status, await answer.text()
        return await answer.json()

    async def granted(self, by: "Reviewer", question: str = "decision=deny") -> str:
        """Return a grant that somebody else agreed to."""
        body = {"question": question, "reason": WHY, "duration_s": 600}
        grant: str = (await self.post("unseal", body, 201))["id"]
        await by.post(f"unseal/{grant}/agree")
        return grant


async def somebody(front: Front, role: Role, email: str) -> Reviewer:
    key = await front.key(role, email)
    caller = await front.app[keys.API_KEYS].caller(key["Authorization"].partition(" ")[2])
    assert caller is not None
    return Reviewer(await front.browser(), key, caller)


@pytest.fixture
async def ada(front: Front) -> Reviewer:
    return await somebody(front, Role.REVIEWER, "ada@works.example")


@pytest.fixture
async def bea(front: Front) -> Reviewer:
    return await somebody(front, Role.OFFICER, "bea@works.example")


@pytest.fixture
async def log(ledger: Ledger, keyring: Keyring) -> SubjectId:
    """A log of three decisions on successive days about one person; the second was denied."""
    subject = await keyring.create_subject()
    for number in range(3):
        denied = number == 1
        event = Event(
            EventKind.TRANSFER_DENIED if denied else EventKind.TRANSFER_DECIDED,
            transfer="abcdefg"[number] * 32,
            src="CN",
            dst="US" if denied else "DE",
            observed="FR" if number == 2 else None,
            decision="deny" if denied else "allow",
            basis="pipl.38",
            openings={Slot.OBJ: Opening(subject, {"customer": NAME})},
        )
        await ledger.append(event, key=str(number))
    return subject
