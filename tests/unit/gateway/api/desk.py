"""A customer's desk: parts released, handed over, and fetched by whoever holds the link."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from aiohttp import ClientResponse

from gateway.api import keys
from gateway.identity.roles import Caller, Role
from gateway.intake.states import DrawingState
from storage.rows import parts as rows_of_parts
from storage.sealed.vault import Purpose
from tests.unit.gateway.api.conftest import Browser, Front
from tests.unit.gateway.intake.conftest import Intake

DRAWING = b"ISO-10303-21; a bracket of forty-two lines"
WORDS = "Ten pieces"


@dataclass
class Desk:
    """One customer and one partner of one gateway."""

    front: Front
    customer: dict[str, str]
    caller: Caller
    admin: dict[str, str]
    partner: str
    program: Browser

    @property
    def intake(self) -> Intake:
        return self.front.intake

    async def part(self, *contents: bytes, words: str = WORDS) -> str:
        """Return a released part."""
        shown = await self.intake.inspected(self.caller, *(contents or (DRAWING,)), words=words)
        await self.intake.parts.approve(self.caller, shown.id)
        return shown.id

    async def big_part(self, size: int) -> str:
        """Return a released part whose one drawing has ``size`` bytes."""
        part = await self.part(words="")
        row, drawings = await self.intake.parts.own(self.caller, part)

        async def pieces() -> Any:
            yield bytes(size)

        vault = self.intake.vault
        sealed = await vault.seal(row.subject, Purpose.RELEASED, pieces(), plain_bytes=size)
        values = {"clean_object": sealed.id, "plain_bytes": size}
        async with self.intake.rows.transaction() as connection:
            await rows_of_parts.change_drawing(
                connection, drawings[0].id, DrawingState.RELEASED, values
            )
        return part

    async def order(self, part: str, **changes: Any) -> ClientResponse:
        body = {"partner": self.partner, "consent": True, "expires_s": 600} | changes
        path = f"/api/v1/parts/{part}/transfers"
        return await self.program.post(path, json=body, headers=self.customer)

    async def token(self, part: str, **changes: Any) -> str:
        """Return a new link's token."""
        answer = await self.order(part, **changes)
        assert answer.status == 201, await answer.text()
        link: str = (await answer.json())["link"]
        return link.partition("#")[2]

    async def look(self, token: str) -> ClientResponse:
        return await self.program.post("/d/look", json={"token": token})

    async def open(self, token: str, **changes: Any) -> ClientResponse:
        body = {"token": token, "accept_terms": True} | changes
        return await self.program.post("/d/open", json=body)

    async def session(self, token: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """Open a link; return the session's headers and its files."""
        answer = await self.open(token)
        assert answer.status == 200, await answer.text()
        opened = await answer.json()
        return {"Authorization": f"Bearer {opened['session']}"}, opened["files"]

    async def handed(self, *contents: bytes) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """Return a session on a new part, without cookies in the way."""
        return await self.session(await self.token(await self.part(*contents)))

    async def status(self, url: str, headers: dict[str, str], method: str = "GET") -> int:
        """Return how a request is answered, once its answer was read to the end."""
        answer = await self.program.request(method, url, headers=headers)
        await answer.read()
        return answer.status

    async def post(self, path: str, who: dict[str, str] | None = None) -> ClientResponse:
        return await self.program.post(path, headers=who or self.customer)


async def desk_of(front: Front) -> Desk:
    customer = await front.key(Role.CUSTOMER, "customer@works.example")
    admin = await front.key(Role.ADMIN, "admin@works.example")
    caller = await front.app[keys.API_KEYS].caller(customer["Authorization"].partition(" ")[2])
    assert caller is not None
    program = await front.browser()
    body = {"name": "Example Millers", "email": "m@millers.example", "country": "DE"}
    added = await program.post("/api/v1/partners", json=body, headers=admin)
    assert added.status == 201, await added.text()
    return Desk(front, customer, caller, admin, (await added.json())["id"], program)


@pytest_asyncio.fixture
async def desk(front: Front) -> Desk:
    return await desk_of(front)
